import { inspect } from 'node:util';
import fc from 'fast-check';
import { createProxy, isResolved } from '../../lib/proxy/proxy.js';
import { CountingFactory, resolved, untouchable } from './factories-for-tests.js';

class Counter {
  #count = 0;
  get count(): number {
    return this.#count;
  }
  increment(by = 1): this {
    this.#count += by;
    return this;
  }
  receiver(this: unknown): unknown {
    return this;
  }
  *steps(): Generator<number> {
    yield this.#count;
  }
  async later(): Promise<number> {
    return this.#count;
  }
  static #made = 0;
  static make(): Counter {
    this.#made += 1;
    return new this();
  }
  static get made(): number {
    return this.#made;
  }
}

describe('a method', () => {
  it('is the same each time, and the same under each of its names', () => {
    const set = resolved(new Set([1]));
    expect(set.has).toBe(set.has);
    expect(set.keys).toBe(set.values);
    expect(set[Symbol.iterator]).toBe(set.values);
  });

  it('finds internal slots and private fields', () => {
    expect(resolved(new Map([[1, 2]])).get(1)).toBe(2);
    expect(resolved(new Counter()).increment(3).count).toBe(3);
    expect(resolved(new Date(0)).getTime()).toBe(0);
  });

  it('gives the proxy where it gives its this', () => {
    const counter = resolved(new Counter());
    expect(counter.increment()).toBe(counter);
    const list = resolved([3, 1]);
    expect(list.sort()).toBe(list);
    const map = resolved(new Map<number, number>());
    expect(map.set(1, 2)).toBe(map);
  });

  it('keeps its target when it is detached', () => {
    const { increment, steps } = resolved(new Counter());
    expect((increment(2) as Counter).count).toBe(2);
    expect([...steps()]).toEqual([2]);
  });

  it('takes another receiver where it is given one', () => {
    const counter = resolved(new Counter());
    const other = {};
    expect(counter.receiver.call(other)).toBe(other);
    expect(counter.receiver.call(null)).toBe(null);
    expect(counter.receiver.call(7)).toBe(7);
    const first = resolved(new Map([[1, 'first']]));
    const second = createProxy(new CountingFactory(() => new Map([[1, 'second']])));
    expect(first.get.call(second, 1)).toBe('second');
  });

  it('has the name, the length and the kind of the function that it stands for', () => {
    const counter = resolved(new Counter());
    const target = new Counter();
    for (const name of ['increment', 'steps', 'later', 'receiver'] as const) {
      expect(counter[name].name).toBe(name);
      expect(counter[name].length).toBe(target[name].length);
      expect(Reflect.ownKeys(counter[name])).toEqual(Reflect.ownKeys(target[name]));
      expect(Object.getPrototypeOf(counter[name])).toBe(Object.getPrototypeOf(target[name]));
    }
    expect('prototype' in counter.increment).toBe(false);
    expect(() => Reflect.construct(counter.increment, []) as unknown).toThrow(TypeError);
  });

  it('works as a generator and asynchronously', async () => {
    const counter = resolved(new Counter()).increment(4);
    expect([...counter.steps()]).toEqual([4]);
    expect(await counter.later()).toBe(4);
  });

  it('of the old style can be constructed and has a prototype', () => {
    interface Old {
      Part: new (x: number) => { x: number };
    }
    const Old = function () {} as unknown as { new (): Old; readonly prototype: Old };
    Old.prototype.Part = function (this: { x: number }, x: number) {
      this.x = x;
    } as unknown as Old['Part'];
    const proxy = resolved(new Old());
    const part = new proxy.Part(3);
    expect(part.x).toBe(3);
    expect(part).toBeInstanceOf(proxy.Part);
    expect(Reflect.get(proxy.Part, 'prototype')).toBe(Reflect.get(new Old().Part, 'prototype'));
  });

  it('of the old style is bound and gives the proxy, too', () => {
    const target = Object.create({
      chain: function (this: unknown) {
        return this;
      },
    }) as { chain(): unknown };
    const proxy = resolved(target);
    expect(proxy.chain()).toBe(proxy);
    const { chain } = proxy;
    expect(chain()).toBe(proxy);
  });

  it('may have lost its name', () => {
    const nameless = { m(): number { return 1; } }.m; // prettier-ignore
    Reflect.deleteProperty(nameless, 'name');
    const proxy = resolved(Object.create({ m: nameless }) as { m(): number });
    expect(Reflect.ownKeys(proxy.m)).toEqual(['length']);
    expect(proxy.m()).toBe(1);
  });

  it('that is static finds private fields of the class', () => {
    const proxy = resolved(Counter);
    const before = proxy.made;
    expect(proxy.make()).toBeInstanceOf(Counter);
    expect(proxy.made).toBe(before + 1);
  });
});

