import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { FileConnector } from '../lib/connectors/file.js';
import { MultiConnector } from '../lib/connectors/multi.js';
import { RedisConnector } from '../lib/connectors/redis.js';
import {
  ConnectorError,
  ContextLifetime,
  createProxy,
  deserialize,
  getOrCreateStore,
  getStore,
  InvalidKeyError,
  isResolved,
  LambdaFactory,
  LifetimeEndedError,
  LocalConnector,
  pack,
  reference,
  registerConnector,
  registerStore,
  resolve,
  serialize,
  Store,
  StoreExistsError,
  storeRegistration,
  unpack,
  unregisterStore,
} from '../lib/index.js';
import type { StoreConfig } from '../lib/index.js';
import { globalRegistry } from '../lib/store/store-registry.js';
import { caught, rejection } from './caught.js';
import { TemporaryDirectory } from './connectors/temporary-directory.js';
import { redisServer } from './servers/redis-server.js';
import { ObservedConnector } from './store/observed-connector.js';

const storeNamed = (name: string): Store => new Store(name, new LocalConnector());

afterEach(() => {
  expect([...globalRegistry()]).toEqual([]);
});

describe('faults of the registry in ProxyStore for Python', () => {
  it('stores stay registered when the body of the block raises', () => {
    const block = (): void => {
      using _registration = storeRegistration(storeNamed('a'), storeNamed('b'));
      throw new Error('thrown in the block');
    };
    expect(block).toThrow('thrown in the block');
    expect(globalRegistry().size).toBe(0);
  });

  it('stores stay registered when a later one of the same registration raises', () => {
    const taken = storeNamed('c');
    using _taken = storeRegistration(taken);
    expect(() => storeRegistration(storeNamed('a'), storeNamed('b'), storeNamed('c'))).toThrow(
      StoreExistsError,
    );
    expect([...globalRegistry()]).toEqual([taken]);
  });

  it('close removes another store of the same name', async () => {
    const store = new Store('results', new LocalConnector(), { register: true });
    const other = storeNamed('results');
    registerStore(other, { existOk: true });
    await store.close();
    expect(getStore('results')).toBe(other);
    unregisterStore(other);
  });

  it('the end of a registration removes another store of the same name', () => {
    const registration = storeRegistration(storeNamed('results'));
    const other = storeNamed('results');
    registerStore(other, { existOk: true });
    registration.dispose();
    expect(getStore('results')).toBe(other);
    unregisterStore(other);
  });

  it('get_or_create_store silently uses a store of the same name with another connector', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const connector = new LocalConnector().config();
    expect(() => getOrCreateStore({ name: 'results', connector })).toThrow(StoreExistsError);
    expect(getOrCreateStore(store.config())).toBe(store);
  });

  it('connectors are opened while the lock of the registry is held', async () => {
    const seen: unknown[] = [];
    registerConnector({
      kind: 'faults-registry',
      fromConfig() {
        // A registry that is locked here would wait for itself.
        using _registration = storeRegistration(storeNamed('opened meanwhile'));
        seen.push(getStore('opened meanwhile')?.name, getStore('results'));
        return new LocalConnector();
      },
    });
    await using store = getOrCreateStore({
      name: 'results',
      connector: { kind: 'faults-registry', options: {} },
    });
    expect(seen).toEqual(['opened meanwhile', undefined]);
    expect([...globalRegistry()]).toEqual([store]);
  });
});

