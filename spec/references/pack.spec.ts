import { createSecretKey } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { InvalidKeyError, InvalidReferenceError, ProxyStoreFactoryError } from '../../lib/errors.js';
import {
  createProxy,
  fromReference,
  isProxy,
  isResolved,
  LambdaFactory,
  pack,
  reference,
  resolve,
  Store,
  unpack,
} from '../../lib/index.js';
import type { Packed } from '../../lib/index.js';
import { ObservedConnector } from '../store/observed-connector.js';
import { graphText } from './graph-text.js';

const uuid = '0f1e2d3c-4b5a-4697-8877-665544332211';

/** Not registered, so whoever resolves it fails. */
const proxyOf = (name: string): object => fromReference({ $proxystore: 1, store: 'nowhere', key: [name] });

/** The way of a message: references out, clone, references in. */
function sent<T>(value: T): T {
  return unpack(structuredClone(pack(value)));
}

/** Sends a value and checks that all of it arrives, and that nothing was changed. */
function expectToArrive(value: unknown): void {
  const before = graphText(value);
  expect(graphText(sent(value))).toBe(before);
  expect(graphText(unpack(pack(value)))).toBe(before);
  expect(graphText(value)).toBe(before);
}

/** A member of a node: another node, a proxy, or a value. Not the proxy itself: fast-check would look into it. */
type Target = { readonly node: number } | { readonly proxy: string } | { readonly value: unknown };

/** A graph as a list of nodes, whose members may be any of them. */
type Plan = readonly { readonly kind: string; readonly members: readonly (readonly [string, Target])[] }[];

