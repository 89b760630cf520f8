import { expectTypeOf } from 'expect-type';
import { FileConnector } from '../../lib/connectors/file.js';
import { LocalConnector, resolve, resolveSync, Store } from '../../lib/index.js';
import type {
  Connector,
  ConnectorKey,
  Deserializer,
  ObjectProxy,
  ProxyLocker,
  ProxyOptions,
  StoreKey,
  StringProxy,
  SyncConnector,
} from '../../lib/index.js';
import { StoreError } from '../../lib/errors.js';
import { ObservedConnector } from '../store/observed-connector.js';

interface Animal {
  readonly name: string;
}
interface Cat extends Animal {
  readonly lives: number;
}

const cat: Cat = { name: 'Tom', lives: 9 };

describe('a key', () => {
  it('remembers the type of its value', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = await store.put(cat);
    expectTypeOf(key).toEqualTypeOf<StoreKey<Cat>>();
    const value = await store.get(key);
    expectTypeOf(value).toEqualTypeOf<Cat | undefined>();
    expectTypeOf(store.getSync(store.putSync(cat))).toEqualTypeOf<Cat | undefined>();
    expectTypeOf(store.take(key)).resolves.toEqualTypeOf<Cat | undefined>();
    expectTypeOf(store.takeSync(key)).toEqualTypeOf<Cat | undefined>();
    expectTypeOf(await store.put('x')).toEqualTypeOf<StoreKey<string>>();
    expect(value).toEqual(cat);
  });

  it('of a cat is one of an animal, and not the other way round', async () => {
    await using store = new Store('results', new LocalConnector());
    const key: StoreKey<Animal> = await store.put(cat);
    const plain: ConnectorKey = key;
    expectTypeOf(await store.get(plain)).toBeUnknown();
    // @ts-expect-error -- not every animal is a cat
    const wrong: StoreKey<Cat> = key;
    expect(wrong).toBe(plain);
  });
});

describe('a default', () => {
  it('takes the place of undefined', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = store.connector.newKey() as StoreKey<Cat>;
    expectTypeOf(await store.get(key, { default: null })).toEqualTypeOf<Cat | null>();
    expectTypeOf(await store.get(key, { default: cat })).toEqualTypeOf<Cat>();
    expectTypeOf(store.getSync(key, { default: 0 })).toEqualTypeOf<Cat | number>();
    expectTypeOf(store.takeSync(key, { default: '' })).toEqualTypeOf<Cat | string>();
    expectTypeOf(await store.get(key, {})).toEqualTypeOf<Cat | undefined>();
    expectTypeOf(await store.getBatch([key], { default: null })).toEqualTypeOf<[Cat | null]>();
    expectTypeOf(store.getBatchSync([key, key], { default: 0 })).toEqualTypeOf<
      [Cat | number, Cat | number]
    >();
    expect(await store.get(key, { default: null })).toBeNull();
  });
});

describe('a batch', () => {
  it('is a tuple where a tuple is given, of plain types', async () => {
    await using store = new Store('results', new LocalConnector());
    const keys = await store.putBatch([cat, 'x', [1, 2]]);
    expectTypeOf(keys).toEqualTypeOf<[StoreKey<Cat>, StoreKey<string>, StoreKey<number[]>]>();
    const values = await store.getBatch(keys);
    expectTypeOf(values).toEqualTypeOf<[Cat | undefined, string | undefined, number[] | undefined]>();
    expectTypeOf(store.putBatchSync([1, 'x'])).toEqualTypeOf<[StoreKey<number>, StoreKey<string>]>();
    expectTypeOf(store.getBatchSync([keys[1]])).toEqualTypeOf<[string | undefined]>();
    expectTypeOf(await store.putBatch([])).toEqualTypeOf<[]>();
    expect(values).toEqual([cat, 'x', [1, 2]]);
  });

  it('is an array where an array is given', async () => {
    await using store = new Store('results', new LocalConnector());
    const cats: readonly Cat[] = [cat];
    const keys = await store.putBatch(cats);
    expectTypeOf(keys).toEqualTypeOf<StoreKey<Cat>[]>();
    expectTypeOf(await store.getBatch(keys)).toEqualTypeOf<(Cat | undefined)[]>();
    expectTypeOf(await store.proxyBatch(cats)).toEqualTypeOf<ObjectProxy<Cat>[]>();
    expect(keys).toHaveLength(1);
  });

  it('of proxies is a tuple, too', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxies = await store.proxyBatch([cat, 'x']);
    expectTypeOf(proxies).toEqualTypeOf<[ObjectProxy<Cat>, StringProxy]>();
    const skipped = await store.proxyBatch([cat, null, true], { skipNonproxiable: true });
    expectTypeOf(skipped).toEqualTypeOf<[ObjectProxy<Cat>, null, boolean]>();
    expectTypeOf(store.proxyBatchSync([cat, 1])[0]).toEqualTypeOf<ObjectProxy<Cat>>();
    expect(skipped.slice(1)).toEqual([null, true]);
  });
});

