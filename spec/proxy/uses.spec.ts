import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { ProxyUnresolvedError } from '../../lib/errors.js';
import { createProxy, extract, isProxy, isResolved, resolve } from '../../lib/proxy/proxy.js';
import type { ObjectProxy } from '../../lib/proxy/types.js';
import { AsyncFactory, CountingFactory, resolved, untouchable } from './factories-for-tests.js';

/** An object that has all that the uses below ask for. */
class Target {
  declare inherited: number;
  a = 1;
  list = [1, 2];
  *[Symbol.iterator](): Iterator<number> {
    yield* this.list;
  }
  method(): number {
    return this.a;
  }
}

const uses: readonly (readonly [string, (p: Target) => unknown, unknown])[] = [
  ['reading a property', (p) => p.a, 1],
  ['reading one that is not there', (p) => (p as { b?: number }).b, undefined],
  ['calling a method', (p) => p.method(), 1],
  ['writing', (p) => (p.a = 2), 2],
  ['deleting', (p) => delete (p as { a?: number }).a, true],
  ['iterating', (p) => [...p], [1, 2]],
  ['for…of', (p) => new Map([...p].entries()).size, 2],
  ['in', (p) => 'a' in p, true],
  ['Object.keys', (p) => Object.keys(p), ['a', 'list']],
  ['Object.entries', (p) => Object.entries(p), Object.entries(new Target())],
  ['for…in', (p) => { for (const key in p) return key; return undefined; }, 'a'],
  ['spread into an object', (p) => ({ ...p }), { a: 1, list: [1, 2] }],
  ['spread into arguments', (p) => Math.max(...p), 2],
  ['destructuring', (p) => (({ a, ...rest }) => [a, rest])(p), [1, { list: [1, 2] }]],
  ['Object.assign', (p) => Object.assign({}, p), { a: 1, list: [1, 2] }],
  ['instanceof', (p) => p instanceof Target, true],
  ['getPrototypeOf', (p) => Object.getPrototypeOf(p) === Target.prototype, true],
  ['getOwnPropertyDescriptor', (p): unknown => Object.getOwnPropertyDescriptor(p, 'a')?.value, 1],
  ['defineProperty', (p) => Object.defineProperty(p, 'b', { value: 1 }) === p, true],
  ['isExtensible', (p) => Object.isExtensible(p), true],
  ['preventExtensions', (p) => Object.preventExtensions(p) === p, true],
  ['freeze', (p) => Object.isFrozen(Object.freeze(p)), true],
  ['setPrototypeOf', (p) => Object.setPrototypeOf(p, null) === p, true],
  ['template literals', (p) => `a ${p as unknown as string}`, 'a [object Object]'],
  ['optional chaining', (p) => (p as Target | undefined)?.a, 1],
  ['Object.prototype.toString', (p) => Object.prototype.toString.call(p), '[object Object]'],
]; // prettier-ignore

describe('what uses the target', () => {
  describe.each(uses)('%s', (_, use, result) => {
    it('resolves a proxy that can in place, then does as the target', () => {
      expect(use(new Target())).toEqual(result);
      const factory = new CountingFactory(() => new Target());
      const proxy = createProxy(factory);
      expect(use(proxy)).toEqual(result);
      expect(factory.calls).toBe(1);
      expect(isResolved(proxy)).toBe(true);
    });

    it('throws on one that cannot', () => {
      const factory = new AsyncFactory(() => new Target());
      expect(() => use(createProxy(factory))).toThrow(ProxyUnresolvedError);
      expect(factory.calls).toBe(0);
    });

    it('does as the target where that is there', () => {
      expect(use(resolved(new Target()))).toEqual(result);
    });
  });
});