const plans: fc.Arbitrary<Plan> = fc.array(
  fc.record({
    kind: fc.constantFrom('object', 'array', 'map', 'set', 'reference', 'envelope'),
    members: fc.array(
      fc.tuple(
        fc.constantFrom('a', '0', '$proxystore', 'store', 'key', 'value', 'kind', 'constructor', '__proto__'),
        fc.oneof(
          fc.record({ node: fc.nat(5) }),
          fc.record({ proxy: fc.constantFrom('a', 'b') }),
          fc.record({
            value: fc.constantFrom<unknown>(
              1,
              -0,
              NaN,
              7n,
              true,
              null,
              undefined,
              '',
              'data',
              uuid,
              new Date(7),
            ),
          }),
        ),
      ),
      { maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

function graphOf(plan: Plan): object {
  const proxies = { a: proxyOf('a'), b: proxyOf('b') };
  const nodes = plan.map(({ kind }): object => {
    if (kind === 'array') return [];
    if (kind === 'map') return new Map();
    if (kind === 'set') return new Set();
    return kind === 'object' ? {} : { $proxystore: kind === 'reference' ? 1 : 'data' };
  });
  for (const [index, { members }] of plan.entries()) {
    const object = nodes[index]!;
    for (const [key, target] of members) {
      const value =
        'node' in target
          ? nodes[target.node % nodes.length]
          : 'proxy' in target
            ? proxies[target.proxy as 'a' | 'b']
            : target.value;
      if (object instanceof Map) object.set(key === 'a' ? value : key, value);
      else if (object instanceof Set) object.add(value);
      else
        Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }
  return nodes[0]!;
}

describe('pack and unpack', () => {
  it('take proxies through a clone, without resolving them', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false, register: true });
    const input = await store.proxy({ rows: 3 });
    const job = { id: 7, input, list: [input, { again: input }] };
    const arrived = sent(job);
    expect(arrived.id).toBe(7);
    expect([isProxy(arrived.input), isResolved(arrived.input), isResolved(input)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(connector.calls).toEqual(['put']);
    await expect(resolve(arrived.input)).resolves.toEqual({ rows: 3 });
    expect(arrived.list[0]).toBe(arrived.input);
  });

  it('take a value that is itself a proxy', () => {
    const proxy = proxyOf('a');
    expect(pack(proxy)).toEqual(reference(proxy));
    expect(reference(sent(proxy))).toEqual(reference(proxy));
  });

  it('send a resolved proxy by reference too', async () => {
    await using store = new Store('results', new ObservedConnector());
    const proxy = await store.proxy({ rows: 'x'.repeat(1000) });
    expect(isResolved(proxy)).toBe(true);
    expect(pack([proxy])).toEqual([reference(proxy)]);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['a bigint', 42n],
    ['text', 'text'],
    ['an object', { a: { b: [1, 2] } }],
    [
      'an instance',
      new (class Job {
        readonly id = 7;
      })(),
    ],
    ['a Map and a Set', { map: new Map([[{}, new Set([1])]]) }],
    ['bytes', new Uint8Array(3)],
    ['a Date', new Date()],
    ['a function', () => 1],
  ])('give back as it is what has no proxy in it: %s', (_, value) => {
    expect(pack(value)).toBe(value);
    expect(unpack(value as Packed)).toBe(value);
  });

  it('refuse a proxy that no store has made, before anything is packed', () => {
    const proxy = createProxy(
      new LambdaFactory((): object => {
        throw new Error('resolved');
      }),
    );
    expect(() => pack({ a: [new Map([[proxyOf('a'), proxy]])] })).toThrow(ProxyStoreFactoryError);
    expect(isResolved(proxy)).toBe(false);
  });

  it('take proxies of each kind', () => {
    const kinds = ['object', 'array', 'function', 'string', 'number', 'bigint', 'symbol'] as const;
    const proxies = kinds.map((kind): object =>
      fromReference({ $proxystore: 1, store: 'nowhere', key: ['a'], kind }),
    );
    expect(sent(proxies).map((proxy) => reference(proxy))).toEqual(proxies.map((proxy) => reference(proxy)));
  });

  it('leave a proxy alone that is in a value already', () => {
    const value = { proxy: proxyOf('a'), packed: pack(proxyOf('b')) };
    const unpacked = unpack<{ proxy: object; packed: object }>(value as Packed<never>);
    expect(unpacked.proxy).toBe(value.proxy);
    expect(reference(unpacked.packed).key).toEqual(['b']);
  });
});

describe('graphs', () => {
  it('keep their cycles', () => {
    const object: Record<string, unknown> = { proxy: proxyOf('a') };
    const list: unknown[] = [object];
    object['self'] = object;
    object['list'] = list;
    list.push(list, new Map<unknown, unknown>([[list, object]]), new Set([object, list]));
    expectToArrive(object);
    expectToArrive(list);
  });

  it('keep a proxy once that is there several times, and several proxies of one object apart', () => {
    const proxy = proxyOf('a');
    const [first, second, third] = sent([proxy, { proxy }, proxyOf('a')] as const);
    expect(first).toBe(second.proxy);
    expect(third).not.toBe(first);
  });

  it('keep proxies as keys and values of Maps, and in Sets, in their order', () => {
    const [a, b] = [proxyOf('a'), proxyOf('b')];
    const map = new Map<unknown, unknown>([
      [a, 1],
      ['x', b],
      [b, a],
    ]);
    expectToArrive(map);
    expectToArrive(new Set([1, b, 'x', a]));
    const arrived = sent({ map, a });
    expect(arrived.map.get(arrived.a)).toBe(1);
  });

  it('keep the holes of arrays, and their other members', () => {
    const list: unknown[] = [];
    list[3] = proxyOf('a');
    list.length = 5;
    expectToArrive(list);
    const named = Object.assign([1, proxyOf('a')], { name: proxyOf('b') });
    expectToArrive(named);
    const longest = new Array<unknown>(4_000_000_000);
    longest[7] = proxyOf('a');
    const packed = pack(longest) as unknown[];
    expect([packed.length, Object.keys(packed)]).toEqual([4_000_000_000, ['7']]);
  });

  it('make plain objects of instances that hold a proxy, as every clone does', () => {
    class Job {
      readonly input = proxyOf('a');
      readonly #secret = 7;
      get secret(): number {
        return this.#secret;
      }
    }
    class Labelled {
      readonly input = proxyOf('a');
      readonly [Symbol.toStringTag] = 'Labelled';
    }
    expect(Object.getPrototypeOf(pack(new Job()))).toBe(Object.prototype);
    expect(graphText(sent(new Job()))).toBe(graphText({ input: proxyOf('a') }));
    expect(graphText(sent(new Labelled()))).toBe(graphText({ input: proxyOf('a') }));
    expect(graphText(sent(Object.assign(Object.create(null) as object, { input: proxyOf('a') })))).toBe(
      graphText({ input: proxyOf('a') }),
    );
    const argumentsOf = function (): object {
      // eslint-disable-next-line prefer-rest-params -- such an object is what is tested
      return arguments;
    } as (...args: unknown[]) => object;
    expect(graphText(sent(argumentsOf(proxyOf('a'))))).toBe(graphText({ 0: proxyOf('a') }));
  });

  it('look into what extends a Map, a Set or an Array, whatever it calls itself', () => {
    class Index extends Map<string, object> {
      override readonly [Symbol.toStringTag] = 'Index';
    }
    class Group extends Set<object> {
      override readonly [Symbol.toStringTag] = 'Group';
    }
    class List extends Array<object> {}
    expect(graphText(sent(new Index([['a', proxyOf('a')]])))).toBe(graphText(new Map([['a', proxyOf('a')]])));
    expect(graphText(sent(new Group([proxyOf('a')])))).toBe(graphText(new Set([proxyOf('a')])));
    expect(graphText(sent(List.of(proxyOf('a'))))).toBe(graphText([proxyOf('a')]));
    const impostor = { [Symbol.toStringTag]: 'Map', input: proxyOf('a') };
    expect(reference(sent(impostor).input)).toEqual(reference(impostor.input));
  });

  it('look into objects of another realm', () => {
    const make = runInNewContext(
      '(proxy) => ({ map: new Map([[proxy, [proxy]]]), set: new Set([proxy]), date: new Date(7) })',
    ) as (proxy: object) => object;
    expectToArrive(make(proxyOf('a')));
  });

  it('keep members by the names of an object’s prototype', () => {
    const value = JSON.parse(
      '{"__proto__":{"x":1},"constructor":2,"hasOwnProperty":3,"toString":4}',
    ) as object;
    const packed = pack(Object.assign(Object.create(null) as object, { value, proxy: proxyOf('a') })) as {
      value: object;
    };
    expect(packed.value).toBe(value);
    Object.defineProperty(value, 'proxy', { value: proxyOf('a'), enumerable: true });
    expectToArrive(value);
    expect(Object.getPrototypeOf(unpack(pack(value)))).toBe(Object.prototype);
  });

  it('take what a clone takes and leave the rest out: symbols, hidden members', () => {
    const value = { proxy: proxyOf('a'), [Symbol('hidden')]: proxyOf('b') };
    Object.defineProperty(value, 'hidden', { value: proxyOf('c'), enumerable: false });
    expect(Reflect.ownKeys(pack(value))).toEqual(['proxy']);
  });

  it('read a getter, also one that gives another object each time', () => {
    const value = {
      get input(): object {
        return { proxy: proxyOf('a'), list: [proxyOf('b')] };
      },
      plain: proxyOf('c'),
    };
    expect(graphText(sent(value))).toBe(
      graphText({ input: { proxy: proxyOf('a'), list: [proxyOf('b')] }, plain: proxyOf('c') }),
    );
  });

  it('let through what a getter throws', () => {
    const error = new Error('thrown by the getter');
    const value = {
      proxy: proxyOf('a'),
      get bad(): never {
        throw error;
      },
    };
    expect(() => pack(value)).toThrow(error);
  });

  it('are copied only where they lead to a proxy', () => {
    const value = {
      proxy: proxyOf('a'),
      rows: [{ x: 1 }],
      bytes: new Uint8Array(4),
      index: new Map([['a', { x: 1 }]]),
      key: createSecretKey(Buffer.from('secret')),
      channel: new MessageChannel(),
      date: new Date(7),
      error: new RangeError('kept'),
      pattern: /kept/,
    };
    const packed = pack(value) as typeof value;
    expect(packed).not.toBe(value);
    expect(packed.proxy).toEqual(reference(value.proxy));
    for (const name of ['rows', 'bytes', 'index', 'key', 'channel', 'date', 'error', 'pattern'] as const) {
      expect([name, packed[name] === value[name]]).toEqual([name, true]);
    }
    value.channel.port1.close();
  });

  it('do not look into what a clone takes no members of', () => {
    const values = [
      new Date(7),
      new RangeError('x'),
      /x/,
      new Uint8Array(2),
      Object('x'),
      Object(7),
      Object(true),
    ] as object[];
    for (const value of values) {
      Object.assign(value, { input: proxyOf('a'), $proxystore: 1 });
      expect(pack(value)).toBe(value);
      expect((pack({ value, proxy: proxyOf('a') }) as { value: object }).value).toBe(value);
    }
  });

  it('may be 100,000 levels deep', () => {
    let deep: object = { proxy: proxyOf('a') };
    for (let level = 0; level < 100_000; level += 1) deep = level % 2 === 0 ? { deep } : [deep];
    let unpacked: unknown = unpack(pack(deep));
    for (let level = 0; level < 100_000; level += 1)
      [unpacked] = Object.values(unpacked as object) as [unknown];
    expect(reference((unpacked as { proxy: object }).proxy).key).toEqual(['a']);
  });

  it('may be wide, and share much', () => {
    const shared = { proxy: proxyOf('a') };
    const wide = Array.from({ length: 20_000 }, (_, index) => ({ index, shared }));
    const arrived = unpack<typeof wide>(pack(wide));
    expect(arrived).toHaveLength(20_000);
    expect(new Set(arrived.map((row) => row.shared)).size).toBe(1);
    expect(arrived[19_999]!.index).toBe(19_999);
  });
});

describe('data that looks like a reference', () => {
  const look = { $proxystore: 1, store: 'results', key: [uuid] };

  it.each<[string, unknown]>([
    ['a reference', look],
    ['one in a list', [look, { look }]],
    ['a malformed one', { $proxystore: 'none' }],
    ['an envelope', { $proxystore: 'data', value: look }],
    ['an envelope of an envelope', { $proxystore: 'data', value: { $proxystore: 'data', value: look } }],
    ['an envelope without content', { $proxystore: 'data' }],
    ['an envelope of a number', { $proxystore: 'data', value: 7 }],
    ['a reference with a proxy in it', { ...look, key: [proxyOf('a')] }],
    ['an envelope with a proxy in it', { $proxystore: 'data', value: proxyOf('a') }],
    ['a list with such a member', Object.assign([1, proxyOf('a')], { $proxystore: 1 })],
    ['one that is there twice', [look, look]],
    ['the keys of a Map', new Map([[look, { $proxystore: 'data', value: look }]])],
    [
      'one that holds itself',
      (() => {
        const cycle: Record<string, unknown> = { $proxystore: 1 };
        cycle['store'] = { $proxystore: 'data', value: cycle };
        return cycle;
      })(),
    ],
  ])('arrives as the data that it is: %s', (_, value) => {
    expectToArrive(value);
  });

  it('arrives as the data that it is, in whatever graph', () => {
    fc.assert(
      fc.property(plans, (plan) => expectToArrive(graphOf(plan))),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(plans, (plan) => {
        const way = (value: unknown): unknown => unpack(deserialize(serialize(pack(value))) as Packed);
        expect(graphText(way(graphOf(plan)))).toBe(graphText(graphOf(plan)));
      }),
    );
  });
});

describe('hostile packed values', () => {
  it.each<[string, unknown, unknown]>([
    ['a malformed reference', { a: { $proxystore: 1 } }, InvalidReferenceError],
    [
      'a reference of another version',
      [{ $proxystore: 2, store: 'results', key: ['a'] }],
      InvalidReferenceError,
    ],
    ['an envelope without content', { $proxystore: 'data' }, InvalidReferenceError],
    ['an envelope of a number', { $proxystore: 'data', value: 7 }, InvalidReferenceError],
    ['an envelope of null', { $proxystore: 'data', value: null }, InvalidReferenceError],
    [
      'an envelope with inherited content',
      Object.assign(Object.create({ value: {} }) as object, { $proxystore: 'data' }),
      InvalidReferenceError,
    ],
    ['a key that was never made', { $proxystore: 1, store: 'results', key: ['../secret'] }, InvalidKeyError],
    [
      'a malformed reference in an envelope',
      { $proxystore: 'data', value: { a: { $proxystore: 9 } } },
      InvalidReferenceError,
    ],
    ['a malformed reference in a Map', new Map([[{ $proxystore: 9 }, 1]]), InvalidReferenceError],
  ])('are refused: %s', async (_, value, error) => {
    await using _store = new Store('results', new ObservedConnector(), { register: true });
    expect(() => unpack(value as Packed)).toThrow(error as new () => Error);
  });

  it('end where an envelope holds itself, or what has no members', () => {
    const endless: Record<string, unknown> = { $proxystore: 'data' };
    endless['value'] = endless;
    const unpacked = unpack<Record<string, unknown>>(endless);
    expect(unpacked['value']).toBe(unpacked);
    const date = new Date(7);
    expect(unpack({ $proxystore: 'data', value: date } as Packed)).toBe(date);
  });
});