describe('a proxy', () => {
  it('is of the type of its target', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxy = await store.proxy(cat);
    expectTypeOf(proxy).toEqualTypeOf<ObjectProxy<Cat>>();
    expectTypeOf(proxy).toExtend<Cat>();
    expectTypeOf(await resolve(proxy)).toEqualTypeOf<Cat>();
    expectTypeOf(await store.proxy('text')).toEqualTypeOf<StringProxy>();
    expectTypeOf(await resolve(await store.proxy('text'))).toEqualTypeOf<string>();
    expectTypeOf(store.proxySync([1, 2])).toEqualTypeOf<ObjectProxy<number[]>>();
    expectTypeOf(store.proxyFromKey(await store.put(cat))).toEqualTypeOf<ObjectProxy<Cat>>();
    expectTypeOf(await store.lockedProxy(cat)).toEqualTypeOf<ProxyLocker<Cat>>();
    expectTypeOf(store.lockedProxySync(cat)).toEqualTypeOf<ProxyLocker<Cat>>();
    const read: Deserializer<number> = (data) => data.length;
    expectTypeOf(store.proxyFromKey(store.connector.newKey(), { deserializer: read })).toExtend<
      ObjectProxy<number>
    >();
    expect(resolveSync(proxy)).toBe(cat);
  });

  it('of what no proxy can stand for has no type', async () => {
    await using store = new Store('results', new LocalConnector());
    const proxy = store.proxy(null);
    expectTypeOf(await proxy.catch((): 'refused' => 'refused')).toEqualTypeOf<'refused'>();
    expect(await proxy.catch(() => 'refused')).toBe('refused');
  });

  it('comes back as it is where the options say so, or may say so', async () => {
    await using store = new Store('results', new LocalConnector());
    const value = null as Cat | null;
    const skipped = await store.proxy(value, { skipNonproxiable: true });
    expectTypeOf(skipped).toEqualTypeOf<ObjectProxy<Cat> | null>();
    const options: ProxyOptions<Cat | null> = { skipNonproxiable: true };
    expectTypeOf(await store.proxy(value, options)).toEqualTypeOf<ObjectProxy<Cat> | null>();
    const flag = true as boolean;
    expectTypeOf(
      await store.proxy(value, { skipNonproxiable: flag }),
    ).toEqualTypeOf<ObjectProxy<Cat> | null>();
    expectTypeOf(store.proxySync(value, { skipNonproxiable: true })).toEqualTypeOf<ObjectProxy<Cat> | null>();
    expectTypeOf(store.proxy(cat, { skipNonproxiable: false })).resolves.toEqualTypeOf<ObjectProxy<Cat>>();
    expectTypeOf(store.proxy(cat, { evict: true })).resolves.toEqualTypeOf<ObjectProxy<Cat>>();
    expect(skipped).toBeNull();
  });
});

describe('the synchronous forms', () => {
  it('are a type error where the connector only works asynchronously, and throw', async () => {
    await using store = new Store('results', new ObservedConnector());
    const key = await store.put(cat);
    const any: Store = store;
    // @ts-expect-error -- a connector that may not be synchronous
    expect(() => any.putSync(cat)).toThrow(StoreError);
    // @ts-expect-error -- this one is not
    expect(() => store.getSync(key)).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.takeSync(key)).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.existsSync(key)).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.evictSync(key)).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.putBatchSync([cat])).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.getBatchSync([key])).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.evictBatchSync([key])).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.proxySync(cat)).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.proxyBatchSync([cat])).toThrow(StoreError);
    // @ts-expect-error -- as above
    expect(() => store.lockedProxySync(cat)).toThrow(StoreError);
  });

  it('are there where it was asked', async () => {
    await using local = new Store('results', new LocalConnector());
    const store: Store = local;
    if (!store.isSync()) throw new Error('It is.');
    expectTypeOf(store).toExtend<Store<SyncConnector>>();
    expect(store.getSync(store.putSync(cat))).toEqual(cat);
  });

  it('take no signal', async () => {
    await using store = new Store('results', new LocalConnector());
    const { signal } = new AbortController();
    // @ts-expect-error -- there is nothing to abort
    const key = store.putSync(cat, { signal });
    expect(store.existsSync(key)).toBe(true);
  });
});

describe('a store', () => {
  it('of any connector is a Store', () => {
    expectTypeOf<Store<LocalConnector>>().toExtend<Store>();
    expectTypeOf<Store<FileConnector>>().toExtend<Store>();
    expectTypeOf<Store<ObservedConnector>>().toExtend<Store>();
    expectTypeOf<Store<LocalConnector>>().toExtend<Store<SyncConnector>>();
    expectTypeOf<Store<FileConnector>>().toExtend<Store<SyncConnector>>();
    expectTypeOf<Store<Connector>>().not.toExtend<Store<SyncConnector>>();
    const stores: Store[] = [new Store('results', new LocalConnector())];
    expect(stores[0]).toBeInstanceOf(Store);
  });

  it('has its connector by its own type', async () => {
    await using store = new Store('results', new LocalConnector());
    expectTypeOf(store).toEqualTypeOf<Store<LocalConnector>>();
    expectTypeOf(store.connector).toEqualTypeOf<LocalConnector>();
    await using again = Store.fromConfig(store.config());
    expectTypeOf(again).toEqualTypeOf<Store>();
    expect(again.connector.kind).toBe(FileConnector.kind === again.connector.kind ? 'file' : 'local');
  });

  it('takes a serializer of the type of the value', async () => {
    await using store = new Store('results', new LocalConnector());
    const serializer = (given: Cat): Uint8Array => Buffer.from(given.name);
    const deserializer = (data: Uint8Array): Cat => ({ name: Buffer.from(data).toString(), lives: 9 });
    const key = await store.put(cat, { serializer });
    // @ts-expect-error -- not a cat
    await expect(store.put(7, { serializer })).rejects.toThrow();
    // @ts-expect-error -- gives no cat
    await store.get(key, { deserializer: String });
    expect(await store.get(key, { deserializer })).toEqual(cat);
  });
});
