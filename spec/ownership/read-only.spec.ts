import fc from 'fast-check';
import { readOnly } from '../../lib/ownership/read-only.js';

const refusal = 'A borrowed object can only be read';

class Counter {
  count = 0;
  increment(): number {
    this.count += 1;
    return this.count;
  }
  get double(): number {
    return this.count * 2;
  }
  set double(value: number) {
    this.count = value / 2;
  }
}

/** A write that each kind of object must refuse. */
const writes: readonly (readonly [string, object, (view: never) => unknown])[] = [
  ['a property', { a: 1 }, (view: { a: number }) => (view.a = 2)],
  ['a new property', { a: 1 }, (view: { b?: number }) => (view.b = 2)],
  ['a deleted property', { a: 1 }, (view: { a?: number }) => delete view.a],
  ['a defined property', {}, (view: object) => Object.defineProperty(view, 'a', { value: 1 })],
  ['a prototype', {}, (view: object) => Object.setPrototypeOf(view, null) as unknown],
  ['a freeze', {}, (view: object) => Object.freeze(view)],
  ['a seal', {}, (view: object) => Object.seal(view)],
  ['an assignment', {}, (view: object) => Object.assign(view, { a: 1 })],
  ['a nested property', { a: { b: { c: 1 } } }, (view: { a: { b: { c: number } } }) => (view.a.b.c = 2)],
  [
    'a frozen object’s member',
    Object.freeze({ a: { b: 1 } }),
    (view: { a: { b: number } }) => (view.a.b = 2),
  ],
  ['an element', [1, 2], (view: number[]) => (view[0] = 2)],
  ['a length', [1, 2], (view: number[]) => (view.length = 0)],
  ['push', [1], (view: number[]) => view.push(2)],
  ['sort', [2, 1], (view: number[]) => view.sort()],
  ['splice', [1], (view: number[]) => view.splice(0, 1)],
  ['an element of an element', [[1]], (view: number[][]) => view[0]?.push(2)],
  [
    'an element in a callback',
    [{ a: 1 }],
    (view: { a: number }[]) => {
      view.forEach((member) => {
        member.a = 2;
      });
    },
  ],
  [
    'an element by find',
    [{ a: 1 }],
    (view: { a: number }[]) => Object.assign(view.find((member) => member.a === 1) ?? {}, { a: 2 }),
  ],
  [
    'an element by iteration',
    [{ a: 1 }],
    (view: { a: number }[]) => {
      for (const member of view) member.a = 2;
    },
  ],
  ['Map.set', new Map(), (view: Map<string, number>) => view.set('a', 1)],
  ['Map.delete', new Map([['a', 1]]), (view: Map<string, number>) => view.delete('a')],
  [
    'Map.clear',
    new Map([['a', 1]]),
    (view: Map<string, number>) => {
      view.clear();
    },
  ],
  [
    'a Map’s value',
    new Map([['a', { b: 1 }]]),
    (view: Map<string, { b: number }>) => Object.assign(view.get('a') ?? {}, { b: 2 }),
  ],
  [
    'a Map’s value by iteration',
    new Map([['a', { b: 1 }]]),
    (view: Map<string, { b: number }>) => {
      for (const [, value] of view) value.b = 2;
    },
  ],
  [
    'a Map in forEach',
    new Map([['a', 1]]),
    (view: Map<string, number>) => {
      view.forEach((_value, key, map) => map.set(key, 2));
    },
  ],
  ['Set.add', new Set(), (view: Set<number>) => view.add(1)],
  [
    'a Set’s member',
    new Set([{ a: 1 }]),
    (view: Set<{ a: number }>) => {
      for (const member of view) member.a = 2;
    },
  ],
  ['Date.setTime', new Date(0), (view: Date) => view.setTime(1)],
  ['a typed array’s element', new Float64Array(2), (view: Float64Array) => (view[0] = 1)],
  ['fill', new Uint8Array(2), (view: Uint8Array) => view.fill(1)],
  [
    'set',
    new Uint8Array(2),
    (view: Uint8Array) => {
      view.set([1]);
    },
  ],
  ['a buffer', new Uint8Array(2), (view: Uint8Array) => new Uint8Array(view.buffer).fill(1)],
  ['subarray', new Uint8Array(2), (view: Uint8Array) => view.subarray(0).fill(1)],
  ['Buffer.write', Buffer.alloc(2), (view: Buffer) => view.write('a')],
  [
    'DataView.setInt8',
    new DataView(new ArrayBuffer(1)),
    (view: DataView) => {
      view.setInt8(0, 1);
    },
  ],
  [
    'DataView.buffer',
    new DataView(new ArrayBuffer(1)),
    (view: DataView) => new Uint8Array(view.buffer).fill(1),
  ],
  ['RegExp.lastIndex', /a/g, (view: RegExp) => (view.lastIndex = 1)],
  ['RegExp.exec', /a/g, (view: RegExp) => view.exec('a')],
  ['a method', new Counter(), (view: Counter) => view.increment()],
  ['a setter', new Counter(), (view: Counter) => (view.double = 2)],
];

