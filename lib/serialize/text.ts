/** `US`: text, as UTF-8. */

import type { Codec } from './codec.js';

const encoder = new TextEncoder();
/** Gives back what was written and nothing else: no replacement characters, and a byte order mark stays. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Whether UTF-8 can keep a text: it has no surrogate without its other half.
 *
 * @param text - Any string.
 */
export const isWellFormed: (text: string) => boolean = wellFormedness(
  (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed,
);

/**
 * The function behind {@link isWellFormed}.
 *
 * @param native - `String.prototype.isWellFormed`, which came with Node 20 and the browsers of 2023.
 */
export function wellFormedness(native: ((this: string) => boolean) | undefined): (text: string) => boolean {
  if (native !== undefined) return (text) => native.call(text);
  // With the u flag, a surrogate that is half of a pair is no character of its own and does not match.
  const loneSurrogate = /\p{Surrogate}/u;
  return (text) => !loneSurrogate.test(text);
}

/** Strings. Those that UTF-8 cannot keep are for `MP`. */
export const textCodec: Codec<string> = {
  tag: 'US',
  test: (value) => typeof value === 'string' && isWellFormed(value),
  encode: (value) => [encoder.encode(value)],
  decode: (body) => decoder.decode(body),
};