describe('a method by another name', () => {
  class Sealed {
    #seal = 7;
    readonly alias: () => number;
    constructor() {
      this.alias = this.open;
    }
    open(): number {
      return this.#seal;
    }
    get opener(): () => number {
      return this.open;
    }
    static #count = 3;
    static counted(): number {
      return this.#count;
    }
    static counter = this.counted;
  }

  it.each<[string, (p: Sealed) => unknown]>([
    ['a field', (p) => p.alias],
    ['a getter', (p) => p.opener],
    ['all values', (p): unknown => Object.values(p)],
    ['a copy', (p) => ({ ...(p as object) })],
    ['a descriptor', (p): unknown => Object.getOwnPropertyDescriptor(p, 'alias')],
  ])('finds private fields, and so does the method after it was read from %s', (_, read) => {
    const proxy = resolved(new Sealed());
    read(proxy);
    expect([proxy.open(), proxy.alias(), proxy.opener()]).toEqual([7, 7, 7]);
    expect(proxy.alias).toBe(proxy.open);
  });

  it('finds those of the class where it is static', () => {
    const proxy = resolved(Sealed);
    expect([proxy.counter(), proxy.counted()]).toEqual([3, 3]);
  });

  it.each<[string, (p: Record<string, unknown>) => unknown]>([
    ['assigned', (p) => (p['saved'] = Map.prototype.get)],
    ['assigned with others', (p) => Object.assign(p, { other: 1, saved: Map.prototype.get })],
    ['defined', (p) => Object.defineProperty(p, 'saved', { value: Map.prototype.get, configurable: true })],
  ])('finds internal slots where it was %s to the proxy', (_, put) => {
    const proxy = resolved(new Map([['a', 1]]));
    put(proxy as never); // a map takes further properties as any object
    expect([proxy.get('a'), (proxy as unknown as { saved(key: string): unknown }).saved('a')]).toEqual([
      1, 1,
    ]);
  });

  it('is as it is by a name that the engine holds the proxy to, and by no other', () => {
    const proxy = resolved(new Map([['a', 1]]));

    const { get } = Map.prototype;
    const fixed = Object.defineProperty(proxy, 'fixed', { value: get, configurable: false }) as unknown as {
      fixed: unknown;
    };
    expect(fixed.fixed).toBe(get);
    expect(Object.getOwnPropertyDescriptor(proxy, 'fixed')).toEqual(
      Object.getOwnPropertyDescriptor(Object.defineProperty({}, 'fixed', { value: get }), 'fixed'),
    );
    expect(proxy.get('a')).toBe(1);
  });

  it.each<[string, (p: Sealed & { again?: unknown }) => unknown]>([
    ['assigned', (p) => (p.again = p.open)],
    ['defined', (p) => Object.defineProperty(p, 'again', { value: p.open })],
    ['defined for good', (p) => Object.defineProperty(p, 'again', { value: p.open, configurable: false, writable: false })],
  ])('is put on the target as what it is there when it is %s', (_, put) => {
    const target = new Sealed() as Sealed & { again?: unknown };
    const proxy = resolved(target);
    put(proxy);
    expect(target.again).toBe(Sealed.prototype.open);
    expect(proxy.again).toBe(proxy.open);
    expect(proxy.open()).toBe(7);
  }); // prettier-ignore

  it('is put on another target as the proxy gives it', () => {
    const [one, other] = [resolved(new Sealed()), resolved<{ open?: () => number }>({})];
    other.open = one.open;
    expect(other.open).toBe(one.open);
  });

  it('is not looked for in a proxy that the target inherits from', () => {
    const callback = (): number => 1;
    const heirOf = (parent: object): { callback(): number } =>
      resolved(
        Object.create(parent, { callback: { value: callback, enumerable: true } }) as { callback(): number },
      );
    const parent = untouchable();
    expect(heirOf(parent).callback).toBe(callback);
    expect(isResolved(parent)).toBe(false);
    const closed = new Proxy({}, { ownKeys() { throw new RangeError('no'); } }); // prettier-ignore
    expect(heirOf(closed).callback).toBe(callback);
  });

  it('is one whatever is read and put before it is called', () => {
    type Loose = Sealed & Record<string, unknown>;
    const plain = (): number => 1;
    const moves: readonly ((p: Loose, key: string) => unknown)[] = [
      (p, key) => p[key],
      (p) => Object.values(p),
      (p) => p.opener,
      (p, key) => (p[key] = p.open),
      (p, key) => (p[key] = Sealed.prototype.open),
      (p, key) => Object.assign(p, { [key]: p.alias }),
      (p, key) => Object.defineProperty(p, key, { value: p.open, configurable: true, writable: true }),
      (p, key) => (p[key] = plain),
      (p, key) => Reflect.deleteProperty(p, key),
    ];
    const move = fc.record({ key: fc.constantFrom('a', 'b'), act: fc.constantFrom(...moves) });
    fc.assert(
      fc.property(fc.array(move), (some) => {
        const [raw, proxy] = [new Sealed() as Loose, resolved(new Sealed()) as Loose];
        for (const { key, act } of some) {
          act(raw, key);
          act(proxy, key);
          for (const name of ['open', 'alias', 'opener', 'a', 'b']) {
            const [expected, given] = [raw[name], proxy[name]] as [unknown, unknown];
            expect(typeof given).toBe(typeof expected);
            if (expected === plain) expect(given).toBe(plain);
            if (typeof expected === 'function') {
              expect(Reflect.apply(given as () => unknown, proxy, [])).toBe(Reflect.apply(expected, raw, []));
            }
          }
        }
      }),
    );
  });
});

