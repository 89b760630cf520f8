import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LocalConnector } from '../../lib/connectors/local.js';
import { Store } from '../../lib/index.js';
import type { Deserializer } from '../../lib/index.js';
import { rejection } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';
import type { Held } from './observed-connector.js';

let connector: ObservedConnector;
let store: Store<ObservedConnector>;

beforeEach(() => {
  connector = new ObservedConnector();
  store = new Store('results', connector, { cacheSize: 2 });
});

afterEach(() => store.close());

/** A deserializer of its own: no two are the same to the cache. */
const reader = (): Deserializer<Buffer> => (data) => Buffer.from(data);

describe('the cache', () => {
  it('keeps what was fetched, so that it is fetched once', async () => {
    const key = await store.put({ rows: 3 });
    expect(store.isCached(key)).toBe(false);
    const first = await store.get(key);
    expect(store.isCached(key)).toBe(true);
    expect(await store.get(key)).toBe(first);
    expect(await store.getBatch([key])).toEqual([first]);
    expect(connector.calls).toEqual(['put', 'get']);
  });

  it('does not keep what was only put', async () => {
    const value = { rows: 3 };
    const key = await store.put(value);
    expect(await store.get(key)).not.toBe(value);
  });

  it('keeps as many objects as it is told, and lets the least recently used go', async () => {
    const [a, b, c] = await store.putBatch(['a', 'b', 'c']);
    await store.get(a);
    await store.get(b);
    await store.get(a);
    await store.get(c);
    expect([a, b, c].map((key) => store.isCached(key))).toEqual([true, false, true]);
  });

  it('is not used by asking whether something is in it', async () => {
    const [a, b, c] = await store.putBatch(['a', 'b', 'c']);
    await store.get(a);
    await store.get(b);
    store.isCached(a);
    await store.get(c);
    expect([a, b, c].map((key) => store.isCached(key))).toEqual([false, true, true]);
  });

  it('keeps 16 objects by default', async () => {
    await using other = new Store('other', new LocalConnector());
    const keys = await other.putBatch(Array.from({ length: 17 }, (_, index) => index));
    for (const key of keys) await other.get(key);
    expect(keys.map((key) => other.isCached(key))).toEqual([false, ...new Array<boolean>(16).fill(true)]);
  });

  it('keeps nothing with the size 0', async () => {
    await using other = new Store('other', new ObservedConnector(), { cacheSize: 0 });
    const key = await other.put('x');
    await other.get(key);
    await other.getBatch([key]);
    expect(other.isCached(key)).toBe(false);
    await other.evict(key);
    await expect(other.get(key)).resolves.toBeUndefined();
  });

  it('keeps undefined and null as what they are', async () => {
    const [nothing, none] = await store.putBatch([undefined, null]);
    for (let times = 0; times < 2; times += 1) {
      await expect(store.get(nothing, { default: 'missing' })).resolves.toBeUndefined();
      await expect(store.get(none, { default: 'missing' })).resolves.toBeNull();
    }
    expect(connector.count('get')).toBe(2);
  });

  it('does not keep that an object is missing', async () => {
    const key = connector.newKey();
    await expect(store.get(key)).resolves.toBeUndefined();
    expect(store.isCached(key)).toBe(false);
    await connector.set(key, [Buffer.from('US\nlate')]);
    await expect(store.get(key)).resolves.toBe('late');
  });

  it('fetches of a batch what is not in it, and keeps that', async () => {
    const [a, b] = await store.putBatch(['a', 'b']);
    await store.get(a);
    await expect(store.getBatch([b, a])).resolves.toEqual(['b', 'a']);
    expect(store.isCached(b)).toBe(true);
    await store.getBatch([a, b]);
    expect(connector.calls).toEqual(['putBatch', 'get', 'getBatch']);
  });

  it('keeps the values of different deserializers apart', async () => {
    const key = await store.put('x');
    const [one, two] = [reader(), reader()];
    const value = await store.get(key);
    const bytes = await store.get(key, { deserializer: one as never });
    expect([value, bytes]).toEqual(['x', Buffer.from('US\nx')]);
    expect(store.isCached(key, { deserializer: one as never })).toBe(true);
    expect(store.isCached(key, { deserializer: two as never })).toBe(false);
    expect(await store.get(key, { deserializer: one as never })).toBe(bytes);
    expect(await store.get(key)).toBe('x');
    expect(await store.getBatch([key], { deserializer: one })).toEqual([bytes]);
    expect(connector.count('get')).toBe(2);
    expect(connector.count('getBatch')).toBe(0);
  });

  it('does not grow by deserializers that are made anew each time', async () => {
    const key = await store.put('x');
    const readers = Array.from({ length: 6 }, reader);
    for (const deserializer of readers) await store.get(key, { deserializer: deserializer as never });
    expect(
      readers.map((deserializer) => store.isCached(key, { deserializer: deserializer as never })),
    ).toEqual([false, false, true, true, true, true]);
  });

  it.each(['evict', 'take'] as const)('forgets all values of a key by %s', async (operation) => {
    const deserializer = reader() as never;
    const key = await store.put('x');
    await store.get(key);
    await store.get(key, { deserializer });
    await store[operation](key);
    expect([store.isCached(key), store.isCached(key, { deserializer })]).toEqual([false, false]);
    await expect(store.get(key)).resolves.toBeUndefined();
  });

  it('forgets all of a batch by evictBatch, and by the synchronous forms', async () => {
    await using local = new Store('local', new LocalConnector());
    const keys = local.putBatchSync(['a', 'b', 'c', 'd']);
    local.getBatchSync(keys);
    local.evictSync(keys[0]);
    local.takeSync(keys[1]);
    local.evictBatchSync([keys[2]]);
    expect(keys.map((key) => local.isCached(key))).toEqual([false, false, false, true]);
    await local.evictBatch([keys[3]]);
    expect(local.isCached(keys[3])).toBe(false);
  });

  it('forgets a key even where the backend fails to remove it', async () => {
    const key = await store.put('x');
    await store.get(key);
    connector.fail('evict', new Error('unreachable'));
    await expect(store.evict(key)).rejects.toThrow('unreachable');
    expect(store.isCached(key)).toBe(false);
  });

  it('is one for the synchronous and the asynchronous form', async () => {
    await using local = new Store('local', new LocalConnector());
    const key = await local.put({ rows: 3 });
    const value = local.getSync(key);
    expect(await local.get(key)).toBe(value);
    expect(local.getBatchSync([key])).toEqual([value]);
  });

  it('is one for each store', async () => {
    await using other = new Store('other', connector.inner);
    const key = await store.put('x');
    await store.get(key);
    expect(other.isCached(key)).toBe(false);
  });
});