describe('a read-only view', () => {
  it.each(writes)('refuses %s, and changes nothing', (_, original, write) => {
    const before = structuredClone(original);
    expect(() => write(readOnly(original) as never)).toThrow(refusal);
    expect(structuredClone(original)).toEqual(before);
  });

  it('reads as the original does', () => {
    const counter = new Counter();
    counter.count = 3;
    const original = {
      list: [3, 1, 2],
      map: new Map<unknown, unknown>([['a', { b: 1 }]]),
      set: new Set([1, 2]),
      date: new Date(5),
      bytes: new Uint8Array([1, 2, 3]),
      words: new DataView(new Uint16Array([7]).buffer),
      expression: /a+/gi,
      counter,
    };
    const view = readOnly(original) as typeof original;
    expect(Array.isArray(view.list)).toBe(true);
    expect(view.list.map((number) => number * 2)).toEqual([6, 2, 4]);
    expect(view.list.length).toBe(3);
    expect([...view.list].sort()).toEqual([1, 2, 3]);
    expect(JSON.stringify(view.list)).toBe('[3,1,2]');
    expect(view.map.get('a')).toEqual({ b: 1 });
    expect(view.map.size).toBe(1);
    expect([...view.map.keys()]).toEqual(['a']);
    expect(view.map.has('a')).toBe(true);
    expect([...view.set]).toEqual([1, 2]);
    expect(view.set.size).toBe(2);
    expect(view.date.getTime()).toBe(5);
    expect(Number(view.date)).toBe(5);
    expect(view.bytes.length).toBe(3);
    expect(view.bytes[1]).toBe(2);
    expect([...view.bytes]).toEqual([1, 2, 3]);
    expect(view.bytes.reduce((sum, byte) => sum + byte)).toBe(6);
    expect(view.words.getUint16(0, true)).toBe(7);
    expect(view.expression.source).toBe('a+');
    expect(String(view.expression)).toBe('/a+/gi');
    expect(view.counter.double).toBe(6);
    expect(view.counter).toBeInstanceOf(Counter);
    expect(Object.keys(view)).toEqual(Object.keys(original));
    expect('list' in view).toBe(true);
    expect({ ...view.counter }).toEqual({ count: 3 });
    expect(view.constructor).toBe(Object);
  });

  it('is the same for the same object, and itself for a view', () => {
    const inner = {};
    const view = readOnly({ inner, again: inner }) as { inner: object; again: object };
    expect(view.inner).toBe(view.again);
    expect(readOnly(view.inner)).toBe(view.inner);
    const map = readOnly(new Map([[inner, 1]])) as Map<object, number>;
    expect(map.get(view.inner)).toBe(1);
    expect(map.get(inner)).toBe(1);
  });

  it('describes properties as they are, but for what would change them', () => {
    let written = 0;
    const original = {
      plain: [1],
      get read() {
        return 1;
      },
      set write(value: number) {
        written = value;
      },
    };
    const view = readOnly(original) as typeof original;
    expect(Object.getOwnPropertyDescriptor(view, 'missing')).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(view, 'plain')?.value).toBe(view.plain);
    expect(Object.getOwnPropertyDescriptor(view, 'read')?.set).toBeUndefined();
    const write = Object.getOwnPropertyDescriptor(view, 'write')?.set?.bind(original);
    expect(() => write?.(2)).toThrow(refusal);
    expect(written).toBe(0);
  });

  it('gives what cannot be changed as it is', () => {
    for (const value of ['text', 1, 1n, true, null, undefined, Symbol.iterator])
      expect(readOnly(value)).toBe(value);
  });

  it('holds to the engine’s invariants, whatever is frozen, in whatever order it is looked at', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => typeof value === 'object' && value !== null);
    fc.assert(
      fc.property(json, fc.boolean(), fc.boolean(), (value, frozen, lengthFirst) => {
        const original = structuredClone(value) as object;
        if (frozen) Object.freeze(original);
        const view = readOnly(original) as object;
        const keys = Reflect.ownKeys(original);
        for (const key of lengthFirst ? keys.reverse() : keys) Reflect.getOwnPropertyDescriptor(view, key);
        expect(Object.getOwnPropertyDescriptors(view)).toBeDefined();
        expect(Reflect.ownKeys(view)).toEqual(Reflect.ownKeys(original));
        expect(JSON.stringify(view)).toBe(JSON.stringify(original));
        expect(Object.isExtensible(view)).toBe(true);
      }),
    );
  });
});
