import {
  ProxyResolveMissingKeyError,
  FutureAlreadySetError,
  Store,
  pack,
  resolve,
  unpack,
} from '../../lib/index.js';
import { rejection } from '../caught.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';
import { ObservedConnector } from '../store/observed-connector.js';
import { OpenedStore } from './backends.js';
import { runModule } from './processes-with-futures.js';

describe('faults of futures in ProxyStore for Python', () => {
  it('polls past its timeout', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('faults', connector);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      using future = store.future({ polling: { interval: 1000, factor: 1 } });
      let ended: unknown;
      void rejection(future.result({ timeout: 2500 })).then((error) => (ended = error));
      await jest.advanceTimersByTimeAsync(2499);
      expect(ended).toBeUndefined();
      // Not with the end of the third pause, at 3000 ms.
      await jest.advanceTimersByTimeAsync(2);
      expect(ended).toMatchObject({ name: 'TimeoutError' });
      const asked = connector.count('get');
      await jest.advanceTimersByTimeAsync(10_000);
      expect(connector.count('get')).toBe(asked);
    } finally {
      jest.useRealTimers();
    }
  });

  it('a timeout raises MissingKey', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<object>({ timeout: 5 });
    const [byResult, byProxy] = [
      await rejection(future.result()),
      (await rejection(resolve(future.proxy()))) as Error,
    ];
    for (const error of [byResult, byProxy.cause]) {
      expect(error).toMatchObject({ name: 'TimeoutError' });
      expect(error).not.toBeInstanceOf(ProxyResolveMissingKeyError);
    }
    expect(byProxy).not.toBeInstanceOf(ProxyResolveMissingKeyError);
  });

  it('has no way to set an error', async () => {
    await using opened = new OpenedStore();
    const future = opened.store.future<object>();
    const waits = [future.result(), resolve(future.proxy())];
    await unpack(pack(future)).setError(Object.assign(new RangeError('too far'), { code: 'E_FAR' }));
    const [byResult, byProxy] = await Promise.allSettled(waits);
    expect(byResult).toMatchObject({ reason: { name: 'RangeError', message: 'too far', code: 'E_FAR' } });
    expect(byProxy).toMatchObject({
      reason: { cause: { name: 'RangeError', message: 'too far', code: 'E_FAR' } },
    });
  });

  it('a set result can be set again', async () => {
    await using opened = new OpenedStore('a directory, which tells');
    const future = opened.store.future<string>();
    await future.setResult('first');
    for (const setter of [future, unpack(pack(future))]) {
      expect(await rejection(setter.setResult('second'))).toBeInstanceOf(FutureAlreadySetError);
      expect(await rejection(setter.setError(new Error('third')))).toBeInstanceOf(FutureAlreadySetError);
    }
    expect(await unpack(pack(future)).result()).toBe('first');
  });

  it('an unset future hangs exit', () => {
    using place = new TemporaryDirectory();
    const { status } = runModule(`
      const config = { name: 'faults', connector: { kind: 'file', options: { directory: ${JSON.stringify(place.path)} } } };
      const future = proxystore.Store.fromConfig(config).future();
      await future.result();
    `);
    expect(status).toBe(13);
  });
});
