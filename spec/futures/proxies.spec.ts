import { inspect } from 'node:util';
import {
  ContextLifetime,
  NonProxiableTypeError,
  ProxyResolveError,
  ProxyUnresolvedError,
  Store,
  StoreError,
  StoreNotRegisteredError,
  getFactory,
  getStore,
  isProxy,
  isResolved,
  resolve,
  resolveSync,
  reviver,
} from '../../lib/index.js';
import type { ObjectProxy } from '../../lib/index.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from '../store/observed-connector.js';
import { listenTo } from '../trace-listener.js';
import { OpenedStore, backends } from './backends.js';

interface Table {
  readonly rows: number[];
}

describe.each(backends)('a proxy of a future on %s', (backend) => {
  let opened: OpenedStore;
  let store: Store;
  beforeEach(() => {
    opened = new OpenedStore(backend);
    store = opened.store;
  });
  afterEach(() => opened[Symbol.asyncDispose]());

  it('waits for the result when it is resolved', async () => {
    const future = store.future<Table>();
    const proxy = future.proxy();
    const wait = resolve(proxy);
    await future.setResult({ rows: [1, 2, 3] });
    expect(await wait).toEqual({ rows: [1, 2, 3] });
    expect(proxy.rows.map((row) => row * 2)).toEqual([2, 4, 6]);
  });

  it('does so where it was sent to', async () => {
    const future = store.future<Table>();
    const proxy = sent(future.proxy());
    const wait = resolve(proxy);
    await future.setResult({ rows: [1, 2, 3] });
    expect(await wait).toEqual({ rows: [1, 2, 3] });
    expect(proxy.rows).toHaveLength(3);
  });

  it('fails by the error that the future was set to', async () => {
    const future = store.future<Table>();
    const waits = [resolve(future.proxy()), resolve(sent(future.proxy()))];
    const cause = new RangeError('too far');
    await future.setError(cause);
    for (const outcome of await Promise.allSettled(waits)) {
      const { reason } = outcome as { reason: unknown };
      expect(reason).toBeInstanceOf(ProxyResolveError);
      expect(reason).toMatchObject({ storeName: 'futures', key: future.key });
      expect((reason as Error).cause).toBeInstanceOf(RangeError);
      expect((reason as Error).message).toContain('too far');
    }
  });

  it('waits no longer than it is told', async () => {
    const patient = store.future<Table>();
    const hasty = store.future<Table>({ timeout: 10 });
    for (const proxy of [
      patient.proxy({ timeout: 10 }),
      sent(patient.proxy({ timeout: 10 })),
      hasty.proxy(),
      sent(hasty.proxy()),
    ]) {
      const error = await rejection(resolve(proxy));
      expect(error).toBeInstanceOf(ProxyResolveError);
      expect((error as Error).cause).toMatchObject({ name: 'TimeoutError' });
    }
    const wait = resolve(sent(hasty.proxy({ timeout: Infinity })));
    await hasty.setResult({ rows: [] });
    expect(await wait).toEqual({ rows: [] });
  });

  it('gives up by the signal of the one who resolves it', async () => {
    const future = store.future<Table>();
    const proxy = future.proxy();
    const controller = new AbortController();
    const other = resolve(proxy);
    const wait = resolve(proxy, { signal: controller.signal });
    controller.abort('enough');
    expect(await rejection(wait)).toBe('enough');
    await future.setResult({ rows: [] });
    expect(await other).toEqual({ rows: [] });
  });

  it('outlives its future', async () => {
    const future = store.future<Table>();
    const proxy = future.proxy();
    const wait = resolve(proxy);
    future.dispose();
    await future.setResult({ rows: [] });
    expect(await wait).toEqual({ rows: [] });
  });
});

