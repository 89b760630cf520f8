/**
 * An object as LMDB keeps it: in one piece, behind a few bytes of padding.
 *
 * The package reads a large object into memory of its own, which the object then begins at the start of. With the
 * padding it begins where a typed array behind its tag is aligned, and need not be copied once more.
 */

import { alignedOffset } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';

/** Up to this length memory comes out of Node's pool, in no time. */
const pooledLength = 2048;
/** Up to this length memory is used again: to get new memory from the system takes longer than the copy. */
const reusedLength = 16 * 1024 * 1024;
/** What memory that is used again is a multiple of, so that objects of about one size share it. */
const step = 1024 * 1024;

/** Makes what is stored of objects. */
export class StoredBytes {
  /** Held weakly: it goes when nothing has been stored for a while. */
  #memory: WeakRef<Buffer> | undefined;

  /**
   * What is stored of an object.
   *
   * @returns Bytes that hold until the next call.
   */
  of(parts: Parts): Buffer {
    let length = alignedOffset;
    for (const part of parts) length += part.byteLength;
    const bytes = this.#allocate(length);
    bytes.fill(0, 0, alignedOffset);
    let offset = alignedOffset;
    for (const part of parts) {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
    return bytes;
  }

  /** Memory that holds anything. */
  #allocate(length: number): Buffer {
    if (length <= pooledLength) return Buffer.allocUnsafe(length);
    if (length > reusedLength) return Buffer.allocUnsafeSlow(length);
    let memory = this.#memory?.deref();
    if (memory === undefined || memory.length < length) {
      memory = Buffer.allocUnsafeSlow(Math.ceil(length / step) * step);
      this.#memory = new WeakRef(memory);
    }
    return memory.subarray(0, length);
  }
}

/**
 * The object in what was stored.
 *
 * @param stored - All of it, in memory of its own.
 */
export function objectIn(stored: Uint8Array): Buffer {
  return Buffer.from(stored.buffer, stored.byteOffset + alignedOffset, stored.length - alignedOffset);
}
