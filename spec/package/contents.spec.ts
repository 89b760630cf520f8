import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Consumer } from './consumer.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly import: { readonly default: string } }>>;
  readonly sideEffects: readonly string[];
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

let consumer: Consumer;
let files: readonly string[];
beforeAll(() => {
  consumer = new Consumer();
  files = readdirSync(consumer.installed, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(consumer.installed, join(entry.parentPath, entry.name)));
});
afterAll(() => consumer[Symbol.dispose]());

const read = (file: string): string => readFileSync(join(consumer.installed, file), 'utf8');
const manifest = (): Manifest => JSON.parse(read('package.json')) as Manifest;

it('publishes the builds, their declarations and maps, the licence, and nothing else', () => {
  const unexpected = files.filter(
    (file) =>
      !/^dist[\\/](esm|cjs)[\\/].+\.(c?js|d\.c?ts|c?js\.map)$/.test(file) &&
      !['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', join('dist', 'cjs', 'package.json')].includes(
        file,
      ),
  );
  expect(unexpected).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE']));
});

it('has the sources in its source maps, so that none need be published beside them', () => {
  const scripts = files.filter((file) => /\.c?js$/.test(file));
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) {
    expect([script, files.includes(`${script}.map`)]).toEqual([script, true]);
    const { sources, sourcesContent } = JSON.parse(read(`${script}.map`)) as SourceMap;
    expect(sources).toHaveLength(1);
    const source = resolve(consumer.installed, dirname(script), sources[0]!);
    expect(relative(consumer.installed, source)).toBe(
      script.replace(/^dist[\\/](esm|cjs)/, 'lib').replace(/\.(c?)js$/, '.$1ts'),
    );
    expect(sourcesContent[0]!.length).toBeGreaterThan(0);
  }
});

it('keeps from users what is marked as internal', () => {
  for (const file of files.filter((name) => /\.d\.c?ts$/.test(name))) {
    expect([file, read(file).includes('@internal')]).toEqual([file, false]);
  }
});

it('imports, from its main entry, only its dependencies and nothing of Node, as a browser loads it', () => {
  const reached = reachableFrom('dist/esm/index.js');
  const dependencies = Object.keys(manifest().dependencies);
  expect(reached.files.size).toBeGreaterThan(10);
  expect([...reached.packages].filter((name) => !dependencies.includes(name))).toEqual([]);
  expect([...reached.packages].filter((name) => name.startsWith('node:'))).toEqual([]);
});

it('tells bundlers of every file that is imported for its effect', () => {
  const effective = Object.values(manifest().exports)
    .filter((entry) => typeof entry !== 'string')
    .flatMap((entry) => [...reachableFrom(entry.import.default).effective]);
  const patterns = manifest().sideEffects.map((pattern) => globAsExpression(pattern));
  expect(effective.length).toBeGreaterThan(0);
  expect(effective.filter((file) => !patterns.some((pattern) => pattern.test(file)))).toEqual([]);
});

/** All that is loaded with a file of the ES build where the `node` condition does not hold. */
function reachableFrom(entry: string): { files: Set<string>; packages: Set<string>; effective: Set<string> } {
  const found = { files: new Set<string>(), packages: new Set<string>(), effective: new Set<string>() };
  const open = [join(entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.files.has(file)) continue;
    found.files.add(file);
    for (const [, clause, specifier] of read(file).matchAll(
      /^(?:import|export)\s(?:([^'"]*?)\sfrom\s)?['"](.+?)['"];?$/gm,
    )) {
      const target =
        specifier === '#platform' ? join('dist/esm/platform/web.js') : join(dirname(file), specifier!);
      if (specifier!.startsWith('.') || specifier === '#platform') {
        open.push(target);
        if (clause === undefined) found.effective.add(target);
      } else found.packages.add(specifier!);
    }
  }
  for (const file of found.files)
    expect([file, existsSync(join(consumer.installed, file))]).toEqual([file, true]);
  return found;
}

/** A pattern of package.json's "sideEffects", of which only the star for one folder is used. */
function globAsExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/^\.\//, '').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '[^/]+')}$`);
}
