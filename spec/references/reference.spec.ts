import fc from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import {
  InvalidKeyError,
  InvalidReferenceError,
  ProxyStoreFactoryError,
  StoreNotRegisteredError,
} from '../../lib/errors.js';
import {
  createProxy,
  fromReference,
  isProxy,
  isResolved,
  LambdaFactory,
  reference,
  resolve,
  reviver,
  Store,
  storeRegistration,
} from '../../lib/index.js';
import type { ObjectProxy, ProxyReference } from '../../lib/index.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from '../store/observed-connector.js';

const uuid = '0f1e2d3c-4b5a-4697-8877-665544332211';

/** A reference as it travels, with other or further members. */
const form = (members: object = {}): ProxyReference => ({
  $proxystore: 1,
  store: 'results',
  key: [uuid],
  ...members,
});

/** What comes out of JSON with the reviver. */
const revive = (text: string): unknown => JSON.parse(text, reviver);

/** A registered store whose connector tells what it is asked. */
function observedStore(): { store: Store; connector: ObservedConnector } & AsyncDisposable {
  const connector = new ObservedConnector();
  const store = new Store('results', connector, { populateTarget: false, register: true });
  return { store, connector, [Symbol.asyncDispose]: () => store.close() };
}

describe('the form of a reference', () => {
  it('names the version, the store and the key, and nothing that would be the default', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = await store.put({ rows: 3 });
    expect(reference(store.proxyFromKey(key))).toEqual({ $proxystore: 1, store: 'results', key });
    expect(reference(store.proxyFromKey(key, { kind: 'object', evict: false }))).toEqual({
      $proxystore: 1,
      store: 'results',
      key,
    });
  });

  it('says of what kind the object is, and that it is for one resolve', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxy = await store.proxy([1, 2, 3], { evict: true });
    expect(reference(proxy)).toEqual({
      $proxystore: 1,
      store: 'results',
      key: [expect.any(String)],
      kind: 'array',
      evict: true,
    });
    expect(reference(await store.proxy('text')).kind).toBe('string');
    expect(reference(await store.proxy(1n)).kind).toBe('bigint');
  });

  it('is what JSON.stringify writes, in place of the object, wherever it stands', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxy = await store.proxy({ rows: 'x'.repeat(1000) });
    const text = JSON.stringify({ input: proxy, list: [proxy] });
    expect(JSON.parse(text)).toEqual({ input: reference(proxy), list: [reference(proxy)] });
  });

  it('has 120 bytes at most', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxies = [
      await store.proxy({ rows: 'x'.repeat(10_000) }),
      await store.proxy(new Array<number>(10_000).fill(1)),
      await store.proxy('x'.repeat(10_000)),
    ];
    for (const proxy of proxies) expect(JSON.stringify(proxy).length).toBeLessThanOrEqual(120);
    expect(JSON.stringify(form()).length).toBe(82);
    expect(JSON.stringify(form({ kind: 'array', evict: true })).length).toBe(110);
  });

  it('resolves nothing', async () => {
    await using observed = observedStore();
    const proxy = await observed.store.proxy({ rows: 3 });
    reference(proxy);
    JSON.stringify({ proxy });
    fromReference(reference(proxy));
    expect(observed.connector.calls).toEqual(['put']);
    expect(isResolved(proxy)).toBe(false);
  });

  it('cannot be given of a proxy that no store has made', () => {
    const proxy = createProxy(
      new LambdaFactory((): object => {
        throw new Error('resolved');
      }),
    );
    const error = caught(() => reference(proxy));
    expect(error).toBeInstanceOf(ProxyStoreFactoryError);
    expect(error).toMatchObject({ factoryName: 'LambdaFactory' });
    expect((error as Error).message).toMatch(/LambdaFactory.*Put its target in a store/);
    expect(isResolved(proxy)).toBe(false);
  });

  it.each([[undefined], [null], [42], ['text'], [{ rows: 3 }], [form()]])(
    'cannot be given of %j',
    (value) => {
      expect(() => reference(value as never)).toThrow(/reference\(\) takes a proxy/);
    },
  );
});

