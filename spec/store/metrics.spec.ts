import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { ConnectorKey } from '../../lib/connectors/protocol.js';
import { StoreMetrics } from '../../lib/store/metrics.js';
import type { KeyMetrics, Measurement, TimeStatistics } from '../../lib/store/metrics.js';

const a: ConnectorKey = ['a'];
const b: ConnectorKey = ['b'];
const c: ConnectorKey = ['c'];
const none: KeyMetrics = { attributes: {}, counters: {}, times: {} };

/** Does nothing until the clock that measures has moved on; gives by how much, in milliseconds. */
function passTime(): number {
  const start = performance.now();
  let elapsed = 0;
  while (elapsed === 0) elapsed = performance.now() - start;
  return elapsed;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('a measurement', () => {
  it('records its operation, phases, counters and attributes of its key', () => {
    const metrics = new StoreMetrics();
    const before = Date.now();
    const put = metrics.begin('put');
    put.phase('serialize', 0.25);
    put.count('retries');
    put.count('retries', 2);
    put.attribute('objectSize', 1024);
    put.attribute('codec', 'MP');
    put.attribute('compressed', false);
    put.end(a);
    const after = Date.now();

    const { attributes, counters, times } = metrics.get(a)!;
    expect(attributes).toEqual({
      'store.put.objectSize': 1024,
      'store.put.codec': 'MP',
      'store.put.compressed': false,
    });
    expect(counters).toEqual({ 'store.put.retries': 3 });
    expect(Object.keys(times).sort()).toEqual(['store.put', 'store.put.serialize']);
    expect(times['store.put.serialize']).toMatchObject({
      count: 1,
      totalMs: 0.25,
      averageMs: 0.25,
      minimumMs: 0.25,
      maximumMs: 0.25,
      lastMs: 0.25,
    });
    for (const { lastTimestamp } of Object.values(times)) {
      expect(lastTimestamp).toBeGreaterThanOrEqual(before);
      expect(lastTimestamp).toBeLessThanOrEqual(after);
    }
  });

  it('takes its whole time in milliseconds, from its beginning to its end', () => {
    const metrics = new StoreMetrics();
    const outerStart = performance.now();
    const get = metrics.begin('get');
    const inside = passTime();
    get.end(a);
    const outside = performance.now() - outerStart;

    const { totalMs } = metrics.get(a)!.times['store.get']!;
    expect(totalMs).toBeGreaterThanOrEqual(inside);
    expect(totalMs).toBeLessThanOrEqual(outside);
  });

  it('times a synchronous phase and returns what it returns', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    const outerStart = performance.now();
    const inside = put.time('serialize', passTime);
    const outside = performance.now() - outerStart;
    put.end(a);

    const { totalMs } = metrics.get(a)!.times['store.put.serialize']!;
    expect(totalMs).toBeGreaterThanOrEqual(inside);
    expect(totalMs).toBeLessThanOrEqual(outside);
  });

  it('times an asynchronous phase until it has settled', async () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    const outerStart = performance.now();
    const inside = await put.timeAsync('connector', async () => {
      await new Promise(setImmediate);
      return passTime();
    });
    const outside = performance.now() - outerStart;
    put.end(a);

    const { totalMs } = metrics.get(a)!.times['store.put.connector']!;
    expect(totalMs).toBeGreaterThanOrEqual(inside);
    expect(totalMs).toBeLessThanOrEqual(outside);
  });

  it('lets through what a phase throws, and counts its time', async () => {
    const metrics = new StoreMetrics();
    const failure = new Error('disk full');
    const put = metrics.begin('put');
    const fail = (): never => {
      throw failure;
    };
    expect(() => put.time('serialize', fail)).toThrow(failure);
    await expect(put.timeAsync('connector', async () => fail())).rejects.toBe(failure);
    await expect(put.timeAsync('connector', fail)).rejects.toBe(failure);
    put.end(a);

    const { times } = metrics.get(a)!;
    expect(times['store.put.serialize']?.count).toBe(1);
    expect(times['store.put.connector']?.count).toBe(2);
  });

  it('leaves no trace unless it is ended', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    put.phase('serialize', 1);
    put.count('retries');
    put.attribute('objectSize', 1);
    expect(metrics.size).toBe(0);
    expect(metrics.aggregate()).toEqual(none);
  });

  it('goes into the aggregate alone where it ends without a key', () => {
    const metrics = new StoreMetrics();
    metrics.begin('evict').end();
    expect(metrics.size).toBe(0);
    expect(metrics.aggregate().times['store.evict']?.count).toBe(1);
  });

  it('takes nothing more after its end', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    put.end(a);
    const ended = metrics.aggregate();

    put.end(a);
    put.end(b);
    put.endBatch([a, b]);
    put.phase('serialize', 1);
    put.count('retries');
    put.attribute('objectSize', 1);
    expect(put.time('serialize', () => 'run all the same')).toBe('run all the same');

    expect(metrics.aggregate()).toEqual(ended);
    expect(metrics.get(a)).toEqual(ended);
    expect(metrics.size).toBe(1);
  });

  it('is apart from others that are under way', () => {
    const metrics = new StoreMetrics();
    const first = metrics.begin('get');
    const second = metrics.begin('get');
    first.count('cacheHits');
    second.count('cacheMisses');
    second.end(b);
    first.end(a);
    expect(metrics.get(a)?.counters).toEqual({ 'store.get.cacheHits': 1 });
    expect(metrics.get(b)?.counters).toEqual({ 'store.get.cacheMisses': 1 });
  });

  it.each([-1, NaN, Infinity])('refuses a phase of %p milliseconds', (milliseconds) => {
    const put = new StoreMetrics().begin('put');
    expect(() => put.phase('serialize', milliseconds)).toThrow(RangeError);
    expect(() => put.phase('serialize', milliseconds)).toThrow(/'serialize'.* 0 or more/);
  });

  it.each([NaN, -Infinity])('refuses to count by %p', (by) => {
    const get = new StoreMetrics().begin('get');
    expect(() => get.count('cacheHits', by)).toThrow(RangeError);
    expect(() => get.count('cacheHits', by)).toThrow(/'cacheHits'.*finite/);
  });

  it('keeps names that objects have already as names like any other', () => {
    const metrics = new StoreMetrics();
    const odd = metrics.begin('constructor');
    odd.count('__proto__');
    odd.end(a);
    expect(metrics.get(a)?.counters).toEqual({ 'store.constructor.__proto__': 1 });
  });
});