it('a store that is closed holds no values', async () => {
  const other = new Store('other', new LocalConnector());
  const held = new WeakRef((await other.get(await other.put({ rows: 3 })))!);
  await other.close();
  // What a WeakRef gave stays until the job that asked it has ended.
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  expect([held.deref(), other.closed]).toEqual([undefined, true]);
});

describe('a fetch that several wait for', () => {
  it('is one fetch, and gives all of them the same value', async () => {
    const key = await store.put({ rows: 3 });
    const held = connector.hold('get');
    const gets = [store.get(key), store.get(key), store.get(key)];
    await held.reached;
    held.release();
    const [first, ...others] = await Promise.all(gets);
    expect(first).toEqual({ rows: 3 });
    expect(others.every((value) => value === first)).toBe(true);
    expect(connector.count('get')).toBe(1);
  });

  it('is one even where nothing is kept', async () => {
    await using other = new Store('other', connector, { cacheSize: 0 });
    const key = await other.put({ rows: 3 });
    const [first, second] = await Promise.all([other.get(key), other.get(key)]);
    expect(first).toBe(second);
    expect(connector.count('get')).toBe(1);
    await other.get(key);
    expect(connector.count('get')).toBe(2);
  });

  it('is one for each key and each deserializer', async () => {
    const [a, b] = await store.putBatch(['a', 'b']);
    const deserializer = reader() as never;
    const held = connector.hold('get', 3);
    const gets = [store.get(a), store.get(b), store.get(a, { deserializer }), store.get(a, { deserializer })];
    await held.reached;
    held.release();
    await expect(Promise.all(gets)).resolves.toEqual(['a', 'b', Buffer.from('US\na'), Buffer.from('US\na')]);
    expect(connector.count('get')).toBe(3);
  });

  it.each([
    [0, 1, 2],
    [1, 0, 2],
    [1, 2, 0],
    [2, 1, 0],
  ])(
    'is still shared, and kept, in whatever order those by other deserializers end: %d %d %d',
    async (...order) => {
      const key = await store.put('x');
      const readers = [reader(), reader(), reader()] as never[];
      const fetches: { deserializer: never; held: Held; value: Promise<unknown> }[] = [];
      for (const deserializer of readers) {
        const held = connector.hold('get');
        const value = store.get(key, { deserializer });
        await held.reached;
        fetches.push({ deserializer, held, value });
      }
      let ended = 0;
      for (const which of order) {
        const { deserializer, held, value } = fetches[which]!;
        const shared = store.get(key, { deserializer });
        held.release();
        expect(await shared).toBe(await value);
        ended += 1;
        expect(readers.filter((one) => store.isCached(key, { deserializer: one }))).toHaveLength(ended);
      }
      expect(connector.count('get')).toBe(3);
    },
  );

  it('fails for all of them, and is not remembered', async () => {
    const key = await store.put('x');
    const failure = new Error('unreachable');
    connector.fail('get', failure);
    const gets = [store.get(key), store.get(key)].map(rejection);
    await expect(Promise.all(gets)).resolves.toEqual([failure, failure]);
    expect(connector.count('get')).toBe(1);
    connector.fail('get', undefined);
    await expect(store.get(key)).resolves.toBe('x');
  });

  it('goes on for the others when one of them gives up', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const controller = new AbortController();
    const reason = new Error('given up');
    const first = store.get(key, { signal: controller.signal });
    const second = store.get(key, { signal: new AbortController().signal });
    await held.reached;
    controller.abort(reason);
    expect(await rejection(first)).toBe(reason);
    expect(connector.signals.at(-1)!.aborted).toBe(false);
    held.release();
    await expect(second).resolves.toBe('x');
    expect([connector.count('get'), store.isCached(key)]).toEqual([1, true]);
  });

  it('goes on for one who has no signal', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const controller = new AbortController();
    const first = store.get(key, { signal: controller.signal });
    const second = store.get(key);
    await held.reached;
    controller.abort();
    await expect(first).rejects.toBe(controller.signal.reason);
    held.release();
    await expect(second).resolves.toBe('x');
    expect(connector.signals.at(-1)!.aborted).toBe(false);
  });

  it('goes on for the first, who has no signal, when one with a signal gives up', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const controller = new AbortController();
    const first = store.get(key);
    const second = store.get(key, { signal: controller.signal });
    const third = store.get(key, { signal: new AbortController().signal });
    await held.reached;
    controller.abort('given up');
    expect(await rejection(second)).toBe('given up');
    held.release();
    await expect(Promise.all([first, third])).resolves.toEqual(['x', 'x']);
    expect(connector.count('get')).toBe(1);
  });

  it('is aborted when all have given up, and started anew by who asks then', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const controllers = [new AbortController(), new AbortController()] as const;
    const gets = controllers.map(({ signal }) => rejection(store.get(key, { signal })));
    await held.reached;
    controllers[0].abort('first');
    expect(connector.signals.at(-1)!.aborted).toBe(false);
    controllers[1].abort('second');
    expect(connector.signals.at(-1)!.aborted).toBe(true);
    expect(connector.signals.at(-1)!.reason).toBe('second');
    await expect(Promise.all(gets)).resolves.toEqual(['first', 'second']);
    const again = store.get(key);
    held.release();
    await expect(again).resolves.toBe('x');
    expect(connector.count('get')).toBe(2);
  });
});

