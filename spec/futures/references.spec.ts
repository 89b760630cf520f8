import fc from 'fast-check';
import {
  InvalidKeyError,
  InvalidReferenceError,
  StoreFuture,
  fromReference,
  isProxy,
  pack,
  reviver,
  unpack,
} from '../../lib/index.js';
import type { ProxyReference, Store } from '../../lib/index.js';
import { caught } from '../caught.js';
import { loadPackageCopy } from '../package-copy.js';
import { OpenedStore } from './backends.js';

let opened: OpenedStore;
let store: Store;
beforeEach(() => {
  opened = new OpenedStore();
  store = opened.store;
});
afterEach(() => opened[Symbol.asyncDispose]());

describe('the reference of a future', () => {
  it('is the same as JSON and packed', () => {
    const future = store.future();
    const form = { $proxystore: 1, store: 'futures', key: future.key, future: 'future' };
    expect(future.toJSON()).toEqual(form);
    expect(JSON.parse(JSON.stringify({ list: [future] }))).toEqual({ list: [form] });
    expect(pack(future)).toEqual(form);
    expect(pack({ list: new Map([[1, future]]) })).toEqual({ list: new Map([[1, form]]) });
  });

  it('is read as the same future, wherever it stands', async () => {
    const future = store.future<string>();
    const ways = [
      fromReference(future.toJSON()) as unknown as StoreFuture<string>,
      (JSON.parse(JSON.stringify({ list: [future] }), reviver) as { list: StoreFuture<string>[] }).list[0]!,
      unpack(structuredClone(pack(new Set([future]))))
        .values()
        .next().value!,
    ];
    const waits = ways.map((way) => way.result());
    await ways[1]!.setResult('there');
    expect(await Promise.all(waits)).toEqual(['there', 'there', 'there']);
    for (const way of ways) {
      expect(way).toBeInstanceOf(StoreFuture);
      expect(isProxy(way)).toBe(false);
      expect([way.storeName, way.key, way.evict]).toEqual(['futures', future.key, false]);
    }
  });

  it('is what is stored where a future is in a stored object', async () => {
    const future = store.future<string>({ timeout: 1000 });
    const job = await store.get(await store.put({ list: [future] }));
    const [stored] = job!.list;
    expect(stored).toBeInstanceOf(StoreFuture);
    expect(stored!.toJSON()).toEqual(future.toJSON());
    const wait = future.result();
    await stored!.setResult('there');
    expect(await wait).toBe('there');
  });

  it('carries how it waits, and whether it is one-shot', () => {
    fc.assert(
      fc.property(
        fc.record({
          evict: fc.boolean(),
          timeout: fc.option(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { nil: undefined }),
          polling: fc.record(
            {
              interval: fc.integer({ min: 1, max: 1000 }),
              factor: fc.double({ min: 1, max: 10, noNaN: true }),
              limit: fc.integer({ min: 1000, max: 2 ** 31 - 1 }),
            },
            { requiredKeys: [] },
          ),
        }),
        (options) => {
          const text = JSON.stringify(store.future(options));
          expect(JSON.stringify(JSON.parse(text, reviver))).toBe(text);
          const { wait, evict } = JSON.parse(text) as ProxyReference;
          expect(evict ?? false).toBe(options.evict);
          const { interval = 20, factor = 2, limit = 1000 } = options.polling;
          expect({ interval: 20, factor: 2, limit: 1000, ...wait }).toEqual({
            interval,
            factor,
            limit,
            ...(options.timeout !== undefined && { timeout: options.timeout }),
          });
        },
      ),
    );
  });

  it.each([
    ['neither a future nor a proxy', { future: 'both' }],
    ['a future of no type', { future: undefined }],
    ['no object for a wait', { future: 'future', wait: 5 }],
    ['null for a wait', { future: 'proxy', wait: null }],
    ['a wait of no time', { future: 'future', wait: { interval: 0 } }],
    ['a wait of a text', { future: 'proxy', wait: { limit: '5' } }],
    ['a factor that stops the clock', { future: 'future', wait: { factor: 0 } }],
    ['a timeout in the past', { future: 'future', wait: { timeout: -1 } }],
  ])('is refused with %s', (_, members) => {
    const reference = { ...store.future().toJSON(), ...members } as ProxyReference;
    const error = caught(() => fromReference(reference));
    expect(error).toBeInstanceOf(InvalidReferenceError);
    expect((error as Error).message).toContain('Not a reference of a future');
  });

  it('is refused with a key that the store could not have made', () => {
    const reference = { ...store.future().toJSON(), key: ['../secret'] } as ProxyReference;
    expect(() => fromReference(reference)).toThrow(InvalidKeyError);
  });

  it('takes nothing from a prototype', () => {
    const wait = Object.create({ interval: 0 }) as ProxyReference['wait'];
    const read = fromReference({ ...store.future().toJSON(), wait: wait! }) as unknown as StoreFuture;
    expect(read.toJSON()).not.toHaveProperty('wait');
  });
});

describe('a future of another copy of the package', () => {
  it('is known as one, and works with the stores of this one', async () => {
    const copy = await loadPackageCopy();
    const future = store.future<string>();
    const other = copy.unpack(pack(future));
    expect(other).toBeInstanceOf(StoreFuture);
    expect(future).toBeInstanceOf(copy.StoreFuture);
    expect(Object.getPrototypeOf(other)).not.toBe(StoreFuture.prototype);
    expect(pack(other)).toEqual(pack(future));

    const waits = [future.result(), other.result()];
    await other.setError(new copy.StoreError('no'));
    for (const outcome of await Promise.allSettled(waits)) {
      expect((outcome as PromiseRejectedResult).reason).toMatchObject({ name: 'StoreError', message: 'no' });
    }
  });

  it('is told from all else', () => {
    for (const value of [null, undefined, 1, {}, () => 1, Promise.resolve()]) {
      expect(value instanceof StoreFuture).toBe(false);
    }
  });
});