describe('a call', () => {
  type Sum = (a: number, b: number) => number;
  const sum: Sum = (a, b) => a + b;

  it('resolves a proxy that can in place', () => {
    expect(createProxy(new CountingFactory(() => sum), { kind: 'function' })(1, 2)).toBe(3);
  });

  it('throws on one that cannot', () => {
    expect(() => createProxy(new AsyncFactory(() => sum), { kind: 'function' })(1, 2)).toThrow(
      ProxyUnresolvedError,
    );
  });

  it('constructs a class', () => {
    class Point {
      constructor(readonly x: number) {}
    }
    const make = (): typeof Point => Point;
    const proxy = createProxy(new CountingFactory(make), { kind: 'function' });
    const point = new proxy(3);
    expect(point).toBeInstanceOf(Point);
    expect(point).toBeInstanceOf(proxy);
    expect(Object.getPrototypeOf(point)).toBe(Point.prototype);
    expect(() => new (createProxy(new AsyncFactory(make), { kind: 'function' }))(3)).toThrow(
      ProxyUnresolvedError,
    );
  });

  it('can be told by new.target that a proxied class was derived from', () => {
    class Base {
      readonly made: unknown;
      constructor() {
        this.made = new.target;
      }
    }
    const proxy = resolved(Base);
    class Derived extends proxy {}
    expect(new proxy().made).toBe(Base);
    expect(new Derived().made).toBe(Derived);
    expect(new Derived()).toBeInstanceOf(Base);
  });

  it('hands on this, and gives the proxy where the function gives itself', () => {
    const itself = function (this: unknown): unknown {
      return this === undefined ? itself : this;
    };
    const proxy = resolved(itself);
    expect(proxy.call(7)).toBe(7);
    expect(proxy()).toBe(proxy);
    expect(proxy.call(undefined)).toBe(proxy);
  });
});

/** Each leaves alone a proxy that is not resolved. */
const leaving: readonly (readonly [string, (p: unknown) => unknown])[] = [
  ['typeof', (p) => typeof p],
  ['Array.isArray', (p) => Array.isArray(p)],
  ['await', async (p) => await p],
  ['return from an async function', (p) => (async () => p)()],
  ['Promise.resolve', (p) => Promise.resolve(p)],
  ['Promise.all', (p) => Promise.all([p])],
  ['Promise.allSettled', (p) => Promise.allSettled([p])],
  ['Promise.race', (p) => Promise.race([p])],
  ['await of an array that holds it', async (p) => [await p]],
  ['for await', async (p) => { for await (const each of Readable.from([p])) return each as unknown; return undefined; }],
  ['yield from an async generator', async (p) => (await (async function* () { yield p; })().next()).value],
  ['a ternary', (p) => (p ? 1 : 2)],
  ['negation', (p) => !p],
  ['??', (p) => p ?? 1],
  ['===', (p) => p === uses],
  ['== null', (p) => p == null],
  ['Object.is', (p) => Object.is(p, {})],
  ['a Map key', (p) => new Map([[p, 1]]).get(p)],
  ['a Set member', (p) => new Set([p]).has(p)],
  ['a WeakMap key', (p) => new WeakMap([[p as object, 1]]).get(p as object)],
  ['a WeakRef', (p) => new WeakRef(p as object).deref()],
  ['being stored in an object', (p) => ({ p })],
  ['being stored in an array', (p) => [p].includes(p)],
  ['an argument', (p) => ((...args: unknown[]) => args.length)(p)],
  ['a throw', (p) => { try { throw p; } catch (thrown) { return thrown; } }],
  ['Object()', (p): unknown => Object(p)],
  ['being the prototype of an object', (p) => Object.create(p as object) as unknown],
  ['isProxy of what inherits from it', (p) => isProxy(Object.create(p as object))],
  ['isProxy of another proxy of it', (p) => isProxy(new Proxy(p as object, {}))],
  ['being the prototype of the new prototype of a proxy', (p) => Object.setPrototypeOf(resolved({}), Object.create(p as object) as object) as unknown],
  ['util.inspect', (p) => inspect(p)],
  ['util.inspect of what holds it', (p) => inspect({ deep: { er: [p, new Map([[p, p]])] } }, { depth: 9 })],
]; // prettier-ignore

