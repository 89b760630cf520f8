import { LambdaFactory, SimpleFactory } from '../../lib/proxy/factories.js';
import { createProxy, extract, resolve } from '../../lib/proxy/proxy.js';
import { AsyncFactory, deferred, untouchable } from './factories-for-tests.js';

describe('SimpleFactory', () => {
  it('gives the value itself, both ways', async () => {
    const value = {};
    expect(new SimpleFactory(value).resolveSync()).toBe(value);
    expect(await new SimpleFactory(value).resolve()).toBe(value);
  });
});

describe('LambdaFactory', () => {
  it.each([undefined, null, {}, 'text'])('refuses %p', (produce) => {
    expect(() => new LambdaFactory(produce as () => object)).toThrow(TypeError);
  });

  it('gives what the function returns, both ways', async () => {
    const factory = new LambdaFactory(() => 7);
    expect(factory.resolveSync()).toBe(7);
    expect(await factory.resolve()).toBe(7);
  });

  it('hands the signal to the function', async () => {
    const { signal } = new AbortController();
    const factory = new LambdaFactory((options) => options);
    expect(await factory.resolve({ signal })).toEqual({ signal });
  });

  it('waits for a promise', async () => {
    expect(await new LambdaFactory(async () => 7).resolve()).toBe(7);
  });

  it('does not wait in place, and what it has started is taken up by who waits', async () => {
    let calls = 0;
    const proxy = createProxy(
      new LambdaFactory(async () => {
        calls += 1;
        return { calls };
      }),
    );
    expect(() => proxy.calls).toThrow(
      'The function of this LambdaFactory returns a promise, which a use in place cannot wait for. Call await resolve(p) first.',
    );
    expect(() => proxy.calls).toThrow('Call await resolve(p) first.');
    expect(await resolve(proxy)).toEqual({ calls: 1 });
    expect(calls).toBe(1);
  });

  it('forgets what it has started in vain, once that was told', async () => {
    const gate = deferred<object>();
    const outcomes = [gate.promise, Promise.resolve({})];
    const proxy = createProxy(new LambdaFactory<object>(() => outcomes.shift()!));
    expect(() => Object.keys(proxy)).toThrow('Call await resolve(p) first.');
    gate.reject(new Error('connection lost'));
    // An unhandled rejection would be reported in a turn of its own.
    await new Promise((done) => setImmediate(done));
    await expect(resolve(proxy)).rejects.toThrow('connection lost');
    expect(await resolve(proxy)).toEqual({});
  });

  it('takes an object with a then of its own for a target', () => {
    const thenable = { then: 'is a word' };
    expect(extract(createProxy(new LambdaFactory(() => thenable)))).toBe(thenable);
  });

  it('does not resolve a proxy that the function returns', async () => {
    const inner = untouchable();
    expect(new LambdaFactory(() => inner).resolveSync() === inner).toBe(true);
    const asynchronous = createProxy(new AsyncFactory(() => ({ a: 1 })));
    expect(await resolve(createProxy(new LambdaFactory(() => asynchronous)))).toEqual({ a: 1 });
  });
});