describe('fromReference', () => {
  it('makes a proxy that resolves through the store which is registered here', async () => {
    await using observed = observedStore();
    const key = await observed.store.put({ rows: 3 });
    const proxy = fromReference<{ rows: number }>({ $proxystore: 1, store: 'results', key });
    expect([isProxy(proxy), isResolved(proxy)]).toEqual([true, false]);
    expect(observed.connector.calls).toEqual(['put']);
    await expect(resolve(proxy)).resolves.toEqual({ rows: 3 });
    expect(reference(proxy)).toEqual({ $proxystore: 1, store: 'results', key });
  });

  it('does not need the store before the proxy is used', async () => {
    await using source = new LocalConnector();
    const store = new Store('results', source);
    const key = await store.put(['a']);
    const proxy = fromReference<string[]>({ $proxystore: 1, store: 'results', key, kind: 'array' });
    expect(Array.isArray(proxy)).toBe(true);
    const error = await rejection(resolve(proxy));
    expect(error).toBeInstanceOf(StoreNotRegisteredError);
    expect(error).toMatchObject({ storeName: 'results', key });
    using _registration = storeRegistration(store);
    expect([...proxy]).toEqual(['a']);
  });

  it('takes the object out where the reference says so', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    const { key } = reference(proxy);
    const revived = fromReference(reference(proxy));
    await resolve(revived);
    await expect(store.exists(key)).resolves.toBe(false);
  });

  it('passes over members of a later version that it does not know', () => {
    expect(isProxy(fromReference(form({ signature: 'c2lnbmVk' })))).toBe(true);
  });

  it.each(['object', 'array', 'function', 'string', 'number', 'bigint', 'symbol'])(
    'makes a proxy of kind %s',
    (kind) => {
      const proxy: object = fromReference(form({ kind }));
      expect(typeof proxy).toBe(kind === 'function' ? 'function' : 'object');
      expect(Array.isArray(proxy)).toBe(kind === 'array');
      expect(reference(proxy).kind).toBe(kind === 'object' ? undefined : kind);
    },
  );

  it('takes a connector config, of which it opens nothing', () => {
    const connector = {
      kind: 'redis',
      options: { url: 'redis://cache:6379', cluster: [{ port: 1 }], tls: null },
    };
    expect(isProxy(fromReference(form({ connector })))).toBe(true);
  });
});

