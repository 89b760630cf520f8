import { LocalConnector } from '../../lib/connectors/local.js';
import { reference, resolve, Store } from '../../lib/index.js';
import type { StoreMetrics } from '../../lib/index.js';
import type { KeyMetrics } from '../../lib/store/metrics.js';
import { ObservedConnector } from './observed-connector.js';

/** How often each time was taken, by its name. */
function timesOf(metrics: Pick<KeyMetrics, 'times'> | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics!.times).map(([name, { count }]) => [name, count]));
}

it('nothing is measured unless it is asked for', async () => {
  await using store = new Store('results', new LocalConnector());
  await using other = new Store('results', new LocalConnector(), { metrics: false });
  expect([store.metrics, other.metrics]).toEqual([undefined, undefined]);
});

describe('a store that measures', () => {
  let connector: ObservedConnector;
  let store: Store<ObservedConnector>;
  let metrics: StoreMetrics;

  beforeEach(() => {
    connector = new ObservedConnector();
    store = new Store('results', connector, { metrics: true });
    metrics = store.metrics!;
  });

  afterEach(() => store.close());

  it('takes the time of a put and its phases, and the size of the object, by its key', async () => {
    const key = await store.put('abc');
    expect(timesOf(metrics.get(key))).toEqual({
      'store.put': 1,
      'store.put.serialize': 1,
      'store.put.connector': 1,
    });
    expect(metrics.get(key)!.attributes).toEqual({ 'store.put.objectSize': Buffer.byteLength('US\nabc') });
  });

  it('takes those of a get, and counts whether it was in the cache', async () => {
    const key = await store.put('abc');
    await store.get(key);
    await store.get(key);
    const { times, counters, attributes } = metrics.get(key)!;
    expect(timesOf({ times })).toMatchObject({
      'store.get': 2,
      'store.get.connector': 1,
      'store.get.deserialize': 1,
    });
    expect(counters).toEqual({ 'store.get.cacheMisses': 1, 'store.get.cacheHits': 1 });
    expect(attributes['store.get.objectSize']).toBe(6);
  });

  it('takes those of a batch by the batch, and not by each key', async () => {
    const keys = await store.putBatch(['a', 'bc']);
    await store.get(keys[0]);
    await store.getBatch(keys);
    const batch = metrics.getBatch(keys)!;
    expect(timesOf(batch)).toEqual({
      'store.putBatch': 1,
      'store.putBatch.serialize': 2,
      'store.putBatch.connector': 1,
      'store.getBatch': 1,
      'store.getBatch.connector': 1,
      'store.getBatch.deserialize': 1,
    });
    expect(batch.counters).toEqual({ 'store.getBatch.cacheHits': 1, 'store.getBatch.cacheMisses': 1 });
    expect(batch.attributes).toEqual({ 'store.putBatch.objectSize': 9, 'store.getBatch.objectSize': 5 });
    expect(timesOf(metrics.get(keys[0]))).toEqual({
      'store.get': 1,
      'store.get.connector': 1,
      'store.get.deserialize': 1,
    });
    expect(metrics.get(keys[1])).toBeUndefined();
  });

  it('takes those of exists, and of what removes a key over all, with which the key goes', async () => {
    const [a, b, c] = await store.putBatch(['a', 'b', 'c']);
    await store.exists(a);
    expect(timesOf(metrics.get(a))).toEqual({ 'store.exists': 1, 'store.exists.connector': 1 });
    await store.get(b);
    await store.evict(a);
    await store.take(b);
    await store.evictBatch([c]);
    expect([metrics.get(a), metrics.get(b), metrics.getBatch([a, b, c])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(timesOf(metrics.aggregate())).toMatchObject({
      'store.evict': 1,
      'store.evict.connector': 1,
      'store.take': 1,
      'store.take.connector': 1,
      'store.take.deserialize': 1,
      'store.evictBatch': 1,
      'store.evictBatch.connector': 1,
    });
    expect(metrics.size).toBe(0);
  });

  it('does not count an operation that failed', async () => {
    connector.fail('put', new Error('full'));
    await expect(store.put('x')).rejects.toThrow('full');
    await expect(store.put(() => 1)).rejects.toThrow();
    expect(metrics.aggregate()).toEqual({ attributes: {}, counters: {}, times: {} });
  });

  it('takes milliseconds', async () => {
    const start = performance.now();
    const key = await store.put('x'.repeat(1_000_000));
    const elapsed = performance.now() - start;
    const {
      'store.put': put,
      'store.put.serialize': serialize,
      'store.put.connector': stored,
    } = metrics.get(key)!.times;
    expect(put!.totalMs).toBeGreaterThan(0);
    expect(put!.totalMs).toBeLessThanOrEqual(elapsed);
    expect(serialize!.totalMs + stored!.totalMs).toBeLessThanOrEqual(put!.totalMs);
  });

  it('measures one fetch for several who wait for it', async () => {
    const key = await store.put('x');
    await Promise.all([store.get(key), store.get(key)]);
    expect(timesOf(metrics.get(key))).toMatchObject({
      'store.get': 2,
      'store.get.connector': 1,
      'store.get.deserialize': 1,
    });
  });

  it('measures the resolve of a proxy as the get that it is', async () => {
    const proxy = await store.proxy({ rows: 3 }, { populateTarget: false });
    const { key } = reference(proxy);
    expect(timesOf(metrics.get(key))).not.toHaveProperty(['store.get']);
    await resolve(proxy);
    expect(timesOf(metrics.get(key))).toMatchObject({ 'store.put': 1, 'store.get': 1 });
  });
});

it('a store that measures takes the same without waiting', async () => {
  await using store = new Store('results', new LocalConnector(), { metrics: true });
  const metrics = store.metrics!;
  const key = store.putSync('abc');
  store.getSync(key);
  store.getSync(key);
  store.existsSync(key);
  expect(timesOf(metrics.get(key))).toEqual({
    'store.put': 1,
    'store.put.serialize': 1,
    'store.put.connector': 1,
    'store.get': 2,
    'store.get.connector': 1,
    'store.get.deserialize': 1,
    'store.exists': 1,
    'store.exists.connector': 1,
  });
  expect(metrics.get(key)!.counters).toEqual({ 'store.get.cacheMisses': 1, 'store.get.cacheHits': 1 });
  const keys = store.putBatchSync(['a', 'b']);
  store.getBatchSync(keys);
  expect(timesOf(metrics.getBatch(keys))).toMatchObject({
    'store.putBatch': 1,
    'store.getBatch.connector': 1,
  });
  store.evictSync(key);
  store.takeSync(keys[0]);
  store.evictBatchSync([keys[1]]);
  expect([metrics.size, metrics.get(key), metrics.getBatch(keys)]).toEqual([0, undefined, undefined]);
  expect(timesOf(metrics.aggregate())).toMatchObject({
    'store.evict.connector': 1,
    'store.take.connector': 1,
    'store.evictBatch.connector': 1,
  });
});
