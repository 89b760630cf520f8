/** What keeps bytes: a store of ours, or what it is compared with. */

import { randomUUID } from 'node:crypto';
import { resolve } from 'proxystore';
import type { Store, StoreKey } from 'proxystore';

/** Bytes that were fetched, or what says that there are none. */
export type Fetched = Uint8Array | null | undefined;

/** The operations that are timed. Each contender is given the keys that it made. */
export interface Contender {
  put(data: Uint8Array): Promise<unknown>;
  get(key: unknown): Promise<Fetched>;
  evict(key: unknown): Promise<unknown>;
  /** Puts an object that is to be got once, and gets it. */
  oneShot(data: Uint8Array): Promise<Fetched>;
  /** The same of many objects; absent where it can do no more than one after the other. */
  readonly batch?: BatchOperations;
}

export interface BatchOperations {
  put(data: readonly Uint8Array[]): Promise<readonly unknown[]>;
  get(keys: readonly unknown[]): Promise<readonly Fetched[]>;
  evict(keys: readonly unknown[]): Promise<unknown>;
}

/** All that a row compares, opened. Ours goes by the name of {@link ours}. */
export interface Contenders extends AsyncDisposable {
  readonly byName: Readonly<Record<string, Contender>>;
}

/** The name of ours among the contenders. */
export const ours = 'ours';

/** A store as a contender, with what its user would call. Its cache has to be off. */
export function storeContender(store: Store): Contender {
  return {
    put: (data) => store.put(data),
    get: (key: StoreKey<Uint8Array>) => store.get(key),
    evict: (key: StoreKey) => store.evict(key),
    async oneShot(data) {
      return await resolve(await store.proxy(data, { evict: true, populateTarget: false }));
    },
    batch: {
      put: (data) => store.putBatch(data),
      get: (keys: readonly StoreKey<Uint8Array>[]) => store.getBatch(keys),
      evict: (keys: readonly StoreKey[]) => store.evictBatch(keys),
    },
  };
}

/** Operations of someone who is told the keys. */
export interface NamingOperations {
  readonly set: (name: string, data: Buffer) => Promise<unknown>;
  readonly get: (name: string) => Promise<Fetched> | Fetched;
  readonly remove: (name: string) => Promise<unknown>;
  readonly batch?: {
    set(entries: readonly (readonly [name: string, data: Buffer])[]): Promise<unknown>;
    get(names: string[]): Promise<readonly Fetched[]>;
    remove(names: string[]): Promise<unknown>;
  };
}

/** What is told the keys as a contender: it is told random ones, as a store makes them. */
export function namingContender({ set, get, remove, batch }: NamingOperations): Contender {
  const one: Contender = {
    async put(data) {
      const name = randomUUID();
      await set(name, bufferOf(data));
      return name;
    },
    async get(name: string) {
      return await get(name);
    },
    evict: (name: string) => remove(name),
    async oneShot(data) {
      const name = randomUUID();
      await set(name, bufferOf(data));
      const got = await get(name);
      await remove(name);
      return got;
    },
  };
  if (batch === undefined) return one;
  return {
    ...one,
    batch: {
      async put(data) {
        const entries = data.map((bytes) => [randomUUID(), bufferOf(bytes)] as const);
        await batch.set(entries);
        return entries.map(([name]) => name);
      },
      get: (names: string[]) => batch.get(names),
      evict: (names: string[]) => batch.remove(names),
    },
  };
}

/** The same memory as a Buffer, which some of them know bytes by. */
function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
