/**
 * Installs JavaScript runtimes that the tests start as child processes.
 *
 *     node scripts/install-runtimes.mjs bounds   Node 18, the oldest, and Node 24, the first with its own disposables
 *     node scripts/install-runtimes.mjs others   Node 22 and 26, Bun, Deno
 *
 * They come from the npm registry as the lock files in spec/runtimes/ name them; no install script is run. They are
 * optional dependencies of packages of their own, because they exist for Linux on x64 only, and an optional
 * dependency of the published package would be installed by everyone who uses it.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.mjs';

const [set] = process.argv.slice(2);
if (set !== 'bounds' && set !== 'others') throw new Error('Say which runtimes: bounds or others.');

const folder = fileURLToPath(new URL(`../spec/runtimes/${set}`, import.meta.url));
const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
const mark = join(folder, 'node_modules', '.installed-from.json');
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  console.log(`Installing the runtimes of spec/runtimes/${set} ...`);
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  // On a platform that none of them is made for there is no folder, and nothing to be remembered.
  if (existsSync(join(folder, 'node_modules'))) writeFileSync(mark, wanted);
}
