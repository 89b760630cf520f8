import fc from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import type { ConnectorKey } from '../../lib/connectors/protocol.js';
import { ConnectorError, InvalidKeyError, SerializationError, StoreError } from '../../lib/errors.js';
import { createProxy, isResolved, LambdaFactory, Store } from '../../lib/index.js';
import type { GetOptions, PutOptions, StoreKey, SyncConnector } from '../../lib/index.js';
import { keyText } from '../../lib/store/key-text.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector, PlainConnector } from './observed-connector.js';

const uuid = '0f1e2d3c-4b5a-4697-8877-665544332211';

/** The operations of a store that both forms have, as promises. */
interface Operations {
  put<T>(value: T, options?: PutOptions<T>): Promise<StoreKey<T>>;
  get<T, D = undefined>(key: StoreKey<T>, options?: GetOptions<T, D>): Promise<T | D>;
  take<T, D = undefined>(key: StoreKey<T>, options?: GetOptions<T, D>): Promise<T | D>;
  exists(key: StoreKey): Promise<boolean>;
  evict(key: StoreKey): Promise<void>;
  putBatch(values: readonly unknown[], options?: PutOptions): Promise<StoreKey[]>;
  getBatch(keys: readonly StoreKey[], options?: GetOptions<unknown, unknown>): Promise<unknown[]>;
  evictBatch(keys: readonly StoreKey[]): Promise<void>;
}

const forms: Record<'asynchronous' | 'synchronous', (store: Store<SyncConnector>) => Operations> = {
  asynchronous: (store) => store,
  synchronous: (store) => ({
    put: async (value, options) => store.putSync(value, options),
    get: async (key, options) => store.getSync(key, options),
    take: async (key, options) => store.takeSync(key, options),
    exists: async (key) => store.existsSync(key),
    evict: async (key) => store.evictSync(key),
    putBatch: async (values, options) => store.putBatchSync(values, options),
    getBatch: async (keys, options) => store.getBatchSync(keys, options),
    evictBatch: async (keys) => store.evictBatchSync(keys),
  }),
};

