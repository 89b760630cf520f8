/** The package as npm publishes it. */

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds what is stale and packs it.
 *
 * @param {string} folder - Where to put the tarball; made where it is missing.
 * @returns {string} Path of the tarball.
 */
export function pack(folder) {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-stale'], { stdio: 'inherit' });
  mkdirSync(folder, { recursive: true });
  // Without scripts: prepack would build a second time, and its output would stand before the JSON.
  const output = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root, {
    capture: true,
  });
  const [{ filename }] = JSON.parse(output);
  return join(folder, filename);
}
