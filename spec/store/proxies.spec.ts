import { LocalConnector } from '../../lib/connectors/local.js';
import { NonProxiableTypeError, ProxyResolveMissingKeyError, SerializationError } from '../../lib/errors.js';
import {
  extract,
  isProxy,
  isResolved,
  pack,
  ProxyLocker,
  reference,
  resolve,
  resolveSync,
  Store,
  unpack,
} from '../../lib/index.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';

describe('proxy', () => {
  it('stores the value and gives a proxy that has it already', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const value = { rows: 3 };
    const proxy = await store.proxy(value);
    expect([isProxy(proxy), isResolved(proxy), extract(proxy) === value]).toEqual([true, true, true]);
    expect(connector.calls).toEqual(['put']);
    await expect(store.get(reference(proxy).key)).resolves.toEqual(value);
  });

  it.each([
    ['the store', { populateTarget: false }, {}],
    ['the call', {}, { populateTarget: false }],
    ['the call against the store', { populateTarget: true }, { populateTarget: false }],
  ])('gives one that has it not where %s says so', async (_, storeOptions, options) => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, storeOptions);
    const proxy = await store.proxy({ rows: 3 }, options);
    expect(isResolved(proxy)).toBe(false);
    await expect(resolve(proxy)).resolves.toEqual({ rows: 3 });
    expect(connector.calls).toEqual(['put', 'get']);
  });

  it('gives one that has it where the call says so and the store does not', async () => {
    await using store = new Store('results', new ObservedConnector(), { populateTarget: false });
    expect(isResolved(await store.proxy({ rows: 3 }, { populateTarget: true }))).toBe(true);
  });

  it('resolves in place on a connector that can', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: [1, 2] });
    expect(proxy.rows.length).toBe(2);
    expect(isResolved(proxy)).toBe(true);
  });

  it('knows the kind of its target before it has it', async () => {
    await using store = new Store('results', new ObservedConnector(), { populateTarget: false });
    const kinds = await Promise.all(
      [{}, [1], 'x', 7, 7n, new Map()].map(async (value) => reference(await store.proxy(value)).kind),
    );
    expect(kinds).toEqual([undefined, 'array', 'string', 'number', 'bigint', undefined]);
    expect(Array.isArray(await store.proxy([1]))).toBe(true);
  });

  it('shares the store’s cache among proxies of one object', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const key = await store.put({ rows: 3 });
    const [one, two] = [store.proxyFromKey(key), store.proxyFromKey(key)];
    expect(await resolve(one)).toBe(await resolve(two));
    expect(connector.calls).toEqual(['put', 'get']);
  });

  it('says which object is missing', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    const { key } = reference(proxy);
    await store.evict(key);
    for (const error of [
      await rejection(resolve(proxy)),
      caught(() => resolveSync(proxy)),
      caught(() => proxy.rows),
    ]) {
      expect(error).toBeInstanceOf(ProxyResolveMissingKeyError);
      expect(error).toMatchObject({ storeName: 'results', key });
      expect((error as Error).message).toContain(JSON.stringify(key));
    }
    store.connector.sync.set(key as never, [Buffer.from('US\nback')]);
    await expect(resolve(proxy)).resolves.toBe('back');
  });

  it('cannot resolve to what no proxy stands for', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxy = store.proxyFromKey(await store.put<unknown>(null)) as object;
    await expect(resolve(proxy)).rejects.toBeInstanceOf(NonProxiableTypeError);
  });

  it('stores a proxy by its reference, without resolving it', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false, register: true });
    const inner = await store.proxy([1, 2, 3]);
    const outer = await store.proxy(inner, { populateTarget: true });
    expect([isResolved(inner), isResolved(outer), reference(outer).kind]).toEqual([false, false, 'array']);
    await expect(resolve(outer)).resolves.toEqual([1, 2, 3]);
  });

  it('stores nothing where the value cannot be serialized', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    await expect(store.proxy({ f: () => 1 })).rejects.toBeInstanceOf(SerializationError);
    await expect(store.lockedProxy({ f: () => 1 })).rejects.toBeInstanceOf(SerializationError);
    expect(connector.calls).toEqual([]);
  });
});

