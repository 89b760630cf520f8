/** Runs the installed package in every supported runtime: those that `npm test` uses, and Node 22 and 26, Bun, Deno. */

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  ['scripts/build.mjs', '--if-stale'],
  ['scripts/install-environments.mjs', 'bounds'],
  ['scripts/install-environments.mjs', 'others'],
  ['node_modules/jest/bin/jest.js', 'spec/package/runtimes.spec.ts', ...process.argv.slice(2)],
];
for (const step of steps) {
  const env = { ...process.env, PROXYSTORE_RUNTIMES: 'all' };
  const { status } = spawnSync(process.execPath, step, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
