/** Bytes as text, and back. */

import { Buffer } from 'node:buffer';
import type { Parts } from '../protocol.js';

/** The parts in one piece, as base64 (RFC 4648, section 4). */
export function encodeBase64(parts: Parts): string {
  const [only] = parts;
  const bytes =
    parts.length === 1 && only !== undefined
      ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
      : Buffer.concat(parts);
  return bytes.toString('base64');
}

/** The bytes of a text, in memory of their own: a small Buffer would share that of others. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.alloc(Buffer.byteLength(text, 'base64'));
  return new Uint8Array(bytes.buffer, 0, bytes.write(text, 'base64'));
}
