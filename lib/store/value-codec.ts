/** How a store makes bytes of values and values of bytes: by a call's own function, by the store's, or by the package's. */

import type { Parts } from '../connectors/protocol.js';
import { ProxyStoreError, SerializationError } from '../errors.js';
import { deserialize, serialize } from '../serialize/serialize.js';
import type { Operation } from './operation.js';
import type { Deserializer, Serializer, StoreOptions } from './store-options.js';
import type { Found } from './value-cache.js';

/** The serializer and deserializer of one store. */
export class ValueCodec {
  readonly #storeName: string;
  readonly #serializer: Serializer | undefined;
  readonly #deserializer: Deserializer | undefined;

  /**
   * @param storeName - The name of the store, for the errors.
   * @param options - The store's own functions, where it has such.
   */
  constructor(storeName: string, options: Pick<StoreOptions, 'serializer' | 'deserializer'>) {
    this.#storeName = storeName;
    this.#serializer = options.serializer;
    this.#deserializer = options.deserializer;
  }

  /**
   * Makes bytes of a value.
   *
   * @param value - The value.
   * @param serializer - The function of the call, if it has one.
   * @param operation - Where time and size are noted, if anywhere; sizes of several values add up.
   * @throws SerializationError when it cannot.
   */
  write<T>(value: T, serializer: Serializer<T> | undefined, operation: Operation | undefined): Parts {
    const write: Serializer<T> | undefined = serializer ?? this.#serializer;
    const run = (): Parts => (write === undefined ? serialize(value) : this.#writeWith(write, value));
    if (operation === undefined) return run();
    const parts = operation.measurement === undefined ? run() : operation.measurement.time('serialize', run);
    addSize(
      operation,
      parts.reduce((sum, part) => sum + part.byteLength, 0),
    );
    return parts;
  }

  /**
   * Makes a value of bytes.
   *
   * @param data - The bytes, where there are any.
   * @param deserializer - The function of the call, if it has one.
   * @param operation - As for {@link write}.
   * @returns The value; `undefined` where there are no bytes.
   * @throws SerializationError when it cannot.
   */
  read(
    data: Uint8Array | undefined,
    deserializer: Deserializer | undefined,
    operation: Operation | undefined,
  ): Found | undefined {
    if (data === undefined) return undefined;
    const read = deserializer ?? this.#deserializer;
    const run = (): unknown => (read === undefined ? deserialize(data) : this.#readWith(read, data));
    if (operation === undefined) return { value: run() };
    addSize(operation, data.byteLength);
    return {
      value: operation.measurement === undefined ? run() : operation.measurement.time('deserialize', run),
    };
  }

  #writeWith<T>(write: Serializer<T>, value: T): Parts {
    let written: Uint8Array | Parts;
    try {
      written = write(value);
    } catch (error) {
      throw this.#failed('serializer', error);
    }
    if (isBytes(written)) return [written];
    if (Array.isArray(written) && written.every(isBytes)) return written;
    throw new SerializationError(
      `The serializer of the store "${this.#storeName}" gave a value of type ${typeof written}. It gives a Uint8Array, or an array of them.`,
    );
  }

  #readWith(read: Deserializer, data: Uint8Array): unknown {
    try {
      return read(data);
    } catch (error) {
      throw this.#failed('deserializer', error);
    }
  }

  #failed(what: string, error: unknown): unknown {
    if (error instanceof ProxyStoreError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new SerializationError(`The ${what} of the store "${this.#storeName}" failed: ${message}`, {
      cause: error,
    });
  }
}

function addSize({ context, measurement }: Operation, bytes: number): void {
  context.bytes = (context.bytes ?? 0) + bytes;
  measurement?.attribute('objectSize', context.bytes);
}

/** A `Uint8Array` of this or another realm, Node's `Buffer` included. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}
