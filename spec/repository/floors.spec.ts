import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../..');
const lib = join(root, 'lib');

interface Snippet {
  readonly file: string;
  readonly code: string;
}

/** The rules that each snippet breaks. */
function lint(snippets: readonly Snippet[]): string[][] {
  const output = execFileSync(process.execPath, [join(__dirname, 'lint-snippets.mjs')], {
    cwd: root,
    encoding: 'utf8',
    input: JSON.stringify(snippets),
  });
  return JSON.parse(output) as string[][];
}

/** A new file in one room that imports a file of another. A room is a folder of lib/ or a file right in it. */
function importing(from: string, to: string, keyword = 'import'): Snippet {
  const [file, up] = from.endsWith('.ts') ? [from, './'] : [`${from}/probe.ts`, '../'];
  const imported = to.endsWith('.ts') ? to : `${to}/${firstFileOf(to)}`;
  return {
    file: `lib/${file}`,
    code: `${keyword} { it } from '${up}${imported.replace(/\.ts$/, '.js')}';\nexport const that: typeof it = it;\n`,
  };
}

function firstFileOf(room: string): string {
  const file = readdirSync(join(lib, room)).find((name) => name.endsWith('.ts'));
  if (file === undefined) throw new Error(`lib/${room} has no file to import.`);
  return file;
}

describe('the floors of lib/', () => {
  it('has every room on one floor', () => {
    const program = `import { floors } from '${pathToFileURL(join(root, 'scripts/floors.mjs')).href}';
      console.log(JSON.stringify(floors.flat()));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    const onFloors = JSON.parse(output) as string[];
    expect(new Set(onFloors).size).toBe(onFloors.length);
    expect(onFloors).toEqual(expect.arrayContaining(readdirSync(lib)));
  });

  it('lets a room import from below and from itself', () => {
    const snippets = [
      importing('resources', 'errors.ts'),
      importing('tracing', 'platform'),
      importing('proxy', 'resources'),
      importing('connectors', 'errors.ts'),
      importing('registry', 'proxy'),
      importing('references', 'store'),
      importing('store', 'registry'),
      importing('store', 'tracing', 'import type'),
      importing('ownership', 'store'),
      importing('executors', 'store'),
      importing('index.ts', 'store'),
      importing('proxy', 'proxy'),
    ];
    expect(zip(snippets, lint(snippets))).toEqual(snippets.map((snippet) => ({ ...snippet, broken: [] })));
  });

  it('lets no room import from above or from a sibling, not even a type', () => {
    const snippets = [
      importing('errors.ts', 'resources'),
      importing('errors.ts', 'platform'),
      importing('platform', 'errors.ts'),
      importing('resources', 'tracing'),
      importing('tracing', 'store'),
      importing('proxy', 'connectors'),
      importing('proxy', 'registry'),
      importing('connectors', 'proxy'),
      importing('connectors', 'proxy', 'import type'),
      importing('serialize', 'connectors'),
      importing('registry', 'store'),
      importing('registry', 'store', 'import type'),
      importing('store', 'references'),
    ];
    expect(zip(snippets, lint(snippets))).toEqual(
      snippets.map((snippet) => ({ ...snippet, broken: ['import-x/no-restricted-paths'] })),
    );
  });

  it('lets no two files import each other', () => {
    const [broken] = lint([
      {
        file: 'lib/resources/suppressed-error.ts',
        code: `import './symbols.js';\nexport * from './close-once.js';\n`,
      },
    ]);
    expect(broken).toEqual(['import-x/no-cycle']);
  });
});

it('lets only the backends of Node import a module of Node', () => {
  const code = `import { open } from 'node:fs/promises';\nexport const that: typeof open = open;\n`;
  const core = ['lib/store/probe.ts', 'lib/connectors/local.ts', 'lib/platform/web.ts', 'lib/index.ts'];
  const backends = ['lib/platform/node.ts', 'lib/connectors/file.ts'];
  const snippets = [...core, ...backends].map((file) => ({ file, code }));
  const typeOnly = {
    file: 'lib/store/probe.ts',
    code: `import type { Stats } from 'node:fs';\nexport type That = Stats;\n`,
  };
  expect(zip([...snippets, typeOnly], lint([...snippets, typeOnly]))).toEqual([
    ...core.map((file) => ({ file, code, broken: ['@typescript-eslint/no-restricted-imports'] })),
    ...backends.map((file) => ({ file, code, broken: [] })),
    { ...typeOnly, broken: [] },
  ]);
});

it('lets no test stay out of the run', () => {
  const snippets = ['it.only', 'it.skip', 'describe.only', 'test.todo'].map((name) => ({
    file: 'spec/probe.ts',
    code: `${name}('a test');\n`,
  }));
  expect(lint(snippets)).toEqual(snippets.map(() => ['no-restricted-properties']));
});

function zip(snippets: readonly Snippet[], broken: readonly string[][]): object[] {
  return snippets.map((snippet, index) => ({ ...snippet, broken: broken[index] }));
}