describe('what is no method', () => {
  it('is a function that is an enumerable own property, and comes as it is', () => {
    const callback = (): number => 1;
    expect(resolved({ callback }).callback).toBe(callback);
    expect(resolved([callback])[0]).toBe(callback);
    const list = resolved([callback]);
    expect(list.indexOf(list[0]!)).toBe(0);
    const proxy = resolved<{ callback?: unknown }>({});
    proxy.callback = callback;
    expect(proxy.callback).toBe(callback);
  });

  it('is a function that a getter gives, or another proxy makes up', () => {
    const callback = (): number => 1;
    const target = Object.create({ get callback() { return callback; } }) as { callback: unknown }; // prettier-ignore
    expect(resolved(target).callback).toBe(callback);
    const made = new Proxy<{ anything?: unknown }>({}, { get: () => callback });
    expect(resolved(made).anything).toBe(callback);
  });

  it('is what Object.prototype has, which works on a proxy as on anything', () => {
    const proxy = resolved<object>({ a: 1 });
    expect(proxy.valueOf).toBe(Object.prototype.valueOf);
    expect(proxy.valueOf()).toBe(proxy);
    expect(proxy.hasOwnProperty('a')).toBe(true); // eslint-disable-line no-prototype-builtins
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- the default is what is tested
    expect(proxy.toString()).toBe('[object Object]');
    const root = Object.create(null, { m: { value(this: unknown) { return this; } } }) as object; // prettier-ignore
    const other = resolved(Object.create(root) as { m(): unknown });
    expect(other.m).not.toBe(Reflect.get(root, 'm'));
  });

  it('is called with the proxy as its this', () => {
    const proxy = resolved({
      receiver(): unknown {
        return this;
      },
    });
    expect(proxy.receiver()).toBe(proxy);
  });

  it('is a class, and constructor', () => {
    const proxy = resolved(new Counter());
    expect(proxy.constructor).toBe(Counter);
    expect(resolved([1]).constructor).toBe(Array);
    const holder = resolved(Object.create({ Counter, Map }) as { Counter: unknown; Map: unknown });
    expect(holder.Counter).toBe(Counter);
    expect(holder.Map).toBe(Map);
  });

  it('is a proxy, which is not resolved by being read', () => {
    const inner = untouchable('function');
    const outer = resolved(Object.create({ inner }) as { inner: unknown });
    expect(outer.inner).toBe(inner);
    expect(isResolved(inner)).toBe(false);
  });
});

it('nothing of the state shows on a proxy', () => {
  const proxy = resolved<object>({});
  expect(Reflect.ownKeys(proxy)).toEqual([]);
  const names = new Set<PropertyKey>();
  for (
    let owner: object | null = proxy;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    for (const key of Reflect.ownKeys(owner)) names.add(key);
  }
  expect(names).toEqual(new Set(Reflect.ownKeys(Object.prototype)));
  expect(inspect(proxy)).toBe('[proxied] {}');
});