describe.each(['asynchronous', 'synchronous'] as const)('the %s form', (form) => {
  let store: Store<LocalConnector>;
  let operations: Operations;

  beforeEach(() => {
    store = new Store('results', new LocalConnector());
    operations = forms[form](store);
  });

  afterEach(() => store.close());

  it.each<[string, unknown]>([
    ['an object', { rows: [{ id: 1 }], title: 'x' }],
    ['an array', [1, 'two', null]],
    ['text', 'grün'],
    ['empty text', ''],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['no bytes', new Uint8Array()],
    ['numbers', new Float64Array([0.5, -1])],
    ['a number', 4.5],
    ['a bigint', 2n ** 70n],
    ['true', true],
    ['false', false],
    ['null', null],
    ['undefined', undefined],
    ['a Map', new Map([[{ a: 1 }, new Set([2])]])],
    ['a Date', new Date(7)],
  ])('puts and gets %s', async (_, value) => {
    const key = await operations.put(value);
    await expect(operations.get(key)).resolves.toEqual(value);
    store.evictSync(key);
    const other = await operations.put(value);
    await expect(operations.take(other)).resolves.toEqual(value);
  });

  it('tells a stored undefined or null from a missing object by the default', async () => {
    const missing = Symbol('missing');
    const [nothing, none] = await operations.putBatch([undefined, null]);
    const gone = await operations.put('x');
    await operations.evict(gone);
    await expect(operations.get(nothing!, { default: missing })).resolves.toBeUndefined();
    await expect(operations.get(none!, { default: missing })).resolves.toBeNull();
    await expect(operations.get(gone, { default: missing })).resolves.toBe(missing);
    await expect(operations.get(gone)).resolves.toBeUndefined();
    await expect(operations.getBatch([gone, none!, nothing!], { default: missing })).resolves.toEqual([
      missing,
      null,
      undefined,
    ]);
    await expect(operations.getBatch([gone])).resolves.toEqual([undefined]);
    await expect(operations.take(nothing!, { default: missing })).resolves.toBeUndefined();
    await expect(operations.take(nothing!, { default: missing })).resolves.toBe(missing);
    await expect(operations.take(nothing!)).resolves.toBeUndefined();
  });

  it('gives each object a key of its own', async () => {
    const keys = [
      await operations.put('same'),
      await operations.put('same'),
      ...(await operations.putBatch(['same', 'same'])),
    ];
    expect(new Set(keys.map(([name]) => name)).size).toBe(4);
  });

  it('tells whether an object is there, and removes it', async () => {
    const key = await operations.put('x');
    await expect(operations.exists(key)).resolves.toBe(true);
    await operations.evict(key);
    await expect(operations.exists(key)).resolves.toBe(false);
    await expect(operations.get(key)).resolves.toBeUndefined();
    await operations.evict(key);
  });

  it('takes an object out', async () => {
    const key = await operations.put({ rows: 3 });
    await expect(operations.take(key)).resolves.toEqual({ rows: 3 });
    await expect(operations.exists(key)).resolves.toBe(false);
    await expect(operations.take(key)).resolves.toBeUndefined();
  });

  it('puts, gets and evicts batches, in order', async () => {
    const values = ['a', { b: 1 }, null, [2]];
    const keys = await operations.putBatch(values);
    expect(keys).toHaveLength(4);
    await expect(operations.getBatch([...keys].reverse())).resolves.toEqual([...values].reverse());
    await operations.evictBatch(keys.slice(1, 3));
    await expect(operations.getBatch(keys)).resolves.toEqual(['a', undefined, undefined, [2]]);
    expect(await Promise.all(keys.map((key) => operations.exists(key)))).toEqual([true, false, false, true]);
  });

  it('takes empty batches', async () => {
    await expect(operations.putBatch([])).resolves.toEqual([]);
    await expect(operations.getBatch([])).resolves.toEqual([]);
    await expect(operations.evictBatch([])).resolves.toBeUndefined();
  });

  it('takes one key several times in a batch', async () => {
    const key = await operations.put('a');
    await expect(operations.getBatch([key, key])).resolves.toEqual(['a', 'a']);
    await operations.evictBatch([key, key]);
    await expect(operations.exists(key)).resolves.toBe(false);
  });

  it('has stored a copy: what is changed after the call is not changed in the store', async () => {
    const value = { rows: [1] };
    const putting = operations.put(value);
    value.rows.push(2);
    await expect(operations.get(await putting)).resolves.toEqual({ rows: [1] });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', uuid],
    ['a number', 7],
    ['an object', { 0: uuid, length: 1 }],
    ['an empty array', []],
    ['a path', ['../../etc/passwd']],
    ['two of them', [uuid, uuid]],
    ['one in capitals', [uuid.toUpperCase()]],
    ['one that is nested', [[uuid]]],
  ])('refuses %s for a key', async (_, key) => {
    for (const operation of ['get', 'take', 'exists', 'evict'] as const) {
      await expect(operations[operation](key as ConnectorKey)).rejects.toBeInstanceOf(InvalidKeyError);
    }
    await expect(operations.getBatch([key as ConnectorKey])).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(operations.evictBatch([key as ConnectorKey])).rejects.toBeInstanceOf(InvalidKeyError);
    expect(() => store.isCached(key as ConnectorKey)).toThrow(InvalidKeyError);
    expect(() => store.proxyFromKey(key as ConnectorKey)).toThrow(InvalidKeyError);
  });

  it('touches nothing of a batch in which one key is wrong', async () => {
    const key = await operations.put('x');
    await expect(operations.evictBatch([key, ['x']])).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(operations.exists(key)).resolves.toBe(true);
  });

  it.each([undefined, null, 'text', 7, { length: 0 }])('refuses %j for the keys of a batch', async (keys) => {
    await expect(operations.getBatch(keys as never)).rejects.toThrow(/takes an array of keys/);
    await expect(operations.evictBatch(keys as never)).rejects.toBeInstanceOf(InvalidKeyError);
  });

  it('refuses a proxy for a key, and does not resolve it', async () => {
    const proxy = createProxy(
      new LambdaFactory((): ConnectorKey => {
        throw new Error('resolved');
      }),
      { kind: 'array' },
    );
    for (const operation of ['get', 'take', 'exists', 'evict'] as const) {
      await expect(operations[operation](proxy)).rejects.toThrow(/A proxy is no key/);
    }
    for (const keys of [proxy, [proxy], [[proxy]]] as unknown as ConnectorKey[][]) {
      await expect(operations.getBatch(keys)).rejects.toBeInstanceOf(InvalidKeyError);
      await expect(operations.evictBatch(keys)).rejects.toBeInstanceOf(InvalidKeyError);
    }
    expect(isResolved(proxy)).toBe(false);
  });

  it('says that what it cannot read is not readable', async () => {
    const key = await store.connector.put([Buffer.from('nonsense')]);
    await expect(operations.get(key)).rejects.toBeInstanceOf(SerializationError);
    await expect(operations.getBatch([key])).rejects.toBeInstanceOf(SerializationError);
    expect(store.isCached(key)).toBe(false);
    await expect(operations.take(key)).rejects.toBeInstanceOf(SerializationError);
    await expect(operations.exists(key)).resolves.toBe(false);
  });
});

