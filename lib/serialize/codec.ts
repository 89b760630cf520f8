/** Codecs of the user's own, beside those of this package. */

import { SerializationError } from '../errors.js';
import { CloseOnce } from '../resources/close-once.js';
import type { Parts } from './parts.js';

/**
 * How values of one kind become bytes and bytes become values again. On the wire the body stands behind the tag and
 * a line feed.
 *
 * @typeParam T - The values that the codec takes.
 */
export interface Codec<T = unknown> {
  /** Two printable ASCII characters that name the codec. They stay, for they stand in what was stored. */
  readonly tag: string;

  /**
   * Whether the codec takes a value. Asked of everything that is serialized but of proxies of a store, so it looks at
   * little and throws nothing.
   *
   * @param value - Any value.
   */
  test(value: unknown): boolean;

  /**
   * The body of a value that passed {@link Codec.test}.
   *
   * @param value - The value; it may be given back as a part, and is not changed.
   */
  encode(value: T): Parts;

  /**
   * The value of a body.
   *
   * @param body - The bytes behind the tag's line feed. They are the caller's own: the value may be a view of them.
   */
  decode(body: Uint8Array): T;
}

/** The tags of this package's own codecs. */
const builtInTags: readonly string[] = ['BS', 'US', 'NP', 'MP'];

const validTag = /^[\x21-\x7e]{2}$/;

/** In order of registration. One list for all copies of the package in a thread, as the registry of stores is. */
const codecs: Codec[] = ((globalThis as Record<symbol, Codec[] | undefined>)[
  Symbol.for('proxystore.codecs')
] ??= []);

/**
 * Adds a codec to this thread. It is asked before the codecs of this package, and before those that were registered
 * earlier. Whoever reads what it wrote needs it too.
 *
 * @param codec - The codec.
 * @returns A disposable that removes it again; the second time it does nothing.
 * @throws TypeError when the codec's tag is not two printable ASCII characters.
 * @throws SerializationError when the tag is one of this package's own, or of another registered codec.
 * @example
 * ```ts
 * using _protobuf = registerCodec({
 *   tag: 'PB',
 *   test: (value) => value instanceof Order,
 *   encode: (order: Order) => [Order.encode(order).finish()],
 *   decode: (body) => Order.decode(body),
 * });
 * ```
 */
export function registerCodec<T>(codec: Codec<T>): Disposable {
  const { tag } = codec;
  if (typeof tag !== 'string' || !validTag.test(tag)) {
    throw new TypeError(`A codec's tag is two printable ASCII characters, not ${JSON.stringify(tag)}.`);
  }
  if (builtInTags.includes(tag)) {
    throw new SerializationError(
      `The tag "${tag}" is one of proxystore's own codecs, which cannot be replaced. Choose another; a registered codec is asked before them anyway.`,
      { tag },
    );
  }
  if (codecOfTag(tag) !== undefined) {
    throw new SerializationError(
      `A codec with the tag "${tag}" is registered already. Dispose of that registration first, or choose another tag.`,
      { tag },
    );
  }
  // Only values that passed the codec's own test are given to it.
  const added = codec as Codec;
  codecs.push(added);
  const registration = new CloseOnce();
  registration.defer(() => codecs.splice(codecs.indexOf(added), 1));
  return registration;
}

/**
 * The registered codec that takes a value, if there is one.
 *
 * @throws SerializationError when the test of a codec fails.
 */
export function codecOfValue(value: unknown): Codec | undefined {
  for (let index = codecs.length - 1; index >= 0; index -= 1) {
    const codec = codecs[index];
    if (codec !== undefined && takes(codec, value)) return codec;
  }
  return undefined;
}

/** The registered codec of a tag, if there is one. */
export function codecOfTag(tag: string): Codec | undefined {
  return codecs.find((codec) => codec.tag === tag);
}

function takes(codec: Codec, value: unknown): boolean {
  try {
    return codec.test(value);
  } catch (cause) {
    throw new SerializationError(
      `The codec "${codec.tag}" failed when it was asked whether it takes a value.`,
      { tag: codec.tag, cause },
    );
  }
}