describe('faults of the store in ProxyStore for Python', () => {
  it('one lock over input and output serialises all reads', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const [a, b] = await store.putBatch(['a', 'b']);
    const held = connector.hold('get', 2);
    const gets = [store.get(a), store.get(b)];
    await held.reached; // Both are at the backend at the same time.
    await expect(store.exists(a)).resolves.toBe(true);
    held.release();
    await expect(Promise.all(gets)).resolves.toEqual(['a', 'b']);
  });

  it('the cache ignores the deserializer of a call', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = await store.put('abc');
    const deserializer = (data: Uint8Array): string => (deserialize(data) as string).toUpperCase();
    await expect(store.get(key)).resolves.toBe('abc');
    await expect(store.get(key, { deserializer })).resolves.toBe('ABC');
    await expect(store.get(key)).resolves.toBe('abc');
  });

  it('get cannot tell a stored None from a missing object', async () => {
    await using store = new Store('results', new LocalConnector());
    const [none, nothing, gone] = await store.putBatch([null, undefined, 'x']);
    await store.evict(gone);
    const missing = Symbol('missing');
    const values = await store.getBatch([none, nothing, gone], { default: missing });
    expect(values).toEqual([null, undefined, missing]);
    await expect(store.get(none, { default: missing })).resolves.toBeNull();
    await expect(store.get(nothing, { default: missing })).resolves.toBeUndefined();
  });

  it('proxy with a lifetime that has ended stores the object and then raises', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const lifetime = new ContextLifetime(store);
    await lifetime.close();
    await expect(store.proxy({ rows: 3 }, { lifetime })).rejects.toBeInstanceOf(LifetimeEndedError);
    expect(connector.calls).toEqual([]);
  });

  it('overwriting a cached key corrupts the order of the cache', async () => {
    await using store = new Store('results', new LocalConnector(), { cacheSize: 2 });
    const [a, b, c] = await store.putBatch(['a', 'b', 'c']);
    await store.get(a);
    await store.get(b);
    await store.replace(a, 'new a');
    await store.get(a);
    await store.get(a, { deserializer: (data) => String(data.length) });
    await store.get(c);
    expect([a, b, c].map((key) => store.isCached(key))).toEqual([true, false, true]);
    await expect(store.get(a)).resolves.toBe('new a');
    await store.get(b);
    expect([a, b, c].map((key) => store.isCached(key))).toEqual([true, true, false]);
  });
});

describe('faults of the proxy in ProxyStore for Python', () => {
  it('two resolves at the same time call the factory twice', async () => {
    let calls = 0;
    const proxy = createProxy(
      new LambdaFactory(async () => {
        calls += 1;
        return { calls };
      }),
    );
    const [first, second] = await Promise.all([resolve(proxy), resolve(proxy)]);
    expect([first === second, calls]).toEqual([true, 1]);
  });

  it('two resolves at the same time of a proxy with evict: one of them fails', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 }, { evict: true });
    await expect(Promise.all([resolve(proxy), resolve(proxy)])).resolves.toEqual([{ rows: 3 }, { rows: 3 }]);
    expect(connector.count('take')).toBe(1);
  });

  it('an asynchronous resolve that failed is remembered for ever', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false });
    const proxy = await store.proxy({ rows: 3 });
    connector.fail('get', new Error('unreachable'));
    await expect(resolve(proxy)).rejects.toThrow('unreachable');
    connector.fail('get', undefined);
    await expect(resolve(proxy)).resolves.toEqual({ rows: 3 });
  });

  it('hashing, asking for the type, or the look of a serializer resolves by accident', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, { populateTarget: false, register: true });
    const proxy = await store.proxy([1, 2, 3]);
    new Set([proxy]).has(proxy);
    new Map([[proxy, 1]]).get(proxy);
    new WeakMap([[proxy, 1]]).get(proxy);
    expect([typeof proxy, Array.isArray(proxy)]).toEqual(['object', true]);
    expect((await Promise.resolve(proxy)) === proxy).toBe(true);
    inspect({ proxy }, { depth: 5 });
    JSON.stringify({ proxy });
    structuredClone(pack({ proxy }));
    serialize({ proxy });
    serialize(proxy);
    await store.put({ proxy });
    expect(isResolved(proxy)).toBe(false);
    expect(connector.count('get')).toBe(0);
  });
});

