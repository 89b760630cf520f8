/**
 * Makes a project that has the package installed as a user would have it, from the real tarball.
 *
 *     node scripts/install-consumer.mjs folder
 *
 * The folder is made where it is missing; files that are there stay.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { npm } from './npm.mjs';
import { pack } from './pack.mjs';

const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('Say which folder to install the package in.');

const folder = resolve(name);
mkdirSync(folder, { recursive: true });
const tarball = pack(join(folder, 'packed'));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name: 'consumer', private: true })}\n`);
// Without install scripts: nothing of the package may depend on one having run.
npm(
  ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', tarball],
  folder,
);
