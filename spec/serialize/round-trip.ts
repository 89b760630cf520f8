/** What is written is read again, from one piece of memory as a connector hands it out. */

import { deserialize, serialize } from '../../lib/serialize/serialize.js';

/** The bytes of a value in one piece that is at the start of its memory, and no view of the value. */
export function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.concat(serialize(value)));
}

/** A value after it was written and read. */
export function roundTrip<T>(value: T): T {
  return deserialize(bytesOf(value)) as T;
}

/** The tag that a value is written with. */
export function tagOf(value: unknown): string {
  return Buffer.from(bytesOf(value).subarray(0, 2)).toString('latin1');
}

/** What a function throws, which it must. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It threw nothing.');
}