describe('what does not use the target', () => {
  it.each(leaving)('%s', async (_, use) => {
    const proxy = untouchable();
    await use(proxy);
    expect(isResolved(proxy)).toBe(false);
    await use(untouchable('array'));
    await use(untouchable('function'));
  });

  it('gives the proxy itself to who awaits it', async () => {
    const proxy: unknown = untouchable();
    expect((await proxy) === proxy).toBe(true);
    expect((await (async () => proxy)()) === proxy).toBe(true);
    expect((await Promise.resolve(proxy)) === proxy).toBe(true);
  });
});

describe('then', () => {
  it('is that of the target once it is there, so that await does as with the target', async () => {
    const thenable = { then: (fulfil: (value: number) => void) => { fulfil(42); } }; // prettier-ignore
    const proxy = createProxy(new CountingFactory(() => thenable));
    expect((await proxy) as unknown).toBe(proxy);
    expect(extract(proxy)).toBe(thenable);
    expect(await proxy).toBe(42);
    expect(await resolve(proxy)).toBe(42);
  });
});

describe('JSON', () => {
  const reference = { $proxystore: 1, key: 'k' };
  const make = (target?: object): ObjectProxy<object> =>
    createProxy<object>(
      {
        resolve: () => Promise.reject(new Error('This proxy was resolved by accident.')),
        toJSON: () => reference,
      },
      { target },
    );

  it('is the reference, resolved or not', () => {
    for (const proxy of [make(), make({ a: 1 }), make({ a: 1, toJSON: () => 'own' })]) {
      expect(JSON.stringify({ nested: [proxy] })).toBe(JSON.stringify({ nested: [reference] }));
    }
    expect(isResolved(make())).toBe(false);
  });

  it('has the same toJSON each time, resolved or not', async () => {
    const proxy = createProxy<{ toJSON?: unknown }>({ resolve: async () => ({}), toJSON: () => reference });
    const { toJSON } = proxy;
    expect(proxy.toJSON).toBe(toJSON);
    await resolve(proxy);
    expect(proxy.toJSON).toBe(toJSON);
  });

  it('is the target where the factory has no reference', () => {
    expect(JSON.stringify(createProxy(new CountingFactory(() => ({ a: [1] }))))).toBe('{"a":[1]}');
    expect(JSON.stringify(resolved(new Date(0)))).toBe('"1970-01-01T00:00:00.000Z"');
    expect(JSON.stringify(resolved({ toJSON: () => 'own' }))).toBe('"own"');
  });

  it('is as that of the wrapper object for a primitive', () => {
    for (const primitive of ['text', 1.5, Symbol('s')]) {
      const wrapper = Object(primitive) as object;
      expect(JSON.stringify([resolved(wrapper)])).toBe(JSON.stringify([wrapper]));
      expect(JSON.stringify([resolved(primitive)])).toBe(JSON.stringify([wrapper]));
    }
    expect(() => JSON.stringify(resolved(1n))).toThrow(TypeError);
    const text = resolved('text') as unknown as { toJSON: unknown };
    expect(text.toJSON).toBe(text.toJSON);
  });
});

describe('an object that inherits from a proxy', () => {
  class Counter {
    #count = 0;
    get count(): number {
      return this.#count;
    }
    step = 1;
    self = this as unknown;
    receiver(): unknown {
      return this;
    }
  }

  it('is a receiver of its own', () => {
    const proxy = resolved(new Counter());
    const child = Object.create(proxy) as Counter;
    expect(child.receiver()).toBe(child);
    expect(child.step).toBe(1);
    expect(child.self).toBe(proxy);
    child.step = 5;
    expect(Object.hasOwn(child, 'step')).toBe(true);
    expect(proxy.step).toBe(1);
    // As with the target itself in the proxy's place.
    expect(() => child.count).toThrow(TypeError);
    expect(() => (Object.create(extract(proxy)) as Counter).count).toThrow(TypeError);
  });

  it('resolves the proxy by a use, and not by await', async () => {
    const proxy = createProxy(new CountingFactory(() => ({ a: 1 })));
    const child = Object.create(proxy) as { a: number; own: number };
    Object.defineProperty(child, 'own', { value: 1 });
    expect((await Promise.resolve(child)) === child).toBe(true);
    expect(child.own).toBe(1);
    expect(isResolved(proxy)).toBe(false);
    expect(child.a).toBe(1);
    expect(isResolved(proxy)).toBe(true);
  });

  it('writes a reference of the proxy nowhere', () => {
    const proxy = createProxy<object>(
      { resolve: async () => ({}), toJSON: () => 'reference' },
      { target: {} },
    );
    expect(JSON.stringify(Object.assign(Object.create(proxy) as object, { a: 1 }))).toBe('{"a":1}');
  });
});

