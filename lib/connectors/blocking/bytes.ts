/** Bytes on their way from one thread to the other. */

import { ConnectorError } from '../../errors.js';
import { allocateAligned } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';

/** From this length on memory is transferred. Below, a copy costs as little, and in a batch of thousands less. */
const transferredLength = 4 * 1024;

/** How much longer than the bytes their memory may be, to be transferred with them: connectors align what they give. */
const slack = 64;

/** Objects in one memory that can be transferred. */
export interface Joined {
  /** The bytes of each. */
  readonly objects: Uint8Array[];
  /** What all of them are views of. */
  readonly memory: ArrayBuffer;
}

/**
 * Copies an object into memory of its own, so that it can be transferred and the caller keeps what it gave.
 *
 * @throws ConnectorError when there is no memory for it.
 */
export function joined(parts: Parts): { readonly bytes: Uint8Array; readonly memory: ArrayBuffer } {
  const { memory } = joinedBatch([parts]);
  return { bytes: new Uint8Array(memory), memory };
}

/** {@link joined} for several objects. They share one memory, for each that is transferred costs time. */
export function joinedBatch(objects: readonly Parts[]): Joined {
  const lengths = objects.map((parts) => parts.reduce((total, { byteLength }) => total + byteLength, 0));
  const memory = allocate(lengths.reduce((total, length) => total + length, 0));
  let offset = 0;
  const copies = objects.map((parts, index) => {
    const copy = new Uint8Array(memory, offset, lengths[index]);
    let end = 0;
    for (const part of parts) {
      copy.set(part, end);
      end += part.byteLength;
    }
    offset += end;
    return copy;
  });
  return { objects: copies, memory };
}

/** A result, and what of it is transferred and not copied. */
export interface Transferable {
  readonly result: unknown;
  readonly transfer: ArrayBuffer[];
}

/**
 * Prepares a result for its way.
 *
 * @param result - What an operation gave: bytes, an array of them, or anything else, which is given back as it is.
 *   Bytes that are not alone in their memory are copied, for that would be sent as a whole.
 */
export function transferable(result: unknown): Transferable {
  const transfer = new Set<ArrayBuffer>();
  const prepared = (value: unknown): unknown => {
    if (!(value instanceof Uint8Array)) return value;
    const { buffer, byteLength } = value;
    const alone = buffer instanceof ArrayBuffer && buffer.byteLength <= byteLength + slack;
    const own = alone && !transfer.has(buffer) ? value : copyOf(value);
    // Either it was one, or the copy has one.
    if (byteLength >= transferredLength) transfer.add(own.buffer as ArrayBuffer);
    return own;
  };
  return {
    result: Array.isArray(result) ? result.map(prepared) : prepared(result),
    transfer: [...transfer],
  };
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = allocateAligned(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

function allocate(length: number): ArrayBuffer {
  try {
    return new ArrayBuffer(length);
  } catch (cause) {
    throw new ConnectorError(
      `There is no memory to send ${length} bytes to the worker of a blocking connector. Store them as several objects.`,
      { connector: 'blocking', cause },
    );
  }
}
