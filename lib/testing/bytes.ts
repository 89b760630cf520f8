/** The bytes that are stored and compared. */

import type { Parts } from '../connectors/protocol.js';

/** Objects of every shape that a codec may hand to a connector. */
export function shapes(): Record<string, Parts> {
  const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  return {
    'no parts': [],
    'an empty part': [new Uint8Array(0)],
    'empty parts among others': [
      new Uint8Array(0),
      bytesOf('a'),
      new Uint8Array(0),
      bytesOf('b'),
      new Uint8Array(0),
    ],
    'one byte': [Uint8Array.of(0)],
    'every byte': [allBytes],
    'a header and a body': [bytesOf('BS\n'), allBytes],
    'views into larger memory': [allBytes.subarray(5, 6), allBytes.subarray(100, 200)],
    'Node buffers': [Buffer.from('from the pool'), Buffer.alloc(70, 1)],
    'one part twice': [allBytes, allBytes],
    'thousands of parts': Array.from({ length: 3000 }, (_, index) => Uint8Array.of(index % 256)),
    'a megabyte': [bytesOf('BS\n'), new Uint8Array(1024 * 1024 + 1).fill(3)],
  };
}

/** A text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The same bytes without what is not compared: whether they are a Node buffer, and where in their memory they are. */
export function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : new Uint8Array(bytes);
}

/** The text of bytes. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Parts in one piece. */
export function joined(parts: Parts): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