describe('an object that is evicted while it is fetched', () => {
  it('is given to who has asked before, and not kept', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const get = store.get(key);
    await held.reached;
    await store.evict(key);
    held.release();
    await expect(get).resolves.toBe('x');
    expect(store.isCached(key)).toBe(false);
    await expect(store.get(key)).resolves.toBeUndefined();
  });

  it('is not given to who asks after it was evicted', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const before = store.get(key);
    await held.reached;
    await store.evict(key);
    const after = store.get(key);
    held.release();
    await expect(Promise.all([before, after])).resolves.toEqual(['x', undefined]);
    expect(store.isCached(key)).toBe(false);
  });

  it('is not kept where it was fetched in a batch', async () => {
    const [a, b] = await store.putBatch(['a', 'b']);
    const held = connector.hold('getBatch');
    const get = store.getBatch([a, b]);
    await held.reached;
    await store.evict(a);
    held.release();
    await expect(get).resolves.toEqual(['a', 'b']);
    expect([store.isCached(a), store.isCached(b)]).toEqual([false, true]);
  });

  it('is not kept by who has fetched it between the beginning and the end of the evict', async () => {
    const key = await store.put('x');
    const held = connector.hold('evict');
    const evict = store.evict(key);
    await held.reached;
    connector.inner.sync.set(key as never, [Buffer.from('US\nold')]);
    await store.get(key);
    connector.inner.sync.evict(key as never);
    held.release();
    await evict;
    expect(store.isCached(key)).toBe(false);
  });

  it('is not kept where it is taken meanwhile', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const get = store.get(key);
    await held.reached;
    await expect(store.take(key)).resolves.toBe('x');
    held.release();
    await get;
    expect(store.isCached(key)).toBe(false);
  });

  it('is not kept where the fetch ends after the store was closed', async () => {
    const key = await store.put('x');
    const held = connector.hold('get');
    const get = store.get(key);
    await held.reached;
    const closing = store.close();
    held.release();
    await expect(get).resolves.toBe('x');
    await closing;
    expect(() => store.isCached(key)).toThrow(/is closed/);
  });
});

describe('the object under a key is replaced', () => {
  it('and what was cached or is being fetched is not kept', async () => {
    const key = await store.put('old');
    await store.get(key);
    await store.replace(key, 'new');
    await expect(store.get(key)).resolves.toBe('new');
    await store.evict(key);
    await store.setOnce(key, 'first');
    const held = connector.hold('get');
    const get = store.get(key);
    await held.reached;
    await store.replace(key, 'second');
    held.release();
    await expect(get).resolves.toBe('first');
    await expect(store.get(key)).resolves.toBe('second');
  });
});
