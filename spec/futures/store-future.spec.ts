import fc from 'fast-check';
import type { StoreFuture } from '../../lib/index.js';
import {
  ConnectorError,
  ContextLifetime,
  FutureAlreadySetError,
  LeaseLifetime,
  LifetimeEndedError,
  LocalConnector,
  SerializationError,
  Store,
  StoreClosedError,
  StoreError,
  StoreNotRegisteredError,
  deserialize,
  pack,
  unpack,
} from '../../lib/index.js';
import { FileConnector } from '../../lib/connectors/file.js';
import { caught, rejection } from '../caught.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';
import { difference } from '../serialize/graphs.js';
import { ObservedConnector } from '../store/observed-connector.js';
import { listenTo } from '../trace-listener.js';
import { OpenedStore, WatchedConnector, backends } from './backends.js';

describe.each(backends)('a future on %s', (backend) => {
  let opened: OpenedStore;
  let store: Store;
  beforeEach(() => {
    opened = new OpenedStore(backend);
    store = opened.store;
  });
  afterEach(() => opened[Symbol.asyncDispose]());

  it('gives the result to those who wait for it, and to those who come later', async () => {
    const future = store.future<number[]>();
    const waits = [future.result(), future.result({ timeout: 60_000 }), copyOf(future).result()];
    await future.setResult([1, 2, 3]);
    expect(await Promise.all(waits)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(await future.result()).toEqual([1, 2, 3]);
    expect(await copyOf(future).result()).toEqual([1, 2, 3]);
  });

  it('gives the error to all of them', async () => {
    const future = store.future();
    const waits = [future.result(), copyOf(future).result()];
    await copyOf(future).setError(new RangeError('too far'));
    const outcomes = await Promise.allSettled([...waits, future.result(), copyOf(future).result()]);
    for (const outcome of outcomes) {
      const reason = (outcome as PromiseRejectedResult).reason as unknown;
      expect(reason).toBeInstanceOf(RangeError);
      expect((reason as Error).message).toBe('too far');
    }
  });

  it('is set once, by whoever is first', async () => {
    const future = store.future<string>();
    const setters = [future, copyOf(future), copyOf(future)];
    const outcomes = await Promise.allSettled([
      ...setters.map((setter, index) => setter.setResult(`result ${index}`)),
      ...setters.map((setter, index) => setter.setError(new Error(`error ${index}`))),
    ]);
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failures).toHaveLength(outcomes.length - 1);
    for (const { reason } of failures) expect(reason).toBeInstanceOf(FutureAlreadySetError);

    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    const come = await copyOf(future)
      .result()
      .catch((error: unknown) => (error as Error).message);
    expect(come).toBe(winner < 3 ? `result ${winner}` : `error ${winner - 3}`);
  });

  it('says whether it is set, and to what', async () => {
    const [resolved, rejected] = [store.future<number>(), store.future()];
    expect([await resolved.done(), await resolved.state()]).toEqual([false, 'pending']);
    const [resolvedElsewhere, rejectedElsewhere] = [copyOf(resolved), copyOf(rejected)];
    await resolved.setResult(0);
    await rejected.setError(new Error('no'));
    for (const future of [resolved, resolvedElsewhere, copyOf(resolved)]) {
      expect([await future.done(), await future.state(), await future.done()]).toEqual([
        true,
        'resolved',
        true,
      ]);
    }
    for (const future of [rejected, rejectedElsewhere, copyOf(rejected)]) {
      expect([await future.done(), await future.state(), await future.done()]).toEqual([
        true,
        'rejected',
        true,
      ]);
    }
  });

  it('ends a wait at its timeout, and not those of others', async () => {
    const future = store.future<string>();
    const other = future.result();
    const error = await rejection(future.result({ timeout: 10 }));
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(error).toBeInstanceOf(DOMException);
    expect((error as Error).message).toContain(`"futures" was not set within 10 ms`);
    await future.setResult('late');
    expect([await other, await future.result({ timeout: 0 })]).toEqual(['late', 'late']);
  });

  it('ends a wait by its signal, and not those of others', async () => {
    const future = store.future<string>();
    const other = future.result();
    const controller = new AbortController();
    const wait = future.result({ signal: controller.signal });
    controller.abort('enough');
    expect(await rejection(wait)).toBe('enough');
    expect(await rejection(future.result({ signal: controller.signal }))).toBe('enough');
    await future.setResult('late');
    expect(await other).toBe('late');
    expect(await rejection(future.result({ signal: controller.signal }))).toBe('enough');
  });

  it('ends its waits when it is disposed of, and nothing else', async () => {
    const future = store.future<string>();
    const elsewhere = copyOf(future);
    const other = elsewhere.result();
    let wait: Promise<string>;
    {
      using disposed = future;
      wait = disposed.result();
      expect(disposed.disposed).toBe(false);
    }
    expect(future.disposed).toBe(true);
    for (const ended of [wait, future.result()]) {
      const error = await rejection(ended);
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toMatchObject({ name: 'AbortError' });
      expect((error as Error).message).toContain('was disposed of');
    }
    future.dispose();
    await future.setResult('set all the same');
    expect(await other).toBe('set all the same');
    expect(await future.state()).toBe('resolved');
  });

  it('fails a wait when the store is closed', async () => {
    const future = store.future({ polling: { interval: 1, limit: 1 } });
    const wait = rejection(future.result());
    await future.done();
    await store.close();
    const error = await wait;
    expect(error).toBeInstanceOf(StoreClosedError);
    expect(error).toMatchObject({ storeName: 'futures' });
  });

  it('is taken out of the store with evict, by one of those who wait', async () => {
    const future = store.future<string>({ evict: true });
    const waiting = [future, copyOf(future)];
    const waits = waiting.map((one) => one.result());
    await copyOf(future).setResult('once');
    expect(await Promise.any(waits)).toBe('once');
    for (const one of waiting) one.dispose();
    const outcomes = await Promise.allSettled(waits);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.exists(future.key)).toBe(false);
  });
});

