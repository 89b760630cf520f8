import { LocalConnector } from '../../lib/connectors/local.js';
import { ProxyStoreFactoryError, StoreExistsError } from '../../lib/errors.js';
import { LambdaFactory, SimpleFactory } from '../../lib/proxy/factories.js';
import { createProxy, isResolved } from '../../lib/proxy/proxy.js';
import type { Factory } from '../../lib/proxy/types.js';
import { Store } from '../../lib/store/store.js';
import { StoreRegistry } from '../../lib/store/store-registry.js';
import { caught } from '../caught.js';
import { listenTo } from '../trace-listener.js';

const storeNamed = (name: string): Store => new Store(name, new LocalConnector());

/** A factory of the user's own. */
class RemoteFactory implements Factory<object> {
  async resolve(): Promise<object> {
    return {};
  }
}

/** A proxy that tells when it is resolved, which nothing here may do. */
function untouched(): never {
  return createProxy(
    new LambdaFactory((): object => {
      throw new Error('resolved');
    }),
  ) as never;
}

/** What is neither a name, nor a store, nor a proxy. */
const wrong: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 42],
  ['a symbol', Symbol('results')],
  ['an object', { name: 'results' }],
  ['an array', ['results']],
  ['a function', () => 'results'],
  ['a connector', new LocalConnector()],
];

describe('register', () => {
  it('makes a store known by its name', () => {
    const registry = new StoreRegistry();
    const store = storeNamed('results');
    expect(registry.get('results')).toBeUndefined();
    registry.register(store);
    expect(registry.get('results')).toBe(store);
  });

  it('keeps registries apart', () => {
    const registry = new StoreRegistry();
    registry.register(storeNamed('results'));
    expect(new StoreRegistry().get('results')).toBeUndefined();
  });

  it.each([[{}], [{ existOk: false }], [{ existOk: undefined }], [undefined]])(
    'refuses a taken name with the options %j, and leaves the first store',
    (options) => {
      const registry = new StoreRegistry();
      const first = storeNamed('results');
      registry.register(first);
      const error = caught(() => registry.register(storeNamed('results'), options));
      expect(error).toBeInstanceOf(StoreExistsError);
      expect(error).toMatchObject({ storeName: 'results' });
      expect((error as Error).message).toMatch(/"results" is registered already.*existOk/);
      expect(registry.get('results')).toBe(first);
    },
  );

  it('refuses a store that is registered itself', () => {
    const registry = new StoreRegistry();
    const store = storeNamed('results');
    registry.register(store);
    expect(() => registry.register(store)).toThrow(StoreExistsError);
    registry.register(store, { existOk: true });
    expect(registry.size).toBe(1);
  });

  it('puts a store over another with existOk', () => {
    const registry = new StoreRegistry();
    const second = storeNamed('results');
    registry.register(storeNamed('results'));
    registry.register(second, { existOk: true });
    expect(registry.get('results')).toBe(second);
    expect(registry.size).toBe(1);
  });

  it.each<readonly [string, unknown]>([...wrong, ['a string', 'results']])(
    'throws TypeError for %s',
    (_, value) => {
      const registry = new StoreRegistry();
      expect(() => registry.register(value as Store)).toThrow(TypeError);
      expect(registry.size).toBe(0);
    },
  );

  it('throws TypeError for a proxy and does not resolve it', () => {
    const proxy = untouched();
    expect(() => new StoreRegistry().register(proxy)).toThrow(/takes a Store, not a proxy/);
    expect(isResolved(proxy)).toBe(false);
  });

  it.each([
    ['null', null],
    ['true', true],
    ['an array', []],
    ['a store', storeNamed('other')],
    ['an option that is none', { existsOk: true }],
    ['an existOk that is no boolean', { existOk: 1 }],
    ['an existOk of null', { existOk: null }],
  ])('throws TypeError for options that are %s', (_, options) => {
    const registry = new StoreRegistry();
    expect(() => registry.register(storeNamed('results'), options as object)).toThrow(TypeError);
    expect(registry.size).toBe(0);
  });

  it('does not resolve a proxy that stands for the options', () => {
    const proxy = untouched();
    expect(() => new StoreRegistry().register(storeNamed('results'), proxy)).toThrow(/not a proxy/);
    expect(() => new StoreRegistry().register(storeNamed('results'), { existOk: proxy })).toThrow(
      /not a proxy/,
    );
    expect(isResolved(proxy)).toBe(false);
  });
});

