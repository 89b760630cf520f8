import { LocalConnector } from '../../lib/connectors/local.js';
import { ProxyStoreFactoryError, StoreExistsError } from '../../lib/errors.js';
import {
  createProxy,
  getStore,
  isProxy,
  LambdaFactory,
  registerStore,
  resolve,
  reviver,
  storeRegistration,
  Store,
  StoreRegistry,
  unregisterStore,
} from '../../lib/index.js';
import { globalRegistry } from '../../lib/store/store-registry.js';
import { caught } from '../caught.js';
import { loadPackageCopy } from '../package-copy.js';
import { listenTo } from '../trace-listener.js';

const storeNamed = (name: string): Store => new Store(name, new LocalConnector());

afterEach(() => {
  expect([...globalRegistry()]).toEqual([]);
});

describe('the functions on the registry of the thread', () => {
  it('register, find and unregister a store', () => {
    const store = storeNamed('results');
    registerStore(store);
    expect(getStore('results')).toBe(store);
    expect(() => registerStore(storeNamed('results'))).toThrow(StoreExistsError);
    const other = storeNamed('results');
    registerStore(other, { existOk: true });
    expect(getStore('results')).toBe(other);
    expect([unregisterStore(store), unregisterStore('results')]).toEqual([true, false]);
  });

  it('find a store by a proxy of its objects', async () => {
    await using store = storeNamed('results');
    using _registration = storeRegistration(store);
    expect(getStore(await store.proxy([1, 2, 3]))).toBe(store);
  });

  it('say by the name of its class which factory belongs to no store', () => {
    const error = caught(() => getStore(createProxy(new LambdaFactory(() => ({})))));
    expect(error).toBeInstanceOf(ProxyStoreFactoryError);
    expect((error as Error).message).toContain('LambdaFactory');
    expect(error).toMatchObject({ factoryName: 'LambdaFactory' });
  });

  it('register for the length of a block', () => {
    const [a, b] = [storeNamed('a'), storeNamed('b')];
    {
      using registration = storeRegistration(a, b);
      expect(registration.stores).toEqual([a, b]);
      expect(getStore('b')).toBe(b);
      using _over = storeRegistration(storeNamed('b'), { existOk: true });
      expect(getStore('b')).not.toBe(b);
    }
    expect([getStore('a'), getStore('b')]).toEqual([undefined, undefined]);
  });

  it('work on the one registry that is found by a registered symbol', () => {
    const registry = globalRegistry();
    expect(registry).toBeInstanceOf(StoreRegistry);
    expect(Object.getOwnPropertyDescriptor(globalThis, Symbol.for('proxystore.registry'))).toEqual({
      value: registry,
      writable: false,
      enumerable: false,
      configurable: false,
    });
    expect(globalRegistry()).toBe(registry);
  });
});

describe('two copies of the package in one thread', () => {
  it('have classes of their own and one registry', async () => {
    const copy = await loadPackageCopy();
    expect(copy.Store).not.toBe(Store);
    const store = storeNamed('results');
    {
      using _registration = copy.storeRegistration(store);
      expect([getStore('results'), copy.getStore('results')]).toEqual([store, store]);
      expect(() => registerStore(storeNamed('results'))).toThrow(StoreExistsError);
    }
    expect(getStore('results')).toBeUndefined();
  });

  it("register each other's stores, and trace it", async () => {
    const copy = await loadPackageCopy();
    const store = new copy.Store('results', new copy.LocalConnector());
    expect(store).toBeInstanceOf(Store);
    expect(storeNamed('mine')).toBeInstanceOf(copy.Store);
    using listener = listenTo('register', 'unregister');
    {
      using registration = storeRegistration(store);
      expect(registration.stores).toEqual([store]);
      expect(copy.getStore('results')).toBe(store);
      expect(copy.unregisterStore('results')).toBe(true);
    }
    expect(listener.heard.map(({ operation, event }) => [operation, event])).toEqual([
      ['register', 'start'],
      ['register', 'end'],
      ['unregister', 'start'],
      ['unregister', 'end'],
    ]);
  });

  it("know each other's proxies, factories and errors", async () => {
    const copy = await loadPackageCopy();
    await using store = new copy.Store('results', new copy.LocalConnector(), { populateTarget: false });
    using _registration = storeRegistration(store);
    const proxy = await store.proxy({ rows: 3 });
    expect(isProxy(proxy)).toBe(true);
    expect(getStore(proxy)).toBe(store);
    expect(JSON.parse(JSON.stringify(proxy), reviver)).toEqual({ rows: 3 });
    await expect(resolve(proxy)).resolves.toEqual({ rows: 3 });
    const foreign = caught(() => copy.getStore(createProxy(new LambdaFactory(() => ({})))));
    expect(foreign).toBeInstanceOf(ProxyStoreFactoryError);
  });

  it('refuse in the words of the copy that was asked, and say TypeError in both', async () => {
    const copy = await loadPackageCopy();
    const proxy = createProxy(
      new LambdaFactory((): object => {
        throw new Error('resolved');
      }),
    ) as never;
    expect(() => copy.registerStore(proxy)).toThrow(/not a proxy/);
    expect(() => copy.storeRegistration(proxy)).toThrow(/not a proxy/);
    expect(() => copy.unregisterStore(proxy)).toThrow(/not a proxy/);
  });
});