describe('a target that refers to itself', () => {
  interface Ring {
    next?: Ring;
    readonly me: Ring;
  }
  const ring = (): Ring => {
    const made: Ring = {
      get me() {
        return this;
      },
    };
    made.next = made;
    return made;
  };

  it('refers to its proxy', () => {
    const proxy = resolved(ring());
    expect(proxy.next).toBe(proxy);
    expect(proxy.me).toBe(proxy);
    expect(Object.getOwnPropertyDescriptor(proxy, 'next')?.value).toBe(proxy);
    expect(Object.values(proxy)[0]).toBe(proxy);
  });

  it('is made so by writing the proxy into it', () => {
    const target: { a?: unknown; b?: unknown; c?: unknown } = {};
    const proxy = resolved(target);
    proxy.a = proxy;
    Object.defineProperty(proxy, 'b', { value: proxy, writable: false, configurable: false });
    Object.defineProperty(proxy, 'c', { get: () => proxy });
    expect(target.a).toBe(target);
    expect(target.b).toBe(target);
    expect([proxy.a, proxy.b, proxy.c]).toEqual([proxy, proxy, proxy]);
  });
});

describe('the proxy of a primitive behaves as its wrapper object', () => {
  it('string', () => {
    const proxy = resolved('text');
    expect(proxy.length).toBe(4);
    expect(proxy.toUpperCase()).toBe('TEXT');
    expect(proxy[1]).toBe('e');
    expect(`${proxy as unknown as string}!`).toBe('text!');
    expect((proxy as unknown as string) + '!').toBe('text!');
    expect([...proxy]).toEqual(['t', 'e', 'x', 't']);
    expect(proxy == ('text' as unknown)).toBe(true);
    expect(Object.keys(proxy)).toEqual(['0', '1', '2', '3']);
    expect({ text: 1 }[proxy as unknown as 'text']).toBe(1);
    expect(proxy instanceof String).toBe(true);
    expect(proxy.valueOf()).toBe('text');
    expect('a text'.includes(proxy as unknown as string)).toBe(true);
  });

  it('number', () => {
    const proxy = resolved(2.5);
    expect((proxy as unknown as number) * 2).toBe(5);
    expect(proxy.toFixed(2)).toBe('2.50');
    expect(Math.floor(proxy as unknown as number)).toBe(2);
    expect((proxy as unknown as number) < 3).toBe(true);
  });

  it('bigint', () => {
    const proxy = resolved(10n);
    expect((proxy as unknown as bigint) * 2n).toBe(20n);
    expect(proxy.toString(16)).toBe('a');
  });

  it('symbol', () => {
    const symbol = Symbol('s');
    const proxy = resolved(symbol);
    expect(proxy.description).toBe('s');
    expect({ [symbol]: 1 }[proxy as unknown as typeof symbol]).toBe(1);
  });
});

describe('the tag that tells values apart', () => {
  it.each([new Date(0), /a/, new Error('e'), new Map(), 'text', 1, [1], () => 1, {}, new Uint8Array(1)])(
    'is that of the target: %p',
    (target) => {
      const tag = Object.prototype.toString.call(target);
      expect(Object.prototype.toString.call(resolved<unknown>(target))).toBe(tag);
      expect(Object.prototype.toString.call(createProxy(new CountingFactory<unknown>(() => target)))).toBe(
        tag,
      );
    },
  );

  it('is left alone where the target has one of its own, though it be undefined', () => {
    const target = Object.defineProperty(new Date(0), Symbol.toStringTag, { value: undefined });
    const proxy = resolved(target) as unknown as Record<symbol, unknown>;
    expect(proxy[Symbol.toStringTag]).toBeUndefined();
  });
});
