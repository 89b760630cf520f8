/** An object's bytes in pieces. */

import type { Parts } from '../protocol.js';

/**
 * Cuts an object into pieces. Bytes are copied only for a piece that has bytes of several parts.
 *
 * @param parts - The object.
 * @param length - The length of all pieces but the last one, in bytes.
 */
export function* piecesOf(parts: Parts, length: number): Generator<Uint8Array, void, undefined> {
  let views: Uint8Array[] = [];
  let missing = length;
  for (const part of parts) {
    for (let begin = 0; begin < part.length;) {
      const view = part.subarray(begin, begin + missing);
      views.push(view);
      begin += view.length;
      missing -= view.length;
      if (missing > 0) continue;
      yield inOnePiece(views);
      views = [];
      missing = length;
    }
  }
  if (views.length > 0) yield inOnePiece(views);
}

function inOnePiece(views: readonly Uint8Array[]): Uint8Array {
  const [first] = views;
  return views.length === 1 && first !== undefined ? first : Buffer.concat(views);
}
