import { createProxy, extract, isResolved } from '../../lib/proxy/proxy.js';
import { withoutResolving } from '../../lib/proxy/quiet.js';
import { resolved, untouchable } from './factories-for-tests.js';

/** Everything that reads an object whole, so that the engine checks every invariant there is. */
function readAll(object: object): unknown {
  return [
    Reflect.ownKeys(object),
    Reflect.ownKeys(object).map((key) => [
      key in object,
      Object.getOwnPropertyDescriptor(object, key),
      (object as Record<PropertyKey, unknown>)[key],
    ]),
    Object.isExtensible(object),
    Object.isSealed(object),
    Object.isFrozen(object),
    Object.getPrototypeOf(object),
  ];
}

class Account {
  #balance = 7;
  name = 'n';
  self: unknown = this;
  callback = (): number => 1;
  get balance(): number {
    return this.#balance;
  }
  set balance(value: number) {
    this.#balance = value;
  }
  static made = 0;
  static make(): Account {
    this.made += 1;
    return new this();
  }
}

const targets: readonly (readonly [string, () => object])[] = [
  ['an object', () => ({ a: 1, [Symbol.for('s')]: 2, f: () => 1 })],
  ['an empty object', () => ({})],
  ['an array', () => [1, 2, { a: 1 }]],
  ['an array with holes and names', () => Object.assign([1, , 3], { name: 'n' })], // eslint-disable-line no-sparse-arrays
  ['an instance', () => new Account()],
  ['a class', () => class { static x = 1; static m() { return this.x; } static #p = 1; static get p() { return this.#p; } }],
  // Its prototype is not writable, because V8 takes any sealed function for frozen.
  ['a function', () => Object.defineProperty(function named() {}, 'prototype', { writable: false })],
  ['an arrow function', () => (a: unknown) => a],
  ['an object without prototype', () => Object.assign(Object.create(null) as object, { a: 1 })],
  ['a Map', () => Object.assign(new Map([[1, 2]]), { extra: 1 })],
  ['a Date', () => new Date(0)],
  ['an Error', () => Object.assign(new Error('e', { cause: 1 }), { code: 'E' })],
  ['a RegExp', () => /a/g],
  ['a String object', () => new String('text')],
  ['one with toJSON and constructor of its own', () => ({ toJSON: () => 1, constructor: Object, then: undefined })],
  ['one with what cannot be configured', () => Object.defineProperties({}, { a: { value: 1 }, f: { value: () => 1 }, g: { get: () => 1 }, s: { set: () => undefined }, w: { value: 1, writable: true } })],
]; // prettier-ignore

const hardenings: readonly (readonly [string, (object: object) => unknown])[] = [
  ['as it is', (object) => object],
  ['non-extensible', Object.preventExtensions],
  ['sealed', Object.seal],
  ['frozen', Object.freeze],
];

/** Functions of the target come bound, so that they are compared by what they are called. */
function comparable(value: unknown, proxy: object, target: object): unknown {
  if (value === proxy || value === target) return 'itself';
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) return value.map((each) => comparable(each, proxy, target));
  if (typeof value === 'object' && value !== null && ('value' in value || 'get' in value)) {
    return Object.entries(value).map(([name, each]) => [name, comparable(each, proxy, target)]);
  }
  return value;
}

describe.each(targets)('the proxy of %s', (_, make) => {
  describe.each(hardenings)('%s', (_hardened, harden) => {
    it('answers as its target where that was hardened first', () => {
      const target = make();
      harden(target);
      const proxy = resolved(target);
      for (let time = 0; time < 2; time += 1) {
        expect(comparable(readAll(proxy), proxy, target)).toEqual(comparable(readAll(target), proxy, target));
      }
    });

    it('answers as its target where the proxy was hardened', () => {
      const target = make();
      const proxy = resolved(target);
      expect(harden(proxy)).toBe(proxy);
      expect(comparable(readAll(proxy), proxy, target)).toEqual(comparable(readAll(target), proxy, target));
      expect(Object.isExtensible(target)).toBe(Object.isExtensible(proxy));
    });

    it('answers as its target where that was hardened behind its back', () => {
      const target = make();
      const proxy = resolved(target);
      readAll(proxy);
      harden(target);
      expect(comparable(readAll(proxy), proxy, target)).toEqual(comparable(readAll(target), proxy, target));
    });
  });
});

describe('behind the back of the proxy of a non-extensible object', () => {
  it('a property goes', () => {
    const target: { a?: number; b: number } = { a: 1, b: 2 };
    const proxy = resolved(target);
    Object.preventExtensions(proxy);
    delete target.a;
    expect('a' in proxy).toBe(false);
    expect(proxy.a).toBeUndefined();
    expect(Object.keys(proxy)).toEqual(['b']);
    expect(Object.getOwnPropertyDescriptor(proxy, 'a')).toBeUndefined();
    expect(() => (proxy.a = 1)).toThrow(TypeError);
    expect(Reflect.defineProperty(proxy, 'a', { value: 1 })).toBe(false);
  });

  it.each([
    ['in', (p: object) => 'a' in p, false],
    ['getOwnPropertyDescriptor', (p: object) => Object.getOwnPropertyDescriptor(p, 'a'), undefined],
    ['ownKeys', (p: object) => Reflect.ownKeys(p), []],
    ['isExtensible', (p: object) => Object.isExtensible(p), false],
    ['preventExtensions', (p: object) => Reflect.preventExtensions(p), true],
    ['isFrozen', (p: object) => Object.isFrozen(p), true],
    ['delete', (p: { a?: number }) => delete p.a, true],
  ] as const)('a property goes, and %s is what first asks', (_, ask, answer) => {
    const target: { a?: number } = { a: 1 };
    const proxy = Object.preventExtensions(resolved(target));
    delete target.a;
    expect(ask(proxy)).toEqual(answer);
  });

  it('a property becomes an accessor, then one that cannot be configured', () => {
    const target: { a: number } = { a: 1 };
    const proxy = Object.preventExtensions(resolved(target));
    Object.defineProperty(target, 'a', { get: () => 2 });
    expect(proxy.a).toBe(2);
    Object.defineProperty(target, 'a', { configurable: false });
    expect(Object.getOwnPropertyDescriptor(proxy, 'a')).toMatchObject({ configurable: false });
    expect(proxy.a).toBe(2);
  });

  it('a value changes that cannot be configured, then cannot be written', () => {
    const target = Object.seal({ a: 1 });
    const proxy = resolved(target);
    expect(Object.getOwnPropertyDescriptor(proxy, 'a')?.value).toBe(1);
    target.a = 2;
    expect(proxy.a).toBe(2);
    Object.freeze(target);
    expect(proxy.a).toBe(2);
    expect(Object.getOwnPropertyDescriptor(proxy, 'a')).toEqual({
      value: 2,
      writable: false,
      enumerable: true,
      configurable: false,
    });
  });

  it('the prototype stays', () => {
    const proxy = Object.preventExtensions(resolved(new Account()));
    expect(Reflect.setPrototypeOf(proxy, null)).toBe(false);
    expect(Reflect.setPrototypeOf(proxy, Account.prototype)).toBe(true);
    expect(() => Object.setPrototypeOf(proxy, null) as unknown).toThrow(TypeError);
    expect(proxy.balance).toBe(7);
  });
});

describe('defining', () => {
  it.each([{}, { writable: false }, { configurable: false }, { writable: false, configurable: false }, { enumerable: true }, { writable: true, configurable: true }])(
    'a function with %p gives that function back',
    (attributes) => {
      const f = (): number => 1;
      const proxy = resolved<{ f?: () => number }>({});
      Object.defineProperty(proxy, 'f', { value: f, ...attributes });
      expect(proxy.f).toBe(f);
      expect(Object.getOwnPropertyDescriptor(proxy, 'f')?.value).toBe(f);
      readAll(Object.freeze(proxy));
      expect(proxy.f).toBe(f);
    },
  ); // prettier-ignore

  it('a method under another name leaves it one method', () => {
    const proxy = resolved<{ at?: unknown; first?: unknown; second?: unknown }>([1]);
    Object.defineProperty(proxy, 'first', { value: proxy.at });
    expect(proxy.first).toBe(proxy.at);
    proxy.second = proxy.at;
    expect(proxy.second).toBe(proxy.at);
  });

  it('a method as what it was read as leaves it that method', () => {
    const target = Object.create({ m: () => 1 }) as { m: () => number };
    const proxy = resolved(target);
    const { m } = proxy;
    Object.defineProperty(proxy, 'm', { value: Reflect.get(Object.getPrototypeOf(target) as object, 'm') });
    expect(proxy.m).toBe(m);
  });

  it('or assigning a function to what is there but not enumerable gives it back', () => {
    const f = (): string => 'e';
    const proxy = resolved(new Error('e')) as { message: unknown };
    proxy.message = f;
    expect(proxy.message).toBe(f);
  });

  it('is refused where the target refuses', () => {
    const proxy = resolved(Object.freeze({ a: 1 }));
    expect(Reflect.defineProperty(proxy, 'a', { value: 2 })).toBe(false);
    expect(Reflect.defineProperty(proxy, 'b', { value: 2 })).toBe(false);
    expect(() => Object.defineProperty(proxy, 'b', { value: 2 })).toThrow(TypeError);
    expect(Reflect.defineProperty(proxy, 'a', { value: 1 })).toBe(true);
  });

  it('an accessor gives it back', () => {
    const get = (): number => 1;
    const proxy = resolved<{ a?: number }>({});
    Object.defineProperty(proxy, 'a', { get, configurable: false });
    expect(Object.getOwnPropertyDescriptor(proxy, 'a')?.get).toBe(get);
    expect(proxy.a).toBe(1);
  });

  it('of undefined while the proxy is being made is of undefined', () => {
    const proxy = resolved<{ a?: unknown }>({});
    Object.defineProperty(proxy, 'a', { value: undefined });
    expect(Object.hasOwn(extract(proxy), 'a')).toBe(true);
    expect(proxy.a).toBeUndefined();
  });
});

describe('writing', () => {
  it('reaches setters and private fields', () => {
    const proxy = resolved(new Account());
    proxy.balance = 9;
    expect(proxy.balance).toBe(9);
  });

  it('passes on what a setter throws, which runs once', () => {
    let runs = 0;
    const failure = new Error('no');
    const proxy = resolved({
      set a(_: number) {
        runs += 1;
        throw failure;
      },
    });
    expect(() => (proxy.a = 1)).toThrow(failure);
    expect(runs).toBe(1);
  });

  it.each<[string, (ran: () => void) => object, PropertyKey, (ran: () => void) => unknown]>([
    ['a trap that refuses', (ran) => new Proxy({}, { set: () => (ran(), false) }), 'a', () => 1],
    ['a trap that throws', (ran) => new Proxy({}, { set: () => { ran(); throw new RangeError('no'); } }), 'a', () => 1],
    ['a conversion that throws', () => new Uint8Array(2), 0, (ran) => ({ valueOf() { ran(); throw new RangeError('no'); } })],
    ['a conversion to a length that cannot be', () => Object.seal([1]), 'length', (ran) => ({ valueOf() { ran(); return 0; } })],
    ['a conversion to a length that is none', () => [1], 'length', (ran) => ({ valueOf() { ran(); return -1; } })],
  ])('%s runs as often as it does without the proxy', (_, make, key, value) => {
    const outcomes = [make, (ran: () => void) => resolved(make(ran))].map((target) => {
      let runs = 0;
      const ran = (): void => { runs += 1; };
      const object = target(ran) as Record<PropertyKey, unknown>;
      let thrown: unknown;
      try {
        object[key] = value(ran);
      } catch (error) {
        thrown = error;
      }
      return { runs, thrown };
    });
    expect(outcomes[0]!.runs).toBeGreaterThan(0);
    expect(outcomes[1]).toEqual(outcomes[0]);
  }); // prettier-ignore

  it.each([
    ['a new element of an array whose length cannot be written', Object.defineProperty([1], 'length', { writable: false }), 1],
    ['a shorter length of one', Object.freeze([1]), 'length'],
    ['a length that does away with an element that cannot be deleted', Object.seal([1]), 'length'],
  ] as const)('%s is refused', (_, target, key) => {
    const proxy = resolved<Record<PropertyKey, unknown>>(target as never); // an array is an object
    expect(() => (proxy[key] = 0)).toThrow(TypeError);
    expect(Reflect.set(proxy, key, 0)).toBe(false);
  }); // prettier-ignore

  it.each<[string, () => object, unknown]>([
    ['another proxy that refuses', () => new Proxy({}, { set: () => false }), false],
    ['another proxy that refuses what it has', () => new Proxy({ a: 1 }, { set: () => false }), false],
    ['a frozen one, by another proxy that fails', () => new Proxy(Object.freeze({}), { set() { throw new RangeError('no'); } }), RangeError],
    ['a setter that fails as an assignment does', () => ({ set a(_: number) { const frozen = [0]; Object.freeze(frozen); frozen[0] = 1; } }), TypeError],
  ])('%s is the same by Reflect.set', (_, make, expected) => {
    const [raw, proxied] = [make(), resolved(make())].map((object) => {
      try {
        return Reflect.set(object, 'a', 2);
      } catch (error) {
        return (error as Error).constructor;
      }
    });
    expect([raw, proxied]).toEqual([expected, expected]);
  }); // prettier-ignore

  it.each([Symbol('s'), 1n, -1, 'two'])('a length of %p is an error', (length) => {
    const fail = (array: unknown[]): unknown => {
      try {
        return Reflect.set(array, 'length', length);
      } catch (error) {
        return (error as Error).constructor;
      }
    };
    expect(fail(resolved([1, 2]))).toBe(fail([1, 2]));
    expect(fail(resolved([1, 2]))).not.toBe(false);
  });

  it('other properties of an array whose length cannot be written are none of its elements', () => {
    const target = Object.defineProperty([1], 'length', { writable: false });
    const proxy = resolved(target) as unknown as Record<string, unknown>;
    proxy['name'] = 'n';
    expect(Object.keys(target)).toEqual(['0', 'name']);
  });

  it.each([
    ['frozen', Object.freeze({ a: 1 })],
    ['without a setter', { get a() { return 1; } }],
    ['with an inherited one that cannot be written', Object.create(Object.freeze({ a: 1 })) as { a: number }],
    ['non-extensible', Object.preventExtensions({} as { a: number })],
  ] as const)('what is %s is refused: by an error in strict mode, by false otherwise', (_, target) => {
    const proxy = resolved<{ a: number }>(target);
    expect(() => (proxy.a = 2)).toThrow(TypeError);
    expect(Reflect.set(proxy, 'a', 2)).toBe(false);
  }); // prettier-ignore

  it('converts as the target does', () => {
    const bytes = resolved(new Uint8Array(2));
    bytes[0] = 257;
    bytes[9] = 1;
    expect([...bytes]).toEqual([1, 0]);
    expect(() => ((bytes as unknown as bigint[])[0] = 1n)).toThrow(TypeError);
    const list = resolved([1, 2]);
    expect(() => (list.length = -1)).toThrow(RangeError);
    list.length = 1;
    expect(list).toEqual([1]);
  });
});

describe('the prototype', () => {
  it('is changed on the target', () => {
    const proxy = resolved<object>({});
    Object.setPrototypeOf(proxy, Account.prototype);
    expect(extract(proxy)).toBeInstanceOf(Account);
    expect(proxy).toBeInstanceOf(Account);
    const other = resolved<{ __proto__?: unknown }>({});
    other.__proto__ = null;
    expect(Object.getPrototypeOf(extract(other))).toBeNull();
  });

  it('cannot be itself, not by a detour either', () => {
    const proxy = resolved<object>({});
    expect(Reflect.setPrototypeOf(proxy, proxy)).toBe(false);
    expect(() => Object.setPrototypeOf(proxy, Object.create(proxy) as object) as unknown).toThrow(TypeError);
    expect(Object.getPrototypeOf(proxy)).toBe(Object.prototype);
  });

  it('can be a proxy, which is not resolved by that', () => {
    const prototype = untouchable();
    const proxy = resolved<object>({});
    Object.setPrototypeOf(proxy, prototype);
    expect(Object.getPrototypeOf(proxy) === prototype).toBe(true);
    expect(isResolved(prototype)).toBe(false);
  });
});

it('a target that cannot be made non-extensible stays what it is', () => {
  const stubborn = new Proxy({}, { preventExtensions: () => false });
  const proxy = resolved(stubborn);
  expect(Reflect.preventExtensions(proxy)).toBe(false);
  expect(() => Object.freeze(proxy)).toThrow(TypeError);
  expect(Object.isExtensible(proxy)).toBe(true);
});

it('a frozen object with a constructor and a toJSON of its own can be looked at by a serializer', () => {
  const target = Object.freeze({ constructor: Account, toJSON: () => 'own' });
  const proxy = createProxy<object>({ resolve: async () => target, toJSON: () => 'reference' }, { target });
  expect(Object.isFrozen(proxy)).toBe(true);
  expect(withoutResolving(() => proxy.constructor)).toBe(Account);
  expect(JSON.stringify(proxy)).toBe('"reference"');
});

it('a target that refuses to describe a property once is found non-extensible after that', () => {
  let refusals = 1;
  const target = new Proxy(Object.preventExtensions({ a: 1 }), {
    getOwnPropertyDescriptor(of, key) {
      if (refusals > 0) {
        refusals -= 1;
        throw new RangeError('not yet');
      }
      return Reflect.getOwnPropertyDescriptor(of, key);
    },
  });
  const proxy = resolved(target);
  expect(() => Object.isExtensible(proxy)).toThrow(RangeError);
  expect(Object.isExtensible(proxy)).toBe(false);
  expect(readAll(proxy)).toEqual(readAll(target));
});