describe('a future', () => {
  it('is made at once, and asks the backend nothing', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector);
    const future = store.future();
    JSON.stringify([future, future.proxy(), pack(future)]);
    expect(connector.calls).toEqual([]);
    expect(future).toMatchObject({ storeName: 'futures', evict: false, disposed: false });
    expect(connector.checkKey(future.key)).toBe(future.key);
  });

  it('is no thenable', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future();
    expect('then' in future).toBe(false);
    expect(await (async () => future)()).toBe(future);
  });

  it('gives whatever value it was set to', async () => {
    await using opened = new OpenedStore();
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const future = opened.store.future({ evict: true });
        const wait = copyOf(future).result();
        await future.setResult(value);
        // Not toStrictEqual, to which two sets with an invalid date in each are unequal.
        expect(difference(await wait, value)).toBeUndefined();
      }),
    );
  });

  it('stores a result as any value is stored', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<{ a: number }>();
    await future.setResult({ a: 1 });
    expect(await opened.store.get(future.key)).toEqual({ a: 1 });
  });

  it('fetches the result once, however many wait for it, and keeps it', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector, { cacheSize: 0, register: true });
    const future = store.future<object>();
    await copyOf(future).setResult({});
    const results = await Promise.all(Array.from({ length: 10 }, () => future.result()));
    expect(new Set([...results, await future.result()]).size).toBe(1);
    expect(connector.count('get')).toBe(1);
  });

  it('asks no more than its polling says', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      using quick = store.future({ polling: { interval: 10, factor: 1 } });
      const controller = new AbortController();
      const waits = Array.from({ length: 5 }, () => quick.result({ signal: controller.signal }));
      await jest.advanceTimersByTimeAsync(105);
      expect(connector.count('get')).toBe(1 + 10);
      controller.abort();
      await Promise.allSettled(waits);
      await jest.advanceTimersByTimeAsync(10_000);
      expect(connector.count('get')).toBe(1 + 10);

      connector.calls.length = 0;
      using usual = store.future();
      const wait = usual.result();
      // After 20, 60, 140, 300, 620 and 1260 ms, and then every 1000 ms.
      await jest.advanceTimersByTimeAsync(1300);
      expect(connector.count('get')).toBe(1 + 6);
      await jest.advanceTimersByTimeAsync(10_000);
      expect(connector.count('get')).toBe(1 + 6 + 10);
      usual.dispose();
      await rejection(wait);
    } finally {
      jest.useRealTimers();
    }
  });

  it('watches once for all who wait, and no more when all have given up', async () => {
    const connector = new WatchedConnector();
    await using store = new Store('futures', connector);
    const future = store.future();
    const controller = new AbortController();
    const watched = connector.nextWatch();
    const [given, disposed] = [future.result({ signal: controller.signal }), future.result()];
    await watched;
    controller.abort();
    await rejection(given);
    expect(connector.watches[0]?.aborted).toBe(false);
    future.dispose();
    await rejection(disposed);
    expect(connector.watches).toHaveLength(1);
    expect(connector.watches[0]?.aborted).toBe(true);
  });

  it('waits on when the backend has told of a result that is not there', async () => {
    const connector = new WatchedConnector();
    await using store = new Store('futures', connector);
    const future = store.future<string>({ polling: { interval: 1 } });
    const watched = connector.nextWatch();
    const wait = future.result();
    await watched;
    const key = connector.checkKey(future.key);
    const watchedAgain = connector.nextWatch();
    connector.sync.set(key, [new Uint8Array()]);
    connector.sync.evict(key);
    await watchedAgain;
    await future.setResult('there');
    expect(await wait).toBe('there');
  });

  it('begins anew after all have given up', async () => {
    const connector = new WatchedConnector();
    await using store = new Store('futures', connector);
    const future = store.future<string>();
    const controller = new AbortController();
    const watched = connector.nextWatch();
    const given = future.result({ signal: controller.signal });
    await watched;
    controller.abort();
    const again = future.result();
    await rejection(given);
    await future.setResult('there');
    expect(await again).toBe('there');
  });

  it('takes a last look before its timeout', async () => {
    await using store = new Store('futures', new ObservedConnector(), { register: true });
    const future = store.future<string>({ polling: { interval: 60_000 }, timeout: 200 });
    const wait = future.result();
    await future.done();
    await copyOf(future).setResult('just in time');
    expect(await wait).toBe('just in time');
  });

  it('takes its last look again where the one before was under way', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector, { register: true, cacheSize: 0 });
    const future = store.future<string>({ polling: { interval: 60_000 } });
    const held = connector.hold('get');
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const wait = future.result({ timeout: 1000 });
      await held.reached;
      // It has found nothing, and its caller has not heard of that yet.
      await copyOf(future).setResult('just in time');
      await jest.advanceTimersByTimeAsync(950);
      held.release();
      expect(await wait).toBe('just in time');
    } finally {
      jest.useRealTimers();
    }
  });

  it('never waits past its timeout, whatever the backend does', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector);
    const held = connector.hold('get');
    const future = store.future({ timeout: 20 });
    expect(await rejection(future.result())).toMatchObject({ name: 'TimeoutError' });
    held.release();
  });

  it('waits without end where it is told so', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<string>({ timeout: 5 });
    const wait = future.result({ timeout: Infinity });
    await rejection(future.result());
    await future.setResult('there');
    expect(await wait).toBe('there');
  });

  it('ends its waits at the end of an asynchronous block', async () => {
    await using opened = new OpenedStore();
    let wait: Promise<unknown>;
    {
      await using future = opened.store.future();
      wait = rejection(future.result());
    }
    expect(await wait).toMatchObject({ name: 'AbortError' });
  });

  it('tells of a failure of the backend while it watches', async () => {
    using place = new TemporaryDirectory();
    await using store = new Store('futures', new FileConnector(place.path));
    const wait = rejection(store.future().result());
    place[Symbol.dispose]();
    const error = await wait;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).not.toBeInstanceOf(StoreClosedError);
  });

  it('tells of a failure of the backend, and keeps nothing of it', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector);
    const future = store.future<string>();
    const failure = new ConnectorError('The network is down.');
    connector.fail('get', failure);
    expect(await rejection(future.result())).toBe(failure);
    connector.fail('get', undefined);
    connector.fail('set', failure);
    expect(await rejection(future.setResult('there'))).toBe(failure);
    connector.fail('set', undefined);
    await future.setResult('there');
    expect(await future.result()).toBe('there');
  });

  it('is not set by what cannot be serialized', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future();
    expect(await rejection(future.setResult(() => 1))).toBeInstanceOf(SerializationError);
    expect(await rejection(future.setError(() => 1))).toBeInstanceOf(SerializationError);
    expect(await future.state()).toBe('pending');
    await future.setResult(1);
    expect(await future.result()).toBe(1);
  });

  it('is not set by an aborted call', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future();
    const signal = AbortSignal.abort('enough');
    expect(await rejection(future.setResult(1, { signal }))).toBe('enough');
    expect(await rejection(future.setError(1, { signal }))).toBe('enough');
    expect(await rejection(future.done({ signal }))).toBe('enough');
    expect(await rejection(future.state({ signal }))).toBe('enough');
    expect(await future.state()).toBe('pending');
  });

  it('says of the second set which future it was', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future();
    await future.setResult(1);
    const error = await rejection(future.setResult(2));
    expect(error).toMatchObject({
      name: 'FutureAlreadySetError',
      code: 'ERR_PROXYSTORE_FUTURE_ALREADY_SET',
      storeName: 'futures',
      key: future.key,
    });
  });

  it('tells its operations to those who trace', async () => {
    await using opened = new OpenedStore();
    using listener = listenTo('put', 'get');
    const future = opened.store.future();
    await future.setResult('text');
    await copyOf(future).result();
    const ended = listener.heard.filter(({ event }) => event === 'asyncEnd');
    expect(ended).toMatchObject([
      { operation: 'put', store: 'futures', key: future.key, bytes: 7 },
      { operation: 'get', store: 'futures', key: future.key, bytes: 7 },
    ]);
  });

  it('needs its store to be registered where it is sent to', async () => {
    const store = new Store('futures', new LocalConnector());
    const future = copyOf(store.future());
    for (const operation of [
      future.result(),
      future.setResult(1),
      future.setError(1),
      future.done(),
      future.state(),
    ]) {
      expect(await rejection(operation)).toBeInstanceOf(StoreNotRegisteredError);
    }
    await store.close();
  });
});

