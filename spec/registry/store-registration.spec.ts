import fc from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import { StoreExistsError } from '../../lib/errors.js';
import { LambdaFactory } from '../../lib/proxy/factories.js';
import { ProxyLocker } from '../../lib/proxy/locker.js';
import { createProxy, isResolved } from '../../lib/proxy/proxy.js';
import { StoreRegistration } from '../../lib/registry/store-registration.js';
import { Store } from '../../lib/store/store.js';
import { StoreRegistry } from '../../lib/store/store-registry.js';
import { caught } from '../caught.js';
import { listenTo } from '../trace-listener.js';

const storeNamed = (name: string): Store => new Store(name, new LocalConnector());

let registry: StoreRegistry;
let a: Store, b: Store, c: Store;

beforeEach(() => {
  registry = new StoreRegistry();
  [a, b, c] = [storeNamed('a'), storeNamed('b'), storeNamed('c')];
});

describe('a registration', () => {
  it('keeps its stores registered until the end of the block', () => {
    {
      using registration = registry.registration(a, b);
      expect(registration).toBeInstanceOf(StoreRegistration);
      expect([...registry]).toEqual([a, b]);
    }
    expect(registry.size).toBe(0);
  });

  it('takes them out when the block throws, and lets the error through', () => {
    const error = new Error('thrown in the block');
    const block = (): void => {
      using _registration = registry.registration(a, b);
      throw error;
    };
    expect(caught(block)).toBe(error);
    expect(registry.size).toBe(0);
  });

  it('works without `using`', () => {
    const registration = registry.registration(a);
    expect([registration.disposed, registry.has('a')]).toEqual([false, true]);
    registration.dispose();
    expect([registration.disposed, registry.has('a')]).toEqual([true, false]);
  });

  it('takes the stores out in reverse order', () => {
    const registration = registry.registration(a, b, c);
    using listener = listenTo('unregister');
    registration.dispose();
    expect(listener.heard.filter(({ event }) => event === 'start').map(({ store }) => store)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });

  it('does nothing the second time, even where the names are taken again', () => {
    const registration = registry.registration(a, b);
    registration.dispose();
    registry.register(a);
    using listener = listenTo('unregister');
    registration.dispose();
    registration[Symbol.dispose]();
    expect(listener.heard).toEqual([]);
    expect([...registry]).toEqual([a]);
  });

  it('tells which stores it is of, before and after', () => {
    const registration = registry.registration(b, a);
    expect(registration.stores).toEqual([b, a]);
    expect(Object.isFrozen(registration.stores)).toBe(true);
    registration.dispose();
    expect(registration.stores).toEqual([b, a]);
  });

  it('leaves the stores open', async () => {
    registry.registration(a).dispose();
    expect(a.closed).toBe(false);
    await expect(a.put('still there')).resolves.toBeDefined();
  });

  it('may be of no store', () => {
    using registration = registry.registration();
    expect([registration.stores, registry.size]).toEqual([[], 0]);
    using other = registry.registration({ existOk: true });
    expect([other.stores, registry.size]).toEqual([[], 0]);
  });
});

describe('all or nothing', () => {
  it.each([0, 1, 2])('registers none when the name of number %i is taken', (position) => {
    const stores = [a, b, c];
    const taken = storeNamed(stores[position]!.name);
    registry.register(taken);
    using listener = listenTo('register');
    const error = caught(() => registry.registration(...stores));
    expect(error).toBeInstanceOf(StoreExistsError);
    expect(error).toMatchObject({ storeName: taken.name });
    expect([...registry]).toEqual([taken]);
    expect(listener.heard).toEqual([]);
  });

  it('registers none when two of them have one name', () => {
    expect(caught(() => registry.registration(a, b, storeNamed('b')))).toMatchObject({ storeName: 'b' });
    expect(registry.size).toBe(0);
  });

  it('registers none when one store stands there twice', () => {
    expect(() => registry.registration(a, a)).toThrow(StoreExistsError);
    expect(registry.size).toBe(0);
  });

  it('registers none when one of them is no store', () => {
    expect(() => registry.registration(a, 'b' as never, c)).toThrow(TypeError);
    expect(registry.size).toBe(0);
  });
});

describe('existOk', () => {
  it('puts the stores over those of the same names, which do not come back', () => {
    const other = storeNamed('a');
    registry.register(other);
    {
      using _registration = registry.registration(a, b, { existOk: true });
      expect([...registry]).toEqual([a, b]);
    }
    expect(registry.size).toBe(0);
  });

  it('takes one store twice, which is out again when the registration ends', () => {
    {
      using registration = registry.registration(a, a, { existOk: true });
      expect([registration.stores.length, registry.size]).toEqual([2, 1]);
    }
    expect(registry.size).toBe(0);
  });

  it('keeps the last of two stores of one name', () => {
    const later = storeNamed('a');
    using registration = registry.registration(a, later, { existOk: true });
    expect(registry.get('a')).toBe(later);
    registration.dispose();
    expect(registry.size).toBe(0);
  });

  it.each([[{ existOk: false }], [{ existOk: undefined }], [{}], [Object.create(null) as object]])(
    'refuses a taken name with the options %j',
    (options) => {
      registry.register(storeNamed('b'));
      expect(() => registry.registration(a, b, options)).toThrow(StoreExistsError);
      expect(registry.size).toBe(1);
    },
  );
});

describe('only its own entries', () => {
  it('leaves a store that was put over one of its own', () => {
    const over = storeNamed('a');
    {
      using _registration = registry.registration(a, b);
      registry.register(over, { existOk: true });
    }
    expect([...registry]).toEqual([over]);
  });

  it('leaves a later entry of the very store that it has registered itself', () => {
    const registration = registry.registration(a);
    registry.unregister('a');
    registry.register(a);
    registration.dispose();
    expect(registry.get('a')).toBe(a);
  });

  it('leaves the entry of another registration of the same store', () => {
    const first = registry.registration(a);
    const second = registry.registration(a, { existOk: true });
    first.dispose();
    expect(registry.get('a')).toBe(a);
    second.dispose();
    expect(registry.size).toBe(0);
  });

  it('is quiet about a store that somebody has taken out', () => {
    const registration = registry.registration(a, b);
    registry.unregister('b');
    using listener = listenTo('unregister');
    registration.dispose();
    expect(listener.heard.map(({ store }) => store)).toEqual(['a', 'a']);
    expect(registry.size).toBe(0);
  });

  it('goes by the name that a store had when it was registered', () => {
    const registration = registry.registration(a);
    Object.assign(a, { name: 'renamed' });
    registration.dispose();
    expect(registry.size).toBe(0);
  });
});

describe('wrong arguments', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a name', 'a'],
    ['an array of stores', [storeNamed('a')]],
    ['an empty array', []],
    ['a function', () => undefined],
    ['a connector', new LocalConnector()],
    ['a registry', new StoreRegistry()],
    ['a locked proxy', new ProxyLocker(createProxy(new LambdaFactory(() => ({}))))],
    ['a Map', new Map()],
    ['options that are none', { existsOk: true }],
    ['an existOk that is no boolean', { existOk: 'yes' }],
  ])('throws TypeError for %s', (_, value) => {
    expect(() => registry.registration(a, value as never)).toThrow(TypeError);
    expect(() => registry.registration(value as never)).toThrow(TypeError);
    expect(registry.size).toBe(0);
  });

  it('throws TypeError for options that do not stand last', () => {
    expect(() => registry.registration({ existOk: true } as never, a)).toThrow(/options last/);
    expect(registry.size).toBe(0);
  });

  it.each(['object', 'array', 'function'] as const)(
    'throws TypeError for a proxy of kind %s and does not resolve it',
    (kind) => {
      const proxy = createProxy(
        new LambdaFactory((): object => {
          throw new Error('resolved');
        }),
        { kind },
      ) as never;
      for (const register of [
        () => registry.registration(proxy),
        () => registry.registration(proxy, a),
        () => registry.registration(a, proxy),
      ]) {
        expect(register).toThrow(/not a proxy/);
      }
      expect(isResolved(proxy)).toBe(false);
      expect(registry.size).toBe(0);
    },
  );
});

