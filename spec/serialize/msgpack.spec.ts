import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { Packr, addExtension, pack, unpack } from 'msgpackr';
import { SerializationError } from '../../lib/errors.js';
import { platform } from '../../lib/platform/node.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { anyGraph, anyTree, difference } from './graphs.js';
import { bytesOf, roundTrip, thrownBy } from './round-trip.js';

const tableMark = 0xc1;
/** Whether a value was written as a table, and not as the tree that it is. */
const isTable = (value: unknown): boolean => bytesOf(value)[3] === tableMark;

it.each([
  ['a small body', 100, 0],
  ['a large body', 100_000, 1],
])('%s asks for the native half of msgpackr as often as it is worth it', (_, length, times) => {
  const ask = jest.spyOn(platform, 'readTextNatively');
  try {
    expect(roundTrip({ text: 'x'.repeat(length) })).toEqual({ text: 'x'.repeat(length) });
    expect(ask).toHaveBeenCalledTimes(times);
  } finally {
    ask.mockRestore();
  }
});

describe('a round trip', () => {
  it('keeps every tree', () => {
    fc.assert(
      fc.property(anyTree, (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps every graph', () => {
    fc.assert(
      fc.property(anyGraph(), (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps large values, with more shapes and longer texts than msgpackr has in one piece', () => {
    const large = fc.array(fc.oneof(anyTree, fc.string({ maxLength: 300, unit: 'binary' })), {
      minLength: 100,
      maxLength: 300,
      size: 'max',
    });
    fc.assert(
      fc.property(large, (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['in an object', { a: undefined }],
    ['null', null],
    ['true', true],
    ['NaN', NaN],
    ['-0', -0],
    ['-0 in an object', { a: -0, b: 0 }],
    ['-0 in an array', [0, -0, 1.5]],
    ['-0 in a Map and a Set', [new Map([['a', -0]]), new Set([1, 2])]],
    ['numbers at the borders of their forms', [2 ** 31, 2 ** 32, -(2 ** 31) - 1, 2 ** 53, 5e-324, 1.7e308]],
    [
      'bigints of any size',
      [0n, -1n, 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, -(2n ** 200n), 2n ** 70_000n, -(3n ** 50_000n)],
    ],
    ['a text with a byte order mark', [`\ufeff${'x'.repeat(100)}`, '\ufeff']],
    ['halves of characters', ['\ud83d', `${'x'.repeat(100)}\ude80`, { '\ud83d': 1 }]],
    ['an empty name', { '': { '': 0 } }],
    ['names that msgpackr uses', { ['__proto__']: { a: 1 }, __proto_: 2, __keys__: 3 }],
    ['names of methods', { constructor: 1, hasOwnProperty: 2, toString: 3, toJSON: 4, valueOf: 5, then: 6 }],
    ['a text of many characters outside of ASCII', '字🚀'.repeat(50_000)],
    ['an empty array', []],
    ['nested empty arrays', [[], [[]]]],
    ['an array that begins with undefined', [undefined, 1]],
    // eslint-disable-next-line no-sparse-arrays -- what is tested
    ['an array with holes', [1, , 3, ,]],
    ['an array of nothing but holes', new Array<unknown>(3)],
    ['a Date', [new Date(0), new Date(1700000000123), new Date(-1), new Date(8.64e15), new Date(-8.64e15)]],
    ['an invalid Date', new Date(NaN)],
    ['a RegExp', [/a/, /[/]\n(?<x>.)/giu, new RegExp('')]],
    [
      'a Map with keys of any kind',
      new Map<unknown, unknown>([
        [1, 'a'],
        [{ k: 1 }, new Map()],
        [NaN, -0],
        [null, undefined],
      ]),
    ],
    ['a Set in its order', new Set<unknown>([3, 1, 'x', {}, undefined, NaN])],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1, b: { c: 2 } })],
    ['one that has a __proto__', Object.assign(Object.create(null) as object, { ['__proto__']: { x: 1 } })],
    [
      'typed arrays',
      [
        new Int8Array([1]),
        new Uint8Array([1]),
        new Uint8ClampedArray([1]),
        new Int16Array([1]),
        new Float32Array([0.5]),
        new BigInt64Array([-1n]),
      ],
    ],
    ['typed arrays in an object of plain ones', { a: new Float64Array([1, -0, NaN]), b: new Uint8Array(0) }],
    [
      'memory',
      [
        new Uint8Array([1, 2, 3]).buffer,
        new ArrayBuffer(0),
        new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
      ],
    ],
    [
      'primitives in objects',
      [Object(1), Object(-0), Object('x'), Object('\ud800'), Object(false), Object(2n ** 80n)],
    ],
  ])('keeps %s', (_, value) => {
    expect(difference(value, roundTrip(value))).toBeUndefined();
  });

  it('keeps what refers to itself', () => {
    const object: Record<string, unknown> = { name: 'self' };
    object['self'] = object;
    const array: unknown[] = [1];
    array.push(array);
    const map = new Map<unknown, unknown>();
    map.set(map, map);
    const set = new Set<unknown>();
    set.add(set);
    for (const value of [object, array, map, set])
      expect(difference(value, roundTrip(value))).toBeUndefined();
  });

  it('keeps one object in several places one object', () => {
    const shared = { n: 1 };
    const date = new Date(1);
    const read = roundTrip({ a: shared, b: [shared], c: new Map([[shared, shared]]), d: [date, date] });
    expect(read.b[0]).toBe(read.a);
    expect(read.c.get(read.a)).toBe(read.a);
    expect(read.d[1]).toBe(read.d[0]);
  });

  it('keeps NdArrays in other values', () => {
    const image = new NdArray({ data: new Float32Array([1, 2, 3, 4, 5, 6]), shape: [2, 3], order: 'F' });
    const mask = NdArray.from([true, false], '|b1');
    const read = roundTrip({ image, mask, again: image });
    expect(read.image).toBeInstanceOf(NdArray);
    expect(read.image.toArray()).toEqual(image.toArray());
    expect(read.mask.toArray()).toEqual([true, false]);
    expect(read.again).toBe(read.image);
  });

  it('keeps half floats where the runtime has an array for them', () => {
    const { Float16Array } = globalThis as { Float16Array?: new (values: number[]) => object };
    const values = Float16Array === undefined ? [] : [new Float16Array([1.5]), { a: new Float16Array([-0]) }];
    for (const value of values) expect(difference(value, roundTrip(value))).toBeUndefined();
    expect(values.length).toBe('Float16Array' in globalThis ? 2 : 0);
  });

  it('reads accessors', () => {
    const value = {
      get a() {
        return { deep: [1] };
      },
    };
    expect(roundTrip(value)).toEqual({ a: { deep: [1] } });
    expect(Object.getOwnPropertyDescriptor(roundTrip(value), 'a')?.value).toEqual({ deep: [1] });
  });

  it('takes what looks like a plain object for one', () => {
    const seen = new Proxy({ a: [1, 2], b: { c: -0 } }, {});
    expect(difference({ a: [1, 2], b: { c: -0 } }, roundTrip(seen))).toBeUndefined();
    const listed = (...given: readonly unknown[]): unknown => Object.assign({}, given);
    expect(roundTrip(listed(1, 'x'))).toEqual({ 0: 1, 1: 'x' });
  });

  it('writes no toJSON', () => {
    const value = new Map([['toJSON', 1]]);
    expect(roundTrip({ toJSON: 'a text', m: value })).toEqual({ toJSON: 'a text', m: value });
    expect(() => serialize({ toJSON: () => 1 })).toThrow('$.toJSON is a function');
  });
});

describe('what is not kept', () => {
  it('are properties that are symbols, hidden, or beside the elements and entries', () => {
    const tag = Symbol('tag');
    const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false });
    expect(Object.getOwnPropertyNames(roundTrip(hidden))).toEqual(['a']);
    expect(Reflect.ownKeys(roundTrip({ a: 1, [tag]: 2 }))).toEqual(['a']);
    for (const value of [
      [1],
      new Map([[1, 2]]),
      new Set([1]),
      new Date(1),
      /x/g,
      new Float64Array(1).buffer,
    ]) {
      const read = roundTrip(Object.assign(value, { extra: true }));
      expect(Reflect.ownKeys(read)).not.toContain('extra');
    }
    // eslint-disable-next-line no-sparse-arrays -- takes another way than one without holes
    expect(Reflect.ownKeys(roundTrip(Object.assign([1, , 3], { extra: true, '-1': 4, '07': 5 })))).toEqual([
      '0',
      '2',
      'length',
    ]);
  });

  it('is where a RegExp goes on', () => {
    const pattern = /a/g;
    pattern.test('a');
    expect([pattern.lastIndex, roundTrip(pattern).lastIndex]).toEqual([1, 0]);
  });

  it('is that views share memory', () => {
    const { buffer } = new Uint8Array([1, 2, 3, 4]);
    const read = roundTrip({ a: new Uint8Array(buffer, 0, 2), b: new Uint8Array(buffer) });
    expect(read).toEqual({ a: Uint8Array.of(1, 2), b: Uint8Array.of(1, 2, 3, 4) });
    expect(read.a.buffer).not.toBe(read.b.buffer);
  });

  it('is that a Buffer is one', () => {
    const shared = {};
    for (const value of [{ a: Buffer.from('x') }, { a: Buffer.from('x'), b: shared, c: shared }]) {
      const read = roundTrip(value);
      expect(Object.getPrototypeOf(read.a)).toBe(Uint8Array.prototype);
      expect(read.a).toEqual(Uint8Array.of(120));
    }
  });

  it('is that an object is frozen', () => {
    expect(Object.isFrozen(roundTrip(Object.freeze({ a: 1 })))).toBe(false);
  });
});

describe('what cannot be serialized', () => {
  class Unknown {}
  class Stack extends Array<unknown> {}

  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'The value is a function'],
    ['a class', Unknown, 'The value is a function'],
    ['a symbol', Symbol('x'), 'The value is a symbol'],
    ['a method', { jobs: [1, { run() {} }] }, 'The value at $.jobs[1].run is a function'],
    ['a symbol in an object', { 'a b': { c: Symbol('x') } }, 'The value at $["a b"].c is a symbol'],
    ['a function in a Map', new Map([['on', () => 1]]), 'The value at $.get("on") is a function'],
    ['a function under another key', new Map([[{}, () => 1]]), 'The value at $<value 0> is a function'],
    ['a key of a Map', new Map([[() => 1, 1]]), 'The value at $<key 0> is a function'],
    ['a member of a Set', new Set([1, () => 1]), 'The value at $<item 1> is a function'],
    ['a boxed symbol', Object(Symbol('x')), 'is of the class Symbol'],
    [
      'an instance',
      { a: new Unknown() },
      'at $.a is of the class "Unknown", which is not registered; call registerClass(Unknown)',
    ],
    ['an instance of no name', new (class {})(), 'has a prototype of its own, without the name of a class'],
    ['an object with a prototype', Object.create({ inherited: 1 }) as object, 'without the name of a class'],
    ['a class that extends a built-in', new Stack(), 'is of the class "Stack", which is not registered'],
    ['a Promise', [Promise.resolve()], 'at $[0] is of the class Promise, whose state cannot be serialized'],
    ['a WeakMap', new WeakMap(), 'WeakMap, whose state'],
    ['a WeakSet', new WeakSet(), 'WeakSet, whose state'],
    ['a WeakRef', new WeakRef({}), 'WeakRef, whose state'],
    ['shared memory', new SharedArrayBuffer(1), 'SharedArrayBuffer, whose state'],
    ['a generator', (function* () {})(), 'without the name of a class'],
    ['what only looks like a Map', Object.create(Map.prototype) as object, 'cannot be serialized'],
    ['what only looks like a Date', { a: Object.create(Date.prototype) as object }, 'cannot be serialized'],
  ])('is refused: %s', (_, value, message) => {
    const error = thrownBy(() => serialize(value));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).tag).toBe('MP');
    expect((error as SerializationError).message).toContain(message);
  });

  it('is refused in every kind of object', () => {
    const fail = (): void => {};
    const around = [
      { fail },
      [fail],
      new Map([[1, fail]]),
      new Set([fail]),
      Object.assign(Object.create(null) as object, { fail }),
      Object.assign(new Error('x'), { fail }),
      new Error('x', { cause: fail }),
    ];
    for (const value of around) expect(() => serialize(value)).toThrow('is a function');
  });

  it('is refused with what an accessor throws as the cause', () => {
    const cause = new RangeError('of the accessor');
    const failing = {
      get a(): never {
        throw cause;
      },
    };
    expect(thrownBy(() => serialize({ x: [failing] }))).toMatchObject({ name: 'SerializationError', cause });
    expect(thrownBy(() => serialize({ n: -0, x: [failing] }))).toMatchObject({
      cause,
      message: 'The value at $.x[0] cannot be serialized: of the accessor',
    });
  });

  it('does not spoil what is serialized later', () => {
    expect(roundTrip({ __keys__: 1 })).toEqual({ __keys__: 1 });
    expect(roundTrip({})).toEqual({});
    expect(() => serialize({ a: 1, b: { c: Object.create(Date.prototype) as Date } })).toThrow(
      SerializationError,
    );
    expect(
      roundTrip([
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ]),
    ).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
  });
});