describe('time statistics', () => {
  it('give count, total, average, extremes and the latest', () => {
    const metrics = new StoreMetrics();
    for (const milliseconds of [4, 1, 0.5]) {
      const get = metrics.begin('get');
      get.phase('connector', milliseconds);
      get.end(a);
    }
    expect(metrics.get(a)?.times['store.get.connector']).toMatchObject({
      count: 3,
      totalMs: 5.5,
      averageMs: 5.5 / 3,
      minimumMs: 0.5,
      maximumMs: 4,
      lastMs: 0.5,
    });
  });

  it('count each occurrence of a phase within one operation', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('putBatch');
    put.phase('serialize', 1);
    put.phase('serialize', 3);
    put.endBatch([a, b]);
    expect(metrics.getBatch([a, b])?.times['store.putBatch.serialize']).toMatchObject({
      count: 2,
      averageMs: 2,
    });
  });

  it('take a phase of no time', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    put.phase('serialize', 0);
    put.end(a);
    expect(metrics.get(a)?.times['store.put.serialize']).toMatchObject({
      count: 1,
      averageMs: 0,
      minimumMs: 0,
      maximumMs: 0,
    });
  });
});

describe('the metrics of a key', () => {
  it('are undefined where nothing was recorded', () => {
    const metrics = new StoreMetrics();
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.getBatch([a])).toBeUndefined();
    expect(metrics.getBatch([])).toBeUndefined();
    expect(metrics.aggregate()).toEqual(none);
  });

  it('are found by what the key is, not by which array it is', () => {
    const metrics = new StoreMetrics();
    metrics.begin('put').end(['id', { part: 1 }, [null, true]]);
    expect(metrics.get(['id', { part: 1 }, [null, true]])).toBeDefined();
    expect(metrics.get(['id', { part: 2 }, [null, true]])).toBeUndefined();
  });

  it('hold the latest value of an attribute', () => {
    const metrics = new StoreMetrics();
    for (const size of [10, 20]) {
      const put = metrics.begin('put');
      put.attribute('objectSize', size);
      put.end(a);
    }
    expect(metrics.get(a)?.attributes).toEqual({ 'store.put.objectSize': 20 });
  });

  it('are snapshots', () => {
    const metrics = new StoreMetrics();
    const get = (milliseconds: number): void => {
      const measurement = metrics.begin('get');
      measurement.phase('connector', milliseconds);
      measurement.count('cacheMisses');
      measurement.attribute('objectSize', milliseconds);
      measurement.end(a);
    };
    get(1);
    const [key, aggregate] = [metrics.get(a)!, metrics.aggregate()];
    const copies = structuredClone([key, aggregate]);
    get(2);
    expect([key, aggregate]).toEqual(copies);

    Object.assign(key.counters, { 'store.get.cacheMisses': 99 });
    Object.assign(key.times['store.get.connector']!, { count: 99 });
    expect(metrics.get(a)?.counters).toEqual({ 'store.get.cacheMisses': 2 });
    expect(metrics.get(a)?.times['store.get.connector']?.count).toBe(2);
  });
});