describe('a proxy of a future', () => {
  it('is answered in place where the result is there and the store is synchronous', async () => {
    await using opened = new OpenedStore('a directory, which tells');
    const future = opened.store.future<Table>();
    const [proxy, elsewhere] = [future.proxy(), sent(future.proxy())];
    for (const one of [proxy, elsewhere]) {
      const error = caught(() => one.rows);
      expect(error).toBeInstanceOf(ProxyUnresolvedError);
      expect(error).toMatchObject({ storeName: 'futures', key: future.key });
      expect((error as Error).message).toContain('is not set yet');
    }
    await future.setResult({ rows: [1] });
    expect([proxy.rows, elsewhere.rows]).toEqual([[1], [1]]);
    const failed = opened.store.future<Table>();
    await failed.setError(new RangeError('too far'));
    const error = caught(() => failed.proxy().rows);
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('is answered in place where the future has seen its result, whatever the store can', async () => {
    await using store = new Store('futures', new ObservedConnector());
    const future = store.future<Table>();
    expect(caught(() => future.proxy().rows)).toBeInstanceOf(ProxyUnresolvedError);
    await future.setResult({ rows: [1] });
    expect(caught(() => future.proxy().rows)).toBeInstanceOf(ProxyUnresolvedError);
    await future.result();
    expect(future.proxy().rows).toEqual([1]);
  });

  it('takes a one-shot result in place, and gives it to those who wait', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<Table>({ evict: true });
    const wait = future.result();
    const proxy = future.proxy();
    await opened.store.setOnce(future.key, { rows: [1] });
    const rows = resolveSync(proxy).rows;
    expect(rows).toEqual([1]);
    expect((await wait).rows).toBe(rows);
    expect((await resolve(future.proxy())).rows).toBe(rows);
    expect(await opened.store.exists(future.key)).toBe(false);
  });

  it('takes a one-shot result where it was sent to', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<Table>({ evict: true });
    await future.setResult({ rows: [] });
    const [first, second] = [sent(future.proxy()), sent(future.proxy({ timeout: 5 }))];
    await resolve(first);
    expect(await opened.store.exists(future.key)).toBe(false);
    const error = await rejection(resolve(second));
    expect((error as Error).cause).toMatchObject({ name: 'TimeoutError' });
  });

  it('is a proxy as any other of its store', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const future = store.future<number[]>();
    const proxy = future.proxy({ kind: 'array' });
    expect([isProxy(proxy), isResolved(proxy), Array.isArray(proxy)]).toEqual([true, false, true]);
    expect(getStore(proxy)).toBe(store);
    expect(getFactory(proxy)).toMatchObject({ storeName: 'futures', key: future.key, kind: 'array' });
    expect(inspect(proxy)).toContain('futures');
    expect(await (async () => proxy)()).toBe(proxy);
    const life = new ContextLifetime();
    await life.addProxy(proxy);
    await future.setResult([1]);
    await resolve(proxy);
    await life.close();
    expect(await store.exists(future.key)).toBe(false);
    expect(proxy).toHaveLength(1);
  });

  it('travels in few bytes', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const future = store.future<number[]>();
    expect(JSON.parse(JSON.stringify(future.proxy({ kind: 'array' })))).toEqual({
      $proxystore: 1,
      store: 'futures',
      key: future.key,
      kind: 'array',
      future: 'proxy',
    });
    const chosen = store.future({ evict: true, polling: { interval: 5, limit: 50 }, timeout: 1000 });
    expect(JSON.parse(JSON.stringify(chosen.proxy()))).toEqual({
      $proxystore: 1,
      store: 'futures',
      key: chosen.key,
      evict: true,
      future: 'proxy',
      wait: { interval: 5, limit: 50, timeout: 1000 },
    });
    expect(JSON.stringify(sent(chosen.proxy({ timeout: 5 })))).toBe(
      JSON.stringify(chosen.proxy({ timeout: 5 })),
    );
    expect(JSON.stringify(sent(future.proxy({ kind: 'array' })))).toBe(
      JSON.stringify(future.proxy({ kind: 'array' })),
    );
  });

  it('can be stored in another object', async () => {
    await using opened = new OpenedStore();
    const { store } = opened;
    const future = store.future<Table>();
    const job = await store.get(await store.put({ input: future.proxy() }));
    const wait = resolve(job!.input);
    await future.setResult({ rows: [7] });
    expect(await wait).toEqual({ rows: [7] });
  });

  it('needs its store to be registered where it is sent to', async () => {
    const store = new Store('futures', new ObservedConnector());
    expect(await rejection(resolve(sent(store.future<Table>().proxy())))).toBeInstanceOf(
      StoreNotRegisteredError,
    );
    await store.close();
  });

  it('cannot stand for a result that nothing behaves as', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future();
    await future.setResult(null);
    expect(await rejection(resolve<unknown>(future.proxy()))).toBeInstanceOf(NonProxiableTypeError);
    expect(await future.result()).toBe(null);
  });

  it('gives an error of this package as it is', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<Table>();
    await future.setError(new StoreError('no'));
    const error = await rejection(resolve(future.proxy()));
    expect(error).toBeInstanceOf(StoreError);
    expect(caught(() => future.proxy().rows)).toBe(error);
  });

  it('tells those who trace that it is resolved', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<Table>();
    await future.setResult({ rows: [] });
    using listener = listenTo('resolve');
    await resolve(future.proxy());
    await getFactory(future.proxy()).resolve();
    resolveSync(future.proxy());
    expect(listener.heard.filter(({ event }) => event === 'start')).toMatchObject([
      { store: 'futures', key: future.key },
      { store: 'futures', key: future.key },
      { store: 'futures', key: future.key },
    ]);
  });
});

/** The same proxy, as another process is sent it. */
function sent<T>(proxy: ObjectProxy<T>): ObjectProxy<T> {
  return JSON.parse(JSON.stringify(proxy), reviver) as ObjectProxy<T>;
}
