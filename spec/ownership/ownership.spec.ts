import {
  borrow,
  clone,
  createProxy,
  getFactory,
  intoOwned,
  isResolved,
  LocalConnector,
  markOutOfScope,
  MutableBorrowError,
  mutBorrow,
  pack,
  ProxyResolveMissingKeyError,
  ProxyStoreFactoryError,
  ReferenceInvalidError,
  ReferenceNotOwnedError,
  resolve,
  resolveSync,
  SimpleFactory,
  Store,
  StoreError,
  storeRegistration,
  unpack,
  update,
  updateSync,
} from '../../lib/index.js';
import type { OwnedProxy, ProxyOf, StoreFactory } from '../../lib/index.js';
import { asynchronous, keysOf } from './stores.js';

interface Table {
  name: string;
  rows: number[];
}

const table = (): Table => ({ name: 'table', rows: [1, 2] });
const keyOf = (proxy: ProxyOf<unknown>) => (getFactory(proxy) as unknown as StoreFactory<unknown>).key;

describe.each([
  ['a synchronous store', () => new Store('owned', new LocalConnector())],
  ['an asynchronous store', () => new Store('owned', asynchronous(new LocalConnector()))],
])('ownership in %s', (_, open) => {
  it('evicts the object when the owner is disposed of', async () => {
    await using store = open();
    {
      await using owned = await store.ownedProxy(table());
      expect(owned.rows).toEqual([1, 2]);
      await expect(keysOf(store)).resolves.toEqual([keyOf(owned)]);
    }
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('evicts when the block throws', async () => {
    await using store = open();
    const block = async (): Promise<void> => {
      await using owned = await store.ownedProxy(table());
      throw new Error(`no use for ${owned.name}`);
    };
    await expect(block()).rejects.toThrow('no use for table');
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('is disposed of once', async () => {
    await using store = open();
    const owned = await store.ownedProxy(table());
    await Promise.all([owned[Symbol.asyncDispose](), owned[Symbol.asyncDispose]()]);
    await expect(owned[Symbol.asyncDispose]()).resolves.toBeUndefined();
    await expect(markOutOfScope(owned)).resolves.toBeUndefined();
  });

  it('refuses every use after disposal, resolved before or not', async () => {
    await using store = open();
    for (const populateTarget of [true, false]) {
      const owned = await store.ownedProxy(table(), { populateTarget });
      await owned[Symbol.asyncDispose]();
      expect(isResolved(owned)).toBe(false);
      expect(() => owned.rows).toThrow(ReferenceInvalidError);
      await expect(resolve(owned)).rejects.toBeInstanceOf(ReferenceInvalidError);
      expect(() => borrow(owned)).toThrow(ReferenceInvalidError);
      expect(() => mutBorrow(owned)).toThrow(ReferenceInvalidError);
      await expect(clone(owned)).rejects.toBeInstanceOf(ReferenceInvalidError);
      await expect(update(owned)).rejects.toBeInstanceOf(ReferenceInvalidError);
    }
  });

  it('can be awaited and logged after disposal', async () => {
    await using store = open();
    const owned = await store.ownedProxy(table());
    await owned[Symbol.asyncDispose]();
    expect((await Promise.resolve(owned)) === owned).toBe(true);
    expect(JSON.parse(JSON.stringify(owned))).toMatchObject({ $proxystore: 1, store: 'owned' });
  });

  it('lends to many who read', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    using first = borrow(owned);
    using second = borrow(owned);
    await resolve(first);
    await resolve(second);
    expect(first.rows.length + second.rows.length).toBe(4);
    expect(() => mutBorrow(owned)).toThrow(MutableBorrowError);
  });

  it('lends to one who writes', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    using mutable = mutBorrow(owned);
    await resolve(mutable);
    expect(() => borrow(owned)).toThrow(MutableBorrowError);
    expect(() => mutBorrow(owned)).toThrow(MutableBorrowError);
    mutable.rows.push(3);
    expect(owned.rows).toEqual([1, 2, 3]);
  });

  it('is not disposed of while it is borrowed, and nothing is evicted', async () => {
    await using store = open();
    for (const lend of [borrow, mutBorrow]) {
      await using owned: OwnedProxy<Table> = await store.ownedProxy(table());
      using _borrowed = lend(owned);
      await expect(owned[Symbol.asyncDispose]()).rejects.toBeInstanceOf(MutableBorrowError);
      await expect(store.exists(keyOf(owned))).resolves.toBe(true);
    }
  });

  it('lends again after a borrow was given back, once however often it is disposed of', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    const first = borrow(owned);
    using second = borrow(owned);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    markOutOfScope(first);
    expect(() => mutBorrow(owned)).toThrow(MutableBorrowError);
    markOutOfScope(second);
    using mutable = mutBorrow(owned);
    expect(() => borrow(owned)).toThrow(MutableBorrowError);
    await mutable[Symbol.asyncDispose]();
    await mutable[Symbol.asyncDispose]();
    using _third = borrow(owned);
  });

  it('refuses every use of a borrow that was given back', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    const borrowed = borrow(owned);
    await resolve(borrowed);
    borrowed[Symbol.dispose]();
    expect(() => borrowed.rows).toThrow(ReferenceInvalidError);
    await expect(resolve(borrowed)).rejects.toBeInstanceOf(ReferenceInvalidError);
    const mutable = mutBorrow(owned);
    mutable[Symbol.dispose]();
    await expect(update(mutable)).rejects.toBeInstanceOf(ReferenceInvalidError);
    expect(() => mutable.rows).toThrow(ReferenceInvalidError);
  });

  it('writes what has changed with update, by the owner and by a mutable borrow', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    const stored = async (): Promise<unknown> => store.get(keyOf(owned));
    owned.rows.push(3);
    await expect(stored()).resolves.toEqual(table());
    await update(owned);
    await expect(stored()).resolves.toEqual({ name: 'table', rows: [1, 2, 3] });
    using mutable = mutBorrow(owned);
    await resolve(mutable);
    mutable.rows.push(4);
    await update(mutable);
    await expect(stored()).resolves.toEqual({ name: 'table', rows: [1, 2, 3, 4] });
  });

  it('updates what nobody has looked at by nothing', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table(), { populateTarget: false });
    const set = jest.spyOn(store.connector, 'set');
    await update(owned);
    {
      await using _mutable = mutBorrow(owned, { updateOnDispose: true });
    }
    expect(set).not.toHaveBeenCalled();
  });

  it('writes at the end of a mutable borrow that says so', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    {
      await using mutable = mutBorrow(owned, { updateOnDispose: true });
      (await resolve(mutable)).rows.push(3);
    }
    await expect(store.get(keyOf(owned))).resolves.toEqual({ name: 'table', rows: [1, 2, 3] });
    using _again = borrow(owned);
  });

  it('gives a borrow back although it could not be written', async () => {
    await using store = open();
    await using owned = await store.ownedProxy<unknown>([1]);
    const mutable = mutBorrow(owned, { updateOnDispose: true });
    ((await resolve(mutable)) as unknown[]).push(() => 'cannot be stored');
    await expect(mutable[Symbol.asyncDispose]()).rejects.toMatchObject({ name: 'SerializationError' });
    using _again = borrow(owned);
  });

  it('gives a borrow back once, when it is disposed of twice at a time', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    const mutable = mutBorrow(owned, { updateOnDispose: true });
    (await resolve(mutable)).rows.push(3);
    await Promise.all([mutable[Symbol.asyncDispose](), mutable[Symbol.asyncDispose]()]);
    using borrowed = borrow(owned);
    // The second one has not given this loan back in its place.
    expect(() => mutBorrow(owned)).toThrow(MutableBorrowError);
    await expect(resolve(borrowed)).resolves.toMatchObject({ rows: [1, 2, 3] });
  });

  it('does not update an owner that is borrowed', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    using borrowed = borrow(owned);
    await expect(update(owned)).rejects.toBeInstanceOf(MutableBorrowError);
    await expect(update(borrowed as never)).rejects.toBeInstanceOf(ReferenceNotOwnedError);
  });

  it('clones an object as it is stored', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    owned.rows.push(3);
    {
      await using copy = await clone(owned);
      expect(keyOf(copy)).not.toEqual(keyOf(owned));
      await expect(resolve(copy)).resolves.toEqual(table());
    }
    await expect(keysOf(store)).resolves.toEqual([keyOf(owned)]);
  });

  it('does not clone what is not there, and stores nothing in its place', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    await store.evict(keyOf(owned));
    await expect(clone(owned)).rejects.toBeInstanceOf(ProxyResolveMissingKeyError);
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('makes an owner of a plain proxy, resolved or not', async () => {
    await using store = open();
    for (const populateTarget of [true, false]) {
      const plain = await store.proxy(table(), { populateTarget });
      {
        await using owned = intoOwned(plain);
        expect(isResolved(owned)).toBe(populateTarget);
        await expect(resolve(owned)).resolves.toEqual(table());
      }
      await expect(keysOf(store)).resolves.toEqual([]);
    }
  });

  it('gives an object one owner', async () => {
    await using store = open();
    await using owned = await store.ownedProxy(table());
    expect(() => intoOwned(owned)).toThrow(ReferenceNotOwnedError);
    {
      using borrowed = borrow(owned);
      expect(() => intoOwned(borrowed)).toThrow(ReferenceNotOwnedError);
    }
    using mutable = mutBorrow(owned);
    expect(() => intoOwned(mutable)).toThrow(ReferenceNotOwnedError);
  });

  it('wants an owner for what only an owner can do', async () => {
    await using store = open();
    const plain = (await store.proxy(table())) as never;
    expect(() => borrow(plain)).toThrow(ReferenceNotOwnedError);
    expect(() => mutBorrow(plain)).toThrow(ReferenceNotOwnedError);
    await expect(clone(plain)).rejects.toBeInstanceOf(ReferenceNotOwnedError);
    await expect(update(plain)).rejects.toBeInstanceOf(ReferenceNotOwnedError);
    expect(() => void markOutOfScope(plain)).toThrow(ReferenceNotOwnedError);
    expect(() => intoOwned(createProxy(new SimpleFactory(table())))).toThrow(ProxyStoreFactoryError);
  });

  it('reads by the deserializer that it was made with, and so does its clone', async () => {
    await using store = open();
    const deserializer = (): Table => ({ name: 'by hand', rows: [] });
    await using owned = await store.ownedProxy(table(), { deserializer, populateTarget: false });
    await using copy = await clone(owned);
    await expect(resolve(owned)).resolves.toMatchObject({ name: 'by hand' });
    await expect(resolve(copy)).resolves.toMatchObject({ name: 'by hand' });
  });

  it('stays as it is when the object cannot be evicted, and can be disposed of again', async () => {
    await using store = open();
    const owned = await store.ownedProxy(table());
    jest.spyOn(store.connector, 'evictBatch').mockRejectedValueOnce(new Error('not now'));
    await expect(owned[Symbol.asyncDispose]()).rejects.toThrow('not now');
    expect(() => owned.rows).toThrow(ReferenceInvalidError);
    await owned[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });
});

