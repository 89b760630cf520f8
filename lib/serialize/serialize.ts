/** Values to bytes and back: two characters that name a codec, a line feed, and the codec's body. */

import { SerializationError } from '../errors.js';
import { bytesCodec } from './bytes.js';
import { codecOfTag, codecOfValue } from './codec.js';
import type { Codec } from './codec.js';
import { serializationFailure } from './failure.js';
import { decodeMessagePack, msgpackCodec } from './msgpack.js';
import { npyCodec } from './npy.js';
import type { Parts } from './parts.js';
import { substitution } from './substitution.js';
import { textCodec } from './text.js';

const lineFeed = 0x0a;
const headLength = 3;

/** In the order in which they are asked. The last takes everything. */
const builtIn: readonly Codec[] = [textCodec, bytesCodec, npyCodec, msgpackCodec];

/** Tags with their line feed; one for all values of a codec. */
const heads = new Map<string, Uint8Array>();

/**
 * Serializes a value.
 *
 * @param value - Any value that a codec takes. Text is written as `US` and bytes as `BS`, typed arrays and `NdArray`s
 *   as `NP`, all of which ProxyStore for Python reads; the rest as `MP`, which keeps most of what JavaScript has: see
 *   {@link registerClass} for classes of your own and {@link registerCodec} for formats of your own. Proxies of a
 *   store, wherever they are in the value, are written as references and not resolved.
 * @returns Its bytes in parts. They can be views of the value: read them before it is changed, and do not change them.
 * @throws SerializationError for a value that cannot be serialized, or not without a loss. The message names the place.
 * @example
 * ```ts
 * const parts = serialize({ id: 7, pixels: new Uint8Array(1_000_000) });
 * await connector.put(parts);
 * ```
 */
export function serialize(value: unknown): Parts {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const proxies = substitution;
  if (!isObject || proxies === undefined) return serializeBy(codecFor(value), value);
  // Whether it is a proxy is asked first: every other question would resolve it.
  return proxies.around(() => serializeBy(proxies.matches(value) ? msgpackCodec : codecFor(value), value));
}

/**
 * Makes a value of bytes.
 *
 * @param data - What {@link serialize} gave, in one piece, or what ProxyStore for Python wrote as `BS`, `US` or `NP`.
 *   The bytes become the value's: it may be a view of them, so do not change them later.
 * @returns The value; its type is not checked.
 * @throws SerializationError for anything else: an unknown tag, malformed or truncated data, instances of classes that
 *   are not registered here.
 * @throws TypeError for what is no bytes.
 */
export function deserialize(data: Uint8Array): unknown {
  if (!ArrayBuffer.isView(data)) throw new TypeError('deserialize() takes bytes in a Uint8Array.');
  if (data.length < headLength || data[2] !== lineFeed) {
    throw new SerializationError(
      `${data.length} bytes that do not begin with a codec's tag and a line feed cannot be read: they were not written by serialize().`,
    );
  }
  const tag = String.fromCharCode(data[0] ?? 0, data[1] ?? 0); // the length was checked
  const codec = builtIn.find((one) => one.tag === tag) ?? codecOfTag(tag);
  if (codec === undefined) throw unknownTag(tag);
  try {
    if (codec === msgpackCodec) return decodeMessagePack(data, headLength);
    return codec.decode(
      new Uint8Array(data.buffer, data.byteOffset + headLength, data.byteLength - headLength),
    );
  } catch (error) {
    throw serializationFailure(`A value with the tag "${tag}" cannot be read`, tag, error);
  }
}

function codecFor(value: unknown): Codec {
  return codecOfValue(value) ?? builtInCodecFor(value);
}

function builtInCodecFor(value: unknown): Codec {
  if (typeof value === 'string') return textCodec.test(value) ? textCodec : msgpackCodec;
  if (isPlainObject(value)) return msgpackCodec;
  if (bytesCodec.test(value)) return bytesCodec;
  return npyCodec.test(value) ? npyCodec : msgpackCodec;
}

/** What is most common, told at once. */
function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function serializeBy(codec: Codec, value: unknown): Parts {
  const { tag } = codec;
  let body: Parts;
  try {
    body = codec.encode(value);
  } catch (error) {
    throw serializationFailure(`A value cannot be serialized by the codec "${tag}"`, tag, error);
  }
  if (!builtIn.includes(codec) && !isParts(body)) {
    throw new SerializationError(`The codec "${tag}" gave something else than a list of Uint8Arrays.`, {
      tag,
    });
  }
  return [headOf(tag), ...body];
}

function headOf(tag: string): Uint8Array {
  let head = heads.get(tag);
  if (head === undefined) {
    head = Uint8Array.of(tag.charCodeAt(0), tag.charCodeAt(1), lineFeed);
    heads.set(tag, head);
  }
  return head;
}

/** Whether a codec gave what it should; a `Buffer`, or one of another realm, is a `Uint8Array` too. */
function isParts(value: unknown): value is Parts {
  return (
    Array.isArray(value) &&
    value.every((part) => Object.prototype.toString.call(part) === '[object Uint8Array]')
  );
}

function unknownTag(tag: string): SerializationError {
  const advice =
    tag === 'PK' || tag === 'CP'
      ? 'It was pickled, which only Python can read: store bytes, a str or an array there.'
      : 'Register the codec it was written with by registerCodec().';
  return new SerializationError(`No codec has the tag ${JSON.stringify(tag)}. ${advice}`, { tag });
}