describe('a one-shot future', () => {
  it('keeps what it has taken', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const future = store.future<object>({ evict: true });
    await copyOf(future).setResult({});
    const result = await future.result();
    expect(await future.result()).toBe(result);
    expect([await future.state(), await future.done(), await store.exists(future.key)]).toEqual([
      'resolved',
      true,
      false,
    ]);
  });

  it('that has set or seen its result refuses another, though nothing is stored any more', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future({ evict: true });
    const elsewhere = copyOf(future);
    await future.setResult(1);
    await elsewhere.result();
    for (const one of [future, elsewhere]) {
      expect(await rejection(one.setResult(2))).toBeInstanceOf(FutureAlreadySetError);
    }
  });

  it('takes nothing when it is asked for its state', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const [resolved, rejected] = [store.future({ evict: true }), store.future({ evict: true })];
    await resolved.setResult(1);
    await rejected.setError(new Error('no'));
    expect([await copyOf(resolved).state(), await copyOf(rejected).state()]).toEqual([
      'resolved',
      'rejected',
    ]);
    expect([await store.exists(resolved.key), await store.exists(rejected.key)]).toEqual([true, true]);
    expect(await copyOf(resolved).result()).toBe(1);
    await expect(copyOf(rejected).result()).rejects.toThrow('no');
    expect([await store.exists(resolved.key), await store.exists(rejected.key)]).toEqual([false, false]);
  });

  it('loses no result that is being taken when nobody waits any more', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('futures', connector, { register: true });
    const future = store.future<string>({ evict: true });
    await copyOf(future).setResult('once');
    const held = connector.hold('take');
    const controller = new AbortController();
    const given = future.result({ signal: controller.signal });
    await held.reached;
    controller.abort('enough');
    expect(await rejection(given)).toBe('enough');
    const again = future.result();
    held.release();
    expect(await again).toBe('once');
    expect(connector.count('take')).toBe(1);
  });

  it('works on a backend that cannot take', async () => {
    await using store = new Store('futures', new ObservedConnector({ take: false }));
    const future = store.future<string>({ evict: true });
    await future.setResult('once');
    expect(await future.result()).toBe('once');
    expect(await store.exists(future.key)).toBe(false);
  });
});

