/** Looks at the data of an environment that is there before LMDB does. */

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../../errors.js';
import { kind } from './errors.js';

/** What LMDB has near the beginning of its files, as a number of four bytes. */
const magic = 0xbeef_c0de;
/** Where it is, at most: behind the header of a page. */
const headLength = 64;
/** Two pages, of 4 KB or more, have what the environment is. */
const shortest = 8192;

/**
 * Refuses a file that LMDB has not made, and one that it had not finished: either would end the process (SIGSEGV).
 *
 * @param path - The environment's directory. Where it has no data yet, there is nothing to refuse.
 * @throws ConnectorError for such a file; else what the file system says.
 */
export function checkDataFile(path: string): void {
  const file = join(path, 'data.mdb');
  const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0 };
  if (size === 0 || (size >= shortest && headOf(file).includes(magicBytes()))) return;
  throw new ConnectorError(
    `The file "${file}" is no LMDB environment, or a part of one. Use another directory, or move the file away.`,
    { connector: kind },
  );
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(headLength);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, headLength, 0);
  } finally {
    closeSync(descriptor);
  }
  return head;
}

function magicBytes(): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, magic, endianness() === 'LE');
  return bytes;
}
