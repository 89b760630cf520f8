/** Moves an object's bytes between memory and an open file, in pieces that one system call takes. */

import { Buffer, constants } from 'node:buffer';
import { fstatSync, readSync, writevSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { alignedOffset } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';

/**
 * Bytes that go into one call. Linux takes 2 GiB less one page at most; this much less costs no time, and lets an
 * abort be noticed before the next piece.
 */
const chunkLength = 16 * 1024 * 1024;

/** Pieces that go into one call: what Linux takes (IOV_MAX). */
const chunkPieces = 1024;

/**
 * Writes parts one after the other, without a copy.
 *
 * @param signal - Asked before each call.
 */
export async function writeParts(handle: FileHandle, parts: Parts, signal?: AbortSignal): Promise<void> {
  for (const chunk of chunksOf(parts)) {
    let rest = chunk;
    while (rest.length > 0) {
      signal?.throwIfAborted();
      const { bytesWritten } = await handle.writev(rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  }
}

/** {@link writeParts} without waiting. */
export function writePartsSync(file: number, parts: Parts): void {
  for (const chunk of chunksOf(parts)) {
    let rest = chunk;
    while (rest.length > 0) rest = withoutFirst(rest, writevSync(file, rest));
  }
}

/**
 * Reads a whole file into memory of its own.
 *
 * @param signal - Asked before each call.
 * @throws Error when it is larger than one buffer can be in this runtime, or not a file.
 */
export async function readWhole(handle: FileHandle, signal?: AbortSignal): Promise<Uint8Array> {
  const bytes = allocate(await handle.stat());
  let length = 0;
  while (length < bytes.length) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(
      bytes,
      length,
      Math.min(chunkLength, bytes.length - length),
      null,
    );
    if (bytesRead === 0) throw truncated(length, bytes.length);
    length += bytesRead;
  }
  return bytes;
}

/** {@link readWhole} without waiting. */
export function readWholeSync(file: number): Uint8Array {
  const bytes = allocate(fstatSync(file));
  let length = 0;
  while (length < bytes.length) {
    const bytesRead = readSync(file, bytes, length, Math.min(chunkLength, bytes.length - length), null);
    if (bytesRead === 0) throw truncated(length, bytes.length);
    length += bytesRead;
  }
  return bytes;
}

/** The parts in groups that one call takes. A part that is larger is cut into views of it; empty ones are left out. */
function* chunksOf(parts: Parts): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    for (let start = 0; start < part.length;) {
      const piece = part.subarray(start, start + chunkLength - length);
      chunk.push(piece);
      start += piece.length;
      length += piece.length;
      if (length === chunkLength || chunk.length === chunkPieces) {
        yield chunk;
        chunk = [];
        length = 0;
      }
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** What is left of the pieces when their first bytes have been written. */
function withoutFirst(pieces: Uint8Array[], written: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, piece] of pieces.entries()) {
    if (skipped + piece.length > written) {
      return [piece.subarray(written - skipped), ...pieces.slice(index + 1)];
    }
    skipped += piece.length;
  }
  return [];
}

/** Memory for a file's content. Not zeroed: it is handed out only when every byte of it has been read. */
function allocate(file: { isFile(): boolean; readonly size: number }): Uint8Array {
  if (!file.isFile()) {
    throw new Error('What stands under its name is not a file. Move it away.');
  }
  if (file.size + alignedOffset > constants.MAX_LENGTH) {
    throw new Error(
      `Its ${file.size} bytes are more than one buffer can hold in this runtime (${constants.MAX_LENGTH}). It is still stored: read it with a newer runtime, or store it as several objects.`,
    );
  }
  // Not from the pool: the caller owns the whole ArrayBuffer.
  const { buffer } = Buffer.allocUnsafeSlow(file.size + alignedOffset);
  return new Uint8Array(buffer, alignedOffset, file.size);
}

function truncated(length: number, expected: number): Error {
  return new Error(
    `Its file of ${expected} bytes ended after ${length}: it was truncated while it was read, which no connector does. Look for what else writes into the directory.`,
  );
}
