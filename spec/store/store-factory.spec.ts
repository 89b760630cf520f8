import { LocalConnector } from '../../lib/connectors/local.js';
import {
  InvalidKeyError,
  ProxyUnresolvedError,
  StoreClosedError,
  StoreNotRegisteredError,
} from '../../lib/errors.js';
import {
  createProxy,
  getFactory,
  isProxy,
  LambdaFactory,
  resolve,
  resolveSync,
  Store,
  StoreFactory,
  storeRegistration,
} from '../../lib/index.js';
import { isStoreFactory } from '../../lib/registry/registered-store.js';
import { caught, rejection } from '../caught.js';
import { loadPackageCopy } from '../package-copy.js';
import { ObservedConnector } from './observed-connector.js';

const uuid = '0f1e2d3c-4b5a-4697-8877-665544332211';

describe('a StoreFactory', () => {
  it('says which object it is of', () => {
    const factory = new StoreFactory({ storeName: 'results', key: [uuid] });
    expect(factory).toMatchObject({ storeName: 'results', key: [uuid], kind: 'object', evict: false });
    expect(factory.describe()).toEqual({ store: 'results', key: [uuid] });
    expect(factory.toJSON()).toEqual({ $proxystore: 1, store: 'results', key: [uuid] });
    const other = new StoreFactory({ storeName: 'results', key: [uuid], kind: 'array', evict: true });
    expect(other.toJSON()).toEqual({
      $proxystore: 1,
      store: 'results',
      key: [uuid],
      kind: 'array',
      evict: true,
    });
  });

  it('is told from other factories', async () => {
    await using store = new Store('results', new LocalConnector());
    expect(isStoreFactory(getFactory(await store.proxy({})))).toBe(true);
    expect(isStoreFactory(new LambdaFactory(() => ({})))).toBe(false);
  });

  it.each<[string, object]>([
    ['no store name', { key: [uuid] }],
    ['an empty store name', { storeName: '', key: [uuid] }],
    ['a store for the name', { storeName: new Store('results', new LocalConnector()), key: [uuid] }],
    ['no key', { storeName: 'results' }],
    ['a key that is no array', { storeName: 'results', key: uuid }],
  ])('is not made of %s', (_, options) => {
    expect(() => new StoreFactory(options as never)).toThrow(TypeError);
  });

  it('resolves through the store that is registered under its name when it is resolved', async () => {
    await using store = new Store('results', new LocalConnector());
    const factory = new StoreFactory<string>({ storeName: 'results', key: await store.put('x') });
    for (const error of [await rejection(factory.resolve()), caught(() => factory.resolveSync())]) {
      expect(error).toBeInstanceOf(StoreNotRegisteredError);
      expect(error).toMatchObject({ storeName: 'results', key: factory.key });
      expect((error as Error).message).toMatch(
        /No store named "results" is registered.*storeRegistration\(new Store\("results"/,
      );
    }
    using _registration = storeRegistration(store);
    expect(factory.getStore()).toBe(store);
    await expect(factory.resolve()).resolves.toBe('x');
    expect(factory.resolveSync()).toBe('x');
  });

  it('does not work in place where the connector does not', async () => {
    await using store = new Store('results', new ObservedConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    const error = caught(() => proxy.rows);
    expect(error).toBeInstanceOf(ProxyUnresolvedError);
    expect(error).toMatchObject({ storeName: 'results' });
    expect((error as Error).message).toMatch(/"observed"\) only works asynchronously.*await resolve\(p\)/);
    await resolve(proxy);
    expect(proxy.rows).toBe(3);
  });

  it('hands on the signal of who resolves', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxies = [await store.proxy({ rows: 3 }), await store.proxy({ rows: 3 }, { evict: true })];
    for (const [operation, proxy] of [
      ['get', proxies[0]!],
      ['take', proxies[1]!],
    ] as const) {
      const held = connector.hold(operation);
      const controller = new AbortController();
      const resolving = rejection(resolve(proxy, { signal: controller.signal }));
      await held.reached;
      controller.abort('given up');
      await expect(resolving).resolves.toBe('given up');
      expect(connector.signals.at(-1)!.aborted).toBe(true);
      held.release();
    }
  });
});

describe('the proxy of a store that is closed', () => {
  it('resolves through the one that is registered by its name', async () => {
    const connector = new LocalConnector();
    const config = connector.config();
    const first = new Store('results', connector, { populateTarget: false });
    await using second = new Store('results', LocalConnector.fromConfig(config.options));
    const [one, two] = [await first.proxy({ rows: 3 }), await first.proxy({ rows: 4 })];
    await first.close();
    using _registration = storeRegistration(second);
    await expect(resolve(one)).resolves.toEqual({ rows: 3 });
    expect(resolveSync(two)).toEqual({ rows: 4 });
  });

  it('cannot be resolved where none is', async () => {
    const store = new Store('results', new LocalConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    await store.close();
    for (const error of [await rejection(resolve(proxy)), caught(() => proxy.rows)]) {
      expect(error).toBeInstanceOf(StoreClosedError);
      expect(error).toMatchObject({ storeName: 'results' });
      expect((error as Error).message).toMatch(/that made this proxy is closed/);
    }
  });

  it('stays resolved where it was', async () => {
    const store = new Store('results', new LocalConnector());
    const proxy = await store.proxy({ rows: 3 });
    await store.close();
    expect(proxy.rows).toBe(3);
  });

  it('is refused by a store of its name that could not have made its key', async () => {
    const store = new Store('results', new LocalConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    await store.close();
    await using other = new Store('results', new ForeignConnector());
    using _registration = storeRegistration(other);
    await expect(resolve(proxy)).rejects.toBeInstanceOf(InvalidKeyError);
  });

  it('is not resolved by a closed store that is still registered', async () => {
    const store = new Store('results', new LocalConnector(), { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    using _registration = storeRegistration(store);
    await store.close();
    await expect(resolve(proxy)).rejects.toBeInstanceOf(StoreClosedError);
  });
});

/** A connector that knows none of the keys of others. */
class ForeignConnector extends ObservedConnector {
  override checkKey(key: unknown): never {
    throw new InvalidKeyError('Not one of mine.', { key });
  }
}

describe('a store of another copy of the package', () => {
  it('resolves the proxies of this one, and this one those of the other', async () => {
    const copy = await loadPackageCopy();
    const connector = new copy.LocalConnector();
    await using store = new copy.Store('results', connector, { populateTarget: false });
    using _registration = storeRegistration(store);
    const key = await store.put({ rows: 3 });
    const mine = createProxy(new StoreFactory<{ rows: number }>({ storeName: 'results', key }));
    await expect(resolve(mine)).resolves.toEqual({ rows: 3 });
    const again = createProxy(new StoreFactory<{ rows: number }>({ storeName: 'results', key }));
    expect(again.rows).toBe(3);
    const theirs = store.proxyFromKey(key);
    expect(isProxy(theirs)).toBe(true);
    await expect(resolve(theirs)).resolves.toEqual({ rows: 3 });
    const gone = createProxy(new StoreFactory<object>({ storeName: 'results', key: connector.newKey() }));
    await expect(resolve(gone)).rejects.toMatchObject({ code: 'ERR_PROXYSTORE_RESOLVE_MISSING_KEY' });
  });
});