describe('what a future is made with', () => {
  it('is a store that is open', async () => {
    const store = new Store('futures', new LocalConnector());
    await store.close();
    expect(caught(() => store.future())).toBeInstanceOf(StoreClosedError);
  });

  it('is a store whose connector makes keys beforehand', async () => {
    class Plain extends ObservedConnector {
      override newKey: never = undefined as never;
    }
    await using store: Store = new Store('futures', new Plain());
    const error = caught(() => store.future());
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ storeName: 'futures' });
    expect((error as Error).message).toContain('a connector of kind "observed", which makes no key before');
    const key = await store.put(1);
    await expect(store.setOnce(key, 2)).rejects.toThrow('cannot store under a key that it made before');
  });

  it('is a polling and a timeout that one can wait by', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    for (const timeout of [-1, NaN, 2 ** 31, '5' as never]) {
      expect(() => store.future({ timeout })).toThrow(RangeError);
      expect(() => store.future().proxy({ timeout })).toThrow(RangeError);
      await expect(store.future().result({ timeout })).rejects.toThrow(RangeError);
    }
    for (const polling of [
      { interval: 0 },
      { interval: NaN },
      { interval: '5' as never },
      { factor: 0.5 },
      { factor: Infinity },
      { limit: 5 },
      { interval: 10, limit: 5 },
      { limit: 2 ** 31 },
    ]) {
      expect(() => store.future({ polling })).toThrow(RangeError);
    }
    expect(() =>
      store.future({ polling: { interval: 1, factor: 1, limit: 1 }, timeout: 2 ** 31 - 1 }),
    ).not.toThrow();
    expect(() => store.future({ polling: { interval: 60_000 } })).not.toThrow();
  });

  it('is a lifetime, with which the result is evicted', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const life = new ContextLifetime(store);
    const [set, unset] = [store.future<number>({ lifetime: life }), store.future({ lifetime: life })];
    expect(life.size).toBe(2);
    await copyOf(set).setResult(1);
    expect(await store.exists(set.key)).toBe(true);
    await life.close();
    expect(await store.exists(set.key)).toBe(false);
    expect(caught(() => store.future({ lifetime: life }))).toBeInstanceOf(LifetimeEndedError);
    expect(await rejection(unset.setResult(1))).toBeInstanceOf(LifetimeEndedError);
    expect(await store.exists(unset.key)).toBe(false);
  });

  it('is a lease, of which the backend is told when there is an object', async () => {
    const expiries: boolean[] = [];
    class Expiring extends LocalConnector {
      override async expire(...parameters: Parameters<LocalConnector['expire']>): Promise<boolean> {
        const there = await super.expire(...parameters);
        expiries.push(there);
        return there;
      }
    }
    await using store = new Store('futures', new Expiring());
    await using lease = new LeaseLifetime(store, { hours: 1 });
    await store.future({ lifetime: lease }).setResult(1);
    expect(expiries).toEqual([false, true]);
  });

  it('is made all the same where the backend cannot be told of a lease yet', async () => {
    class Expiring extends LocalConnector {
      override async expire(): Promise<boolean> {
        throw new ConnectorError('The network is down.');
      }
    }
    await using store = new Store('futures', new Expiring());
    await using lease = new LeaseLifetime(store, { hours: 1 });
    const future = store.future({ lifetime: lease });
    await expect(future.setResult(1)).rejects.toThrow('The network is down.');
    expect(await store.exists(future.key)).toBe(false);
  });
});

