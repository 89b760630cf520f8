import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { SerializationError } from '../../lib/errors.js';
import { registerClass } from '../../lib/serialize/classes.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import { NodeKind } from '../../lib/serialize/node-table.js';
import { deserialize } from '../../lib/serialize/serialize.js';
import { setSubstitution, substitution } from '../../lib/serialize/substitution.js';
import { anyGraph, anyTree, difference } from './graphs.js';
import { bytesOf, roundTrip, thrownBy } from './round-trip.js';

const packr = new Packr({ moreTypes: true, mapsAsObjects: false });

/** A value in MP, of any bytes. */
function mp(...body: number[]): Uint8Array {
  return Uint8Array.of(0x4d, 0x50, 0x0a, ...body);
}

/** A table in MP, of anything, with bytes behind it. */
function table(content: unknown, binary: readonly number[] = []): Uint8Array {
  const packed = packr.pack(content);
  const head = Buffer.alloc(5, 0xc1);
  head.writeUInt32BE(packed.length, 1);
  const padding = binary.length === 0 ? 0 : -(5 + packed.length) & 7;
  return mp(...head, ...packed, ...new Uint8Array(padding), ...binary);
}

/** Reads what nobody has written: gives a value, or the one kind of error. */
function attempt(data: Uint8Array): void {
  try {
    deserialize(data);
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError);
  }
}

describe('lengths that are only claimed', () => {
  it.each<[string, number[]]>([
    ['an array of 33 million', [0xdd, 0x02, 0, 0, 0]],
    ['an array of four billion', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['an array of 65,535', [0xdc, 0xff, 0xff, 0xc0]],
    ['arrays in arrays', Array.from({ length: 50 }, () => [0xdd, 0x02, 0, 0, 0]).flat()],
    ['a Map of 33 million', [0xdf, 0x02, 0, 0, 0]],
    ['a Map of 65,535', [0xde, 0xff, 0xff]],
    ['a Set of 33 million', [0xd4, 0x73, 0, 0xdd, 0x02, 0, 0, 0]],
    ['a record of 33 million names', [0xd4, 0x72, 0x40, 0xdd, 0x02, 0, 0, 0]],
    ['a text of four billion', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['a text of 255', [0xd9, 0xff, 0x61]],
    ['bytes of four billion', [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['an extension of four billion', [0xc9, 0xff, 0xff, 0xff, 0xff, 0x74, 1]],
    ['a bigint of 65,535 bytes', [0xc8, 0xff, 0xff, 0x42, 1]],
    ['a table of four billion', [0xc1, 0xff, 0xff, 0xff, 0xff, 0x90]],
  ])('are refused, and nothing is allocated for them: %s', (_, body) => {
    const before = process.memoryUsage();
    const error = thrownBy(() => deserialize(mp(...body)));
    const after = process.memoryUsage();
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).tag).toBe('MP');
    expect((error as SerializationError).cause).toBeInstanceOf(Error);
    const allocated = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(allocated).toBeLessThan(64 * 1024 * 1024);
  });

  it('are no memory where they are holes', () => {
    const before = process.memoryUsage().heapUsed;
    const read = deserialize(table([[1], [NodeKind.sparse, 30_000_000]])) as unknown[];
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    expect(read).toHaveLength(30_000_000);
    expect(Object.keys(read)).toEqual([]);
    expect(deserialize(table([[1], [NodeKind.sparse, 0xffff_ffff]]))).toHaveLength(0xffff_ffff);
  });
});

describe('depth', () => {
  it.each([0x91, 0x81])('of a million levels is refused: %p', (token) => {
    const data = new Uint8Array(1_000_000).fill(token);
    data.set(mp());
    const error = thrownBy(() => deserialize(data));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).cause).toBeInstanceOf(Error);
    expect(roundTrip({ a: [1] })).toEqual({ a: [1] });
  });
});

