import { expectTypeOf } from 'expect-type';
import type {
  Connector,
  DeferrableConnector,
  FutureState,
  FutureValue,
  LocalConnector,
  ObjectProxy,
  Store,
  StoreFuture,
  StoreKey,
  StringProxy,
  SyncConnector,
} from '../../lib/index.js';
import { pack, resolve, unpack } from '../../lib/index.js';

interface Animal {
  readonly name: string;
}
interface Cat extends Animal {
  purr(): void;
}

/** A connector of somebody who has left out what futures need. */
type PlainConnector = Omit<Connector, 'newKey' | 'set'>;

// What is checked here is checked by the compiler: these functions are never called.
describe('the types of futures', () => {
  it('are there where the connector may make keys beforehand', () => {
    const check = (
      known: Store<LocalConnector>,
      deferrable: Store<DeferrableConnector>,
      any: Store,
      plain: Store<PlainConnector>,
    ): void => {
      expectTypeOf(known.future<Cat>()).toEqualTypeOf<StoreFuture<Cat>>();
      expectTypeOf(deferrable.future<Cat>({ timeout: 5 })).toEqualTypeOf<StoreFuture<Cat>>();
      expectTypeOf(any.future<Cat>()).toEqualTypeOf<StoreFuture<Cat>>();
      expectTypeOf(any.future()).toEqualTypeOf<StoreFuture>();
      expectTypeOf(any.future({ deserializer: String })).toEqualTypeOf<StoreFuture<string>>();
      // @ts-expect-error -- this connector makes no key before there is an object
      plain.future();
      // @ts-expect-error -- neither with options
      plain.future({ timeout: 5 });
    };
    expect(check).toHaveLength(4);
  });

  it('leave a store what it is', () => {
    const check = <C extends Connector>(local: Store<LocalConnector>, own: Store<C>): void => {
      expectTypeOf(local).toExtend<Store>();
      expectTypeOf(local).toExtend<Store<SyncConnector>>();
      const asAny: Store = own;
      expectTypeOf(asAny.future<Cat>()).toEqualTypeOf<StoreFuture<Cat>>();
      expectTypeOf<Store>().not.toExtend<Store<SyncConnector>>();
    };
    expect(check).toHaveLength(2);
  });

  it('know the type of the result', () => {
    const check = (future: StoreFuture<Cat>, text: StoreFuture<string>): void => {
      expectTypeOf(future.result()).toEqualTypeOf<Promise<Cat>>();
      expectTypeOf(future.proxy()).toEqualTypeOf<ObjectProxy<Cat>>();
      expectTypeOf(text.proxy()).toEqualTypeOf<StringProxy>();
      expectTypeOf(resolve(text.proxy())).toEqualTypeOf<Promise<string>>();
      expectTypeOf(future.key).toEqualTypeOf<StoreKey<Cat>>();
      expectTypeOf(future.state()).toEqualTypeOf<Promise<FutureState>>();
      expectTypeOf(unpack(pack(future))).toEqualTypeOf<StoreFuture<Cat>>();
      expectTypeOf<FutureValue<StoreFuture<Cat>>>().toEqualTypeOf<Cat>();
      // @ts-expect-error -- a future of a cat is not set to a text
      void future.setResult('text');
      expectTypeOf(future).not.toHaveProperty('then');
    };
    expect(check).toHaveLength(2);
  });

  it('take a future of a cat for one of an animal, and not the other way round', () => {
    expectTypeOf<StoreFuture<Cat>>().toExtend<StoreFuture<Animal>>();
    expectTypeOf<StoreFuture<Animal>>().not.toExtend<StoreFuture<Cat>>();
    expectTypeOf<StoreFuture<Cat>>().toExtend<StoreFuture>();
  });
});
