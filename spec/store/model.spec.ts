import fc from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import { Store } from '../../lib/index.js';
import type { StoreKey } from '../../lib/index.js';
import { ObservedConnector } from './observed-connector.js';

const missing = Symbol('missing');

/** What is done to a store: to the object of a number, which may have been evicted, or never been put. */
const step = fc.record({
  kind: fc.constantFrom('put', 'get', 'exists', 'evict', 'take', 'putBatch', 'getBatch', 'evictBatch'),
  sync: fc.boolean(),
  index: fc.nat(6),
  other: fc.nat(6),
});

const value = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, 7n, new Map([['a', 1]])));

/** Checks a store against a Map of what was put and not removed. */
async function run(
  store: Store<LocalConnector>,
  steps: readonly { kind: string; sync: boolean; index: number; other: number }[],
  values: readonly unknown[],
): Promise<void> {
  const model = new Map<string, unknown>();
  const keys: StoreKey[] = [];
  const text = (key: StoreKey): string => JSON.stringify(key);
  const keyAt = (index: number): StoreKey => (keys[index % (keys.length + 1)] ??= store.connector.newKey());
  const valueAt = (index: number): unknown => values[index % values.length];
  const expected = (key: StoreKey): unknown => (model.has(text(key)) ? model.get(text(key)) : missing);
  const options = { default: missing };
  for (const { kind, sync, index, other } of steps) {
    if (kind === 'put') {
      const put = valueAt(index);
      const key = sync ? store.putSync(put) : await store.put(put);
      keys.push(key);
      model.set(text(key), put);
      continue;
    }
    if (kind === 'putBatch') {
      const batch = [valueAt(index), valueAt(other)];
      const made = sync ? store.putBatchSync(batch) : await store.putBatch(batch);
      for (const [place, key] of made.entries()) model.set(text(key), batch[place]);
      keys.push(...made);
      continue;
    }
    const [key, second] = [keyAt(index), keyAt(other)];
    const was = expected(key);
    switch (kind) {
      case 'get':
        expect(sync ? store.getSync(key, options) : await store.get(key, options)).toEqual(was);
        break;
      case 'exists':
        expect(sync ? store.existsSync(key) : await store.exists(key)).toBe(was !== missing);
        break;
      case 'getBatch': {
        const batch = [key, second, key];
        const got = sync ? store.getBatchSync(batch, options) : await store.getBatch(batch, options);
        expect(got).toEqual(batch.map(expected));
        break;
      }
      case 'evict':
        if (sync) store.evictSync(key);
        else await store.evict(key);
        model.delete(text(key));
        break;
      case 'evictBatch':
        if (sync) store.evictBatchSync([key, second]);
        else await store.evictBatch([key, second]);
        model.delete(text(key));
        model.delete(text(second));
        break;
      case 'take':
        expect(sync ? store.takeSync(key, options) : await store.take(key, options)).toEqual(was);
        model.delete(text(key));
        break;
    }
    if (store.isCached(key)) expect(expected(key)).not.toBe(missing);
  }
  for (const key of keys) expect(await store.get(key, options)).toEqual(expected(key));
}

it.each([0, 1, 2, 3])(
  'a store with a cache of %i objects agrees with a Map, whatever is done to it',
  async (cacheSize) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.array(value, { minLength: 1, maxLength: 5 }),
        async (steps, values) => {
          await using store = new Store('results', new LocalConnector(), { cacheSize });
          await run(store, steps, values);
        },
      ),
    );
  },
);

/** Before and after it does something, it waits until it is its turn. */
class ScheduledConnector extends ObservedConnector {
  constructor(readonly scheduler: fc.Scheduler) {
    super();
    const take = this.take!;
    this.take = (key, options) => this.#inTurn(() => take(key, options));
  }

  override get(...args: Parameters<ObservedConnector['get']>): ReturnType<ObservedConnector['get']> {
    return this.#inTurn(() => super.get(...args));
  }

  override getBatch(
    ...args: Parameters<ObservedConnector['getBatch']>
  ): ReturnType<ObservedConnector['getBatch']> {
    return this.#inTurn(() => super.getBatch(...args));
  }

  override evict(...args: Parameters<ObservedConnector['evict']>): ReturnType<ObservedConnector['evict']> {
    return this.#inTurn(() => super.evict(...args));
  }

  async #inTurn<R>(run: () => Promise<R>): Promise<R> {
    await this.scheduler.schedule(Promise.resolve());
    const result = await run();
    await this.scheduler.schedule(Promise.resolve());
    return result;
  }
}

it('nobody gets what was removed before he asked, in whatever order the backend answers', async () => {
  const action = fc.constantFrom('get' as const, 'getBatch' as const, 'evict' as const, 'take' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(action, { minLength: 1, maxLength: 8 }),
      fc.nat(2),
      async (scheduler, actions, cacheSize) => {
        const connector = new ScheduledConnector(scheduler);
        const store = new Store('results', connector, { cacheSize });
        const key = await store.put('x');
        const state = { removed: false };
        const act = async (kind: (typeof actions)[number]): Promise<void> => {
          await scheduler.schedule(Promise.resolve());
          const before = state.removed;
          if (kind === 'evict') {
            await store.evict(key);
            state.removed = true;
            return;
          }
          const got = kind === 'getBatch' ? (await store.getBatch([key]))[0] : await store[kind](key);
          if (before) expect(got).toBeUndefined();
          if (kind === 'take') state.removed = true;
        };
        await scheduler.waitFor(Promise.all(actions.map(act)));
        const kept = store.isCached(key);
        const left = await scheduler.waitFor(store.get(key));
        expect([kept && state.removed, left]).toEqual([false, state.removed ? undefined : 'x']);
        await store.close();
      },
    ),
    { numRuns: 300 },
  );
});
