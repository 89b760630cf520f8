/**
 * `MP`: everything else, as MessagePack.
 *
 * Kept exactly: plain objects, arrays with holes too, objects without a prototype, `Map`, `Set`, `Date`, `RegExp`,
 * `ArrayBuffer`, `DataView`, typed arrays, {@link NdArray}s, errors of the standard classes with their stack, cause and
 * further properties, bigints of any size, `undefined`, `-0`, `NaN`, text of any form, primitives in objects of their
 * own; that one object is in several places or inside of itself; and instances of registered classes.
 *
 * Not kept:
 *
 * - Properties whose name is a symbol, or that are not enumerated (but for those of errors), those that an array has
 *   beside its elements and those of Maps, Sets, Dates and the like. What an accessor gives is kept, not the accessor.
 *   It is read once or twice. Objects are not frozen when they come back. So it is with `structuredClone`.
 * - The `lastIndex` of a `RegExp`, which is 0 again.
 * - That several views share one buffer: each comes back with a copy of what it shows, a `Buffer` as a `Uint8Array`.
 * - The class of an error that is not registered: it comes back as one of the standard class that it extends, and has
 *   the name that it had.
 * - The byte order of typed arrays in a machine that reads it the other way round.
 *
 * Not written at all, and always with an error that names the place: functions, symbols, instances of classes that are
 * not registered, and what has no data, such as promises.
 *
 * msgpackr itself is given only what it keeps: a value that is a plain tree goes to it as it is, any other as a table
 * of nodes. None of its extensions for references and errors are used and none are added, for they apply to all users
 * of msgpackr in a process. What others have added for a built-in class does apply here too.
 *
 * @see {@link isPlainTree} and the form of the table in node-table.ts
 */

import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from 'msgpackr/pack';
import { Unpackr } from 'msgpackr/unpack';
import { platform } from '#platform';
import type { Codec } from './codec.js';
import { binaryAlignment } from './node-table.js';
import type { Parts } from './parts.js';
import { isPlainTree } from './plain-tree.js';
import { readTable } from './table-reader.js';
import { writeTable } from './table-writer.js';

const tag = 'MP';

/** A byte that no MessagePack begins with. Behind it stand the table's length in four bytes, the table, and binary data. */
const tableMark = 0xc1;
const headLength = 5;

/** Larger results are not copied out of msgpackr's buffer; it gets another one. */
const copiedLength = 1024 * 1024;
/** What msgpackr itself begins with. */
const bufferLength = 8192;

/** Records, so that the names of properties are written once for all objects that have the same. */
const packr = new Packr({ moreTypes: true, mapsAsObjects: false, useToJSON: false });
/** Without the extensions for references: data from outside cannot make a small body a huge value with them. */
const unpackr = new Unpackr({ structuredClone: false, mapsAsObjects: false, copyBuffers: true });

/** msgpackr's buffer, and where in it a result is. */
interface InPlace extends Uint8Array {
  readonly start: number;
  readonly end: number;
}

/** Where small bodies are read: see {@link decodeMessagePack}. */
const desk = new Uint8Array(2048);
/** While it is read there. An extension that somebody has added to msgpackr can read another value meanwhile. */
let isDeskTaken = false;

/** Any value. Whether it can be written shows when it is. */
export const msgpackCodec: Codec = {
  tag,
  test: () => true,
  encode: (value) => (isPlainTree(value) ? [packed(value)] : encodeTable(value)),
  decode: (body) => decodeMessagePack(body, 0),
};

/**
 * The value of a body that stands behind something else.
 *
 * A small body is copied to where msgpackr can read it at once. It needs a view and a `DataView` of what it reads, and
 * to make these anew takes longer than to read a small value. Nothing that it gives is a view of what it has read.
 *
 * @param data - The bytes that the body is at the end of.
 * @param start - Where it begins.
 */
export function decodeMessagePack(data: Uint8Array, start: number): unknown {
  const end = data.length;
  if (data[start] !== tableMark && start < end && end <= desk.length && !isDeskTaken) {
    isDeskTaken = true;
    try {
      desk.set(data);
      return unpackr.unpack(desk, { start, end });
    } finally {
      isDeskTaken = false;
    }
  }
  if (end > desk.length) platform.readTextNatively();
  const body = new Uint8Array(data.buffer, data.byteOffset + start, end - start);
  return body[0] === tableMark ? decodeTable(body) : unpackr.unpack(body);
}

function encodeTable(value: unknown): Parts {
  const { table, binaries } = writeTable(value);
  const bytes = packed(table);
  const head = new Uint8Array(headLength);
  head[0] = tableMark;
  new DataView(head.buffer).setUint32(1, bytes.length);
  if (binaries.every((binary) => binary.length === 0)) return [head, bytes];
  return [head, bytes, new Uint8Array(paddingAfter(bytes.length)), ...binaries];
}

function decodeTable(body: Uint8Array): unknown {
  const length = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(1);
  const end = headLength + length;
  if (end > body.length) {
    throw new RangeError(`the body ends after ${body.length} bytes, within a table of ${length}`);
  }
  const start = end === body.length ? end : end + paddingAfter(length);
  if (start >= body.length && start !== end) {
    throw new RangeError('there is more behind the table than it refers to');
  }
  return readTable(unpackr.unpack(body.subarray(headLength, end)), body.subarray(start));
}

/** How far behind a table of a length the binary data begins. */
function paddingAfter(tableLength: number): number {
  return -(headLength + tableLength) & (binaryAlignment - 1);
}

/**
 * MessagePack of what msgpackr keeps.
 *
 * msgpackr writes into a buffer that all its users in the process share, and who takes a view of it has to trust that
 * none of them makes it write there again. So the result is copied at once, and msgpackr goes on where it began. A large
 * result is not copied: the buffer that has grown with it is taken, and msgpackr is given another one.
 */
function packed(value: unknown): Uint8Array {
  const buffer = packInPlace(value);
  const { start, end } = buffer;
  if (end - start <= copiedLength) return copyOf(buffer, start, end);
  const result = buffer.subarray(start, end);
  const [first = 0] = result; // it is not empty
  // Where this runs within another call of msgpackr, that call's buffer is set aside and must not be replaced: then the
  // next result is in yet another one. It overwrites one byte of this one if it is not.
  if (packInPlace(null) === buffer) packr.useBuffer(newBuffer());
  result[0] = first;
  return result;
}

/** Writes into msgpackr's buffer, where it is written over by whatever comes next. */
function packInPlace(value: unknown): InPlace {
  // The mode adds start and end, which the declaration of msgpackr does not tell.
  return packr.pack(value, REUSE_BUFFER_MODE | RESET_BUFFER_MODE) as Uint8Array as InPlace;
}

function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (typeof Buffer === 'undefined') return bytes.slice(start, end);
  // From Node's pool, which is several times as fast as an array of its own.
  const copy = Buffer.allocUnsafe(end - start);
  (bytes as Buffer).copy(copy, 0, start, end); // in Node msgpackr has Buffers
  return copy;
}

function newBuffer(): Uint8Array {
  return typeof Buffer === 'undefined' ? new Uint8Array(bufferLength) : Buffer.allocUnsafeSlow(bufferLength);
}