describe('what no proxy can stand for', () => {
  it.each([[null], [undefined], [true], [false]])(
    'is refused before anything is stored: %s',
    async (value) => {
      const connector = new ObservedConnector();
      await using store = new Store('results', connector);
      for (const operation of [
        () => store.proxy(value),
        () => store.proxy(value, { skipNonproxiable: false }),
        () => store.proxyBatch([{}, value]),
        () => store.lockedProxy(value),
      ]) {
        const error = await rejection(operation());
        expect(error).toBeInstanceOf(NonProxiableTypeError);
        expect((error as Error).message).toMatch(/skipNonproxiable: true/);
      }
      expect(connector.calls).toEqual([]);
    },
  );

  it.each([[null], [undefined], [true], [false]])(
    'comes back as it is with skipNonproxiable: %s',
    async (value) => {
      const connector = new ObservedConnector();
      await using store = new Store('results', connector);
      expect(await store.proxy(value, { skipNonproxiable: true })).toBe(value);
      expect(connector.calls).toEqual([]);
      const [first, second, third] = await store.proxyBatch([[1], value, 'x'], { skipNonproxiable: true });
      expect([isProxy(first), second, isProxy(third)]).toEqual([true, value, true]);
      expect([extract(first), extract(third)]).toEqual([[1], 'x']);
    },
  );

  it('is refused and skipped without waiting, too', async () => {
    await using store = new Store('results', new LocalConnector());
    expect(() => store.proxySync(null)).toThrow(NonProxiableTypeError);
    expect(() => store.proxyBatchSync([{}, false])).toThrow(NonProxiableTypeError);
    expect(() => store.lockedProxySync(undefined)).toThrow(NonProxiableTypeError);
    expect(store.proxySync(false, { skipNonproxiable: true })).toBe(false);
    expect(store.proxyBatchSync([null, true], { skipNonproxiable: true })).toEqual([null, true]);
  });
});

describe('proxyBatch', () => {
  it('stores all in one call and gives their proxies in order', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const proxies = await store.proxyBatch([{ id: 1 }, [2], 'three'], { populateTarget: false });
    expect(connector.calls).toEqual(['putBatch']);
    expect(proxies.map(isResolved)).toEqual([false, false, false]);
    expect(await Promise.all(proxies.map((proxy) => resolve<unknown>(proxy)))).toEqual([
      { id: 1 },
      [2],
      'three',
    ]);
  });

  it('takes none', async () => {
    await using store = new Store('results', new LocalConnector());
    await expect(store.proxyBatch([])).resolves.toEqual([]);
    expect(store.proxyBatchSync([])).toEqual([]);
  });

  it('stores none where the backend fails', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    connector.fail('putBatch', new Error('full'));
    await expect(store.proxyBatch([{}, {}])).rejects.toThrow('full');
  });
});

describe('lockedProxy', () => {
  it('keeps its proxy from being resolved by accident', async () => {
    await using store = new Store('results', new LocalConnector());
    const locked = await store.lockedProxy({ rows: 3 }, { populateTarget: false });
    expect(locked).toBeInstanceOf(ProxyLocker);
    expect(JSON.stringify(locked)).toBe(JSON.stringify(reference(locked.unlock())));
    expect(isResolved(locked.unlock())).toBe(false);
    expect(locked.unlock().rows).toBe(3);
  });

  it('is there without waiting', async () => {
    await using store = new Store('results', new LocalConnector());
    expect(store.lockedProxySync([1, 2]).unlock()[1]).toBe(2);
  });
});