describe('unregister', () => {
  it('takes a store out by its name and tells whether there was one', () => {
    const registry = new StoreRegistry();
    registry.register(storeNamed('results'));
    expect(registry.unregister('results')).toBe(true);
    expect(registry.unregister('results')).toBe(false);
    expect(registry.get('results')).toBeUndefined();
  });

  it('goes by the name of a store that it is given, whichever store has it', () => {
    const registry = new StoreRegistry();
    registry.register(storeNamed('results'));
    expect(registry.unregister(storeNamed('models'))).toBe(false);
    expect(registry.unregister(storeNamed('results'))).toBe(true);
    expect(registry.size).toBe(0);
  });

  it('closes nothing', async () => {
    const registry = new StoreRegistry();
    await using store = storeNamed('results');
    registry.register(store);
    registry.unregister(store);
    expect(store.closed).toBe(false);
  });

  it.each(wrong)('throws TypeError for %s', (_, value) => {
    expect(() => new StoreRegistry().unregister(value as string)).toThrow(/takes a Store or the name of one/);
  });

  it('throws TypeError for a proxy and does not resolve it', () => {
    const proxy = untouched();
    expect(() => new StoreRegistry().unregister(proxy)).toThrow(TypeError);
    expect(isResolved(proxy)).toBe(false);
  });
});

describe('get', () => {
  it('finds the store of a proxy without resolving it', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false });
    const registry = new StoreRegistry();
    const proxy = await store.proxy({ rows: 3 });
    expect(registry.get(proxy)).toBeUndefined();
    registry.register(store);
    expect(registry.get(proxy)).toBe(store);
    expect(isResolved(proxy)).toBe(false);
  });

  it('finds it by the name, so that it may be another store than the one which made the proxy', async () => {
    await using store = storeNamed('results');
    await using other = storeNamed('results');
    const registry = new StoreRegistry();
    registry.register(other);
    expect(registry.get(await store.proxy({ rows: 3 }))).toBe(other);
  });

  it.each<[string, Factory<object>]>([
    ['LambdaFactory', new LambdaFactory(() => ({}))],
    ['SimpleFactory', new SimpleFactory({})],
    ['RemoteFactory', new RemoteFactory()],
    ['Object', { resolve: async () => ({}) }],
  ])('throws for a proxy with a %s, which belongs to no store', (factoryName, factory) => {
    const error = caught(() => new StoreRegistry().get(createProxy(factory)));
    expect(error).toBeInstanceOf(ProxyStoreFactoryError);
    expect(error).toMatchObject({ factoryName });
    expect((error as Error).message).toContain(factoryName);
  });

  it.each<readonly [string, unknown]>([...wrong, ['a store', storeNamed('results')]])(
    'throws TypeError for %s',
    (_, value) => {
      expect(() => new StoreRegistry().get(value as string)).toThrow(TypeError);
    },
  );
});

describe('has and size', () => {
  it('tell of the registered names', () => {
    const registry = new StoreRegistry();
    expect([registry.size, registry.has('results')]).toEqual([0, false]);
    registry.register(storeNamed('results'));
    registry.register(storeNamed('__proto__'));
    expect([registry.size, registry.has('results'), registry.has('__proto__')]).toEqual([2, true, true]);
    expect([registry.has('constructor'), registry.has('')]).toEqual([false, false]);
  });

  it.each<readonly [string, unknown]>([
    ...wrong,
    ['a store', storeNamed('results')],
    ['a proxy', untouched()],
  ])('has throws TypeError for %s', (_, value) => {
    expect(() => new StoreRegistry().has(value as string)).toThrow(/takes the name of a store/);
  });
});

describe('iteration', () => {
  it('gives the stores in the order of their registration; one that was put over another comes last', () => {
    const registry = new StoreRegistry();
    const [a, b, c] = [storeNamed('a'), storeNamed('b'), storeNamed('c')];
    for (const store of [c, a, b]) registry.register(store);
    expect([...registry]).toEqual([c, a, b]);
    const other = storeNamed('c');
    registry.register(other, { existOk: true });
    expect([...registry].map((store) => store === other)).toEqual([false, false, true]);
    expect([...registry]).toEqual([a, b, other]);
  });

  it('allows stores to be taken out on the way', () => {
    const registry = new StoreRegistry();
    for (const name of ['a', 'b', 'c']) registry.register(storeNamed(name));
    for (const store of registry) registry.unregister(store);
    expect(registry.size).toBe(0);
  });
});

describe('tracing', () => {
  it('tells of each store that comes in and goes out', () => {
    const registry = new StoreRegistry();
    using listener = listenTo('register', 'unregister');
    registry.register(storeNamed('results'));
    registry.unregister('results');
    registry.unregister('results');
    expect(listener.heard).toEqual([
      { operation: 'register', event: 'start', store: 'results' },
      { operation: 'register', event: 'end', store: 'results', result: undefined },
      { operation: 'unregister', event: 'start', store: 'results' },
      { operation: 'unregister', event: 'end', store: 'results', result: true },
      { operation: 'unregister', event: 'start', store: 'results' },
      { operation: 'unregister', event: 'end', store: 'results', result: false },
    ]);
  });

  it('tells nothing of what is refused', () => {
    const registry = new StoreRegistry();
    registry.register(storeNamed('results'));
    using listener = listenTo('register', 'unregister');
    expect(() => registry.register(storeNamed('results'))).toThrow(StoreExistsError);
    expect(() => registry.unregister(undefined as never)).toThrow(TypeError);
    expect(listener.heard).toEqual([]);
  });
});
