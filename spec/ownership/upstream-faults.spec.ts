import {
  borrow,
  clone,
  getFactory,
  LocalConnector,
  pack,
  resolve,
  Store,
  storeRegistration,
  unpack,
} from '../../lib/index.js';
import type { StoreFactory } from '../../lib/index.js';
import { keysOf } from './stores.js';

describe('faults of ownership in ProxyStore for Python', () => {
  it('an owned proxy that was sent once and loaded twice has two owners', async () => {
    await using store = new Store('faults', new LocalConnector());
    using _registration = storeRegistration(store);
    const message = structuredClone(pack(await store.ownedProxy({ a: 1 })));
    await using first = unpack(message);
    expect(() => unpack(message)).toThrow(
      expect.objectContaining({ name: 'ReferenceInvalidError' }) as Error,
    );
    expect(first.a).toBe(1);
  });

  it('a borrow is not read-only', async () => {
    await using store = new Store('faults', new LocalConnector());
    await using owned = await store.ownedProxy({ list: [{ a: 1 }] });
    using borrowed = borrow(owned) as unknown as { list: { a: number }[] } & Disposable;
    expect(() => {
      borrowed.list[0]!.a = 2;
    }).toThrow('can only be read');
    expect(owned.list).toEqual([{ a: 1 }]);
  });

  it('a clone of a missing object stores None', async () => {
    await using store = new Store('faults', new LocalConnector());
    await using owned = await store.ownedProxy({ a: 1 }, { populateTarget: false });
    await store.evict((getFactory(owned) as unknown as StoreFactory<unknown>).key);
    await expect(clone(owned)).rejects.toMatchObject({ name: 'ProxyResolveMissingKeyError' });
    await expect(keysOf(store)).resolves.toEqual([]);
    await expect(resolve(owned)).rejects.toMatchObject({ name: 'ProxyResolveMissingKeyError' });
  });
});
