/** A command as the bytes that go over the connection (RESP, the Redis serialization protocol). */

import type { Parts } from '../protocol.js';

/** An argument: a text, or bytes in pieces. */
export type Argument = string | Parts;

/** A command's bytes in pieces, to be written one after the other. */
export type Frame = readonly (string | Uint8Array)[];

/** From this size on a piece is written as it is. Smaller ones are copied together, which costs less than a write. */
const uncopiedFrom = 16 * 1024;

/**
 * Frames a command.
 *
 * @param words - Its name and arguments.
 * @param copied - Whether all pieces are copied, so that the frame stays as it is whatever becomes of them. By default
 *   large ones are in the frame as they are.
 */
export function frameOf(words: readonly Argument[], copied = false): Frame {
  const pieces: (string | Uint8Array)[] = [];
  let text = `*${words.length}\r\n`;
  let size = 0;
  const endText = (): void => {
    size += Buffer.byteLength(text);
    pieces.push(text);
    text = '';
  };
  for (const word of words) {
    if (typeof word === 'string') {
      text += `$${Buffer.byteLength(word)}\r\n${word}\r\n`;
      continue;
    }
    text += `$${lengthOf(word)}\r\n`;
    for (const part of word) {
      if (part.length === 0) continue;
      if (text !== '') endText();
      size += part.length;
      pieces.push(part);
    }
    text += '\r\n';
  }
  endText();
  if (pieces.length === 1) return pieces;
  return copied || size < uncopiedFrom ? [copyTogether(pieces, size)] : joinSmall(pieces);
}

/** How many bytes an object has. */
export function lengthOf(parts: Parts): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** Copies neighbours that are small into one piece. */
function joinSmall(pieces: Frame): Frame {
  const joined: Uint8Array[] = [];
  let run: (string | Uint8Array)[] = [];
  let size = 0;
  const endRun = (): void => {
    if (run.length > 0) joined.push(copyTogether(run, size));
    run = [];
    size = 0;
  };
  for (const piece of pieces) {
    if (typeof piece !== 'string' && piece.length >= uncopiedFrom) {
      endRun();
      joined.push(piece);
    } else {
      run.push(piece);
      size += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
    }
  }
  endRun();
  return joined;
}

function copyTogether(pieces: Frame, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') offset += bytes.write(piece, offset);
    else {
      bytes.set(piece, offset);
      offset += piece.length;
    }
  }
  return bytes;
}