describe('the metrics of a batch', () => {
  it('are apart from those of its keys, of other batches, and of another order', () => {
    const metrics = new StoreMetrics();
    metrics.begin('putBatch').endBatch([a, b]);
    expect(metrics.getBatch([a, b])?.times['store.putBatch']?.count).toBe(1);
    expect(metrics.getBatch([b, a])).toBeUndefined();
    expect(metrics.getBatch([a])).toBeUndefined();
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.size).toBe(1);
  });

  it('are never those of a key that looks like it', () => {
    const metrics = new StoreMetrics();
    metrics.begin('putBatch').endBatch([a]);
    for (const key of [['["a"]'], [['a']], ['[batch]["a"]'], a] as const) {
      expect(metrics.get(key)).toBeUndefined();
    }
  });

  it('are those of all operations on it', () => {
    const metrics = new StoreMetrics();
    metrics.begin('putBatch').endBatch([a, b]);
    metrics.begin('getBatch').endBatch([a, b]);
    metrics.begin('getBatch').endBatch([a, b]);
    expect(metrics.getBatch([a, b])?.times).toMatchObject({
      'store.putBatch': { count: 1 },
      'store.getBatch': { count: 2 },
    });
    expect(metrics.size).toBe(1);
  });

  it('are kept of no empty one: there is no key that could go', () => {
    const metrics = new StoreMetrics();
    metrics.begin('putBatch').endBatch([]);
    expect(metrics.size).toBe(0);
    expect(metrics.getBatch([])).toBeUndefined();
    expect(metrics.aggregate().times['store.putBatch']?.count).toBe(1);
  });
});

