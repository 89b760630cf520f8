/** The stored form of a result and of a failure, which stand under the same key. */

import type { Parts } from '../connectors/protocol.js';
import { SerializationError } from '../errors.js';
import { deserialize, serialize } from '../serialize/serialize.js';
import type { Deserializer, Serializer } from '../store/store-options.js';
import { describeThrown, reviveThrown } from './travelling-error.js';
import type { TravellingError } from './travelling-error.js';

/**
 * What the bytes of a failure begin with. A result is stored as any value is, by whatever serializer, so the mark is
 * one that no codec writes: a tag begins with a printable character.
 */
const mark = new TextEncoder().encode('\0proxystore failure\n');

/** What was thrown, as it comes out of a store. */
export class StoredFailure {
  /** What was thrown, of any type. */
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    this.thrown = thrown;
  }
}

/**
 * The bytes of a failure.
 *
 * @param thrown - Of any type.
 * @throws SerializationError for what is no error and cannot be serialized.
 */
export function serializeFailure(thrown: unknown): Parts {
  return [mark, ...serialize(describeThrown(thrown))];
}

/**
 * A serializer for results: a given one, whose bytes are not to be taken for a failure.
 *
 * @param write - The serializer; without one, that of this package, which writes no such bytes.
 */
export function resultSerializer(write: Serializer | undefined): Serializer | undefined {
  if (write === undefined) return undefined;
  return (value) => {
    const written = write(value);
    if (isFailure(startOf(written))) {
      throw new SerializationError(
        'The serializer has written bytes that a failed future begins with. Put a tag of your own before them.',
      );
    }
    return written;
  };
}

const deserializers = new WeakMap<Deserializer, Deserializer>();

/**
 * A deserializer for what a future's key may hold: a {@link StoredFailure} for a failure, and for a result what the
 * given one makes of it. The same one for the same one, for a store keeps values by their deserializer.
 *
 * @param read - The deserializer of results. Default: that of this package.
 */
export function resultDeserializer(read: Deserializer = deserialize): Deserializer {
  let wrapped = deserializers.get(read);
  if (wrapped === undefined) {
    wrapped = (data) => (isFailure(data) ? readFailure(data) : read(data));
    deserializers.set(read, wrapped);
  }
  return wrapped;
}

function readFailure(data: Uint8Array): StoredFailure {
  try {
    const body = data.subarray(mark.length);
    return new StoredFailure(reviveThrown(deserialize(body) as TravellingError)); // throws for anything else
  } catch (cause) {
    throw new SerializationError('The error that a future was set to cannot be read.', { cause });
  }
}

/** As many of the first bytes as the mark has. */
function startOf(written: Uint8Array | Parts): Uint8Array {
  if (written instanceof Uint8Array) return written;
  const start: number[] = [];
  for (const part of written) {
    start.push(...part.subarray(0, mark.length - start.length));
    if (start.length === mark.length) break;
  }
  return Uint8Array.from(start);
}

function isFailure(data: Uint8Array): boolean {
  return data.length >= mark.length && mark.every((byte, index) => data[index] === byte);
}
