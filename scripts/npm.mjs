/** Runs npm the same way on every platform: its JavaScript file under this Node, through no shell. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';

/**
 * @param {readonly string[]} parameters - What follows `npm` on a command line.
 * @param {string} cwd - Where to run it.
 * @param {{ capture?: boolean }} options - `capture`: keep its output instead of showing it.
 * @returns {string} Its output where it was captured.
 * @throws {Error} Where npm exits with another status than 0.
 */
export function npm(parameters, cwd, { capture = false } = {}) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [npmFile(), ...parameters], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', capture ? 'pipe' : 'inherit', capture ? 'pipe' : 'inherit'],
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`npm ${parameters.join(' ')} exited with ${status} in ${cwd}.\n${stderr ?? ''}`);
  }
  return stdout ?? '';
}

/** npm's own file: of the npm that runs this script, else of the npm that came with this Node. */
function npmFile() {
  const running = process.env.npm_execpath;
  if (running !== undefined && running.endsWith('npm-cli.js')) return running;
  const bin = dirname(process.execPath);
  const candidates = [join(bin, '..', 'lib', 'node_modules'), join(bin, 'node_modules')];
  const found = candidates.map((folder) => join(folder, 'npm', 'bin', 'npm-cli.js')).find(existsSync);
  if (found === undefined)
    throw new Error(`No npm was found beside ${process.execPath}; run this through npm.`);
  return found;
}
