import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  borrow,
  clone,
  createProxy,
  getFactory,
  InvalidKeyError,
  InvalidReferenceError,
  LocalConnector,
  MutableBorrowError,
  mutBorrow,
  pack,
  ProxyStoreFactoryError,
  ReferenceInvalidError,
  resolve,
  SimpleFactory,
  Store,
  storeRegistration,
  unpack,
  unregisterStore,
} from '../../lib/index.js';
import { FileConnector } from '../../lib/connectors/file.js';
import type { OwnedProxy, Packed, SyncOperations } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { asynchronous, keysOf } from './stores.js';

const send = <T>(packed: Packed<T>): Packed<T> => JSON.parse(JSON.stringify(packed)) as Packed<T>;

describe.each([
  ['a synchronous store', true],
  ['an asynchronous store', false],
])('moving the owner of an object in %s', (_, sync) => {
  const open = (): Store =>
    new Store('moved', sync ? new LocalConnector() : asynchronous(new LocalConnector()));

  it('moves it into the reference: the sender’s is invalid, the receiver’s is the owner', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    const owned = await store.ownedProxy([1, 2]);
    const message = send(pack({ job: 7, owned }));
    expect(() => owned.length).toThrow(ReferenceInvalidError);
    expect(() => borrow(owned)).toThrow('moved');
    await owned[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toHaveLength(1);
    {
      const { owned: received } = unpack(message);
      await using owner = received;
      await expect(resolve(owner)).resolves.toEqual([1, 2]);
    }
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('gives one owner, however often the reference is loaded', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    const message = send(pack(await store.ownedProxy([1])));
    await using owner = unpack(message);
    expect(() => unpack(message)).toThrow(ReferenceInvalidError);
    await expect(resolve(owner)).resolves.toEqual([1]);
  });

  it('refuses a load after the object has gone, and leaves nothing behind', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    const message = send(pack(await store.ownedProxy([1])));
    await unpack(message)[Symbol.asyncDispose]();
    const late = async (): Promise<unknown> => resolve(unpack(message));
    await expect(late()).rejects.toBeInstanceOf(ReferenceInvalidError);
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('moves on and on, and everything goes with the last owner', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    let owner: OwnedProxy<number[]> = await store.ownedProxy([1]);
    const messages: Packed<OwnedProxy<number[]>>[] = [];
    for (let moves = 0; moves < 4; moves += 1) {
      const message = send(pack(owner));
      messages.push(message);
      owner = unpack(message);
      // Every other owner moves on before it has ever looked.
      if (moves % 2 === 0) await expect(resolve(owner)).resolves.toEqual([1]);
    }
    await resolve(owner);
    for (const message of messages) {
      await expect(Promise.resolve().then(() => resolve(unpack(message)))).rejects.toBeInstanceOf(
        ReferenceInvalidError,
      );
    }
    await owner[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('does not move while borrowed', async () => {
    await using store = open();
    await using owned = await store.ownedProxy([1]);
    for (const lend of [borrow, mutBorrow]) {
      using _borrowed = lend(owned);
      expect(() => pack({ owned })).toThrow(MutableBorrowError);
    }
    expect(owned.length).toBe(1);
  });

  it('does not move by a pack that fails for something else', async () => {
    await using store = open();
    await using owned = await store.ownedProxy([1]);
    expect(() => pack([owned, createProxy(new SimpleFactory('nowhere'))])).toThrow(ProxyStoreFactoryError);
    expect(owned.length).toBe(1);
  });

  it('does not move by JSON.stringify, logging, or being stored in another object', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    await using owned = await store.ownedProxy([1]);
    expect(JSON.stringify(owned)).not.toContain('owned"');
    const key = await store.put({ owned });
    const stored = await store.get(key);
    await expect(resolve(stored?.owned ?? owned)).resolves.toEqual([1]);
    expect(owned.length).toBe(1);
  });

  it('sends a borrow as a plain reference, which owns nothing', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    await using owned = await store.ownedProxy([1]);
    using borrowed = borrow(owned);
    const received = unpack(send(pack(borrowed)));
    await expect(resolve(received)).resolves.toEqual([1]);
    expect((received as Partial<AsyncDisposable>)[Symbol.asyncDispose]).toBeUndefined();
  });

  it('claims at the first use where the store is registered later', async () => {
    await using store = open();
    const message = send(pack(await store.ownedProxy([1])));
    const first = unpack(message);
    expect(() => unpack(message)).toThrow(ReferenceInvalidError);
    await expect(resolve(first)).rejects.toMatchObject({ name: 'StoreNotRegisteredError' });
    using _registration = storeRegistration(store);
    await expect(resolve(first)).resolves.toEqual([1]);
    await first[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('is disposed of by who never looked at it', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    {
      await using _owner = unpack(send(pack(await store.ownedProxy([1]))));
    }
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('is borrowed and cloned by who never looked at it', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    await using owner = unpack(send(pack(await store.ownedProxy([1]))));
    using borrowed = borrow(owner);
    await using copy = await clone(owner);
    await expect(resolve(borrowed)).resolves.toEqual([1]);
    await expect(resolve(copy)).resolves.toEqual([1]);
  });

  it('does not move while it is being claimed', async () => {
    await using store = open();
    using _registration = storeRegistration(store);
    await using owner = unpack(send(pack(await store.ownedProxy([1]))));
    const resolved = resolve(owner);
    // In place, it has been settled when the reference was loaded.
    if (!sync) expect(() => pack(owner)).toThrow(ReferenceInvalidError);
    await expect(resolved).resolves.toEqual([1]);
  });

  it('asks again when the backend has failed', async () => {
    await using store = open();
    const message = send(pack(await store.ownedProxy([1])));
    const owner = unpack(message);
    const connector = store.connector as Required<Store['connector']>;
    const set = sync
      ? jest.spyOn(connector.sync as Required<SyncOperations>, 'set')
      : jest.spyOn(connector, 'set');
    set.mockImplementationOnce(() => {
      throw new Error('not now');
    });
    using _registration = storeRegistration(store);
    await expect(resolve(owner)).rejects.toThrow('not now');
    await expect(resolve(owner)).resolves.toEqual([1]);
    await owner[Symbol.asyncDispose]();
    await expect(keysOf(store)).resolves.toEqual([]);
  });
});

describe('a forged reference of an owner', () => {
  it.each([
    ['no claims', {}],
    ['claims that are none', { claims: 7 }],
    ['an empty list of claims', { claims: [] }],
    ['claims that are no keys', { claims: ['a'] }],
    ['keys of something else', { claims: [[{}]] }],
    ['too many claims', { claims: Array.from({ length: 2000 }, () => ['a']) }],
    ['spent claims that are none', { claims: [['a']], spent: [7] }],
    ['nothing', null],
  ])('is refused with %s', (_, owned) => {
    expect(() => unpack({ $proxystore: 1, store: 'nowhere', key: ['a'], owned } as never)).toThrow(
      InvalidReferenceError,
    );
  });

  it('is refused with a claim that the connector could not have made', async () => {
    await using store = new Store('moved', new LocalConnector());
    using _registration = storeRegistration(store);
    const { key } = getFactory(await store.proxy([1])) as unknown as { key: string[] };
    for (const owned of [{ claims: [['../x']] }, { claims: [store.connector.newKey()], spent: [['../x']] }]) {
      expect(() => unpack({ $proxystore: 1, store: 'moved', key, owned } as never)).toThrow(InvalidKeyError);
    }
  });
});

describe('two processes that load one reference', () => {
  it('become one owner', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'proxystore-moving-'));
    try {
      await using store = new Store('shared', new FileConnector(directory));
      using _registration = storeRegistration(store);
      for (let round = 0; round < 3; round += 1) {
        const message = JSON.stringify(pack(await store.ownedProxy({ round })));
        const outcomes = await Promise.all([
          load(directory, message),
          load(directory, message),
          load(directory, message),
        ]);
        expect(outcomes.sort()).toEqual([
          'ReferenceInvalidError',
          'ReferenceInvalidError',
          `owner of ${String(round)}`,
        ]);
        await expect(readdir(directory)).resolves.toEqual([]);
      }
      unregisterStore(store);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});

/** Loads a reference in a process of its own, which keeps the object until its input ends. */
async function load(directory: string, message: string): Promise<string> {
  const library = compiledLibrary();
  const script = `
    const { Store, registerStore, resolve, unpack } = require(${JSON.stringify(join(library, 'index.js'))});
    const { FileConnector } = require(${JSON.stringify(join(library, 'connectors/file.js'))});
    const store = new Store('shared', new FileConnector(${JSON.stringify(directory)}));
    registerStore(store);
    const outcome = async () => {
      const owner = unpack(JSON.parse(${JSON.stringify(message)}));
      const { round } = await resolve(owner);
      await owner[Symbol.asyncDispose]();
      return 'owner of ' + round;
    };
    outcome().catch((error) => error.name).then((text) => process.stdout.write(text));
  `;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return output;
}