/** A registry as simple as can be: a list of entries, the last of which was registered last. */
class Model {
  entries: { readonly store: Store }[] = [];

  add(stores: readonly Store[], existOk: boolean): { readonly store: Store }[] | 'exists' {
    const names = [...this.entries.map(({ store }) => store.name), ...stores.map(({ name }) => name)];
    if (!existOk && new Set(names).size < names.length) return 'exists';
    return stores.map((store) => {
      this.remove(store.name);
      const entry = { store };
      this.entries.push(entry);
      return entry;
    });
  }

  remove(name: string): void {
    this.entries = this.entries.filter(({ store }) => store.name !== name);
  }
}

it('agrees with a list of entries, whatever is done in whatever order', () => {
  const stores = ['a', 'a', 'b', 'b', 'c'].map(storeNamed);
  const anyStore = fc.constantFrom(...stores);
  const step = fc.oneof(
    fc.record({ kind: fc.constant('register' as const), stores: fc.tuple(anyStore), existOk: fc.boolean() }),
    fc.record({
      kind: fc.constant('registration' as const),
      stores: fc.array(anyStore, { maxLength: 3 }),
      existOk: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('unregister' as const), store: anyStore }),
    fc.record({ kind: fc.constant('dispose' as const), index: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const real = new StoreRegistry();
      const model = new Model();
      const registrations: { real: StoreRegistration<Store>; entries: { store: Store }[] }[] = [];
      for (const step of steps) {
        switch (step.kind) {
          case 'register':
          case 'registration': {
            const expected = model.add(step.stores, step.existOk);
            const add = (): StoreRegistration<Store> | undefined =>
              step.kind === 'registration'
                ? real.registration(...step.stores, { existOk: step.existOk })
                : (real.register(...step.stores, { existOk: step.existOk }), undefined);
            if (expected === 'exists') {
              expect(add).toThrow(StoreExistsError);
              break;
            }
            const registration = add();
            if (registration !== undefined) registrations.push({ real: registration, entries: expected });
            break;
          }
          case 'unregister':
            expect(real.unregister(step.store)).toBe(
              model.entries.some(({ store }) => store.name === step.store.name),
            );
            model.remove(step.store.name);
            break;
          case 'dispose': {
            const registration = registrations[step.index];
            registration?.real.dispose();
            model.entries = model.entries.filter((entry) => registration?.entries.includes(entry) !== true);
            break;
          }
        }
        expect([...real]).toEqual(model.entries.map(({ store }) => store));
        expect(real.size).toBe(model.entries.length);
      }
    }),
  );
});