describe('dropping', () => {
  it('takes a key out and leaves the aggregate', () => {
    const metrics = new StoreMetrics();
    metrics.begin('put').end(a);
    metrics.begin('put').end(b);
    const before = metrics.aggregate();
    metrics.drop(a);
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.get(b)).toBeDefined();
    expect(metrics.size).toBe(1);
    expect(metrics.aggregate()).toEqual(before);
  });

  it('does nothing for a key of which nothing is kept', () => {
    const metrics = new StoreMetrics();
    metrics.begin('put').end(a);
    metrics.drop(b);
    expect(metrics.size).toBe(1);
  });

  it('takes a batch out with the last of its keys, in whichever order they go', () => {
    const metrics = new StoreMetrics();
    metrics.begin('putBatch').endBatch([a, b, a]);
    metrics.drop(b);
    metrics.drop(b);
    expect(metrics.getBatch([a, b, a])).toBeDefined();
    metrics.drop(a);
    expect(metrics.getBatch([a, b, a])).toBeUndefined();
    expect(metrics.size).toBe(0);
  });

  it('takes out only the batches that have no key left', () => {
    const metrics = new StoreMetrics();
    metrics.begin('getBatch').endBatch([a]);
    metrics.begin('getBatch').endBatch([a, b]);
    metrics.begin('getBatch').endBatch([b, c]);
    metrics.drop(a);
    expect(metrics.getBatch([a])).toBeUndefined();
    expect(metrics.getBatch([a, b])).toBeDefined();
    metrics.drop(b);
    expect(metrics.getBatch([a, b])).toBeUndefined();
    expect(metrics.getBatch([b, c])).toBeDefined();
  });

  it('starts anew for a key that is recorded to afterwards', () => {
    const metrics = new StoreMetrics();
    metrics.begin('get').end(a);
    metrics.drop(a);
    metrics.begin('get').end(a);
    expect(metrics.get(a)?.times['store.get']?.count).toBe(1);
    expect(metrics.aggregate().times['store.get']?.count).toBe(2);
  });

  it('keeps a batch as long as one of its keys is there, whatever the order of events', () => {
    const key = fc.constantFrom(a, b, c);
    const event = fc.oneof(
      fc.record({ batch: fc.array(key, { minLength: 1, maxLength: 4 }) }),
      fc.record({ drop: key }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const metrics = new StoreMetrics();
        const expected = new Map<string, { batch: ConnectorKey[]; remaining: Set<ConnectorKey> }>();
        for (const one of events) {
          if ('batch' in one) {
            const { batch } = one;
            metrics.begin('getBatch').endBatch(batch);
            const id = JSON.stringify(batch);
            if (!expected.has(id)) expected.set(id, { batch, remaining: new Set(batch) });
          } else {
            metrics.drop(one.drop);
            for (const [id, { remaining }] of expected) {
              remaining.delete(one.drop);
              if (remaining.size === 0) expected.delete(id);
            }
          }
          expect(metrics.size).toBe(expected.size);
        }
        for (const { batch } of expected.values()) expect(metrics.getBatch(batch)).toBeDefined();
        for (const one of [a, b, c]) metrics.drop(one);
        expect(metrics.size).toBe(0);
      }),
    );
  });
});

describe('clear', () => {
  it('drops keys, batches and the aggregate', () => {
    const metrics = new StoreMetrics();
    metrics.begin('put').end(a);
    metrics.begin('putBatch').endBatch([a, b]);
    metrics.clear();
    expect(metrics.size).toBe(0);
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.getBatch([a, b])).toBeUndefined();
    expect(metrics.aggregate()).toEqual(none);
  });

  it('does not lose what is under way', () => {
    const metrics = new StoreMetrics();
    const put = metrics.begin('put');
    metrics.clear();
    put.end(a);
    expect(metrics.get(a)?.times['store.put']?.count).toBe(1);
    expect(metrics.aggregate().times['store.put']?.count).toBe(1);
  });
});