describe('the synchronous form on a connector that only works asynchronously', () => {
  it('throws for every operation, and says what to call', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector) as unknown as Store<SyncConnector> & AsyncDisposable;
    const key = await store.put('x');
    connector.calls.length = 0;
    const operations: Record<string, () => unknown> = {
      put: () => store.putSync('x'),
      get: () => store.getSync(key),
      take: () => store.takeSync(key),
      exists: () => store.existsSync(key),
      evict: () => store.evictSync(key),
      putBatch: () => store.putBatchSync(['x']),
      getBatch: () => store.getBatchSync([key]),
      evictBatch: () => store.evictBatchSync([key]),
    };
    for (const [name, operation] of Object.entries(operations)) {
      expect(operation).toThrow(StoreError);
      expect(operation).toThrow(
        `"observed", which only works asynchronously. Use await store.${name}() in place of ${name}Sync()`,
      );
    }
    for (const operation of [
      () => store.proxySync('x'),
      () => store.proxyBatchSync(['x']),
      () => store.lockedProxySync({}),
    ]) {
      expect(operation).toThrow(StoreError);
    }
    expect(store.isSync()).toBe(false);
    expect(connector.calls).toEqual([]);
  });

  it('is there on a connector that works without waiting', async () => {
    await using store = new Store('results', new LocalConnector());
    expect(store.isSync()).toBe(true);
  });
});

describe('a connector without further capabilities', () => {
  it('has an object fetched and then removed where it cannot be taken', async () => {
    await using store = new Store('results', new PlainConnector());
    const [a, b] = store.putBatchSync(['a', 'b']);
    expect([store.takeSync(a), await store.take(b)]).toEqual(['a', 'b']);
    expect([store.takeSync(a), store.existsSync(b)]).toEqual([undefined, false]);
  });

  it('cannot store under a key that was made before', async () => {
    await using store = new Store('results', new PlainConnector());
    const key = store.putSync('x');
    for (const error of [
      await rejection(store.setOnce(key, 'y')),
      await rejection(store.replace(key, 'y')),
      caught(() => store.replaceSync(key, 'y')),
    ]) {
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ storeName: 'results', key });
      expect((error as Error).message).toMatch(/"plain", which cannot store under a key that it made before/);
    }
    expect(store.getSync(key)).toBe('x');
  });
});