describe('depth', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = null;
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { inner: value } : [value];
    return value;
  };
  const depthOf = (value: unknown): number => {
    let depth = 0;
    for (let level = value; level !== null; depth += 1) level = Object.values(level as object)[0];
    return depth;
  };

  it.each([99, 100, 101, 102, 1000, 100_000])('of %d levels is kept', (depth) => {
    expect(depthOf(roundTrip(nested(depth)))).toBe(depth);
    expect(isTable(nested(depth))).toBe(depth > 101);
  });

  it('tells only the first steps to what is refused', () => {
    let value: unknown = Symbol('deep');
    for (let level = 0; level < 100_000; level += 1) value = { a: value };
    expect(() => serialize(value)).toThrow(`The value at $${'.a'.repeat(16)}… is a symbol`);
  });
});

describe('binary data', () => {
  const large = 256 * 1024;

  it('is a part of its own where it is large', () => {
    const image = new Uint8Array(large).fill(7);
    const samples = new Float64Array(large / 8).fill(0.5);
    const parts = serialize({ name: 'x', image, again: image, samples });
    expect(parts.filter((part) => part.buffer === image.buffer)).toHaveLength(1);
    expect(parts.filter((part) => part.buffer === samples.buffer)).toHaveLength(1);
    expect(parts.reduce((length, part) => length + part.length, 0)).toBeLessThan(2 * large + 200);
  });

  it('is copied where it is small', () => {
    const image = new Uint8Array(large - 1);
    expect(serialize({ image }).some((part) => part.buffer === image.buffer)).toBe(false);
    expect(roundTrip({ image }).image).toEqual(image);
  });

  it('comes back as what it was, whatever it is beside', () => {
    const bytes = Uint8Array.from({ length: large + 3 }, (_, at) => at);
    const value = {
      odd: bytes,
      floats: new Float64Array(bytes.slice(0, large).buffer),
      words: new Uint16Array(bytes.slice(0, large).buffer),
      memory: bytes.slice().buffer,
      view: new DataView(bytes.slice().buffer, 1),
      clamped: new Uint8ClampedArray(large),
    };
    expect(difference(value, roundTrip(value))).toBeUndefined();
    expect(difference(bytes.slice().buffer, roundTrip(bytes.slice().buffer))).toBeUndefined();
  });

  it('is a view of what was read, where that is aligned', () => {
    const samples = new Float64Array(large / 8).fill(0.5);
    const bytes = bytesOf({ odd: new Uint8Array(large + 1), samples });
    for (const offset of [0, 5]) {
      const memory = new Uint8Array(bytes.length + offset);
      memory.set(bytes, offset);
      const read = deserialize(memory.subarray(offset)) as { odd: Uint8Array; samples: Float64Array };
      expect(read.samples).toEqual(samples);
      expect(read.odd.buffer).toBe(memory.buffer);
      // What is before the body is three bytes long.
      expect(read.samples.buffer === memory.buffer).toBe(offset === 5);
    }
  });

  it('that is small comes back in memory of its own', () => {
    const bytes = bytesOf({ a: new Uint8Array([1, 2, 3]), b: Buffer.from('x'), c: -0 });
    const read = deserialize(bytes) as { a: Uint8Array; b: Uint8Array };
    bytes.fill(0);
    expect(read).toEqual({ a: Uint8Array.of(1, 2, 3), b: Uint8Array.of(120), c: -0 });
  });
});

