/**
 * Objects as LMDB keeps them: a small one in one value, a large one in pieces of one size.
 *
 * The package takes a value in one piece and gives a copy of it that begins where it likes, while an object comes in
 * parts and goes out in memory of its own. In pieces a large object need not be put together first: nearly all of them
 * lie within one part, and are given to the package where they are. And one that is read is copied to its place out of a
 * buffer that the processor's cache still has, not out of another as large as the object.
 */

import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { alignedOffset } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';
import type { Database, RootDatabase } from './load.cjs';

/** An object that is to be stored. */
export interface NewObject {
  readonly uuid: string;
  readonly parts: Parts;
}

/** With the 16 bytes that LMDB puts before a value it fills whole pages. */
const pieceLength = 256 * 1024 - 16;
/** What a value begins with: that the object follows, or that its length does and the object is in pieces. */
const whole = 0;
const inPieces = 1;
const mark = Uint8Array.of(whole);
/** The mark, and the length as a 64-bit floating-point number, the least significant byte first. */
const headLength = 9;
/** Up to this length V8 keeps a typed array's bytes in the object itself, which is faster to make. */
const onHeapLength = 64;

/** Something that is to be stored. */
interface Entry {
  readonly database: Database<Buffer, string>;
  readonly key: string;
  readonly value: Buffer;
}

/** The objects of an environment by their names. */
export class StoredObjects {
  readonly #values: Database<Buffer, string>;
  readonly #pieces: Database<Buffer, string>;
  /** Where what lies in several parts is put together, one after the other. */
  #memory: Buffer | undefined;

  /**
   * @param root - The environment. The databases are made in it where they are not there.
   */
  constructor(root: RootDatabase) {
    this.#values = root.openDB<Buffer, string>({ name: 'objects', encoding: 'binary' });
    this.#pieces = root.openDB<Buffer, string>({ name: 'pieces', encoding: 'binary' });
  }

  /** Whether there is an object. */
  has(name: string): boolean {
    return this.#values.doesExist(name);
  }

  /** The names of all objects. */
  names(): Iterable<string> {
    return this.#values.getKeys();
  }

  /** The bytes of an object, in memory that is the caller's own; `undefined` where there is none. */
  get(name: string): Uint8Array | undefined {
    const value = this.#values.getBinaryFast(name);
    if (value === undefined) return undefined;
    // Where the package has put it; only its property "length" tells how much of that is the value.
    const { buffer, byteOffset, length } = value;
    if (value[0] === inPieces) {
      return this.#together(name, new DataView(buffer, byteOffset).getFloat64(1, true));
    }
    const bytes = allocate(length - 1);
    bytes.set(new Uint8Array(buffer, byteOffset + 1, length - 1));
    return bytes;
  }

  // What follows is called in a transaction.

  /** Stores an object under a name that has none. */
  putNew(object: NewObject): void {
    for (const { database, key, value } of this.#entriesOf(object)) database.putSync(key, value);
  }

  /** Stores an object, in the place of one that is there. */
  put(object: NewObject): void {
    this.remove(object.uuid);
    this.putNew(object);
  }

  /** Removes an object, if there is one. */
  remove(name: string): void {
    if (!this.#values.removeSync(name)) return;
    for (let index = 0; this.#pieces.removeSync(pieceName(name, index));) index += 1;
  }

  /** Removes all objects. */
  clear(): void {
    this.#values.clearSync();
    this.#pieces.clearSync();
  }

  /**
   * What an object is stored as. Each value holds until the next one is asked for: LMDB has copied it by then, which it
   * has to be in this thread. Its package's own would read from the caller's memory later, when that may be gone, as an
   * ArrayBuffer's is that was sent to another thread and collected there: the end of the process.
   */
  *#entriesOf({ uuid, parts }: NewObject): Generator<Entry> {
    const length = lengthOf(parts);
    if (length < pieceLength) {
      yield { database: this.#values, key: uuid, value: this.#inOne([mark, ...parts]) };
      return;
    }
    const head = Buffer.alloc(headLength, inPieces);
    head.writeDoubleLE(length, 1);
    yield { database: this.#values, key: uuid, value: head };
    let index = 0;
    for (const piece of piecesOf(parts)) {
      yield {
        database: this.#pieces,
        key: pieceName(uuid, index),
        value: inPlace(piece) ?? this.#inOne(piece),
      };
      index += 1;
    }
  }

  /** Parts in one, copied. */
  #inOne(parts: Parts): Buffer {
    this.#memory ??= Buffer.allocUnsafeSlow(pieceLength);
    let offset = 0;
    for (const part of parts) {
      this.#memory.set(part, offset);
      offset += part.byteLength;
    }
    return this.#memory.subarray(0, offset);
  }

  #together(name: string, length: number): Uint8Array {
    const bytes = allocate(length);
    for (let start = 0, index = 0; start < length; start += pieceLength, index += 1) {
      const piece = this.#pieces.getBinaryFast(pieceName(name, index));
      const expected = Math.min(pieceLength, length - start);
      if (piece?.length !== expected) {
        throw new Error(`A piece of it is missing or damaged: number ${index} of ${expected} bytes`);
      }
      bytes.set(new Uint8Array(piece.buffer, piece.byteOffset, expected), start);
    }
    return bytes;
  }
}

function pieceName(name: string, index: number): string {
  return `${name}/${index}`;
}

/** Cuts parts into pieces, each of which is parts again. The last one may be shorter. */
function* piecesOf(parts: Parts): Generator<Uint8Array[]> {
  let piece: Uint8Array[] = [];
  let room = pieceLength;
  for (const part of parts) {
    let start = 0;
    // Once at least: an empty part that has gone to another thread is refused, too.
    do {
      const bytes = part.subarray(start, start + room);
      piece.push(bytes);
      room -= bytes.length;
      start += bytes.length;
      if (room === 0) {
        yield piece;
        piece = [];
        room = pieceLength;
      }
    } while (start < part.length);
  }
  if (room < pieceLength) yield piece;
}

/**
 * Parts in one where they are, if that can be.
 *
 * It has "start" and "end", too: of what has them the package does not note the address at the caller's ArrayBuffer.
 */
function inPlace(parts: readonly Uint8Array[]): Buffer | undefined {
  const [only] = parts;
  if (parts.length > 1 || only === undefined || !types.isArrayBuffer(only.buffer)) return undefined;
  const { buffer, byteOffset, length } = only;
  return Object.assign(Buffer.from(buffer, byteOffset, length), {
    start: byteOffset,
    end: byteOffset + length,
  });
}

function lengthOf(parts: Parts): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/** Memory for an object. Not zeroed: it is handed out only when every byte of it has been written. */
function allocate(length: number): Uint8Array {
  if (length <= onHeapLength) return new Uint8Array(length);
  // Not from the pool: the caller owns the whole ArrayBuffer.
  const { buffer } = Buffer.allocUnsafeSlow(length + alignedOffset);
  return new Uint8Array(buffer, alignedOffset, length);
}
