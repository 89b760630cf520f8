/** Makes a connector's directory. */

import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConnectorError } from '../../errors.js';
import { codeOf, fileError } from './errors.js';

/**
 * Makes a directory and those above it, unless it is there.
 *
 * @param directory - Its path; a relative one starts at the current directory.
 * @param durable - Whether those that are made are to survive a crash of the system.
 * @returns The absolute path.
 * @throws ConnectorError when it cannot be made, or something else stands there.
 */
export function makeDirectory(directory: string, durable: boolean): string {
  // An empty path would mean the current directory, which nobody meant who left it out.
  if (directory === '') {
    throw new ConnectorError('A file connector needs the path of a directory, and was given an empty one.', {
      connector: 'file',
    });
  }
  const path = resolve(directory);
  try {
    const first = makeWithParents(path);
    if (durable && first !== undefined) persistNames(path, dirname(first));
    return path;
  } catch (error) {
    throw fileError('make a place for objects', path, error);
  }
}

/**
 * Makes a directory and those above it. Not with the `recursive` option of Node, which never comes back where a
 * directory refuses a new one by saying that there is none (ENOENT), as those in /proc do.
 *
 * @returns The first one that was made, or `undefined` where all are there.
 */
function makeWithParents(path: string): string | undefined {
  try {
    return makeOne(path) ? path : undefined;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
  }
  const first = makeWithParents(dirname(path));
  return makeOne(path) ? (first ?? path) : first;
}

/** Makes a directory, unless it is there, which it also is when another process has just made it. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      return false;
    throw error;
  }
}

/** Writes out the directories that a new one is named in, up to one that was there before. */
function persistNames(path: string, last: string): void {
  if (process.platform === 'win32') return;
  for (let parent = path; parent !== last;) {
    parent = dirname(parent);
    const file = openSync(parent, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