describe('objects of another realm', () => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the sources are below
  const here = (source: string): unknown => new Function(`return ${source}`)() as unknown;
  const other = (source: string): unknown => runInContext(source, createContext({})) as unknown;

  it.each([
    '({ a: 1, b: [1, { c: 2 }] })',
    '[1, [2]]',
    'new Map([["a", new Set([1])]])',
    'new Date(5)',
    '/x/gi',
    'new Uint8Array([1, 2])',
    'new Float64Array([1, -0])',
    'new Uint8Array([1, 2]).buffer',
    'new DataView(new Uint8Array([1, 2]).buffer, 1)',
    '({ bytes: new Uint8Array([1]) })',
  ])('come back as objects of this one: %s', (source) => {
    expect(difference(here(source), roundTrip(other(source)))).toBeUndefined();
  });

  it('are refused where they are of classes', () => {
    expect(() => serialize(other('new (class Point {})'))).toThrow('"Point", which is not registered');
    expect(() => serialize(other('new (class List extends Array {})'))).toThrow(
      '"List", which is not registered',
    );
    expect(() => serialize(other('Object.create(Map.prototype)'))).toThrow(SerializationError);
    expect(() => serialize(other('new (class Map {})'))).toThrow(SerializationError);
    expect(() => serialize(other('Object.create({ constructor: Object })'))).toThrow(SerializationError);
    expect(() => serialize(other('Promise.resolve()'))).toThrow('Promise, whose state');
  });
});