describe('an owner of an object in a store that is registered later', () => {
  it('is made of its reference', async () => {
    await using store = new Store('owned', new LocalConnector());
    const packed = pack(await store.proxy(table()));
    const owned = intoOwned(unpack(packed));
    using _registration = storeRegistration(store);
    await expect(resolve(owned)).resolves.toEqual(table());
    await owned[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });
});

describe('ownership in place', () => {
  it('evicts in place where the store is synchronous', async () => {
    await using store = new Store('owned', new LocalConnector());
    {
      using owned = store.ownedProxySync(table());
      using mutable = mutBorrow(owned, { updateOnDispose: true });
      mutable.rows.push(3);
      updateSync(mutable);
      expect(store.getSync(keyOf(owned))).toEqual({ name: 'table', rows: [1, 2, 3] });
    }
    await expect(keysOf(store)).resolves.toEqual([]);
    using owned = store.ownedProxySync(table());
    owned.rows.push(4);
    updateSync(owned);
    expect(store.getSync(keyOf(owned))).toEqual({ name: 'table', rows: [1, 2, 4] });
  });

  it('is refused where it is not, and nothing has ended then', async () => {
    await using store = new Store('owned', asynchronous(new LocalConnector()));
    await using owned = await store.ownedProxy(table());
    const disposable = owned as unknown as Disposable;
    expect(() => {
      disposable[Symbol.dispose]();
    }).toThrow(StoreError);
    expect(() => {
      updateSync(owned);
    }).toThrow(StoreError);
    const mutable = mutBorrow(owned, { updateOnDispose: true });
    await resolve(mutable);
    expect(() => {
      mutable[Symbol.dispose]();
    }).toThrow(StoreError);
    expect(owned.rows).toEqual([1, 2]);
  });

  it('is refused while borrowed', async () => {
    await using store = new Store('owned', new LocalConnector());
    using owned = store.ownedProxySync(table());
    using borrowed = borrow(owned);
    expect(resolveSync(borrowed).rows.length).toBe(2);
    expect(() => {
      owned[Symbol.dispose]();
    }).toThrow(MutableBorrowError);
  });

  it('is tried again when the object could not be evicted', async () => {
    await using store = new Store('owned', new LocalConnector());
    const owned = store.ownedProxySync(table());
    jest.spyOn(store.connector.sync, 'evictBatch').mockImplementationOnce(() => {
      throw new Error('not now');
    });
    expect(() => {
      owned[Symbol.dispose]();
    }).toThrow('not now');
    await expect(keysOf(store)).resolves.toHaveLength(1);
    owned[Symbol.dispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('updates what nobody has looked at by nothing', async () => {
    await using store = new Store('owned', new LocalConnector());
    using owned = intoOwned(store.proxySync(table(), { populateTarget: false })) as OwnedProxy<Table> &
      Disposable;
    const set = jest.spyOn(store.connector.sync, 'set');
    updateSync(owned);
    using mutable = mutBorrow(owned, { updateOnDispose: true });
    updateSync(mutable);
    mutable[Symbol.dispose]();
    expect(set).not.toHaveBeenCalled();
  });

  it('is a no-op the second time', async () => {
    await using store = new Store('owned', new LocalConnector());
    const owned = store.ownedProxySync(table());
    owned[Symbol.dispose]();
    const evict = jest.spyOn(store.connector.sync, 'evictBatch');
    owned[Symbol.dispose]();
    await owned[Symbol.asyncDispose]();
    expect(evict).not.toHaveBeenCalled();
  });
});
