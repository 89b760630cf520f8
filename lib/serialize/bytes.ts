/** `BS`: bytes, as they are. */

import { builtInOf } from './built-ins.js';
import type { Codec } from './codec.js';

/**
 * `Uint8Array`, and Node's `Buffer`, which comes back as a `Uint8Array`. Nothing is copied either way: the part is the
 * value itself, and the value is a view of the bytes it was read from.
 */
export const bytesCodec: Codec<Uint8Array> = {
  tag: 'BS',
  test: (value) => typeof value === 'object' && value !== null && builtInOf(value) === 'Uint8Array',
  encode: (value) => [value],
  decode: (body) => body,
};