describe('an own constructor', () => {
  it('does not make a built-in another kind of object', () => {
    const values = [new Map([[1, 2]]), new Set([1]), new Date(1), /x/, new Uint8Array([1]), [1]];
    for (const value of values) {
      const plain = roundTrip(value);
      expect(difference(plain, roundTrip(Object.assign(value, { constructor: 'own' })))).toBeUndefined();
    }
  });
});

describe('msgpackr', () => {
  it('is left as it was for its other users', () => {
    class Point {
      x = 1;
    }
    const before = pack([new Point(), new Error('x'), Object.create(null)]);
    serialize({ e: new Error('x'), n: -0, o: Object.create(null) as object });
    expect(pack([new Point(), new Error('x'), Object.create(null)])).toEqual(before);
  });

  it('does not write into what was given out', () => {
    const others = new Packr();
    const given: [expected: string, parts: readonly Uint8Array[]][] = [];
    const small = { text: 'x'.repeat(500) };
    const large = { text: 'y'.repeat(2_000_000) };
    const hex = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString('latin1');
    for (const value of [small, large, small, small, large, large, small]) {
      const parts = serialize(value);
      given.push([hex(parts), parts]);
      for (let count = 0; count < 50; count += 1) others.pack(small);
      others.useBuffer(Buffer.alloc(9000));
      others.pack(small);
    }
    for (const [expected, parts] of given) expect(hex(parts)).toBe(expected);
    for (const [expected] of given)
      expect(deserialize(Buffer.from(expected, 'latin1'))).toHaveProperty('text');
  });

  it('can be at work itself while a value is serialized or read', () => {
    class Stored {
      constructor(readonly value: unknown) {}
    }
    addExtension({
      Class: Stored,
      type: 0x21,
      write: ({ value }: Stored) => Buffer.concat(serialize(value)),
      read: (bytes: Uint8Array) => new Stored(deserialize(bytes)),
    });
    const values = [{ a: 1 }, { text: 'z'.repeat(3_000_000) }, { n: -0 }, 'text', new Float64Array(3)];
    const graph = {
      before: 'text',
      stored: values.map((value) => new Stored(value)),
      after: ['more', 'text'],
    };
    const read = unpack(pack(graph)) as typeof graph;
    expect(read).toEqual(graph);
    expect(difference(graph, read)).toBeUndefined();
    // What an extension reads inside of a value of ours is not in the way of the rest.
    const inner = { list: [new Stored({ a: 'x'.repeat(20) }), 'after', { b: 1 }] };
    const body = new Packr({ mapsAsObjects: false }).pack(inner);
    expect(deserialize(Buffer.concat([Buffer.from('MP\n'), body]))).toEqual(inner);
  });

  it('can be asked again by an accessor', () => {
    const value = {
      first: 'x',
      get inner() {
        return [...serialize({ text: 'y'.repeat(2_000_000) })[1]!.subarray(0, 4)];
      },
      last: 'z',
    };
    expect(roundTrip(value)).toEqual({ first: 'x', inner: value.inner, last: 'z' });
  });
});
