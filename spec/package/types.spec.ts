import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Consumer, run } from './consumer.js';

const root = resolve(__dirname, '../..');
const bounds = join(root, 'spec/environments/bounds/node_modules');
const compilers = {
  '5.2': join(bounds, 'typescript-5.2'),
  '5.6': join(bounds, 'typescript-5.6'),
  '6': join(root, 'node_modules/typescript'),
};

/** As strict as users can be: the package's own declarations are checked too. */
const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
  target: 'ES2022',
};

/** What declares `AbortSignal` and the like: the types of a browser or those of the oldest Node. Neither needs the other. */
const browser = { lib: ['ES2022', 'ESNext.Disposable', 'DOM'], types: [] };
const node = {
  lib: ['ES2022', 'ESNext.Disposable'],
  types: ['node'],
  typeRoots: [join(bounds, '@types')],
};

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => consumer[Symbol.dispose]());

describe.each(Object.keys(compilers) as (keyof typeof compilers)[])('TypeScript %s', (version) => {
  function compile(options: object, ...files: string[]): string {
    const config = join(consumer.folder, `tsconfig.${version}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
    return run(process.execPath, [join(compilers[version], 'bin/tsc'), '-p', config], consumer.folder);
  }

  it('compiles what a bundler is given for a browser', () => {
    const options = { module: 'ESNext', moduleResolution: 'bundler', ...browser };
    expect(compile(options, 'types/bundled.ts', 'types/consumer.mts')).toBe('');
  });

  it('compiles ES modules and CommonJS as Node resolves them', () => {
    const options = { module: 'nodenext', moduleResolution: 'nodenext', ...node };
    expect(compile(options, 'types/consumer.mts', 'types/consumer.cts')).toBe('');
  });
});