describe('proxyFromKey', () => {
  it('asks the backend nothing', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const proxy = store.proxyFromKey<{ rows: number }>(connector.newKey(), { kind: 'object' });
    expect([isResolved(proxy), connector.calls]).toEqual([false, []]);
    await expect(resolve(proxy)).rejects.toBeInstanceOf(ProxyResolveMissingKeyError);
  });

  it('takes the kind, the deserializer and whether it is for one resolve', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const key = await store.put('x');
    const proxy = store.proxyFromKey<string[]>(key as never, {
      kind: 'array',
      evict: true,
      deserializer: (data) => [...Buffer.from(data).toString()],
    });
    expect(reference(proxy)).toEqual({ $proxystore: 1, store: 'results', key, kind: 'array', evict: true });
    expect([...proxy]).toEqual(['U', 'S', '\n', 'x']);
    expect(store.existsSync(key)).toBe(false);
  });

  it('refuses an unknown kind', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = await store.put('x');
    expect(() => store.proxyFromKey(key, { kind: 'text' as never })).toThrow(TypeError);
  });
});

describe('without waiting', () => {
  it('proxies are as those that were waited for', async () => {
    await using store = new Store('results', new LocalConnector());
    const value = { rows: 3 };
    expect(extract(store.proxySync(value))).toBe(value);
    const proxy = store.proxySync(value, { populateTarget: false, evict: true });
    expect([isResolved(proxy), reference(proxy).evict]).toEqual([false, true]);
    expect(proxy.rows).toBe(3);
    expect(
      store.proxyBatchSync([[1], 'x'], { populateTarget: false }).map((one) => resolveSync<unknown>(one)),
    ).toEqual([[1], 'x']);
  });
});

describe('a one-shot proxy', () => {
  it('is resolved where it was made, and takes the object out where it is resolved elsewhere', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    const { key } = reference(proxy);
    expect(extract(proxy)).toEqual({ rows: 3 });
    await expect(store.exists(key)).resolves.toBe(true);
    const elsewhere = unpack(structuredClone(pack(proxy)));
    expect(elsewhere.rows).toBe(3);
    await expect(store.exists(key)).resolves.toBe(false);
    expect(elsewhere.rows).toBe(3);
  });

  it('is fetched and removed in one step where the connector can', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    await resolve(proxy);
    expect(connector.calls).toEqual(['put', 'take']);
  });

  it('is fetched and then removed where it cannot', async () => {
    const connector = new ObservedConnector({ take: false });
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    await resolve(proxy);
    expect(connector.calls).toEqual(['put', 'get', 'evict']);
  });

  it('gives the object to one of two who resolve at the same time', async () => {
    await using store = new Store('results', new ObservedConnector(), {
      populateTarget: false,
      register: true,
    });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    const other = unpack(structuredClone(pack(proxy)));
    const outcomes = await Promise.allSettled([resolve(proxy), resolve(other)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'fulfilled')!.value).toEqual({ rows: 3 });
    expect(outcomes.find((outcome) => outcome.status === 'rejected')!.reason).toBeInstanceOf(
      ProxyResolveMissingKeyError,
    );
  });

  it('gives it to all who wait for one proxy', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    await expect(Promise.all([resolve(proxy), resolve(proxy)])).resolves.toEqual([{ rows: 3 }, { rows: 3 }]);
    expect(connector.count('take')).toBe(1);
  });

  it('is taken without waiting, once', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false, register: true });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    const other = unpack(structuredClone(pack(proxy)));
    expect(proxy.rows).toBe(3);
    expect(() => other.rows).toThrow(ProxyResolveMissingKeyError);
  });

  it('cannot be used in place while it is being taken', async () => {
    const connector = new LocalConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    const resolving = resolve(proxy);
    const error = caught(() => proxy.rows);
    expect(error).toMatchObject({
      code: 'ERR_PROXYSTORE_UNRESOLVED',
      storeName: 'results',
      key: reference(proxy).key,
    });
    expect((error as Error).message).toMatch(/is being resolved.*await resolve\(p\)/);
    await resolving;
    expect(proxy.rows).toBe(3);
  });

  it('can be tried again where the fetch failed', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    connector.fail('take', new Error('unreachable'));
    await expect(resolve(proxy)).rejects.toThrow('unreachable');
    connector.fail('take', undefined);
    await expect(resolve(proxy)).resolves.toEqual({ rows: 3 });
  });
});
