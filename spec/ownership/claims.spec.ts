import {
  LocalConnector,
  pack,
  ProxyUnresolvedError,
  ReferenceInvalidError,
  resolve,
  resolveSync,
  Store,
  storeRegistration,
  unpack,
} from '../../lib/index.js';
import type { ConnectorKey, OwnedProxy, Packed } from '../../lib/index.js';
import { MultiConnector } from '../../lib/connectors/multi.js';
import { asynchronous, keysOf } from './stores.js';

/** What a packed owner is. */
interface OwnedMessage {
  readonly owned: { readonly claims: readonly ConnectorKey[] };
}

/** A connector that cannot make a key before there is an object. */
const undeferrable = (): LocalConnector =>
  Object.assign(new LocalConnector(), { newKey: undefined, set: undefined });

/** What another process has of a reference, and this one has after it has gone through JSON. */
function sent<T>(owner: OwnedProxy<T>): { message: Packed<OwnedProxy<T>>; claim: ConnectorKey } {
  const message = JSON.parse(JSON.stringify(pack(owner))) as Packed<OwnedProxy<T>>;
  return { message, claim: (message as unknown as OwnedMessage).owned.claims[0]! };
}

describe('a reference of an owner that another process has loaded first', () => {
  it('owns nothing when it is disposed of without having been looked at', async () => {
    await using store = new Store('claims', asynchronous(new LocalConnector()));
    using _registration = storeRegistration(store);
    const { message, claim } = sent(await store.ownedProxy([1]));
    const owner = unpack(message);
    await store.connector.set(claim as never, []);
    await owner[Symbol.asyncDispose]();
    // The object and the claim are the other's.
    await expect(keysOf(store)).resolves.toHaveLength(2);
    await expect(resolve(owner)).rejects.toBeInstanceOf(ReferenceInvalidError);
  });

  it('is refused at once where the store works in place', async () => {
    await using store = new Store('claims', new LocalConnector());
    using _registration = storeRegistration(store);
    const { message, claim } = sent(await store.ownedProxy([1]));
    store.connector.sync.set(claim as never, []);
    expect(() => unpack(message)).toThrow(ReferenceInvalidError);
    await expect(keysOf(store)).resolves.toHaveLength(2);
  });
});

describe('an owner whose claim cannot be asked for now', () => {
  it('stays to be disposed of later', async () => {
    await using store = new Store('claims', asynchronous(new LocalConnector()));
    using _registration = storeRegistration(store);
    const owner = unpack(sent(await store.ownedProxy([1])).message);
    const set = jest.spyOn(store.connector, 'set').mockRejectedValueOnce(new Error('not now'));
    await expect(owner[Symbol.asyncDispose]()).rejects.toThrow('not now');
    await owner[Symbol.asyncDispose]();
    expect(set).toHaveBeenCalledTimes(2);
    await expect(keysOf(store)).resolves.toEqual([]);
  });
});

describe('an owner that is loaded before its store is registered', () => {
  it('claims when it is resolved in place', async () => {
    await using store = new Store('claims', new LocalConnector());
    const owner = unpack(sent(await store.ownedProxy([1, 2])).message);
    using _registration = storeRegistration(store);
    expect(resolveSync(owner)).toEqual([1, 2]);
    await owner[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('is awaited where the store only works asynchronously', async () => {
    await using store = new Store('claims', asynchronous(new LocalConnector()));
    const owner = unpack(sent(await store.ownedProxy([1, 2])).message);
    using _registration = storeRegistration(store);
    expect(() => resolveSync(owner)).toThrow(ProxyUnresolvedError);
    await expect(resolve(owner)).resolves.toEqual([1, 2]);
    await owner[Symbol.asyncDispose]();
  });
});

/** One that works in place, but cannot store under a given key there. */
function unsettable(): LocalConnector {
  const connector = new LocalConnector();
  const { sync } = connector;
  return Object.assign(connector, {
    sync: {
      get: sync.get.bind(sync),
      exists: sync.exists.bind(sync),
      put: sync.put.bind(sync),
      evictBatch: sync.evictBatch.bind(sync),
    } as unknown as LocalConnector['sync'], // the others are not used
  });
}

describe.each([
  ['cannot set in place', unsettable],
  ['can make no key in advance, and works in place', undeferrable],
  ['can make no key in advance, and works asynchronously', () => asynchronous(undeferrable())],
  // Its keys are of another form than the claims.
  [
    'can make no key in advance, for one of its children cannot',
    () => new MultiConnector({ only: { connector: undeferrable() } }),
  ],
])('a connector that %s', (_, open) => {
  it('moves an owner, which is loaded once in a thread', async () => {
    await using store = new Store('claims', open());
    using _registration = storeRegistration(store);
    const { message } = sent(await store.ownedProxy([1]));
    const owner = unpack(message);
    expect(() => unpack(message)).toThrow(ReferenceInvalidError);
    await expect(resolve(owner)).resolves.toEqual([1]);
    const again = unpack(sent(owner).message);
    await again[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });
});