describe('the aggregate', () => {
  it('holds the latest attribute of all keys', () => {
    const metrics = new StoreMetrics();
    for (const [key, size] of [
      [a, 10],
      [b, 20],
    ] as const) {
      const put = metrics.begin('put');
      put.attribute('objectSize', size);
      put.end(key);
    }
    expect(metrics.aggregate().attributes).toEqual({ 'store.put.objectSize': 20 });
  });

  it('is the sum of all entries as long as none has gone', () => {
    const key = fc.constantFrom(a, b, c);
    // Eighths add up exactly, in any order.
    const eighths = fc.nat({ max: 8_000 }).map((eighth) => eighth / 8);
    const operation = fc.record({
      name: fc.constantFrom('put', 'get', 'resolve'),
      phases: fc.array(fc.tuple(fc.constantFrom('serialize', 'connector'), eighths), { maxLength: 4 }),
      counts: fc.array(fc.tuple(fc.constantFrom('cacheHits', 'cacheMisses'), fc.integer()), { maxLength: 3 }),
      about: fc.oneof(
        key,
        fc.array(key, { minLength: 1, maxLength: 3 }).map((batch) => ({ batch })),
      ),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const metrics = new StoreMetrics();
        const entries = new Map<string, () => KeyMetrics | undefined>();
        for (const { name, phases, counts, about } of operations) {
          const measurement = metrics.begin(name);
          for (const [phase, milliseconds] of phases) measurement.phase(phase, milliseconds);
          for (const [counter, by] of counts) measurement.count(counter, by);
          if ('batch' in about) {
            measurement.endBatch(about.batch);
            entries.set(JSON.stringify(about), () => metrics.getBatch(about.batch));
          } else {
            measurement.end(about);
            entries.set(JSON.stringify(about), () => metrics.get(about));
          }
        }
        expect(metrics.size).toBe(entries.size);
        expectSum(
          metrics.aggregate(),
          [...entries.values()].map((find) => find()!),
        );
      }),
    );
  });
});

function expectSum(aggregate: KeyMetrics, entries: readonly KeyMetrics[]): void {
  const counters: Record<string, number> = {};
  const times: Record<string, TimeStatistics[]> = {};
  for (const entry of entries) {
    for (const [name, value] of Object.entries(entry.counters))
      counters[name] = (counters[name] ?? 0) + value;
    for (const [name, value] of Object.entries(entry.times)) (times[name] ??= []).push(value);
  }
  expect(aggregate.counters).toEqual(counters);
  expect(Object.keys(aggregate.times).sort()).toEqual(Object.keys(times).sort());
  for (const [name, parts] of Object.entries(times)) {
    const whole = aggregate.times[name]!;
    const totalMs = parts.reduce((sum, part) => sum + part.totalMs, 0);
    expect(whole.count).toBe(parts.reduce((sum, part) => sum + part.count, 0));
    expect(whole.minimumMs).toBe(Math.min(...parts.map((part) => part.minimumMs)));
    expect(whole.maximumMs).toBe(Math.max(...parts.map((part) => part.maximumMs)));
    expect(whole.lastTimestamp).toBe(Math.max(...parts.map((part) => part.lastTimestamp)));
    expect(parts.map((part) => part.lastMs)).toContain(whole.lastMs);
    // Whole operations are timed by the clock, so their sum depends on the order in its last digits.
    expect(whole.totalMs).toBeCloseTo(totalMs, 6);
    if (name.split('.').length === 3) expect(whole.totalMs).toBe(totalMs);
    expect(whole.averageMs).toBe(whole.totalMs / whole.count);
  }
}

