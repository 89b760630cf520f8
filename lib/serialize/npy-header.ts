/** The header of the npy format: NumPy's `numpy/lib/format.py` tells it all. */

import { parseNpyDict } from './npy-dict.js';
import type { NpyDict } from './npy-dict.js';

/** A header and where it ends. */
export interface NpyHeader extends NpyDict {
  /** Version of the format: 1, 2 or 3. */
  readonly version: number;
  /** Where the elements begin, from the start of the magic. */
  readonly end: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** The elements begin at a multiple of it. */
const alignment = 64;
/** NumPy leaves room for the length of the axis that grows by appending, so that it can be written in place. */
const growthDigits = 21;
/** As long as a header of version 1 can be. Later versions have room for structured types, which are not read. */
const maximumLength = 0xffff;

/**
 * A header, byte for byte as NumPy writes it.
 *
 * @param dict - What it says.
 * @param version - 1 or 2, which differ in the size of one field.
 */
export function writeNpyHeader(dict: NpyDict, version: 1 | 2): Uint8Array {
  const { descr, fortranOrder, shape } = dict;
  const order = fortranOrder ? 'True' : 'False';
  const tuple = shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(', ')})`;
  const growing = shape.at(fortranOrder ? -1 : 0);
  const room = growing === undefined ? 0 : growthDigits - String(growing).length;
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }${' '.repeat(room)}`;
  const start = startOfText(version);
  // As NumPy does it, with a whole block of spaces where none are needed.
  const padding = alignment - ((start + text.length + 1) % alignment);
  const bytes = new Uint8Array(start + text.length + padding + 1).fill(0x20);
  bytes.set(magic);
  bytes[magic.length] = version;
  bytes[magic.length + 1] = 0;
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(magic.length + 2, bytes.length - start, true);
  else view.setUint32(magic.length + 2, bytes.length - start, true);
  for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index); // all ASCII
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/**
 * Reads a header.
 *
 * @param bytes - Begin with the magic. Nothing is allocated before the lengths in it are checked.
 * @throws Error for all but a well-formed header of version 1.0, 2.0 or 3.0, saying what is wrong.
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < magic.length + 2 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw new Error('it does not begin with the magic of the npy format');
  }
  const version = bytes[magic.length] ?? 0; // the length was checked
  const minor = bytes[magic.length + 1] ?? 0;
  if (version < 1 || version > 3 || minor !== 0) {
    throw new Error(`version ${version}.${minor} of the npy format is not known`);
  }
  const start = startOfText(version);
  if (bytes.length < start) throw new Error('it ends before the length of its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = version === 1 ? view.getUint16(start - 2, true) : view.getUint32(start - 4, true);
  if (length > maximumLength) throw new Error(`its header of ${length} bytes is longer than any array needs`);
  const end = start + length;
  if (bytes.length < end) throw new Error('it ends within its header');
  const decoder = new TextDecoder(version === 3 ? 'utf-8' : 'latin1', { fatal: true });
  return { ...parseNpyDict(decoder.decode(bytes.subarray(start, end))), version, end };
}

function startOfText(version: number): number {
  return magic.length + (version === 1 ? 4 : 6);
}