describe('a connector that can defer', () => {
  it('stores once under a key that was made before', async () => {
    await using store = new Store('results', new LocalConnector(), { metrics: true });
    const key = store.connector.newKey() as StoreKey<string>;
    await expect(store.setOnce(key, 'first')).resolves.toBe(true);
    await expect(store.setOnce(key, 'second')).resolves.toBe(false);
    await expect(store.get(key)).resolves.toBe('first');
    store.replaceSync(key, 'third');
    expect(store.getSync(key)).toBe('third');
    await store.replace(key, 'fourth');
    await expect(store.get(key)).resolves.toBe('fourth');
    await expect(store.setOnce(['x'], 'y')).rejects.toBeInstanceOf(InvalidKeyError);
    await expect(store.replace(['x'], 'y')).rejects.toBeInstanceOf(InvalidKeyError);
    expect(() => store.replaceSync(['x'], 'y')).toThrow(InvalidKeyError);
  });
});

it('an object is taken without waiting in one step where the connector can', async () => {
  const connector = new LocalConnector();
  await using store = new Store('results', connector);
  const [take, get] = [jest.spyOn(connector.sync, 'take'), jest.spyOn(connector.sync, 'get')];
  expect(store.takeSync(store.putSync('x'))).toBe('x');
  expect([take.mock.calls.length, get.mock.calls.length]).toEqual([1, 0]);
});

describe('a connector that fails', () => {
  it('has its error come out as it is, and is asked again the next time', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const key = await store.put('x');
    const failure = new ConnectorError('The disk is on fire.');
    const operations = {
      put: () => store.put('x'),
      get: () => store.get(key),
      take: () => store.take(key),
      exists: () => store.exists(key),
      evict: () => store.evict(key),
      putBatch: () => store.putBatch(['x']),
      getBatch: () => store.getBatch([key]),
      evictBatch: () => store.evictBatch([key]),
    } as const;
    for (const [name, operation] of Object.entries(operations) as [
      keyof typeof operations,
      () => Promise<unknown>,
    ][]) {
      connector.fail(name, failure);
      expect(await rejection(operation())).toBe(failure);
      connector.fail(name, undefined);
    }
    connector.fail('set', failure);
    expect(await rejection(store.replace(key, 'y'))).toBe(failure);
    expect(await rejection(store.setOnce(key, 'y'))).toBe(failure);
    await expect(store.get(key)).resolves.toBe('x');
  });

  it('does not remove an object where the fetch of a take fails, and has no take', async () => {
    const connector = new ObservedConnector({ take: false });
    await using store = new Store('results', connector);
    const key = await store.put('x');
    connector.fail('get', new ConnectorError('unreachable'));
    await expect(store.take(key)).rejects.toThrow('unreachable');
    connector.fail('get', undefined);
    await expect(store.take(key)).resolves.toBe('x');
    expect(connector.calls).toEqual(['put', 'get', 'get', 'evict']);
    await expect(store.take(key)).resolves.toBeUndefined();
    expect(connector.count('evict')).toBe(1);
  });
});

describe('a signal', () => {
  it('that has fired already rejects before anything is touched', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const key = await store.put('x');
    connector.calls.length = 0;
    const reason = new Error('given up');
    const options = { signal: AbortSignal.abort(reason) };
    let serialized = 0;
    const serializer = (): Uint8Array => {
      serialized += 1;
      return new Uint8Array();
    };
    for (const operation of [
      store.put('x', { ...options, serializer }),
      store.get(key, options),
      store.take(key, options),
      store.exists(key, options),
      store.evict(key, options),
      store.putBatch(['x'], { ...options, serializer }),
      store.getBatch([key], options),
      store.evictBatch([key], options),
      store.proxy({}, { ...options, serializer }),
      store.proxyBatch([{}], { ...options, serializer }),
      store.lockedProxy({}, { ...options, serializer }),
    ]) {
      expect(await rejection(operation)).toBe(reason);
    }
    expect([connector.calls, serialized]).toEqual([[], 0]);
  });

  it('is handed to the connector', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const { signal } = new AbortController();
    const key = await store.put('x', { signal });
    await store.exists(key, { signal });
    await store.getBatch([key], { signal });
    await store.take(key, { signal });
    await store.evict(key, { signal });
    await store.putBatch([], { signal });
    await store.evictBatch([], { signal });
    expect(connector.calls).toEqual(['put', 'exists', 'getBatch', 'take', 'evict', 'putBatch', 'evictBatch']);
    expect(connector.signals.every((given) => given === signal)).toBe(true);
  });
});