describe('what stands behind or is missing', () => {
  const values: [string, unknown][] = [
    ['a tree', { a: [1, 'text', new Map([[1, new Date(1)]])], b: 2n ** 70n, c: new Uint8Array(3) }],
    ['a list', Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` }))],
    ['a table', { n: -0, text: '\ud800', e: new Error('x') }],
    ['binary data', { bytes: new Uint8Array(256 * 1024), n: 1 }],
    ['an array', new Float32Array(3)],
  ];

  it.each(values)('is noticed: %s', (_, value) => {
    const data = bytesOf(value);
    const lengths =
      data.length < 1000 ? Array.from(data.keys()) : [0, 3, 7, 8, 12, 60, 1000, data.length - 1];
    for (const length of lengths) {
      expect(() => deserialize(data.slice(0, length))).toThrow(SerializationError);
    }
    for (const more of [1, 3, 8, 100]) {
      const longer = new Uint8Array(data.length + more);
      longer.set(data);
      expect(() => deserialize(longer)).toThrow(SerializationError);
    }
  });
});

describe('any bytes', () => {
  it('give a value or a SerializationError', () => {
    const tags = fc.constantFrom(
      'BS\n',
      'US\n',
      'NP\n',
      'MP\n',
      'MP\n\xc1\0\0\0\x10',
      'NP\n\x93NUMPY\x01\0',
      '',
    );
    const bytes = fc.uint8Array({ maxLength: 60 });
    // Of those that begin something.
    const tokens = fc.array(
      fc.oneof(
        fc.constantFrom(
          0x81,
          0x92,
          0xc1,
          0xc4,
          0xc7,
          0xc9,
          0xd4,
          0xd6,
          0x72,
          0x73,
          0x74,
          0x69,
          0x70,
          0x62,
          0x40,
          0xa1,
        ),
        fc.nat(255),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(tags, fc.oneof(bytes, tokens), (tag, body) => {
        attempt(new Uint8Array(Buffer.concat([Buffer.from(tag, 'latin1'), Uint8Array.from(body)])));
      }),
      { numRuns: 5000 },
    );
  });

  it('that were a value before some were changed do so too', () => {
    using _point = registerClass(class Point {}, { name: 'Point', fromData: (data: object) => data });
    const arrays = fc.constantFrom(NdArray.from([[1, 2]]), new Float64Array(2), {
      image: NdArray.from([1], '|u1'),
      e: new DOMException('x', 'y'),
      x: new AggregateError([1], 'all'),
    });
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'insert', 'remove'));
    fc.assert(
      fc.property(
        fc.oneof(anyTree, anyGraph(), arrays),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (value, changes) => {
          const bytes = [...bytesOf(value)];
          for (const [position, byte, kind] of changes) {
            const at = 3 + (position % Math.max(1, bytes.length - 3));
            bytes.splice(at, kind === 'insert' ? 0 : 1, ...(kind === 'remove' ? [] : [byte]));
          }
          attempt(Uint8Array.from(bytes));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('names', () => {
  it('cannot change a prototype', () => {
    const name = [...Buffer.from('__proto__')];
    const polluted = [0xd4, 0x72, 0x40, 0x91, 0xa9, ...name, 0xd4, 0x72, 0x41, 0x91, 0xa1, 0x78, 0xc3];
    const values = [
      deserialize(mp(...polluted)),
      deserialize(table([[1], [NodeKind.object, '__proto__', [2]], { x: 1 }])),
    ];
    for (const value of values) expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('are not run, however often they come', () => {
    const names = [
      'a:0})}//',
      ']:globalThis.hacked=1,["b',
      '"',
      '\\',
      '\u2028',
      '${1}',
      'constructor',
      '0',
      '-1',
    ];
    const value = Array.from({ length: 10 }, (_, n) => Object.fromEntries(names.map((name) => [name, n])));
    expect(difference(value, roundTrip(value))).toBeUndefined();
    expect('hacked' in globalThis).toBe(false);
  });
});

describe('a table', () => {
  class Known {}

  it.each<[string, unknown, string]>([
    ['no array', { a: 1 }, 'it has no table'],
    ['empty', [], 'it has no table'],
    ['of another kind', [[1], [99]], 'a node of no known kind'],
    ['without the node', [[5], {}], 'a node that is not there'],
    ['with no place', [['x'], {}], 'a node that is not there'],
    ['with half a place', [[0.5], {}], 'a node that is not there'],
    ['with a negative place', [[-1], {}], 'a node that is not there'],
    ['of itself', [[0], {}], 'before that can be there'],
    ['of a reference to nothing within', [[1], { a: [7] }], 'a node that is not there'],
    ['of an array of no length', [[1], [NodeKind.sparse, -1]], 'no possible length'],
    ['of an array of any length', [[1], [NodeKind.sparse, 2 ** 32]], 'no possible length'],
    ['of an array of a text', [[1], [NodeKind.sparse, '3']], 'no possible length'],
    ['of an element beyond', [[1], [NodeKind.sparse, 3, 3, 'x']], 'beyond the end'],
    ['of an element before', [[1], [NodeKind.sparse, 3, -1, 'x']], 'beyond the end'],
    ['of a text of nothing', [[1], [NodeKind.text, 'x']], 'something else where bytes should be'],
    ['of a boxed object', [[1], [NodeKind.boxed, [2]], {}], 'an object where none can be'],
    ['of a box in itself', [[1], [NodeKind.boxed, [1]]], 'before that can be there'],
    ['of a name that is none', [[1], [NodeKind.object, 1, 2]], 'a property whose name is no text'],
    ['of no error', [[1], [NodeKind.error, 'StoreError', null, [], []]], 'an error of no known class'],
    ['of an error without properties', [[1], [NodeKind.error, 'Error', null]], 'an error without properties'],
    [
      'of an error with half of them',
      [[1], [NodeKind.error, 'Error', null, []]],
      'an object without properties',
    ],
    ['of an error of no class', [[1], [NodeKind.error, 'Error', 7, [], []]], 'a class without a name'],
    [
      'of an error of another class',
      [[1], [NodeKind.error, 'Error', 'Other', [], []]],
      '"Other" in it, which is not registered',
    ],
    ['of an instance of no class', [[1], [NodeKind.instance]], 'a class without a name'],
    [
      'of an instance without properties',
      [[1], [NodeKind.instance, 'Known']],
      'an object without properties',
    ],
    ['of data of no object', [[1], [NodeKind.data, 'Known', 7]], 'data of a class that makes no instance'],
    ['of data in itself', [[1], [NodeKind.substitute, [1]]], 'before itself'],
    ['of data in its own data', [[1], [NodeKind.substitute, [2]], { a: [1] }], 'before itself'],
    [
      'of no element type',
      [[1], [NodeKind.ndArray, '<f3', 'C', [2], 1], [NodeKind.bytes, 'Float32Array', Buffer.alloc(4)]],
      'an array that cannot be',
    ],
    [
      'of another shape',
      [[1], [NodeKind.ndArray, '<f4', 'C', [2], 2], [NodeKind.bytes, 'Float32Array', Buffer.alloc(4)]],
      'an array that cannot be',
    ],
    ['of elements of no array', [[1], [NodeKind.ndArray, '<f4', 'C', 'x', 2]], 'an array that cannot be'],
    ['of bytes of no class', [[1], [NodeKind.bytes, 'Object', Buffer.alloc(4)]], 'no class "Object"'],
    ['of part of an element', [[1], [NodeKind.bytes, 'Float32Array', Buffer.alloc(5)]], 'part of an element'],
    ['of bytes elsewhere', [[1], [NodeKind.binary, 'Uint8Array', 0, 1]], 'bytes that are not there'],
    ['of bytes before', [[1], [NodeKind.binary, 'Uint8Array', -1, 1]], 'bytes that are not there'],
    [
      'of bytes of a length that is none',
      [[1], [NodeKind.binary, 'Uint8Array', 0, 'x']],
      'bytes that are not there',
    ],
  ])('is refused: %s', (_, content, message) => {
    using _known = registerClass(Known);
    const before = substitution;
    setSubstitution({ matches: () => false, write: () => 1, read: () => 1, around: (run) => run() });
    const error = thrownBy(() => deserialize(table(content)));
    setSubstitution(before);
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).message).toContain(message);
  });

  it('is refused where more bytes stand behind it than it refers to', () => {
    expect(deserialize(table([[1], [NodeKind.binary, 'Uint8Array', 0, 2]], [1, 2]))).toEqual(
      Uint8Array.of(1, 2),
    );
    expect(() => deserialize(table([[1], [NodeKind.binary, 'Uint8Array', 0, 1]], [1, 2]))).toThrow(
      'more behind it',
    );
    expect(() => deserialize(table([1], [1]))).toThrow('more behind it');
    expect(() => deserialize(mp(...table([1]).subarray(3), 0))).toThrow('more behind the table');
  });

  it('may leave out whatever it likes of an error', () => {
    const error = deserialize(table([[1], [NodeKind.error, 'DOMException', null, ['message', 7], ['a', 1]]]));
    expect(error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ message: 7, a: 1 });
  });

  it('may have nodes that nothing refers to', () => {
    expect(deserialize(table([[1], { a: 1 }, [NodeKind.substitute, 1], [NodeKind.set, 1]]))).toEqual({
      a: 1,
    });
  });
});

describe('references of msgpackr', () => {
  it('are refused: a small body could be an endless value', () => {
    const pointer = [0xd6, 0x70, 0, 0, 0, 1];
    const bomb = [0xd6, 0x69, 0, 0, 0, 1, 0x92, ...pointer, ...pointer];
    const error = thrownBy(() => deserialize(mp(...bomb)));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).message).toContain('Structured clone extension is disabled');
  });
});