describe('a malformed reference', () => {
  class Key {
    readonly name = uuid;
  }

  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const nested = (depth: number): unknown[] => (depth === 1 ? [uuid] : [nested(depth - 1)]);
  const wide = (depth: number): unknown[] => {
    let level: unknown[] = ['x'];
    for (let above = 1; above < depth; above += 1) level = new Array<unknown>(16).fill(level);
    return level;
  };

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 1],
    ['a string', JSON.stringify(form())],
    ['a function', () => form()],
    ['an array', [form()]],
    ['an empty object', {}],
    ['no version', { store: 'results', key: [uuid] }],
    ['a version of later', form({ $proxystore: 2 })],
    ['a version as a string', form({ $proxystore: '1' })],
    ['a version of null', form({ $proxystore: null })],
    ['a version in an array', form({ $proxystore: [1] })],
    ['an inherited version', Object.create(form())],
    [
      'inherited members',
      Object.assign(Object.create({ store: 'results', key: [uuid] }) as object, { $proxystore: 1 }),
    ],
    ['no store', { $proxystore: 1, key: [uuid] }],
    ['an empty store', form({ store: '' })],
    ['a store that is no string', form({ store: 7 })],
    ['a store that is an object', form({ store: { name: 'results' } })],
    ['no key', { $proxystore: 1, store: 'results' }],
    ['a key that is no array', form({ key: uuid })],
    ['a key that is an object', form({ key: { 0: uuid, length: 1 } })],
    ['a key that is null', form({ key: null })],
    ['a key of undefined', form({ key: [undefined] })],
    ['a key with a hole', form({ key: new Array(1) })],
    ['a key of NaN', form({ key: [NaN] })],
    ['a key of Infinity', form({ key: [Infinity] })],
    ['a key of a bigint', form({ key: [1n] })],
    ['a key of a symbol', form({ key: [Symbol('a')] })],
    ['a key of a function', form({ key: [() => uuid] })],
    ['a key of a Map', form({ key: [new Map()] })],
    ['a key of a Date', form({ key: [new Date()] })],
    ['a key of an instance', form({ key: [new Key()] })],
    ['a key with __proto__', form({ key: [JSON.parse('{"__proto__":{"x":1}}')] })],
    ['a key with constructor', form({ key: [{ constructor: 'x' }] })],
    ['a key that is nested too deep', form({ key: nested(17) })],
    ['a key without end', form({ key: cyclic })],
    ['a key of a huge string', form({ key: ['x'.repeat(10_000)] })],
    ['a key of many strings', form({ key: new Array(10_000).fill('') })],
    ['a key of a huge member name', form({ key: [{ ['x'.repeat(10_000)]: 1 }] })],
    ['a key of a huge length', form({ key: new Array(4_000_000_000) })],
    ['a key that is small by itself and huge as JSON', form({ key: wide(16) })],
    ['an unknown kind', form({ kind: 'undefined' })],
    ['a kind of an inherited name', form({ kind: 'constructor' })],
    ['a kind of null', form({ kind: null })],
    ['a kind that is an object', form({ kind: {} })],
    ['an evict that is no boolean', form({ evict: 1 })],
    ['an evict of null', form({ evict: null })],
    ['a connector of null', form({ connector: null })],
    ['a connector that is a string', form({ connector: 'redis' })],
    ['a connector that is an array', form({ connector: ['redis', {}] })],
    ['a connector without kind', form({ connector: { options: {} } })],
    ['a connector without options', form({ connector: { kind: 'redis' } })],
    ['a connector with options in an array', form({ connector: { kind: 'redis', options: [] } })],
    ['a connector with options of null', form({ connector: { kind: 'redis', options: null } })],
    ['a connector with a function', form({ connector: { kind: 'redis', options: { retry: () => 1 } } })],
    [
      'a connector of an instance',
      form({
        connector: new (class {
          kind = 'redis';
          options = {};
        })(),
      }),
    ],
    [
      'a connector with __proto__',
      JSON.parse(
        JSON.stringify(form()).replace('}', ',"connector":{"kind":"a","options":{"__proto__":{}}}}'),
      ),
    ],
    ['a member __proto__', JSON.parse('{"$proxystore":1,"store":"results","key":["a"],"__proto__":{}}')],
    ['a member constructor', form({ constructor: {} })],
    ['a member prototype', form({ prototype: {} })],
  ])('is refused: %s', (_, value) => {
    const error = caught(() => fromReference(value as ProxyReference));
    expect(error).toBeInstanceOf(InvalidReferenceError);
    expect((error as Error).message).toMatch(/^Not a reference: /);
    expect((error as InvalidReferenceError).reference).toBe(value);
  });

  it('names what is wrong in few words', () => {
    const message = (members: object): string =>
      (caught(() => fromReference(form(members))) as Error).message;
    expect(message({ $proxystore: 2 })).toContain('its version is 2, and only version 1');
    expect(message({ $proxystore: undefined })).toContain('its version is missing');
    expect(message({ kind: 'x'.repeat(1000) }).length).toBeLessThan(300);
    expect(message({ evict: {} })).toContain('its evict is of type object, and not a boolean');
  });

  it('is refused with a proxy anywhere in it, which is not resolved', () => {
    const proxy = createProxy(
      new LambdaFactory((): object => {
        throw new Error('resolved');
      }),
    );
    for (const value of [
      proxy,
      form({ $proxystore: proxy }),
      form({ store: proxy }),
      form({ key: proxy }),
      form({ key: [proxy] }),
      form({ key: [{ inner: proxy }] }),
      form({ kind: proxy }),
      form({ evict: proxy }),
      form({ connector: proxy }),
      form({ connector: { kind: 'redis', options: proxy } }),
      form({ connector: { kind: proxy, options: {} } }),
    ]) {
      expect(() => fromReference(value as ProxyReference)).toThrow(InvalidReferenceError);
    }
    expect(isResolved(proxy)).toBe(false);
  });

  it('does not have its proxy in the error where it is one itself', () => {
    const proxy = createProxy(new LambdaFactory(() => ({})));
    expect(Object.hasOwn(caught(() => fromReference(proxy as never)) as object, 'reference')).toBe(false);
  });
});

describe('a key that the registered connector could not have made', () => {
  it.each([
    [[]],
    [['../../etc/passwd']],
    [[`${uuid}/../x`]],
    [[uuid.toUpperCase()]],
    [[uuid, uuid]],
    [[[uuid]]],
    [[7]],
    [[null]],
  ])('is refused: %j', async (key) => {
    await using _observed = observedStore();
    const error = caught(() => fromReference(form({ key })));
    expect(error).toBeInstanceOf(InvalidKeyError);
    expect(caught(() => revive(JSON.stringify(form({ key }))))).toBeInstanceOf(InvalidKeyError);
  });

  it('is refused when the proxy is resolved, where the store was registered only later', async () => {
    const proxy = fromReference(form({ key: ['../../etc/passwd'] }));
    await using observed = observedStore();
    await expect(resolve(proxy)).rejects.toBeInstanceOf(InvalidKeyError);
    expect(observed.connector.calls).toEqual([]);
  });
});