describe('what a store is made with', () => {
  const connector = new LocalConnector();

  it.each<[string, unknown, unknown, unknown]>([
    ['an empty name', '', connector, {}],
    ['no name', undefined, connector, {}],
    ['a name that is no string', 7, connector, {}],
    ['no connector', 'results', undefined, {}],
    ['a connector of null', 'results', null, {}],
    ['a connector that is none', 'results', {}, {}],
    ['a connector’s class', 'results', LocalConnector, {}],
    ['options of null', 'results', connector, null],
    ['options that are none', 'results', connector, 'metrics'],
    ['a serializer that is no function', 'results', connector, { serializer: 'custom' }],
    ['a deserializer that is no function', 'results', connector, { deserializer: {} }],
    ['metrics that are no boolean', 'results', connector, { metrics: 1 }],
    ['a populateTarget that is no boolean', 'results', connector, { populateTarget: 'yes' }],
    ['a register that is no boolean', 'results', connector, { register: null }],
  ])('is refused: %s', (_, name, given, options) => {
    expect(() => new Store(name as string, given as LocalConnector, options as object)).toThrow(TypeError);
  });

  it.each([-1, 1.5, NaN, Infinity, '16', null])('is refused: a cache size of %j', (cacheSize) => {
    expect(() => new Store('results', connector, { cacheSize: cacheSize as number })).toThrow(RangeError);
  });

  it('is copied: options that are changed later change nothing', async () => {
    const options: { populateTarget?: boolean; cacheSize: number } = { populateTarget: false, cacheSize: 3 };
    await using store = new Store('results', new LocalConnector(), options);
    options.populateTarget = true;
    expect(isResolved(await store.proxy({}))).toBe(false);
    expect(store.config()).toMatchObject({ populateTarget: false });
  });

  it('has its name and connector, and metrics only if asked for', async () => {
    const given = new LocalConnector();
    await using store = new Store('results', given);
    expect([store.name, store.connector === given, store.metrics, store.closed]).toEqual([
      'results',
      true,
      undefined,
      false,
    ]);
  });
});

it('what extends Store is told by its class, and a Store of any copy by its brand', async () => {
  class AuditedStore extends Store {}
  await using audited = new AuditedStore('audited', new LocalConnector());
  await using store = new Store('results', new LocalConnector());
  expect([audited instanceof AuditedStore, audited instanceof Store]).toEqual([true, true]);
  expect([store instanceof AuditedStore, store instanceof Store]).toEqual([false, true]);
  const others: unknown[] = [null, undefined, 'store', {}, new LocalConnector()];
  expect(others.map((other) => other instanceof Store)).toEqual([false, false, false, false, false]);
});

it('two keys have one text only if they are equal', () => {
  const key = fc.array(fc.oneof(fc.string(), fc.constantFrom('[', '["a"]', '[]', 'a'), fc.jsonValue()), {
    maxLength: 3,
  }) as fc.Arbitrary<ConnectorKey>;
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(keyText(a) === keyText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(keyText(a)).toBe(keyText(JSON.parse(JSON.stringify(a)) as ConnectorKey));
    }),
    {
      examples: [
        [['["a"]'], ['a']],
        [['["a"]'], ['["a"]']],
        [['[1]'], [1]],
      ],
    },
  );
});