describe('serializers of a future', () => {
  const reverse = (text: unknown): Uint8Array => Buffer.from([...(text as string)].reverse().join(''));
  const reversed = (data: Uint8Array): string => [...Buffer.from(data).toString()].reverse().join('');

  it('are its own', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const future = store.future<string>({ serializer: reverse, deserializer: reversed });
    await future.setResult('abc');
    expect(await future.result()).toBe('abc');
    expect(Buffer.from((await store.connector.get(future.key))!).toString()).toBe('cba');
    expect(await rejection(copyOf(future).result())).toBeInstanceOf(SerializationError);
  });

  it('are those of the store where it has none', async () => {
    await using store = new Store('futures', new LocalConnector(), {
      serializer: reverse,
      deserializer: reversed,
      register: true,
    });
    const [resolved, rejected] = [store.future<string>(), store.future<string>({ deserializer: reversed })];
    await copyOf(resolved).setResult('abc');
    await rejected.setError(new TypeError('no'));
    expect(await resolved.result()).toBe('abc');
    expect(await store.get(resolved.key)).toBe('abc');
    for (const one of [rejected, copyOf(rejected)])
      expect(await rejection(one.result())).toBeInstanceOf(TypeError);
  });

  it('cannot write a result that is read as a failure', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const failed = store.future();
    await failed.setError(new Error('no'));
    const bytes = (await store.connector.get(failed.key))!;
    for (const serializer of [
      () => bytes,
      () => [bytes],
      () => [bytes.subarray(0, 3), new Uint8Array(), bytes.subarray(3, 10), bytes.subarray(10)],
    ]) {
      const future = store.future({ serializer });
      expect(await rejection(future.setResult(1))).toBeInstanceOf(SerializationError);
      expect(await future.done()).toBe(false);
    }
    const harmless = store.future({
      serializer: () => [bytes.subarray(0, 5)],
      deserializer: (data): unknown => data,
    });
    await harmless.setResult(1);
    expect(await harmless.result()).toEqual(bytes.subarray(0, 5));
    expect(() => deserialize(bytes)).toThrow(SerializationError);
  });

  it('fail a set that they fail', async () => {
    await using opened = new OpenedStore();
    const cause = new Error('not that');
    const future = opened.store.future({
      serializer: () => {
        throw cause;
      },
    });
    expect(await rejection(future.setResult(1))).toMatchObject({ name: 'SerializationError', cause });
    const wrong = opened.store.future({ serializer: () => 'text' as never });
    expect(await rejection(wrong.setResult(1))).toBeInstanceOf(SerializationError);
  });
});

/** What a clone of any kind keeps. */
const values = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: false,
});

/** The same future, as another process is sent it. */
function copyOf<T>(future: StoreFuture<T>): StoreFuture<T> {
  return unpack(structuredClone(pack(future)));
}