describe('faults of configs in ProxyStore for Python', () => {
  it('a store on a MultiConnector cannot be rebuilt from its config', async () => {
    using place = new TemporaryDirectory();
    const connector = new MultiConnector({
      small: { connector: new LocalConnector(), policy: { maxSizeBytes: 1000, priority: 1 } },
      large: { connector: new FileConnector(join(place.path, 'objects')) },
    });
    await using store = new Store('results', connector);
    const keys = await store.putBatch(['small', 'large'.repeat(1000)]);
    const config = JSON.parse(JSON.stringify(store.config())) as StoreConfig;
    await using again = Store.fromConfig(config);
    expect(again.config()).toEqual(config);
    await expect(again.getBatch(keys)).resolves.toEqual(['small', 'large'.repeat(1000)]);
    const key = await again.put('large again'.repeat(1000));
    await expect(store.get(key)).resolves.toBe('large again'.repeat(1000));
  });

  it('the kind of a connector imports whatever it names, and calls it', () => {
    for (const kind of [
      'os.system',
      'node:child_process',
      'child_process.execSync',
      './upstream-faults.spec.js',
      'constructor',
    ]) {
      const connector = { kind, options: { command: 'touch /tmp/owned' } };
      const error = caught(() => Store.fromConfig({ name: 'results', connector }));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({ connector: kind });
    }
  });
});

describe('faults of metrics in ProxyStore for Python', () => {
  it('nanoseconds are recorded as milliseconds', async () => {
    await using store = new Store('results', new LocalConnector(), { metrics: true });
    const start = performance.now();
    const key = await store.put('x'.repeat(100_000));
    await store.get(key);
    const elapsedMs = performance.now() - start;
    const times = Object.values(store.metrics!.get(key)!.times);
    expect(times.length).toBeGreaterThan(0);
    for (const { totalMs } of times) expect(totalMs).toBeLessThanOrEqual(elapsedMs);
  });

  it('entries are never dropped', async () => {
    await using store = new Store('results', new LocalConnector(), { metrics: true });
    for (let round = 0; round < 10; round += 1) {
      const keys = await store.putBatch([1, 2, 3]);
      for (const key of keys) await store.get(key);
      expect(store.metrics!.size).toBeGreaterThan(0);
      await store.evictBatch(keys);
    }
    expect(store.metrics!.size).toBe(0);
    expect(store.metrics!.aggregate().times['store.get']!.count).toBe(30);
  });
});

describe('faults of the file connector in ProxyStore for Python', () => {
  it('keys with ../ read and delete outside of the directory', async () => {
    using place = new TemporaryDirectory();
    const secret = join(place.path, 'secret');
    writeFileSync(secret, 'US\nsecret');
    await using store = new Store('results', new FileConnector(join(place.path, 'objects')), {
      register: true,
    });
    for (const name of [
      '../secret',
      secret,
      './../secret',
      '..\\secret',
      '../objects/../secret',
      '../secret\0',
    ]) {
      const key = [name];
      for (const operation of [
        () => store.get(key),
        () => store.take(key),
        () => store.exists(key),
        () => store.evict(key),
        () => store.getBatch([key]),
        () => store.evictBatch([key]),
      ]) {
        expect(await rejection(operation())).toBeInstanceOf(InvalidKeyError);
      }
      expect(() => store.getSync(key)).toThrow(InvalidKeyError);
      expect(() => unpack({ $proxystore: 1, store: 'results', key } as object)).toThrow(InvalidKeyError);
    }
    expect(readFileSync(secret, 'utf8')).toBe('US\nsecret');
  });

  it('an object that is set again is seen in part', async () => {
    using place = new TemporaryDirectory();
    await using writer = new FileConnector(join(place.path, 'objects'));
    await using reader = new FileConnector(join(place.path, 'objects'));
    const key = writer.newKey();
    const seen = new Set<string>();
    const look = (): void => {
      const bytes = reader.sync.get(key)!;
      seen.add(`${bytes.length} of ${bytes[0]!}`);
      expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    };
    const length = 1024 * 1024;
    await writer.set(key, [new Uint8Array(length).fill(1)]);
    for (let value = 2; value <= 6; value += 1) {
      const state = { writing: true };
      const parts = Array.from({ length: 64 }, () => new Uint8Array(length / 64).fill(value));
      const set = writer.set(key, parts).finally(() => (state.writing = false));
      look();
      while (state.writing) {
        await new Promise((resolve) => setImmediate(resolve));
        look();
      }
      await set;
      look();
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6].map((value) => `${length} of ${value}`));
  });

  it('while an object is evicted, exists is true and get fails', async () => {
    using place = new TemporaryDirectory();
    await using evicting = new Store('a', new FileConnector(join(place.path, 'objects')));
    await using reading = new Store('b', new FileConnector(join(place.path, 'objects')), { cacheSize: 0 });
    const keys = await evicting.putBatch(Array.from({ length: 200 }, (_, index) => `object ${index}`));
    const read = async (index: number): Promise<unknown> => {
      const key = keys[index]!;
      return (await reading.exists(key)) ? await reading.get(key, { default: 'gone' }) : 'gone';
    };
    const reads = await Promise.all(
      keys.flatMap((key, index) => [read(index), evicting.evict(key).then(() => 'evicted'), read(index)]),
    );
    for (const [place, value] of reads.entries()) {
      if (place % 3 !== 1) expect(['gone', `object ${Math.floor(place / 3)}`]).toContain(value);
    }
    for (const key of keys) {
      expect([await reading.exists(key), await reading.get(key)]).toEqual([false, undefined]);
    }
  });

  it('closing deletes the directory of all processes by default', async () => {
    using place = new TemporaryDirectory();
    const directory = join(place.path, 'objects');
    const store = new Store('results', new FileConnector(directory));
    const key = await store.put('still there');
    await store.close();
    expect(readdirSync(directory)).toHaveLength(1);
    await using again = new Store('results', new FileConnector(directory));
    await expect(again.get(key)).resolves.toBe('still there');
    const clearing = new Store('results', new FileConnector(directory, { clear: true }));
    await clearing.close();
    expect(existsSync(directory)).toBe(false);
  });

  it('an object of 2 GiB or more is truncated', async () => {
    using place = new TemporaryDirectory();
    const directory = join(place.path, 'objects');
    await using store = new Store('results', new FileConnector(directory));
    const bytes = new Uint8Array(2 ** 31 + 5);
    bytes.set([1, 2, 3], bytes.length - 3);
    const { key } = reference(await store.proxy(bytes));
    const [name] = readdirSync(directory);
    expect([name]).toEqual(key);
    expect(statSync(join(directory, name!)).size).toBe('BS\n'.length + bytes.length);
  }, 240_000);
});

