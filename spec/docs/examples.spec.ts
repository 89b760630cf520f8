/**
 * Runs every example in the documentation that says it runs: the blocks that begin with "```ts run". Those that go on with
 * "redis" find a server at REDIS_URL.
 */

import '../../lib/resources/symbols.js';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import ts from 'typescript';
import type { AnyServer } from '../servers/any-server.js';
import { anyRedisServer } from '../servers/redis-server.js';

const root = resolve(__dirname, '../..');
/** Inside of the package, so that its own name leads to its build. */
const folder = join(root, 'build', 'docs-examples');

interface Example {
  readonly name: string;
  readonly source: string;
}

const documents = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter(
  (name) => name.endsWith('.md'),
);

const examples: readonly Example[] = documents.flatMap((document) => {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```ts run(?: redis)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    name: `${basename(document, '.md')}-${String(text.slice(0, match.index).split('\n').length)}`,
    source: match[1] ?? '',
  }));
});

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  outDir: join(folder, 'out'),
  rootDir: folder,
};

describe('the examples in the documentation', () => {
  let redis: AnyServer;

  beforeAll(async () => {
    redis = await anyRedisServer();
    mkdirSync(folder, { recursive: true });
    for (const { name, source } of examples) writeFileSync(join(folder, `${name}.mts`), source);
  });

  afterAll(() => redis[Symbol.asyncDispose]());

  it('are there', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it('have the right types', () => {
    const program = ts.createProgram({
      rootNames: examples.map(({ name }) => join(folder, `${name}.mts`)),
      options,
    });
    const { diagnostics } = program.emit();
    const found = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
    expect(
      ts.formatDiagnostics(found, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => folder,
        getNewLine: () => '\n',
      }),
    ).toBe('');
  }, 120_000);

  it.each(examples)('run: $name', ({ name }) => {
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'out', `${name}.mjs`)], {
      encoding: 'utf8',
      env: { ...process.env, REDIS_URL: redis.url },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