describe('the room for entries', () => {
  const put = (metrics: StoreMetrics, key: ConnectorKey): void => metrics.begin('put').end(key);
  const batchOf = (count: number, from = 0): ConnectorKey[] =>
    Array.from({ length: count }, (_, index) => [`batched-${from + index}`]);

  it('is for 10,000 keys unless told otherwise, and holds under 100,000', () => {
    const metrics = new StoreMetrics();
    for (let index = 0; index < 100_000; index += 1) put(metrics, [`key-${index}`]);
    expect(metrics.size).toBe(10_000);
    expect(metrics.get(['key-89999'])).toBeUndefined();
    expect(metrics.get(['key-90000'])).toBeDefined();
    expect(metrics.aggregate().times['store.put']?.count).toBe(100_000);
  });

  it('goes to those recorded to last; reading does not count', () => {
    const metrics = new StoreMetrics({ maxEntries: 2 });
    put(metrics, a);
    put(metrics, b);
    put(metrics, a);
    expect(metrics.get(b)).toBeDefined();
    put(metrics, c);
    expect(metrics.get(b)).toBeUndefined();
    expect(metrics.get(a)).toBeDefined();

    const batch = [a, b];
    metrics.begin('getBatch').endBatch(batch);
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.get(c)).toBeDefined();
    expect(metrics.getBatch(batch)).toBeDefined();
    put(metrics, a);
    put(metrics, b);
    expect(metrics.getBatch(batch)).toBeUndefined();
    expect(metrics.size).toBe(2);
  });

  it('is taken by a batch once for every ten keys begun', () => {
    const metrics = new StoreMetrics({ maxEntries: 3 });
    metrics.begin('putBatch').endBatch(batchOf(11));
    put(metrics, a);
    expect(metrics.size).toBe(2);
    put(metrics, b);
    expect(metrics.getBatch(batchOf(11))).toBeUndefined();
    expect(metrics.size).toBe(2);
    metrics.begin('putBatch').endBatch(batchOf(10));
    expect(metrics.size).toBe(3);
  });

  it('is not given to a batch that would need more than all; nothing goes for it', () => {
    const metrics = new StoreMetrics({ maxEntries: 2 });
    put(metrics, a);
    metrics.begin('putBatch').endBatch(batchOf(21));
    expect(metrics.getBatch(batchOf(21))).toBeUndefined();
    expect(metrics.get(a)).toBeDefined();
    expect(metrics.aggregate().times['store.putBatch']?.count).toBe(1);
    metrics.begin('putBatch').endBatch(batchOf(20));
    expect(metrics.getBatch(batchOf(20))).toBeDefined();
    expect(metrics.get(a)).toBeUndefined();
  });

  it('is none for 0: the aggregate alone is kept', () => {
    const metrics = new StoreMetrics({ maxEntries: 0 });
    put(metrics, a);
    metrics.begin('putBatch').endBatch([a, b]);
    expect(metrics.size).toBe(0);
    expect(metrics.get(a)).toBeUndefined();
    expect(metrics.getBatch([a, b])).toBeUndefined();
    expect(Object.keys(metrics.aggregate().times)).toEqual(['store.put', 'store.putBatch']);
  });

  it('is not left smaller by a batch whose room was wanted while some of its keys had gone', () => {
    const metrics = new StoreMetrics({ maxEntries: 2 });
    metrics.begin('putBatch').endBatch([a, b]);
    metrics.begin('putBatch').endBatch([b, c]);
    metrics.drop(a);
    put(metrics, a);
    expect(metrics.getBatch([a, b])).toBeUndefined();
    metrics.drop(b);
    expect(metrics.getBatch([b, c])).toBeDefined();
    metrics.drop(c);
    metrics.drop(a);
    expect(metrics.size).toBe(0);
  });

  it('is all that is held: batches that have gone leave none of their keys behind', () => {
    const metrics = new StoreMetrics({ maxEntries: 10 });
    const fill = (from: number, batches: number): void => {
      for (let batch = 0; batch < batches; batch += 1) {
        const keys = batchOf(50, from + batch * 50);
        metrics.begin('putBatch').endBatch(keys);
        if (batch % 2 === 0) for (const key of keys) metrics.drop(key);
      }
    };
    fill(0, 10);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    fill(1_000, 4_000);
    collectGarbage();
    // Remembering the 100,000 keys of the batches that were not dropped would take some 30 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
    expect(metrics.size).toBeLessThanOrEqual(2);
  });

  it.each([-1, 1.5, NaN, Infinity])('cannot be %p', (maxEntries) => {
    expect(() => new StoreMetrics({ maxEntries })).toThrow(RangeError);
    expect(() => new StoreMetrics({ maxEntries })).toThrow(/maxEntries is .*whole number, 0 or more/);
  });
});

describe('a measurement that nobody ends', () => {
  it('is not held', async () => {
    const metrics = new StoreMetrics();
    const abandoned = ((): WeakRef<Measurement> => new WeakRef(metrics.begin('put')))();
    await new Promise(setImmediate);
    collectGarbage();
    expect(abandoned.deref()).toBeUndefined();
  });
});
