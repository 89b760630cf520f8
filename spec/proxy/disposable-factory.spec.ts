import { stateOf } from '../../lib/proxy/brand.js';
import { createProxy, isResolved, resolve } from '../../lib/proxy/proxy.js';
import type { Factory } from '../../lib/proxy/types.js';

class DisposableFactory<T> implements Factory<T> {
  readonly #value: T;
  readonly disposed: string[] = [];
  asked = 0;

  constructor(value: T) {
    this.#value = value;
  }

  resolve(): Promise<T> {
    return Promise.resolve(this.resolveSync());
  }

  resolveSync(): T {
    this.asked += 1;
    return this.#value;
  }

  [Symbol.dispose](): void {
    this.disposed.push('dispose');
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed.push('asyncDispose');
    return Promise.resolve();
  }
}

describe('a proxy whose factory is disposable', () => {
  it('is a Disposable and an AsyncDisposable, and is not resolved by that', async () => {
    const factory = new DisposableFactory({ a: 1 });
    const proxy = createProxy(factory) as unknown as Disposable & AsyncDisposable;
    {
      using _synchronous = proxy;
    }
    {
      await using _asynchronous = proxy;
    }
    expect(factory.disposed).toEqual(['dispose', 'asyncDispose']);
    expect(factory.asked).toBe(0);
  });

  it('disposes by its factory when it is resolved, too, even of a target that is disposable itself', () => {
    const target = { [Symbol.dispose]: jest.fn(), [Symbol.asyncDispose]: jest.fn() };
    const factory = new DisposableFactory(target);
    const proxy = createProxy(factory, { target });
    proxy[Symbol.dispose]();
    expect(factory.disposed).toEqual(['dispose']);
    expect(target[Symbol.dispose]).not.toHaveBeenCalled();
  });

  it('has what its target has where the factory has nothing', () => {
    const target = { [Symbol.dispose]: jest.fn() };
    const proxy = createProxy<typeof target & { [Symbol.asyncDispose]?: unknown }>(
      { resolve: () => Promise.resolve(target), resolveSync: () => target },
      {},
    );
    proxy[Symbol.dispose]();
    expect(target[Symbol.dispose]).toHaveBeenCalledTimes(1);
    expect(proxy[Symbol.asyncDispose]).toBeUndefined();
  });
});

describe('unresolve', () => {
  it('forgets the target, so that the next use asks the factory again', async () => {
    const factory = new DisposableFactory([1, 2]);
    const proxy = createProxy(factory, { kind: 'array' });
    const { push } = proxy;
    expect(proxy.length).toBe(2);
    stateOf(proxy)?.unresolve();
    expect(isResolved(proxy)).toBe(false);
    expect(proxy.length).toBe(2);
    expect(proxy.push).not.toBe(push);
    await resolve(proxy);
    expect(factory.asked).toBe(2);
  });
});
