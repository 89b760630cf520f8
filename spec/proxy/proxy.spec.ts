import {
  NonProxiableTypeError,
  ProxyResolveError,
  ProxyResolveMissingKeyError,
  ProxyUnresolvedError,
} from '../../lib/errors.js';
import { SimpleFactory } from '../../lib/proxy/factories.js';
import {
  createProxy,
  extract,
  getFactory,
  isProxy,
  isResolved,
  resolve,
  resolveAsync,
  resolveSync,
} from '../../lib/proxy/proxy.js';
import type { Factory, ProxyOf } from '../../lib/proxy/types.js';
import { AsyncFactory, CountingFactory, deferred, resolved, untouchable } from './factories-for-tests.js';

/** What a call throws; the test fails where it throws nothing. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

describe('createProxy', () => {
  it('calls the factory at the first use, and once', () => {
    const factory = new CountingFactory(() => ({ a: 1 }));
    const proxy = createProxy(factory);
    expect(factory.calls).toBe(0);
    expect(proxy.a + proxy.a).toBe(2);
    expect(factory.calls).toBe(1);
  });

  it('makes a resolved proxy where the target is given', () => {
    const factory = new CountingFactory(() => ({ a: 1 }));
    const target = { a: 2 };
    const proxy = createProxy(factory, { target });
    expect(isResolved(proxy)).toBe(true);
    expect(extract(proxy)).toBe(target);
    expect(factory.calls).toBe(0);
  });

  it.each([undefined, null, {}, { resolve: 1 }, 'text', 1])('refuses %p for a factory', (factory) => {
    expect(() => createProxy(factory as unknown as Factory<object>)).toThrow(TypeError);
  });

  it('refuses a kind that there is not', () => {
    expect(() => createProxy(new SimpleFactory({}), { kind: 'boolean' as 'object' })).toThrow(
      new TypeError(
        '"boolean" is no kind of a proxy. Use one of object, array, function, string, number, bigint, symbol.',
      ),
    );
  });

  it.each([null, true, false])('refuses %p for a target', (target) => {
    const error = thrownBy(() => createProxy(new SimpleFactory<unknown>(target), { target }));
    expect(error).toBeInstanceOf(NonProxiableTypeError);
    expect(error).toMatchObject({ value: target });
  });

  it('takes a target that is undefined for one that is not there', () => {
    expect(isResolved(createProxy(new SimpleFactory<object>({}), { target: undefined }))).toBe(false);
  });

  it('goes through a target that is a proxy itself', () => {
    const target = [1];
    const proxy = createProxy(new SimpleFactory(target), { target: resolved(target) });
    expect(extract(proxy)).toBe(target);
    expect(Array.isArray(proxy)).toBe(true);
  });

  it('leaves a target alone that is an unresolved proxy, and takes its kind', () => {
    const inner = untouchable('array');
    const proxy = createProxy(new SimpleFactory<unknown>(inner), { target: inner });
    expect(isResolved(proxy as object)).toBe(false);
    expect(Array.isArray(proxy)).toBe(true);
  });

  it('refuses a target of another kind than the one that is named', () => {
    expect(() => createProxy(new SimpleFactory<object>({}), { target: {}, kind: 'array' })).toThrow(
      ProxyResolveError,
    );
  });
});

describe('the kind', () => {
  it.each([
    ['object', 'object', false],
    ['array', 'object', true],
    ['function', 'function', false],
    ['string', 'object', false],
    ['number', 'object', false],
    ['bigint', 'object', false],
    ['symbol', 'object', false],
  ] as const)('%s answers typeof with %s and Array.isArray with %s', (kind, type, isArray) => {
    const proxy: unknown = untouchable(kind);
    expect(typeof proxy).toBe(type);
    expect(Array.isArray(proxy)).toBe(isArray);
  });

  it.each([
    [[1], 'object', true],
    [() => 1, 'function', false],
    [class {}, 'function', false],
    ['text', 'object', false],
  ])('is taken from the target %p', (target, type, isArray) => {
    const proxy: unknown = resolved<unknown>(target);
    expect(typeof proxy).toBe(type);
    expect(Array.isArray(proxy)).toBe(isArray);
  });

  it.each([
    ['array', { length: 1 }, 'object'],
    ['array', 'text', 'string'],
    ['function', {}, 'object'],
    ['function', [], 'array'],
  ] as const)('%s is not resolved to %p', async (kind, target, actual) => {
    const factory = new CountingFactory<unknown>(() => target);
    const proxy = createProxy(factory, { kind }) as Record<string, unknown>;
    const message = `This proxy was made with the kind "${kind}", but its factory produced a value of the kind "${actual}". Make it with the right kind, or with none.`;
    expect(thrownBy(() => proxy['a'])).toMatchObject({ name: 'ProxyResolveError', message });
    await expect(resolve(proxy)).rejects.toMatchObject({ name: 'ProxyResolveError', message });
    expect(isResolved(proxy)).toBe(false);
  });

  it('of an object is resolved to anything, for it is what a proxy without a kind has', () => {
    const array = createProxy(new SimpleFactory<number[]>([1, 2]));
    expect([...array]).toEqual([1, 2]);
    expect(Array.isArray(array)).toBe(false);
    const call = createProxy(new SimpleFactory<() => number>(() => 1)) as unknown;
    expect(typeof call).toBe('object');
    expect(() => (call as () => number)()).toThrow(TypeError);
  });
});

describe('asking about a proxy', () => {
  it('tells proxies from all else and resolves nothing', () => {
    const proxy = untouchable();
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(isProxy(proxy)).toBe(true);
    expect(isProxy(untouchable('array'))).toBe(true);
    expect(isProxy(untouchable('function'))).toBe(true);
    expect(isProxy(resolved('text'))).toBe(true);
    for (const other of [undefined, null, 1, 'text', {}, [], () => 1, Object.create(proxy), revoked]) {
      expect(isProxy(other)).toBe(false);
    }
    expect(isProxy(Object.create(resolved({})))).toBe(false);
  });

  it('is not deceived by a proxy of others that answers everything', () => {
    const stub: object = new Proxy(() => undefined, { get: () => stub });
    const pretender = new Proxy({}, { get: () => stub });
    expect(isProxy(pretender)).toBe(false);
    expect(isProxy(stub)).toBe(false);
  });

  it('tells whether it is resolved', () => {
    const proxy = createProxy(new SimpleFactory<object>({}));
    expect(isResolved(proxy)).toBe(false);
    resolveSync(proxy);
    expect(isResolved(proxy)).toBe(true);
  });

  it('gives the factory', () => {
    const factory = new SimpleFactory<object>({});
    const proxy = createProxy(factory);
    expect(getFactory(proxy)).toBe(factory);
    expect(isResolved(proxy)).toBe(false);
  });

  it.each([
    ['isResolved', isResolved],
    ['resolveSync', resolveSync],
    ['resolveAsync', resolveAsync],
    ['extract', extract],
    ['getFactory', getFactory],
  ] as const)('%s refuses what is no proxy', (name, operation) => {
    const operationOf = name === 'extract' ? 'resolveSync' : name;
    expect(() => operation({})).toThrow(
      new TypeError(`${operationOf}() takes a proxy, not a value of type object.`),
    );
    expect(() => operation(null as unknown as object)).toThrow(
      new TypeError(`${operationOf}() takes a proxy, not null.`),
    );
  });

  it('resolve rejects what is no proxy', async () => {
    await expect(resolve('text' as unknown as object)).rejects.toThrow(
      new TypeError('resolve() takes a proxy, not a value of type string.'),
    );
  });
});

describe('resolve', () => {
  it('gives the target itself, and the proxy is resolved from then on', async () => {
    const target = { a: 1 };
    const factory = new AsyncFactory(() => target);
    const proxy = createProxy(factory);
    expect(await resolve(proxy)).toBe(target);
    expect(await resolve(proxy)).toBe(target);
    expect(proxy.a).toBe(1);
    expect(factory.calls).toBe(1);
  });

  it('gives a primitive as it is', async () => {
    expect(await resolve(createProxy(new AsyncFactory(() => 'text')))).toBe('text');
    expect(resolveSync(resolved(7n))).toBe(7n);
    expect(extract(resolved(''))).toBe('');
    expect(extract(resolved(0))).toBe(0);
  });

  it('calls the factory once for 10,000 who ask at the same time', async () => {
    const gate = deferred<object>();
    const factory = new AsyncFactory(() => gate.promise);
    const proxy = createProxy(factory);
    const waiting = Array.from({ length: 10_000 }, () => resolve(proxy));
    const target = {};
    gate.resolve(target);
    expect((await Promise.all(waiting)).every((each) => each === target)).toBe(true);
    expect(factory.calls).toBe(1);
  });

  it('does not remember a failure', async () => {
    let attempts = 0;
    const proxy = createProxy(
      new AsyncFactory(() => {
        attempts += 1;
        if (attempts === 1) throw new Error('connection lost');
        return { attempts };
      }),
    );
    await expect(resolve(proxy)).rejects.toThrow(ProxyResolveError);
    expect(await resolve(proxy)).toEqual({ attempts: 2 });
  });

  it('tells all who wait of one failure', async () => {
    const gate = deferred<object>();
    const factory = new AsyncFactory(() => gate.promise);
    const proxy = createProxy(factory);
    const waiting = Promise.allSettled([resolve(proxy), resolve(proxy)]);
    gate.reject(new Error('connection lost'));
    expect(await waiting).toMatchObject([
      { reason: { name: 'ProxyResolveError' } },
      { reason: { name: 'ProxyResolveError' } },
    ]);
    expect(factory.calls).toBe(1);
  });

  it('does not remember a failure in place', () => {
    let attempts = 0;
    const proxy = createProxy(
      new CountingFactory(() => {
        attempts += 1;
        if (attempts === 1) throw new Error('disk is asleep');
        return { attempts };
      }),
    );
    expect(() => proxy.attempts).toThrow(ProxyResolveError);
    expect(proxy.attempts).toBe(2);
  });

  it.each([null, undefined, true, false])('cannot make %p a target', async (value) => {
    const proxy = createProxy(new CountingFactory<unknown>(() => value)) as object;
    await expect(resolve(proxy)).rejects.toThrow(NonProxiableTypeError);
    expect(() => Object.keys(proxy)).toThrow(
      new NonProxiableTypeError(
        `No proxy can stand for ${String(value)}: there is no object that behaves as it. Put it in a field of an object, or pass it as it is.`,
      ),
    );
    expect(isResolved(proxy)).toBe(false);
  });

  it('keeps the target of a use in place that was faster, whatever the factory does later', async () => {
    const gate = deferred<object>();
    const target = {};
    const proxy = createProxy<object>({ resolve: () => gate.promise, resolveSync: () => target });
    const late = resolve(proxy);
    expect(extract(proxy)).toBe(target);
    gate.resolve({});
    expect(await late).toBe(target);
  });

  it('is well when a use in place was faster than a call that failed', async () => {
    const gate = deferred<object>();
    const target = {};
    const proxy = createProxy<object>({ resolve: () => gate.promise, resolveSync: () => target });
    const late = resolve(proxy);
    extract(proxy);
    gate.reject(new Error('connection lost'));
    expect(await late).toBe(target);
  });
});

describe('a use in place where the factory only works asynchronously', () => {
  const described: Factory<object> = {
    resolve: async () => ({}),
    describe: () => ({ store: 'results', key: ['17'] }),
  };

  it('throws, and names store and key and the way out', () => {
    const proxy = createProxy(described);
    const error = thrownBy(() => Object.keys(proxy));
    expect(error).toBeInstanceOf(ProxyUnresolvedError);
    expect(error).toMatchObject({
      message:
        'The proxy of store "results", key ["17"] is not resolved yet, and its factory only works asynchronously. Call await resolve(p) before you use it.',
      storeName: 'results',
      key: ['17'],
    });
  });

  it('names the class of a factory that does not describe itself', () => {
    const proxy = createProxy(new AsyncFactory(() => ({})));
    expect(() => resolveSync(proxy)).toThrow(
      'A proxy with the factory AsyncFactory is not resolved yet, and its factory only works asynchronously. Call await resolve(p) before you use it.',
    );
  });

  it('works after await resolve(p)', async () => {
    const proxy = createProxy(described);
    await resolve(proxy);
    expect(Object.keys(proxy)).toEqual([]);
  });
});

describe('a failure of the factory', () => {
  it('comes behind an error of this package, with what the factory threw as its cause', async () => {
    const cause = new Error('connection lost');
    const fail = (): never => {
      throw cause;
    };
    const proxy = createProxy<object>({
      resolve: async () => fail(),
      resolveSync: fail,
      describe: () => ({ store: 'results', key: 17 }),
    });
    const expected = {
      name: 'ProxyResolveError',
      message: 'The factory of the proxy of store "results", key 17 failed: connection lost',
      cause,
      storeName: 'results',
      key: 17,
    };
    await expect(resolve(proxy)).rejects.toMatchObject(expected);
    expect(thrownBy(() => Object.keys(proxy))).toMatchObject(expected);
  });

  it('of this package comes out as it is', async () => {
    const missing = new ProxyResolveMissingKeyError('gone');
    const proxy = createProxy(
      new CountingFactory<object>(() => {
        throw missing;
      }),
    );
    await expect(resolve(proxy)).rejects.toBe(missing);
    expect(thrownBy(() => Object.keys(proxy))).toBe(missing);
  });

  it('is told when it is no Error', () => {
    const proxy = createProxy<object>(
      Object.assign(Object.create(null) as object, {
        resolve: async () => ({}),
        resolveSync: () => {
          throw 'a string';
        },
      }),
    );
    expect(() => Object.keys(proxy)).toThrow(
      'The factory of a proxy with the factory Object failed: a string',
    );
  });
});

describe('giving up by a signal', () => {
  it('rejects with the reason at once where the signal has fired before', async () => {
    const factory = new AsyncFactory(() => ({}));
    const reason = new Error('no time');
    await expect(resolve(createProxy(factory), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(factory.calls).toBe(0);
  });

  it('ends waiting for a factory that never settles, and tells the factory', async () => {
    let told: AbortSignal | undefined;
    const proxy = createProxy(
      new AsyncFactory<object>(({ signal }) => {
        told = signal;
        return new Promise(() => undefined);
      }),
    );
    const controller = new AbortController();
    const waiting = resolve(proxy, { signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(told?.aborted).toBe(true);
    expect(isResolved(proxy)).toBe(false);
  });

  it('starts anew for who asks after all had given up', async () => {
    const gates = [deferred<object>(), deferred<object>()];
    const factory = new AsyncFactory((): Promise<object> => gates[factory.calls - 1]!.promise);
    const proxy = createProxy(factory);
    const controller = new AbortController();
    const first = resolve(proxy, { signal: controller.signal });
    controller.abort();
    const second = resolve(proxy);
    const target = {};
    gates[1]!.resolve(target);
    expect(await second).toBe(target);
    await expect(first).rejects.toThrow('aborted');
    expect(factory.calls).toBe(2);
    gates[0]!.reject(new Error('too late to matter'));
  });

  it('leaves those alone who still wait', async () => {
    const gate = deferred<object>();
    let told: AbortSignal | undefined;
    const proxy = createProxy(
      new AsyncFactory<object>(({ signal }) => {
        told = signal;
        return gate.promise;
      }),
    );
    const controller = new AbortController();
    const leaving = resolve(proxy, { signal: controller.signal });
    const staying = resolve(proxy);
    controller.abort();
    await expect(leaving).rejects.toThrow('aborted');
    expect(told?.aborted).toBe(false);
    const target = {};
    gate.resolve(target);
    expect(await staying).toBe(target);
  });

  it('passes on what the factory throws when it is told', async () => {
    const proxy = createProxy(
      new AsyncFactory<object>(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(new Error('I stop')));
          }),
      ),
    );
    const controller = new AbortController();
    const waiting = resolve(proxy, { signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
  });
});

describe('resolveAsync', () => {
  it('starts to resolve and does not wait', async () => {
    const target = {};
    const factory = new AsyncFactory(() => target);
    const proxy = createProxy(factory);
    resolveAsync(proxy);
    resolveAsync(proxy);
    expect(factory.calls).toBe(1);
    expect(await resolve(proxy)).toBe(target);
    resolveAsync(proxy);
    expect(factory.calls).toBe(1);
  });

  it.each([
    ['resolve', (proxy: object) => resolve(proxy)],
    ['a use in place', async (proxy: object) => Object.keys(proxy)],
  ])('has its failure surface at the next use, once: %s', async (_, use) => {
    const gate = deferred<object>();
    const outcomes = [gate.promise, Promise.resolve({})];
    const proxy = createProxy<object>({
      resolve: () => outcomes.shift()!,
      resolveSync: () => ({}),
    });
    resolveAsync(proxy);
    gate.reject(new Error('connection lost'));
    // An unhandled rejection would be reported in a turn of its own; jest fails the run on it.
    await new Promise((done) => setImmediate(done));
    resolveAsync(proxy); // does not drop the failure
    expect(isResolved(proxy)).toBe(false);
    await expect(use(proxy)).rejects.toThrow('connection lost');
    await use(proxy);
    expect(isResolved(proxy)).toBe(true);
  });

  it('has its failure told by who waited for it, and not again', async () => {
    const gate = deferred<object>();
    const outcomes = [gate.promise, Promise.resolve({})];
    const proxy = createProxy<object>({ resolve: () => outcomes.shift()! });
    resolveAsync(proxy);
    const waiting = resolve(proxy);
    gate.reject(new Error('connection lost'));
    await expect(waiting).rejects.toThrow('connection lost');
    expect(await resolve(proxy)).toEqual({});
  });

  it('is overtaken by a use in place', async () => {
    const gate = deferred<object>();
    const target = {};
    const proxy = createProxy<object>({ resolve: () => gate.promise, resolveSync: () => target });
    resolveAsync(proxy);
    expect(extract(proxy)).toBe(target);
    gate.reject(new Error('connection lost'));
    await new Promise((done) => setImmediate(done));
    expect(await resolve(proxy)).toBe(target);
  });
});

describe('a factory that gives a proxy', () => {
  it('is followed to the target in place', () => {
    const target = { a: 1 };
    const inner = createProxy(new CountingFactory(() => target));
    const outer = createProxy(new CountingFactory(() => inner));
    expect(outer.a).toBe(1);
    expect(extract(outer)).toBe(target);
    expect(isResolved(inner)).toBe(true);
  });

  it('is followed to the target by waiting', async () => {
    const target = { a: 1 };
    const inner = createProxy(new AsyncFactory(() => target));
    const outer = createProxy(new AsyncFactory(() => inner));
    expect(await resolve(outer)).toBe(target);
  });

  it('is followed to a primitive', async () => {
    const outer = createProxy(new AsyncFactory<unknown>(() => resolved('text'))) as object;
    expect(await resolve(outer)).toBe('text');
  });

  it('fails as that one fails', async () => {
    const inner = createProxy(
      new CountingFactory<object>(() => {
        throw new Error('connection lost');
      }),
    );
    const outer = createProxy(new CountingFactory(() => inner));
    await expect(resolve(outer)).rejects.toThrow('connection lost');
    expect(() => Object.keys(outer)).toThrow('connection lost');
  });
});

it('a constructor that gives itself gives its proxy', () => {
  const target = function self() {
    return self;
  } as unknown as new () => unknown;
  const proxy = resolved(target);
  class Other {}
  expect(new proxy()).toBe(proxy);
  expect(Reflect.construct(proxy, [], Other)).toBe(proxy);
});

describe('a Proxy that has been revoked', () => {
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it('is refused as a target', () => {
    expect(() => createProxy(new CountingFactory(revoked), { target: revoked() })).toThrow(
      NonProxiableTypeError,
    );
    expect(() => createProxy(new CountingFactory(revoked), { kind: 'object', target: revoked() })).toThrow(
      /has been revoked/,
    );
  });

  it('is refused from a factory, with the cause', async () => {
    const proxy = createProxy(new CountingFactory(revoked));
    expect(thrownBy(() => Object.keys(proxy))).toMatchObject({
      name: 'NonProxiableTypeError',
      cause: expect.any(TypeError) as unknown,
    });
    // Its promise looks at it before anybody else.
    await expect(resolve(proxy)).rejects.toMatchObject({
      name: 'ProxyResolveError',
      cause: expect.any(TypeError) as unknown,
    });
  });
});

describe('a factory that needs its own proxy', () => {
  const circular = /uses the proxy that it is to produce the target of/;

  it('fails in place', () => {
    const proxy: Record<string, unknown> = createProxy(
      new CountingFactory<Record<string, unknown>>(() => ({ a: proxy['a'] })),
    );
    expect(() => proxy['a']).toThrow(circular);
    expect(() => proxy['a']).toThrow(circular);
  });

  it('fails when it waits for it', async () => {
    const proxy: object = createProxy<object>({ resolve: () => resolve(proxy) });
    await expect(resolve(proxy)).rejects.toThrow(circular);
  });

  it('fails when it uses it in place before it waits', async () => {
    const proxy: Record<string, unknown> = createProxy<Record<string, unknown>>({
      resolve: async () => ({ a: proxy['a'] }),
      resolveSync: () => ({}),
    });
    await expect(resolve(proxy)).rejects.toThrow(circular);
  });

  it('fails when it gives it', async () => {
    const proxy: object = createProxy(new CountingFactory<object>(() => proxy));
    expect(() => Object.keys(proxy)).toThrow(circular);
    await expect(resolve(proxy)).rejects.toThrow(circular);
  });

  it('fails when two give each other', async () => {
    const first: object = createProxy(new AsyncFactory<object>(() => second));
    const second: object = createProxy(new AsyncFactory<object>(() => first));
    await expect(resolve(first)).rejects.toThrow(circular);
    const third: object = createProxy(new CountingFactory<object>(() => fourth));
    const fourth: object = createProxy(new CountingFactory<object>(() => third));
    expect(() => Object.keys(third)).toThrow(circular);
  });

  it.each<[string, () => object]>([
    [
      'its own',
      () => {
        const proxy: object = createProxy(
          new AsyncFactory<object>(() => Promise.resolve().then(() => resolve(proxy))),
        );
        return proxy;
      },
    ],
    [
      'that of another, which waits for it',
      () => {
        const first: object = createProxy(
          new AsyncFactory<object>(() => Promise.resolve().then(() => resolve(second))),
        );
        const second: object = createProxy(
          new AsyncFactory<object>(() => Promise.resolve().then(() => resolve(first))),
        );
        return first;
      },
    ],
  ])('waits for itself when it asks for %s after it has waited, until one gives up', async (_, make) => {
    const proxy = make() as object & ProxyOf<object>;
    const leaving = new AbortController();
    const waiting = resolve(proxy, { signal: leaving.signal });
    const outcome = waiting.then(
      () => 'resolved',
      (error: unknown) => error,
    );
    // All that could happen by itself has happened by then.
    await new Promise(setImmediate);
    expect(isResolved(proxy)).toBe(false);
    const reason = new Error('It takes too long.');
    leaving.abort(reason);
    expect(await outcome).toBe(reason);
  });

  it('works again when it does not', () => {
    let again = true;
    const proxy: Record<string, unknown> = createProxy(
      new CountingFactory<Record<string, unknown>>(() => ({ a: again ? proxy['a'] : 1 })),
    );
    expect(() => proxy['a']).toThrow(circular);
    again = false;
    expect(proxy['a']).toBe(1);
  });
});
