/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- wrong arguments are what is tested */

import { expectTypeOf } from 'expect-type';
import {
  createProxy,
  getOrCreateStore,
  getStore,
  LambdaFactory,
  LocalConnector,
  registerStore,
  Store,
  StoreRegistration,
  storeRegistration,
  StoreRegistry,
  unregisterStore,
} from '../../lib/index.js';
import type { RegisterOptions } from '../../lib/index.js';

describe('the types of the registry', () => {
  it('give stores by name or proxy', async () => {
    await using store = new Store('results', new LocalConnector());
    using _registration = storeRegistration(store);
    const proxy = await store.proxy({ rows: 3 });
    expectTypeOf(getStore('results')).toEqualTypeOf<Store | undefined>();
    expectTypeOf(getStore(proxy)).toEqualTypeOf<Store | undefined>();
    expect([getStore('results'), getStore(proxy)]).toEqual([store, store]);
    // @ts-expect-error -- neither a name nor a proxy
    expect(() => getStore(7)).toThrow(TypeError);
    // @ts-expect-error -- an object, and no proxy
    expect(() => getStore({ rows: 3 })).toThrow(TypeError);
    // @ts-expect-error -- a proxy is no store
    expect(() => registerStore(proxy)).toThrow(TypeError);
    // @ts-expect-error -- as above
    expect(() => unregisterStore(createProxy(new LambdaFactory(() => ({}))))).toThrow(TypeError);
    expectTypeOf(getOrCreateStore(store.config())).toEqualTypeOf<Store>();
  });

  it('take stores of any connector, and options last', () => {
    const [a, b] = [new Store('a', new LocalConnector()), new Store('b', new LocalConnector())];
    const options: RegisterOptions = { existOk: true };
    for (const register of [
      () => storeRegistration(),
      () => storeRegistration(a),
      () => storeRegistration(a, b),
      () => storeRegistration(a, b, { existOk: true }),
      () => storeRegistration(...[a, b], options),
      () => storeRegistration(...[a, b]),
    ]) {
      using registration = register();
      expectTypeOf(registration).toEqualTypeOf<StoreRegistration<Store>>();
      expectTypeOf(registration).toExtend<Disposable>();
      expectTypeOf(registration.stores).toEqualTypeOf<readonly Store[]>();
      expect(registration).toBeInstanceOf(StoreRegistration);
    }
    // @ts-expect-error -- the options stand last
    expect(() => storeRegistration({ existOk: true }, a)).toThrow(TypeError);
    // @ts-expect-error -- no such option
    expect(() => storeRegistration(a, { existsOk: true })).toThrow(TypeError);
    // @ts-expect-error -- a name is no store
    expect(() => storeRegistration('a')).toThrow(TypeError);
    // @ts-expect-error -- no such option
    expect(() => registerStore(a, { overwrite: true })).toThrow(TypeError);
  });

  it('are those of a registry of one’s own, too', () => {
    const registry = new StoreRegistry();
    const store = new Store('a', new LocalConnector());
    using registration = registry.registration(store, { existOk: true });
    expectTypeOf(registration).toEqualTypeOf<StoreRegistration<Store>>();
    expectTypeOf(registry.get('a')).toEqualTypeOf<Store | undefined>();
    expectTypeOf(registry).toExtend<Iterable<Store>>();
    expectTypeOf(registry.size).toBeNumber();
    expectTypeOf(registry.has).parameters.toEqualTypeOf<[string]>();
    expect([...registry]).toEqual([store]);
  });
});