describe('reviver', () => {
  it('turns references into proxies wherever they stand, and leaves all else', async () => {
    await using observed = observedStore();
    const proxy = await observed.store.proxy({ rows: 3 });
    const text = JSON.stringify({ a: { b: [proxy, 1, null, 'x', { $proxystor: 1 }] }, c: true });
    const revived = revive(text) as {
      a: { b: [ObjectProxy<object>, ...unknown[]] };
      c: boolean;
    };
    expect([isProxy(revived.a.b[0]), isResolved(revived.a.b[0])]).toEqual([true, false]);
    expect(revived.a.b.slice(1)).toEqual([1, null, 'x', { $proxystor: 1 }]);
    expect(revived.c).toBe(true);
    expect(observed.connector.calls).toEqual(['put']);
    await expect(resolve(revived.a.b[0])).resolves.toEqual({ rows: 3 });
  });

  it('turns a reference that is all of the text into a proxy', () => {
    expect(isProxy(revive(JSON.stringify(form())))).toBe(true);
  });

  it('takes the last of several members of one name, as JSON.parse does', () => {
    const text = `{"$proxystore":1,"store":"other","key":["a"],"store":"results","key":["${uuid}"]}`;
    expect(reference(revive(text) as object)).toEqual(form());
    expect(() => revive(`{"$proxystore":1,"$proxystore":9,"store":"results","key":["a"]}`)).toThrow(
      InvalidReferenceError,
    );
  });

  it.each([
    ['in the place of the store', `{"$proxystore":1,"store":REF,"key":["a"]}`],
    ['in the place of the key', `{"$proxystore":1,"store":"results","key":REF}`],
    ['in the key', `{"$proxystore":1,"store":"results","key":["a",REF]}`],
    ['in the place of the version', `{"$proxystore":REF,"store":"results","key":["a"]}`],
    [
      'in the connector',
      `{"$proxystore":1,"store":"results","key":["a"],"connector":{"kind":"x","options":{"a":REF}}}`,
    ],
  ])('refuses a reference %s of another', (_, text) => {
    expect(() => revive(text.replace('REF', JSON.stringify(form())))).toThrow(InvalidReferenceError);
  });

  it('refuses the envelope of pack, which is none in JSON', () => {
    expect(() => revive('{"$proxystore":"data","value":{}}')).toThrow(InvalidReferenceError);
  });

  it('leaves prototypes alone', () => {
    const revived = revive('{"__proto__":{"$proxystor":1},"a":{"__proto__":[]}}') as object;
    expect(Object.getPrototypeOf(revived)).toBe(Object.prototype);
    expect(Object.hasOwn(revived, '__proto__')).toBe(true);
  });

  it('gives a value, or one of two errors, for whatever comes in', async () => {
    await using observed = observedStore();
    const members = fc.record(
      {
        $proxystore: fc.oneof({ weight: 6, arbitrary: fc.constant<unknown>(1) }, fc.jsonValue()),
        store: fc.oneof(fc.constant<unknown>('results'), fc.constant<unknown>('elsewhere'), fc.jsonValue()),
        key: fc.oneof(
          fc.constant<unknown>([uuid]),
          fc.array(fc.jsonValue(), { maxLength: 2 }),
          fc.jsonValue(),
        ),
        kind: fc.oneof(fc.constant<unknown>('array'), fc.string(), fc.jsonValue()),
        evict: fc.oneof(fc.boolean() as fc.Arbitrary<unknown>, fc.jsonValue()),
        connector: fc.oneof(fc.constant<unknown>({ kind: 'local', options: {} }), fc.jsonValue()),
        ['__proto__']: fc.jsonValue(),
      },
      { requiredKeys: ['$proxystore'] },
    );
    const { anything } = fc.letrec((tie) => ({
      anything: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.jsonValue(),
        members,
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('anything'), { maxLength: 3 }),
      object: fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom('store', 'key', '$proxystore', '__proto__')),
        tie('anything'),
        {
          maxKeys: 3,
        },
      ),
    }));
    const outcomes = { value: 0, refused: 0 };
    fc.assert(
      fc.property(anything, (value) => {
        try {
          revive(JSON.stringify(value));
          outcomes.value += 1;
        } catch (error) {
          if (!(error instanceof InvalidReferenceError) && !(error instanceof InvalidKeyError)) throw error;
          outcomes.refused += 1;
        }
      }),
      { numRuns: 1000 },
    );
    expect(outcomes.value).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(observed.connector.calls).toEqual([]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('whatever else is given', () => {
  const anything = fc.anything({
    key: fc.oneof(
      fc.string(),
      fc.constantFrom('$proxystore', 'store', 'key', 'kind', 'evict', 'connector', 'value'),
    ),
    values: [
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom<unknown>(1, 'data', null, [uuid]),
    ],
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 3,
  });

  it('fromReference makes a proxy or refuses it', () => {
    const version = fc.record({ $proxystore: fc.constant(1), store: fc.constant('nowhere'), key: anything });
    fc.assert(
      fc.property(fc.oneof(anything, version), (value) => {
        try {
          expect(isProxy(fromReference(value as ProxyReference))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidReferenceError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
