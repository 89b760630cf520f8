import { renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Consumer, run } from './consumer.js';
import { currentNode } from './runtimes.js';

const esbuild = resolve(__dirname, '../environments/bounds/node_modules/esbuild/bin/esbuild');

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => consumer[Symbol.dispose]());

/** Makes bundles of files of the project, as its user would, and runs the first where there are no packages. */
function runBundled(platform: string, ...entries: readonly [string, ...string[]]): unknown {
  const options = [
    '--bundle',
    `--platform=${platform}`,
    '--format=esm',
    '--out-extension:.js=.mjs',
    '--outdir=out',
  ];
  run(process.execPath, [esbuild, ...entries, ...options], consumer.folder);
  const packages = join(consumer.folder, 'node_modules');
  renameSync(packages, `${packages}.away`);
  try {
    return consumer.run(currentNode, join('out', entries[0]));
  } finally {
    renameSync(`${packages}.away`, packages);
  }
}

it('a bundle for Node has what it uses, and the worker of a blocking connector where it is named', () => {
  expect(runBundled('node', 'bundled.mjs', 'bundled-worker.mjs')).toEqual({
    withoutWorker: expect.stringContaining(
      'The file of the worker is not where this package has it',
    ) as string,
    proxy: true,
    text: 'fetched in place',
  });
});

it('a bundle for browsers needs nothing of Node', () => {
  expect(runBundled('browser', 'bundled-browser.mjs')).toBe('without Node');
});
