import fc from 'fast-check';
import { SerializationError } from '../../lib/errors.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import { parseNpyDict } from '../../lib/serialize/npy-dict.js';
import { readNpyHeader, writeNpyHeader } from '../../lib/serialize/npy-header.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { difference } from './graphs.js';
import { bytesOf, roundTrip, thrownBy } from './round-trip.js';

const magic = '\x93NUMPY';

/** An npy body, with a header of any text. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(header.length, 0, length.length);
  const head = Buffer.from(`NP\n${magic}${String.fromCharCode(version, 0)}`, 'latin1');
  return new Uint8Array(Buffer.concat([head, length, Buffer.from(header, 'latin1'), data]));
}

function dict(descr: string, shape: string, order = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

describe('the header', () => {
  // Written by numpy.lib.format.write_array of NumPy 2.4.
  it.each<[string, Parameters<typeof writeNpyHeader>, string]>([
    [
      'version 2',
      [{ descr: '<i2', fortranOrder: false, shape: [3] }, 2],
      `${magic}\x02\0t\0\0\0{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }`.padEnd(127) + '\n',
    ],
    [
      'a growing axis of seven digits',
      [{ descr: '<f8', fortranOrder: false, shape: [1234567, 0] }, 1],
      `${magic}\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1234567, 0), }`.padEnd(127) + '\n',
    ],
    [
      'two blocks',
      [{ descr: '|i1', fortranOrder: false, shape: [0, ...Array.from({ length: 20 }, () => 1)] }, 1],
      `${magic}\x01\0\xb6\0{'descr': '|i1', 'fortran_order': False, 'shape': (0, ${'1, '.repeat(19)}1), }`.padEnd(
        191,
      ) + '\n',
    ],
    [
      'a whole block of spaces where none would be needed',
      [{ descr: '|i1', fortranOrder: false, shape: [0, 11, 11, 11, 11, 11, 11, 11, 11, 1, 1, 1] }, 1],
      `${magic}\x01\0\xb6\0{'descr': '|i1', 'fortran_order': False, 'shape': (0, ${'11, '.repeat(8)}1, 1, 1), }`.padEnd(
        191,
      ) + '\n',
    ],
  ])('is as NumPy writes it: %s', (_, header, expected) => {
    expect(Buffer.from(writeNpyHeader(...header)).toString('latin1')).toBe(expected);
  });

  it('ends at a multiple of 64 bytes, and reads back', () => {
    const shapes = fc.array(fc.nat(10_000), { maxLength: 32 });
    fc.assert(
      fc.property(
        shapes,
        fc.boolean(),
        fc.constantFrom(1 as const, 2 as const),
        (shape, fortranOrder, version) => {
          const bytes = writeNpyHeader({ descr: '<f4', fortranOrder, shape }, version);
          expect(bytes.length % 64).toBe(0);
          expect(readNpyHeader(bytes)).toEqual({
            descr: '<f4',
            fortranOrder,
            shape,
            version,
            end: bytes.length,
          });
        },
      ),
    );
  });
});

describe('round trips', () => {
  it.each([
    new Int8Array([-128, 127]),
    new Int16Array([-1, 1]),
    new Uint16Array([0, 65535]),
    new Int32Array([-1, 1]),
    new Uint32Array([0, 0xffff_ffff]),
    new Float32Array([NaN, -0, Infinity, 0.1]),
    new Float64Array([NaN, -0, -Infinity, 0.1]),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Float64Array(0),
  ])('keep %p a typed array', (array) => {
    expect(difference(array, roundTrip(array))).toBeUndefined();
  });

  it('keep arrays of any shape, order and type', () => {
    const arrays = fc
      .tuple(
        fc.array(fc.nat(3), { maxLength: 4 }),
        fc.constantFrom('C' as const, 'F' as const),
        fc.constantFrom(
          Int8Array,
          Uint8Array,
          Int16Array,
          Uint32Array,
          BigInt64Array,
          Float32Array,
          Float64Array,
        ),
        fc.boolean(),
        fc.array(fc.nat(255), { minLength: 8 * 81, maxLength: 8 * 81 }),
      )
      .map(([shape, order, ArrayClass, isBoolean, bytes]) => {
        const count = shape.reduce((product, length) => product * length, 1);
        const data = new ArrayClass(Uint8Array.from(bytes).buffer, 0, count);
        const dtype = isBoolean && data instanceof Uint8Array ? ('|b1' as const) : undefined;
        return new NdArray({ data: data as Uint8Array, shape, order, dtype });
      });
    fc.assert(
      fc.property(arrays, (array) => {
        const read = roundTrip(array);
        expect(read).toBeInstanceOf(NdArray);
        expect(read).toMatchObject({ shape: array.shape, order: array.order, dtype: array.dtype });
        expect(difference(array.data, read.data)).toBeUndefined();
      }),
    );
  });

  it('write what a view shows and nothing around it', () => {
    const view = new Int16Array([1, 2, 3, 4]).subarray(1, 3);
    expect(roundTrip(view)).toEqual(Int16Array.of(2, 3));
  });

  it('hand over the elements as a part of their own, uncopied', () => {
    const data = new Float64Array(1000);
    for (const value of [data, new NdArray({ data, shape: [10, 100] })]) {
      const [, header, body] = serialize(value);
      expect(header!.length).toBe(128);
      expect(body!.buffer).toBe(data.buffer);
    }
  });
});

describe('reading', () => {
  it('gives a view where the elements are aligned, and a copy where they are not', () => {
    const bytes = bytesOf(new Float64Array([1, 2, 3]));
    for (const offset of [0, 1, 4, 5]) {
      const memory = new Uint8Array(bytes.length + offset);
      memory.set(bytes, offset);
      const value = deserialize(memory.subarray(offset)) as Float64Array;
      expect(value).toEqual(new Float64Array([1, 2, 3]));
      // The tag is three bytes long.
      expect(value.buffer === memory.buffer).toBe(offset === 5);
    }
  });

  it('keeps an NdArray of one dimension apart from a typed array', () => {
    const array = new NdArray({ data: new Float32Array([1, 2]), shape: [2] });
    expect(bytesOf(array)[3 + magic.length]).toBe(2);
    expect(roundTrip(array)).toBeInstanceOf(NdArray);
    expect(roundTrip(array.data)).toBeInstanceOf(Float32Array);
  });

  it('takes one dimension in Fortran order, bytes and booleans for an NdArray', () => {
    const cases: [string, string][] = [
      ["'<i2'", 'True'],
      ["'|u1'", 'False'],
      ["'|b1'", 'False'],
    ];
    for (const [descr, order] of cases) {
      const read = deserialize(npy(dict(descr, '(2,)', order), new Uint8Array(descr === "'<i2'" ? 4 : 2)));
      expect(read).toBeInstanceOf(NdArray);
      expect(roundTrip(read)).toEqual(read);
    }
  });

  it.each([2, 3])('reads version %d', (version) => {
    const read = deserialize(npy(dict("'<i2'", '(1, 2)'), Uint8Array.of(1, 0, 2, 0), version));
    expect((read as NdArray).toArray()).toEqual([[1, 2]]);
  });

  it.each(['i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8'])('reads big-endian >%s', (type) => {
    const little = roundTripOf(type, '<');
    expect(little.dtype).toBe(`<${type}`);
    expect(little.toArray()).toEqual(roundTripOf(type, '>').toArray());
  });

  function roundTripOf(type: string, endian: string): NdArray {
    const size = Number(type[1]);
    const bytes = Uint8Array.from({ length: 2 * size }, (_, at) => 17 * at + 1);
    if (endian === '>') for (const start of [0, size]) bytes.subarray(start, start + size).reverse();
    return deserialize(npy(dict(`'${endian}${type}'`, '(1, 2)'), bytes)) as NdArray;
  }

  it('takes the keys in any order, either quote, and integers as Python 2 wrote them', () => {
    const header = '{"shape":(2L,1),\'fortran_order\':False , "descr":"|i1"}';
    expect((deserialize(npy(header, Uint8Array.of(1, 2))) as NdArray).toArray()).toEqual([[1], [2]]);
  });

  const hasHalfFloats = 'Float16Array' in globalThis;

  it('reads half floats where the runtime has an array for them', () => {
    const bytes = npy(dict("'<f2'", '(2,)'), Uint8Array.of(0x00, 0x3e, 0x00, 0x80));
    if (hasHalfFloats) expect(Array.from(deserialize(bytes) as Float32Array)).toEqual([1.5, -0]);
    else expect(() => deserialize(bytes)).toThrow('this runtime has no array for elements of type <f2');
  });
});

describe('what is no array', () => {
  const good = dict("'<f8'", '(1,)');
  const data = new Uint8Array(8);

  it.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.from('NP\n'), 'does not begin with the magic'],
    ['no magic', Buffer.from('NP\nNUMPY\x01\0v\0'), 'does not begin with the magic'],
    ['version 0', npy(good, data, 0), 'version 0.0 of the npy format is not known'],
    ['version 4', npy(good, data, 4), 'version 4.0'],
    ['a minor version', npy(good, data).fill(1, 10, 11), 'version 1.1'],
    ['no length', Buffer.from(`NP\n${magic}\x01\0v`, 'latin1'), 'ends before the length of its header'],
    ['a header cut off', npy(good, data).subarray(0, 40), 'ends within its header'],
    ['a header of 4 GB', npy(good, data, 2).fill(0xff, 11, 15), 'longer than any array needs'],
    ['fewer elements', npy(good, data.subarray(1)), 'asks for 1 elements of 8 bytes, and 7 bytes are there'],
    [
      'more elements',
      npy(good, new Uint8Array(16)),
      'asks for 1 elements of 8 bytes, and 16 bytes are there',
    ],
    ['objects', npy(dict("'|O'", '(1,)'), data), 'Python objects'],
    ['objects of another order', npy(dict("'O'", '(1,)'), data), 'Python objects'],
    ['complex numbers', npy(dict("'<c8'", '(1,)'), data), 'no typed array holds elements of type "<c8"'],
    ['text', npy(dict("'<U2'", '(1,)'), data), 'no typed array holds'],
    ['big-endian bytes', npy(dict("'>i1'", '(1,)'), data), 'no typed array holds'],
    ['a structure', npy(dict("[('a', '<f8')]", '(1,)'), data), 'structured type'],
    ['a structure within', npy(dict("('<f8', (2,))", '(1,)'), data), 'structured type'],
    ['a shape too large', npy(dict("'<f8'", '(4503599627370496, 4503599627370496)'), data), 'too large'],
    ['a shape that wraps', npy(dict("'<f8'", '(4294967296, 4294967296, 0)'), data), 'too large'],
    ['an endless number', npy(dict("'<f8'", `(${'9'.repeat(400)},)`), data), 'whole numbers'],
    ['65 dimensions', npy(dict("'<f8'", `(${'1, '.repeat(65)})`), data), 'at most 64 dimensions'],
  ])('is refused: %s', (_, bytes, message) => {
    const error = thrownBy(() => deserialize(bytes));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).tag).toBe('NP');
    expect((error as SerializationError).message).toContain(message);
  });

  it.each([
    '',
    '{}',
    'None',
    "{'descr': '<f8', 'fortran_order': False}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1.5,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': [1]}",
    "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': 'False', 'shape': (1,)}",
    "{'descr': 8, 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '\\x3cf8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr' '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}",
    "{descr: '<f8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + {}",
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}}",
    "__import__('os').system('true')",
  ])('is refused: the header %s', (header) => {
    expect(() => parseNpyDict(header)).toThrow(/^its /);
    expect(() => deserialize(npy(header, data))).toThrow(SerializationError);
  });

  it('is refused for any header, with an error that says it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      ',',
      ':',
      "'descr'",
      "'<f8'",
      "'shape'",
      'False',
      '1',
      ' ',
      '\\',
      '"',
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (header) => {
          expect(() => parseNpyDict(header)).toThrow(/^its header /);
        },
      ),
    );
  });
});
