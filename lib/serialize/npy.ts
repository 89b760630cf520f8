/** `NP`: numeric arrays, in the npy format, both ways with NumPy. */

import type { TypedArray } from './built-ins.js';
import type { Codec } from './codec.js';
import { arrayClassOf, dtypeOf, isDType } from './dtype.js';
import type { ArrayOfDType, DType } from './dtype.js';
import { NdArray, countOf, isNdArray } from './nd-array.js';
import { readNpyHeader, writeNpyHeader } from './npy-header.js';
import type { NpyHeader } from './npy-header.js';
import type { Parts } from './parts.js';

/** Whether the numbers of typed arrays have the byte order that is written. */
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Typed arrays and {@link NdArray}s.
 *
 * NumPy makes no difference between the two, so the version of the format tells them apart: an array of one dimension
 * is a typed array in version 1, which NumPy itself writes, and an `NdArray` in version 2, which NumPy reads as well.
 * Of the typed arrays, `Uint8Array` is for `BS` and `Uint8ClampedArray`, which NumPy does not have, for `MP`; so
 * bytes and booleans are always an `NdArray` here.
 *
 * Nothing is copied where that can be helped: the elements are a part of their own, and a value that is read is a view
 * of the bytes where its elements stand at a multiple of their size and in this machine's byte order.
 */
export const npyCodec: Codec<NdArray | TypedArray> = {
  tag: 'NP',
  test: (value) => isNdArray(value) || isPlainDType(dtypeOf(value)),
  encode: (value) => (isNdArray(value) ? encodeNdArray(value) : encodeTypedArray(value)),
  decode(body) {
    const header = readNpyHeader(body);
    const dtype = dtypeOfDescr(header.descr);
    const data = elementsOf(body, header, dtype);
    const { version, fortranOrder, shape } = header;
    if (version === 1 && shape.length === 1 && !fortranOrder && isPlainDType(dtype)) return data;
    // The data was made for the element type.
    return new NdArray({ data: data as ArrayOfDType[DType], shape, dtype, order: fortranOrder ? 'F' : 'C' });
  },
};

/** Whether an array of one dimension and this element type is a plain typed array here. */
function isPlainDType(dtype: DType | undefined): boolean {
  return dtype !== undefined && dtype !== '|u1' && dtype !== '|b1';
}

function encodeNdArray(array: NdArray): Parts {
  const { data, dtype, shape, order } = array;
  const header = { descr: dtype, fortranOrder: order === 'F', shape };
  return [writeNpyHeader(header, shape.length === 1 ? 2 : 1), littleEndianBytes(data as TypedArray)];
}

function encodeTypedArray(array: TypedArray): Parts {
  const descr = dtypeOf(array) ?? ''; // there is one: it passed the test
  const header = { descr, fortranOrder: false, shape: [array.length] };
  return [writeNpyHeader(header, 1), littleEndianBytes(array)];
}

/** The element type in native order. */
function dtypeOfDescr(descr: string): DType {
  if (/^[<>|=]?O/.test(descr)) {
    throw new Error('its elements are Python objects, which only Python can read');
  }
  const dtype = descr.replace(/^>/, '<');
  if (!isDType(dtype)) throw new Error(`no typed array holds elements of type ${JSON.stringify(descr)}`);
  return dtype;
}

function elementsOf(body: Uint8Array, header: NpyHeader, dtype: DType): TypedArray {
  const ArrayClass = arrayClassOf(dtype);
  if (ArrayClass === undefined) {
    throw new Error(`this runtime has no array for elements of type ${dtype}; use another type, such as <f4`);
  }
  const size = ArrayClass.BYTES_PER_ELEMENT;
  const count = countOf(header.shape);
  const available = body.length - header.end;
  // As a division, for the product may be more than a number can tell exactly.
  if (count !== available / size) {
    throw new Error(
      `its shape [${header.shape.join(', ')}] asks for ${count} elements of ${size} bytes, and ${available} bytes are there`,
    );
  }
  const isNative = size === 1 || header.descr.startsWith('<') === isLittleEndian;
  const start = body.byteOffset + header.end;
  if (isNative && start % size === 0) return new ArrayClass(body.buffer, start, count);
  const bytes = new Uint8Array(available);
  bytes.set(body.subarray(header.end));
  if (!isNative) reverseElements(bytes, size);
  return new ArrayClass(bytes.buffer);
}

/** The bytes of an array's elements; a view of them, but for machines that have the other byte order. */
function littleEndianBytes(array: TypedArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return isLittleEndian ? bytes : reverseElements(bytes.slice(), array.BYTES_PER_ELEMENT);
}

/** Changes the byte order of elements, in place. */
function reverseElements(bytes: Uint8Array, size: number): Uint8Array {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low += 1, high -= 1) {
      const byte = bytes[low] ?? 0; // within the array
      bytes[low] = bytes[high] ?? 0;
      bytes[high] = byte;
    }
  }
  return bytes;
}
