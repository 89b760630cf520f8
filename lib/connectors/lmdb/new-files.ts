/** The files of an environment that is being made. */

import { randomUUID } from 'node:crypto';
import { linkSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lock file's length: a header, and a slot for each of some 250 threads that read. */
const lockFileLength = 16 * 1024;
/** What an environment takes that has no objects yet, and some more. */
const roomNeeded = 256 * 1024;

/**
 * Makes the lock file, and sees that there is room for the rest, unless the environment is there.
 *
 * LMDB would make the lock file without claiming its room, and then write to it through memory: on a full disk that
 * ends the process (SIGBUS). One that is all there beforehand it takes as it is. And where it could write a part of the
 * first pages of the data, that part would be taken for a damaged environment from then on.
 *
 * @param path - The environment's directory.
 * @throws What the file system says.
 */
export function makeNewFiles(path: string): void {
  const lockFile = join(path, 'lock.mdb');
  if ([lockFile, join(path, 'data.mdb')].every(hasBytes)) return;
  const temporary = join(path, `${randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, new Uint8Array(roomNeeded));
    truncateSync(temporary, lockFileLength);
    linkWhole(temporary, lockFile);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Gives a file the lock file's name, in one step: another process sees all of it or nothing. */
function linkWhole(file: string, lockFile: string): void {
  try {
    linkSync(file, lockFile);
  } catch {
    // It is there already, or no file can have a second name here: then LMDB makes its own.
  }
}

function hasBytes(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
