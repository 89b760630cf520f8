import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NdArray } from '../../lib/serialize/nd-array.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';

/** A vector as the Python implementation made it, and what is in it. */
interface Vector {
  readonly file: string;
  readonly id: 'BS' | 'US' | 'NP' | 'PK';
  readonly describes: string;
  readonly value: unknown;
}

interface ArrayValue {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly order?: 'C' | 'F';
  readonly data?: readonly (number | string)[];
  readonly rows?: readonly number[][];
}

const directory = join(__dirname, 'vectors');
const vectors = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Vector[];
const bytesOf = ({ file }: Vector): Uint8Array => new Uint8Array(readFileSync(join(directory, file)));
const ofCodec = (id: Vector['id']): [string, Vector][] =>
  vectors.filter((vector) => vector.id === id).map((vector) => [vector.describes, vector]);

/** The elements in the order of the file, as numbers or bigints. */
function elements(value: ArrayBufferView): unknown[] {
  return Array.from(value as unknown as ArrayLike<unknown>);
}

describe('vectors of ProxyStore for Python', () => {
  it('are there', () => {
    expect([ofCodec('BS').length, ofCodec('US').length, ofCodec('NP').length]).toEqual([3, 2, 17]);
  });

  it.each(ofCodec('BS'))('BS: %s', (_, vector) => {
    const bytes = bytesOf(vector);
    const value = deserialize(bytes) as Uint8Array;
    expect(Buffer.from(value).toString('hex')).toBe((vector.value as { hex: string }).hex);
    expect(Buffer.concat(serialize(value))).toEqual(Buffer.from(bytes));
  });

  it.each(ofCodec('US'))('US: %s', (_, vector) => {
    const bytes = bytesOf(vector);
    expect(deserialize(bytes)).toBe(vector.value);
    expect(Buffer.concat(serialize(vector.value))).toEqual(Buffer.from(bytes));
  });

  describe.each(ofCodec('NP'))('NP: %s', (_, vector) => {
    const { dtype, shape, order = 'C', data, rows } = vector.value as ArrayValue;
    const bytes = bytesOf(vector);
    const value = deserialize(bytes) as NdArray | Float32Array | BigUint64Array;
    // One dimension, and a type that a typed array of its own stands for.
    const isTypedArray = shape.length === 1 && !dtype.startsWith('|');

    it('is read', () => {
      expect(value instanceof NdArray).toBe(!isTypedArray);
      const array = value instanceof NdArray ? value : new NdArray({ data: value, shape: [value.length] });
      expect(array.dtype).toBe(dtype.replace('>', '<'));
      expect(array.shape).toEqual(shape);
      expect(array.order).toBe(order);
      if (rows !== undefined) expect(array.toArray()).toEqual(rows);
      if (data !== undefined) {
        const expected = dtype.endsWith('8') && dtype[1] !== 'f' ? data.map(BigInt) : data.map(Number);
        expect(elements(array.data)).toEqual(expected);
      }
    });

    // What is big-endian is read into an array of this machine's order, and written little-endian.
    const written = Buffer.from(bytes);
    if (dtype.startsWith('>')) {
      written.write('<', written.indexOf('>'), 'latin1');
      written.subarray(-4 * shape[0]!).swap32();
    }

    it('is written again, byte for byte', () => {
      expect(Buffer.concat(serialize(value)).toString('hex')).toBe(written.toString('hex'));
    });
  });

  it.each(ofCodec('PK'))('PK: %s is refused', (_, vector) => {
    expect(() => deserialize(bytesOf(vector))).toThrow('only Python can read');
  });
});
