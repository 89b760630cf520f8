/**
 * Installs the runtimes and compilers that tests run the package with, beside those that run the tests.
 *
 *     node scripts/install-environments.mjs bounds   Node 18, the oldest; Node 24, the first with disposables of its
 *                                                    own; TypeScript 5.2, the first with `using`; TypeScript 5.6;
 *                                                    esbuild
 *     node scripts/install-environments.mjs others   Node 22 and 26, Bun, Deno
 *     node scripts/install-environments.mjs runners  Vitest
 *
 * Several can be named. They come from the npm registry as the lock files in spec/environments/ name them; no install
 * script is run. The runtimes are optional dependencies because they are made for Linux on x64, and belong to packages of
 * their own because an optional dependency of the published package would be installed by everyone who uses it. The
 * compilers do because each brings a command called `tsc`, and Vitest because some of its packages do not go with the
 * older types of Node.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.mjs';

const known = ['bounds', 'others', 'runners'];

const sets = process.argv.slice(2);
if (sets.length === 0 || !sets.every((set) => known.includes(set))) {
  throw new Error(`Say which environments: ${known.join(', ')}.`);
}

for (const set of sets) {
  const folder = fileURLToPath(new URL(`../spec/environments/${set}`, import.meta.url));
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const mark = join(folder, 'node_modules', '.installed-from.json');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) continue;
  console.log(`Installing what spec/environments/${set} names ...`);
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  // On a platform that nothing in it is made for there is no folder, and nothing to be remembered.
  if (existsSync(join(folder, 'node_modules'))) writeFileSync(mark, wanted);
}
