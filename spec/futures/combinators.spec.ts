import { getEventListeners } from 'node:events';
import { Store, StoreFuture } from '../../lib/index.js';
import type { ResultOptions } from '../../lib/index.js';
import { rejection } from '../caught.js';
import { WatchedConnector } from './backends.js';

let connector: WatchedConnector;
let store: Store;
beforeEach(() => {
  connector = new WatchedConnector();
  store = new Store('futures', connector);
});
afterEach(() => store.close());

/** Whether nobody watches the backend any more. */
const released = (): boolean => connector.watches.every((signal) => signal?.aborted === true);

describe('StoreFuture.all', () => {
  it('gives all results, in order', async () => {
    const [first, second] = [store.future<number>(), store.future<string>()];
    const both = StoreFuture.all([first, second]);
    await second.setResult('two');
    await first.setResult(1);
    const [one, two] = await both;
    expect([one.toFixed(), two.toUpperCase()]).toEqual(['1', 'TWO']);
    expect(await StoreFuture.all([])).toEqual([]);
    expect(released()).toBe(true);
  });

  it('fails with the first that fails, and waits for no other', async () => {
    const [first, second] = [store.future(), store.future()];
    const both = rejection(StoreFuture.all([first, second]));
    await second.setError(new RangeError('no'));
    expect(await both).toBeInstanceOf(RangeError);
    expect(released()).toBe(true);
  });
});

describe('StoreFuture.allSettled', () => {
  it('gives what has become of each', async () => {
    const [first, second] = [store.future<number>(), store.future<string>()];
    const both = StoreFuture.allSettled([first, second]);
    await first.setResult(1);
    await second.setError('no');
    expect(await both).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: 'no' },
    ]);
  });
});

describe('StoreFuture.any', () => {
  it('gives the first result, and waits for no other', async () => {
    const futures = [store.future<number>(), store.future<number>(), store.future<number>()] as const;
    const any = StoreFuture.any(new Set(futures));
    await futures[0].setError(new Error('no'));
    await futures[1].setResult(1);
    expect(await any).toBe(1);
    expect(released()).toBe(true);
  });

  it('fails with all errors', async () => {
    const future = store.future();
    await future.setError('no');
    expect(await rejection(StoreFuture.any([future, future]))).toMatchObject({
      name: 'AggregateError',
      errors: ['no', 'no'],
    });
    expect(await rejection(StoreFuture.any([]))).toMatchObject({ name: 'AggregateError', errors: [] });
  });
});

describe('StoreFuture.race', () => {
  it('gives the first that is set, and waits for no other', async () => {
    const [first, second] = [store.future<number>(), store.future<string>()];
    const race: Promise<number | string> = StoreFuture.race([first, second]);
    await second.setResult('two');
    expect(await race).toBe('two');
    expect(released()).toBe(true);
    const failed = rejection(StoreFuture.race([first]));
    await first.setError('no');
    expect(await failed).toBe('no');
  });
});

describe('the combinators', () => {
  const combine: readonly ((futures: StoreFuture[], options?: ResultOptions) => Promise<unknown>)[] = [
    StoreFuture.all,
    StoreFuture.any,
    StoreFuture.race,
  ];

  it('give up by a signal and at a timeout, all futures at once', async () => {
    for (const combinator of combine) {
      const futures = [store.future(), store.future()];
      const controller = new AbortController();
      const { signal } = controller;
      const wait = rejection(combinator(futures, { signal }));
      await futures[0]!.done();
      controller.abort('enough');
      const error = await wait;
      expect(error instanceof AggregateError ? error.errors : [error, error]).toEqual(['enough', 'enough']);
      const again = await rejection(combinator(futures, { signal }));
      expect(again instanceof AggregateError ? again.errors : [again, again]).toEqual(['enough', 'enough']);

      const late = await rejection(combinator(futures, { timeout: 5 }));
      for (const one of (late instanceof AggregateError ? late.errors : [late]) as unknown[]) {
        expect(one).toMatchObject({ name: 'TimeoutError' });
      }
    }
    expect(released()).toBe(true);
  });

  it('put one listener on a signal, however many futures there are, and take it off', async () => {
    const { signal } = new AbortController();
    const futures = Array.from({ length: 20 }, () => store.future<number>());
    const wait = StoreFuture.all(futures, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const future of futures) await future.setResult(1);
    await wait;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('take futures and nothing else, and begin no wait otherwise', async () => {
    for (const combinator of combine) {
      const futures = [store.future(), Promise.resolve(1), null] as never;
      await expect(combinator(futures)).rejects.toThrow(TypeError);
    }
    expect(connector.watches).toEqual([]);
  });
});