describe('faults of the Redis connector in ProxyStore for Python', () => {
  it('clear removes everything that is in the database', async () => {
    await using server = await redisServer();
    const redis = new Redis(server.url);
    try {
      await redis.set('of somebody else', 'there');
      await using other = new Store('other', new RedisConnector({ url: server.url, name: 'other' }));
      const kept = await other.put('kept');
      const clearing = new Store('clearing', new RedisConnector({ url: server.url, name: 'a', clear: true }));
      await clearing.put('removed');
      await clearing.close();
      expect(await redis.get('of somebody else')).toBe('there');
      expect(await redis.keys('proxystore:a:*')).toEqual([]);
      await expect(other.get(kept)).resolves.toBe('kept');
    } finally {
      redis.disconnect();
    }
  });

  it('a server with a password or TLS cannot be used, nor a database but the first', async () => {
    const password = randomUUID();
    await using server = await redisServer({ password, tls: true });
    const { port, certificate } = server;
    const tls = { ca: certificate! };
    const place = { host: '127.0.0.1', port, database: 3, tls };
    await using store = new Store('results', new RedisConnector({ ...place, password }));
    const key = await store.put('there');
    await using again = new Store('again', new RedisConnector({ ...place, password }));
    await expect(again.get(key)).resolves.toBe('there');
    await using first = new Store('first', new RedisConnector({ ...place, password, database: 0 }));
    expect(await first.exists(key)).toBe(false);
    await using stranger = new Store('stranger', new RedisConnector({ ...place, password: 'a guess' }));
    await expect(stranger.get(key)).rejects.toThrow(/WRONGPASS/);
  });

  it('a batch of no objects fails', async () => {
    await using server = await redisServer();
    await using store = new Store('results', new RedisConnector({ url: server.url }));
    await expect(store.putBatch([])).resolves.toEqual([]);
    await expect(store.getBatch([])).resolves.toEqual([]);
    await expect(store.evictBatch([])).resolves.toBeUndefined();
  });
});
