/** Temporary files that nobody will finish. */

import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ownerOf, stateOf, type TemporaryFileOwner } from './temporary-names.js';

/** How long a temporary file of a process that cannot be asked has to stay untouched: a day. */
const abandonedAfterMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Removes the temporary files that were left behind in a directory.
 *
 * One is left behind when the process that made it has ended. Of a process on another machine or in another container
 * that cannot be known; its file counts as left behind when neither content nor name has changed for a day. A file
 * that a live process works on here is never removed. Failures are passed over: somebody else may be removing the
 * same file, and whatever stays is looked at again by the next connector.
 *
 * @param directory - A connector's directory.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const path = join(directory, name);
    const owner = ownerOf(name);
    if (owner === undefined) continue;
    if (await isLeftBehind(owner, path)) await unlink(path).catch(() => undefined);
  }
}

async function isLeftBehind(owner: TemporaryFileOwner, path: string): Promise<boolean> {
  const state = stateOf(owner);
  return state === 'unknown' ? isUntouched(path) : state === 'ended';
}

async function isUntouched(path: string): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined) return false;
  // The change time as well: an old object that is renamed in order to be taken keeps its modification time.
  return Date.now() - Math.max(status.mtimeMs, status.ctimeMs) > abandonedAfterMilliseconds;
}
