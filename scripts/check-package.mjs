/** Checks the tarball that would be published: its manifest with publint, its types with attw. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { pack } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tarball = pack(join(root, 'build', 'packed'));

/** `node16` is every module resolution but the one of before 2022, which knows no subpath exports. */
const checks = [
  ['publint', 'src/cli.js', ['run', tarball, '--strict']],
  ['@arethetypeswrong/cli', 'dist/index.js', [tarball, '--profile', 'node16']],
];
for (const [name, file, parameters] of checks) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', name, file), ...parameters], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
