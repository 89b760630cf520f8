import { LocalConnector } from '../../lib/connectors/local.js';
import { StoreClosedError, StoreExistsError } from '../../lib/errors.js';
import { getStore, registerStore, Store, unregisterStore } from '../../lib/index.js';
import { globalRegistry } from '../../lib/store/store-registry.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';

afterEach(() => {
  expect([...globalRegistry()]).toEqual([]);
});

describe('close', () => {
  it('closes the connector, once', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector);
    expect(store.closed).toBe(false);
    await store.close();
    await store.close();
    await store[Symbol.asyncDispose]();
    expect([store.closed, connector.calls]).toEqual([true, ['close']]);
    await expect(connector.inner.put([])).rejects.toMatchObject({ code: 'ERR_PROXYSTORE_CONNECTOR_CLOSED' });
  });

  it('happens at the end of the block, when it throws, too', async () => {
    const connector = new ObservedConnector();
    const error = new Error('thrown in the block');
    const block = async (): Promise<void> => {
      await using _store = new Store('results', connector, { register: true });
      throw error;
    };
    expect(await rejection(block())).toBe(error);
    expect([connector.calls, getStore('results')]).toEqual([['close'], undefined]);
  });

  it('waits for the operations in flight, and lets them end well', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector);
    const key = await store.put('x');
    const held = [connector.hold('get'), connector.hold('put')];
    const operations = [store.get(key), store.put('y')];
    await Promise.all(held.map(({ reached }) => reached));
    const closing = store.close();
    held[0]!.release();
    await expect(operations[0]).resolves.toBe('x');
    expect(connector.count('close')).toBe(0);
    held[1]!.release();
    await operations[1];
    await closing;
    expect(connector.calls.at(-1)).toBe('close');
  });

  it('waits for an operation that fails', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector);
    const held = connector.hold('get');
    const controller = new AbortController();
    const get = rejection(store.get(connector.newKey(), { signal: controller.signal }));
    await held.reached;
    const closing = store.close();
    controller.abort('given up');
    await expect(get).resolves.toBe('given up');
    await closing;
    expect(connector.calls).toEqual(['get', 'close']);
  });

  it('lets nobody in from the call on', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector);
    const closing = store.close();
    expect(store.closed).toBe(true);
    await expect(store.put('x')).rejects.toBeInstanceOf(StoreClosedError);
    await closing;
    expect(connector.calls).toEqual(['close']);
  });

  it('tells all who have called of a connector that fails to close, after all else is done', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector, { register: true });
    const failure = new Error('unreachable');
    connector.fail('close', failure);
    expect(await Promise.all([store.close(), store.close()].map(rejection))).toEqual([failure, failure]);
    expect(await rejection(store.close())).toBe(failure);
    expect([getStore('results'), connector.count('close')]).toEqual([undefined, 1]);
    await expect(store.put('x')).rejects.toBeInstanceOf(StoreClosedError);
  });

  it('makes every operation throw StoreClosedError, whatever it is given', async () => {
    const store = new Store('results', new LocalConnector());
    const key = await store.put('x');
    await store.get(key);
    await store.close();
    const rejected = {
      put: () => store.put('x'),
      putOfWhatCannotBeWritten: () => store.put(() => 1),
      get: () => store.get(key),
      getOfNoKey: () => store.get(undefined as never),
      take: () => store.take(key),
      exists: () => store.exists(key),
      evict: () => store.evict(key),
      putBatch: () => store.putBatch([]),
      getBatch: () => store.getBatch([]),
      evictBatch: () => store.evictBatch([]),
      proxy: () => store.proxy({}),
      proxyOfNothing: () => store.proxy(null),
      proxySkipped: () => store.proxy(null, { skipNonproxiable: true }),
      proxyBatch: () => store.proxyBatch([]),
      proxyBatchSkipped: () => store.proxyBatch([null], { skipNonproxiable: true }),
      lockedProxy: () => store.lockedProxy({}),
      setOnce: () => store.setOnce(key, 'x'),
      replace: () => store.replace(key, 'x'),
    };
    for (const [name, operation] of Object.entries(rejected)) {
      const error = await rejection(operation());
      expect([name, error instanceof StoreClosedError]).toEqual([name, true]);
      expect(error).toMatchObject({ storeName: 'results' });
    }
    const thrown = {
      isCached: () => store.isCached(key),
      proxyFromKey: () => store.proxyFromKey(key),
      put: () => store.putSync('x'),
      get: () => store.getSync(key),
      take: () => store.takeSync(key),
      exists: () => store.existsSync(key),
      evict: () => store.evictSync(key),
      putBatch: () => store.putBatchSync([]),
      getBatch: () => store.getBatchSync([]),
      evictBatch: () => store.evictBatchSync([]),
      proxy: () => store.proxySync({}),
      proxySkipped: () => store.proxySync(null, { skipNonproxiable: true }),
      proxyBatch: () => store.proxyBatchSync([]),
      lockedProxy: () => store.lockedProxySync({}),
      replace: () => store.replaceSync(key, 'x'),
    };
    for (const [name, operation] of Object.entries(thrown)) {
      expect([name, caught(operation) instanceof StoreClosedError]).toEqual([name, true]);
    }
  });

  it('leaves the name, the connector, the config and the metrics readable', async () => {
    const store = new Store('results', new LocalConnector(), { metrics: true });
    await store.put('x');
    const config = store.config();
    await store.close();
    expect([store.name, store.config()]).toEqual(['results', config]);
    expect(store.metrics!.aggregate().times['store.put']!.count).toBe(1);
  });
});

describe('register: true', () => {
  it('registers the store until it is closed', async () => {
    const store = new Store('results', new LocalConnector(), { register: true });
    expect(getStore('results')).toBe(store);
    await store.close();
    expect(getStore('results')).toBeUndefined();
  });

  it('does not without', async () => {
    await using _one = new Store('results', new LocalConnector());
    await using _two = new Store('results', new LocalConnector(), { register: false });
    expect(getStore('results')).toBeUndefined();
  });

  it('refuses a taken name, and leaves the connector to who has opened it', async () => {
    await using first = new Store('results', new LocalConnector(), { register: true });
    await using connector = new ObservedConnector();
    expect(() => new Store('results', connector, { register: true })).toThrow(StoreExistsError);
    expect(getStore('results')).toBe(first);
    expect(connector.calls).toEqual([]);
  });

  it('takes only its own entry out', async () => {
    const store = new Store('results', new LocalConnector(), { register: true });
    await using over = new Store('results', new LocalConnector());
    registerStore(over, { existOk: true });
    await store.close();
    expect(getStore('results')).toBe(over);
    unregisterStore('results');
  });

  it('takes no entry out that somebody else has made of the very store', async () => {
    const store = new Store('results', new LocalConnector(), { register: true });
    unregisterStore('results');
    registerStore(store);
    await store.close();
    expect(getStore('results')).toBe(store);
    unregisterStore('results');
  });

  it('takes the store out before it waits, and closes the connector last', async () => {
    const connector = new ObservedConnector();
    const store = new Store('results', connector, { register: true });
    const key = await store.put('x');
    const held = [connector.hold('get'), connector.hold('close')] as const;
    const get = store.get(key);
    await held[0].reached;
    const closing = store.close();
    await Promise.resolve();
    await using successor = new Store('results', new LocalConnector(), { register: true });
    expect(getStore('results')).toBe(successor);
    held[0].release();
    await get;
    await held[1].reached;
    held[1].release();
    await closing;
    expect(getStore('results')).toBe(successor);
  });
});
