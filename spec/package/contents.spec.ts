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

const root = resolve(__dirname, '../..');

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

describe.each(['esm', 'cjs'])('the source maps of %s', (form) => {
  /** Which files of `lib/` are in each script of the form, and their text. */
  const contents = (): { script: string; sources: readonly { file: string; text: string }[] }[] =>
    files
      .filter((file) => file.startsWith(join('dist', form)) && /\.c?js$/.test(file))
      .map((script) => {
        const { sources, sourcesContent } = JSON.parse(read(`${script}.map`)) as SourceMap;
        return {
          script,
          sources: sources.map((source, index) => ({
            file: relative(root, resolve(root, dirname(script), source)),
            text: sourcesContent[index]!,
          })),
        };
      });

  it('have the sources in them, so that none need be published beside them', () => {
    const sources = contents().flatMap((content) => content.sources);
    expect(sources.length).toBeGreaterThan(100);
    for (const { file, text } of sources)
      expect([file, text]).toEqual([file, readFileSync(join(root, file), 'utf8')]);
  });

  it('show every module in one file: two would be two classes of one name, and two states', () => {
    const places = new Map<string, string[]>();
    for (const { script, sources } of contents()) {
      for (const { file } of sources) places.set(file, [...(places.get(file) ?? []), script]);
    }
    expect([...places].filter(([, scripts]) => scripts.length > 1)).toEqual([]);
  });
});

it('keeps from users what is marked as internal', () => {
  for (const file of files.filter((name) => /\.d\.c?ts$/.test(name))) {
    expect([file, read(file).includes('@internal')]).toEqual([file, false]);
  }
});

it('imports, from its main entry, only its dependencies and nothing of Node, as a browser loads it', () => {
  const reached = reachableFrom('dist/esm/index.js');
  const dependencies = Object.keys(manifest().dependencies);
  expect(reached.files).toContain(join('dist/esm/platform/web.js'));
  expect([...reached.packages].filter((name) => !dependencies.includes(name))).toEqual([]);
  expect([...reached.packages].filter((name) => name.startsWith('node:'))).toEqual([]);
});

it('tells bundlers of every file that has an effect, such as to make a connector known', () => {
  const effective = Object.values(manifest().exports)
    .filter((entry) => typeof entry !== 'string')
    .flatMap((entry) => [...reachableFrom(entry.import.default).files])
    .filter((file) => file.endsWith('.js') && /^[\w$.]+\(/m.test(read(file)));
  const patterns = manifest().sideEffects.map((pattern) => globAsExpression(pattern));
  expect(effective).toEqual(
    expect.arrayContaining(['core.js', 'connectors/file.js'].map((file) => join('dist/esm', file))),
  );
  expect(effective.filter((file) => !patterns.some((pattern) => pattern.test(file)))).toEqual([]);
});

/** All that is loaded with a file of the ES build where the `node` condition does not hold. */
function reachableFrom(entry: string): { files: Set<string>; packages: Set<string> } {
  const found = { files: new Set<string>(), packages: new Set<string>() };
  const open = [join(entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.files.has(file)) continue;
    found.files.add(file);
    for (const [, specifier] of read(file).matchAll(
      /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"](.+?)['"];?$/gm,
    )) {
      const target =
        specifier === '#platform' ? join('dist/esm/platform/web.js') : join(dirname(file), specifier!);
      if (specifier!.startsWith('.') || specifier === '#platform') open.push(target);
      else found.packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier!)![0]);
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
