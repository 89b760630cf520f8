import {
  ConnectorError,
  ContextLifetime,
  createProxy,
  Lifetime,
  LifetimeEndedError,
  LocalConnector,
  ProxyStoreFactoryError,
  SimpleFactory,
  Store,
  StoreClosedError,
  StoreError,
} from '../../lib/index.js';
import type { Connector, ConnectorKey, OperationOptions } from '../../lib/index.js';

/** A connector whose objects cannot all be evicted. */
class Stubborn extends LocalConnector {
  readonly kept = new Set<unknown>();

  override async evict(key: readonly [string], options?: OperationOptions): Promise<void> {
    if (this.kept.has(key[0])) throw new ConnectorError(`${key[0]} stays`, { connector: 'stubborn', key });
    await super.evict(key, options);
  }

  override async evictBatch(keys: readonly (readonly [string])[], options?: OperationOptions): Promise<void> {
    for (const key of keys) if (this.kept.has(key[0])) throw new ConnectorError('not this batch');
    await super.evictBatch(keys, options);
  }
}

/** A store that only works asynchronously. */
function asyncStore(name: string): Store {
  const connector: Connector = new Proxy(new LocalConnector(), {
    get(target, member) {
      if (member === 'sync') return undefined;
      const value: unknown = Reflect.get(target, member);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return new Store(name, connector);
}

const errorsOf = (error: unknown): unknown[] =>
  (error as Error).name === 'SuppressedError'
    ? [...errorsOf((error as SuppressedError).error), ...errorsOf((error as SuppressedError).suppressed)]
    : [error];

describe('Lifetime', () => {
  it('evicts what was stored under it when the block ends', async () => {
    await using store = new Store('life', new LocalConnector());
    let keys: ConnectorKey[];
    {
      await using life = new ContextLifetime(store);
      const key = await store.put('a', { lifetime: life });
      const [b, c] = await store.putBatch(['b', 'c'], { lifetime: life });
      const synchronous = store.putSync('d', { lifetime: life });
      const [e] = store.putBatchSync(['e'], { lifetime: life });
      await store.proxy([1], { lifetime: life });
      await store.proxyBatch(['x', 'y'], { lifetime: life });
      keys = [key, b, c, synchronous, e];
      expect(life.size).toBe(8);
      expect(life.done()).toBe(false);
      for (const stored of keys) await expect(store.exists(stored)).resolves.toBe(true);
    }
    for (const key of keys) await expect(store.exists(key)).resolves.toBe(false);
    await expect(list(store.connector)).resolves.toEqual([]);
  });

  it('evicts when the block throws', async () => {
    await using store = new Store('life', new LocalConnector());
    let key: ConnectorKey = [];
    await expect(
      (async () => {
        await using life = new ContextLifetime(store);
        key = await store.put('a', { lifetime: life });
        throw new Error('the block fails');
      })(),
    ).rejects.toThrow('the block fails');
    await expect(store.exists(key)).resolves.toBe(false);
  });

  it('ends in place where every store is synchronous', async () => {
    await using store = new Store('life', new LocalConnector());
    let key: ConnectorKey;
    {
      using life = new ContextLifetime(store);
      using child = new ContextLifetime(store, { parent: life });
      key = store.putSync('a', { lifetime: child });
    }
    expect(store.existsSync(key)).toBe(false);
  });

  it('refuses to end in place where a store is not synchronous, and has not ended then', async () => {
    await using store = asyncStore('async');
    await using life = new ContextLifetime();
    await using child = new ContextLifetime(store, { parent: life });
    const key = await store.put('a', { lifetime: child });
    expect(() => {
      life.closeSync();
    }).toThrow(StoreError);
    expect(life.done()).toBe(false);
    await expect(store.exists(key)).resolves.toBe(true);
  });

  it('ends once: the second close gives the first one’s promise, and closeSync after it does nothing', async () => {
    await using store = new Store('life', new LocalConnector());
    const life = new ContextLifetime(store);
    const first = life.close();
    expect(life.close()).toBe(first);
    await first;
    expect(() => {
      life.closeSync();
    }).not.toThrow();
    await expect(life[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it('fires its signal when it ends, before its objects are gone', async () => {
    await using store = new Store('life', new LocalConnector());
    const life = new ContextLifetime(store, { name: 'signalled' });
    const key = await store.put('a', { lifetime: life });
    const there: boolean[] = [];
    life.signal.addEventListener('abort', () => there.push(store.existsSync(key)));
    await life.close();
    expect(there).toEqual([true]);
    expect(life.signal.reason).toBeInstanceOf(LifetimeEndedError);
    expect((life.signal.reason as Error).message).toContain('"signalled"');
  });

  it('refuses what is added after its end, before anything is stored', async () => {
    await using store = new Store('life', new LocalConnector());
    const life = new ContextLifetime(store);
    await life.close();
    const put = jest.spyOn(store.connector, 'put');
    const batch = jest.spyOn(store.connector, 'putBatch');
    const refused = { name: 'LifetimeEndedError', code: 'ERR_PROXYSTORE_LIFETIME_ENDED' };
    await expect(store.put('a', { lifetime: life })).rejects.toMatchObject(refused);
    await expect(store.proxy('a', { lifetime: life })).rejects.toMatchObject(refused);
    await expect(store.putBatch(['a'], { lifetime: life })).rejects.toMatchObject(refused);
    await expect(store.proxyBatch(['a'], { lifetime: life })).rejects.toMatchObject(refused);
    expect(() => store.putSync('a', { lifetime: life })).toThrow(LifetimeEndedError);
    expect(() => store.putBatchSync(['a'], { lifetime: life })).toThrow(LifetimeEndedError);
    await expect(life.addKey(store.connector.newKey())).rejects.toMatchObject(refused);
    await expect(life.addProxy()).rejects.toMatchObject(refused);
    expect(put).not.toHaveBeenCalled();
    expect(batch).not.toHaveBeenCalled();
    await expect(list(store.connector)).resolves.toEqual([]);
  });

  it('takes the object with it when it ends while the object is being stored', async () => {
    await using store = new Store('life', new LocalConnector());
    const life = new ContextLifetime(store);
    const stored = store.put('a', { lifetime: life });
    void life.close();
    await expect(stored).rejects.toBeInstanceOf(LifetimeEndedError);
    await expect(list(store.connector)).resolves.toEqual([]);
  });

  it('holds keys of several stores', async () => {
    await using a = new Store('a', new LocalConnector());
    await using b = new Store('b', new LocalConnector());
    const life = new Lifetime();
    const keyOfA = await a.put(1);
    const keyOfB = await b.put(2, { lifetime: life });
    await life.addKey(keyOfA, a);
    await life.addKeys([keyOfA, keyOfA], a);
    expect(life.size).toBe(2);
    await life.close();
    expect(life.size).toBe(0);
    await expect(a.exists(keyOfA)).resolves.toBe(false);
    await expect(b.exists(keyOfB)).resolves.toBe(false);
  });

  it('takes proxies, and resolves none', async () => {
    await using store = new Store('life', new LocalConnector());
    const life = new Lifetime();
    const proxy = await store.proxy({ a: 1 }, { populateTarget: false });
    const get = jest.spyOn(store.connector.sync, 'get');
    await life.addProxy(proxy);
    expect(get).not.toHaveBeenCalled();
    await life.close();
    await expect(list(store.connector)).resolves.toEqual([]);
  });

  it('refuses a proxy that no store has made, and takes none of the others then', async () => {
    await using store = new Store('life', new LocalConnector());
    await using life = new Lifetime();
    const good = await store.proxy('x');
    await expect(life.addProxy(good, createProxy(new SimpleFactory('y')))).rejects.toBeInstanceOf(
      ProxyStoreFactoryError,
    );
    expect(life.size).toBe(0);
  });

  it('wants to know the store of a key, and a key that the store could have made', async () => {
    await using store = new Store('life', new LocalConnector());
    await using life = new Lifetime();
    await expect(life.addKey(await store.put(1))).rejects.toBeInstanceOf(StoreError);
    await expect(life.addKey(['../x'], store)).rejects.toMatchObject({ code: 'ERR_PROXYSTORE_INVALID_KEY' });
  });

  it('goes on past an object that cannot be evicted, and tells of all', async () => {
    const connector = new Stubborn();
    await using store = new Store('stubborn', connector);
    const life = new ContextLifetime(store);
    const keys = await store.putBatch([1, 2, 3, 4], { lifetime: life });
    connector.kept.add(keys[0][0]).add(keys[2][0]);
    const failure: unknown = await life.close().catch((error: unknown) => error);
    expect(errorsOf(failure).map((error) => (error as Error).message)).toEqual([
      `${keys[2].join()} stays`,
      `${keys[0].join()} stays`,
    ]);
    await expect(list(connector)).resolves.toHaveLength(2);
    connector.kept.clear();
  });

  it('tells of a store that was closed before it', async () => {
    const store = new Store('life', new LocalConnector());
    const life = new ContextLifetime(store);
    await store.put(1, { lifetime: life });
    await store.close();
    await expect(life.close()).rejects.toBeInstanceOf(StoreClosedError);
  });

  describe('with a parent', () => {
    it('ends before its parent’s objects go, in reverse order of its siblings', async () => {
      await using store = new Store('life', new LocalConnector());
      const parent = new Lifetime(store, { name: 'parent' });
      const ended: string[] = [];
      for (const name of ['first', 'second']) {
        const child = new Lifetime(store, { name, parent });
        child.signal.addEventListener('abort', () => ended.push(name));
        await store.put(name, { lifetime: child });
      }
      await store.put('own', { lifetime: parent });
      await parent.close();
      expect(ended).toEqual(['second', 'first']);
      await expect(list(store.connector)).resolves.toEqual([]);
    });

    it('ends by itself without its parent', async () => {
      await using store = new Store('life', new LocalConnector());
      await using parent = new Lifetime(store);
      const key = await store.put(1, { lifetime: parent });
      await new Lifetime(store, { parent }).close();
      expect(parent.done()).toBe(false);
      await expect(store.exists(key)).resolves.toBe(true);
    });

    it('cannot begin under one that has ended', async () => {
      const parent = new Lifetime();
      await parent.close();
      expect(() => new Lifetime(undefined, { parent })).toThrow(LifetimeEndedError);
    });

    it('ends in place with it', async () => {
      await using store = new Store('life', new LocalConnector());
      const parent = new Lifetime(store);
      const child = new Lifetime(store, { parent });
      store.putSync(1, { lifetime: child });
      parent.closeSync();
      expect(child.done()).toBe(true);
      await expect(list(store.connector)).resolves.toEqual([]);
    });
  });

  it('is called by its class, unless it has a name', () => {
    expect(new Lifetime().name).toBe('Lifetime');
    expect(new ContextLifetime(undefined, { name: 'job 7' }).name).toBe('job 7');
  });
});

async function list(connector: LocalConnector): Promise<ConnectorKey[]> {
  const keys: ConnectorKey[] = [];
  for await (const key of connector.list()) keys.push(key);
  return keys;
}
