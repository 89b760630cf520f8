/** The bytes of an answer, and those of a request. */

import { allocateAligned } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';

/** The part of an answer that has an object. */
export interface Answer {
  /** In Node a stream of bytes. */
  readonly Body?: unknown;
  readonly ContentLength?: number | undefined;
}

/**
 * Receives an object into memory of its own.
 *
 * @throws Error when it ends early.
 */
export async function bytesOf({ Body, ContentLength }: Answer): Promise<Uint8Array> {
  // The streams of Node, and those of the web in Node, can be iterated.
  const chunks = (Body ?? []) as AsyncIterable<Uint8Array>;
  if (ContentLength === undefined) return received(chunks);
  const bytes = allocateAligned(ContentLength);
  let length = 0;
  for await (const chunk of chunks) {
    if (length + chunk.length <= bytes.length) bytes.set(chunk, length);
    length += chunk.length;
  }
  if (length !== bytes.length) {
    throw new Error(`The object has ${bytes.length} bytes, of which ${length} have come`);
  }
  return bytes;
}

/** Receives what nobody has said the length of; HTTP marks its end. */
async function received(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const bytes = allocateAligned(lengthOf(all));
  fill(bytes, all);
  return bytes;
}

/** How many bytes parts have together. */
export function lengthOf(parts: Parts): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/**
 * Parts as one. A copy only where there are several: a request's body is an array of bytes, because a stream can
 * neither be signed by its bytes nor be sent again.
 */
export function joined(parts: Parts): Uint8Array {
  const [first, ...rest] = parts.filter((part) => part.length > 0);
  if (first === undefined) return new Uint8Array(0);
  if (rest.length === 0) return first;
  const bytes = new Uint8Array(lengthOf(parts));
  fill(bytes, parts);
  return bytes;
}

/** Cuts parts into pieces of so many bytes, the last of which may have fewer. Each piece is made of views. */
export function cut(parts: Parts, size: number): Parts[] {
  const pieces: Uint8Array[][] = [];
  let room = 0;
  for (const part of parts) {
    for (let start = 0; start < part.length;) {
      if (room === 0) {
        pieces.push([]);
        room = size;
      }
      const view = part.subarray(start, start + room);
      pieces.at(-1)?.push(view);
      start += view.length;
      room -= view.length;
    }
  }
  return pieces;
}

function fill(bytes: Uint8Array, parts: Parts): void {
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
}
