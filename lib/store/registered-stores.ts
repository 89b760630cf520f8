/** The functions that work on the registry of the thread. */

import { StoreExistsError } from '../errors.js';
import type { ProxyOf } from '../proxy/types.js';
import type { RegisterOptions } from '../registry/named-store-registry.js';
import type { StoreRegistration } from '../registry/store-registration.js';
import { Store } from './store.js';
import { checkConfig, sameConnector } from './store-config.js';
import type { FromConfigOptions, StoreConfig } from './store-config.js';
import { globalRegistry } from './store-registry.js';

/**
 * Finds a registered store by its name, or by a proxy of one of its objects.
 *
 * @param nameOrProxy - The name, or the proxy, which is not resolved.
 * @returns The store, or `undefined` where none of that name is registered in this thread.
 * @throws ProxyStoreFactoryError for a proxy whose factory belongs to no store.
 * @throws TypeError for what is neither.
 */
export function getStore(nameOrProxy: string | ProxyOf<unknown>): Store | undefined {
  return globalRegistry().get(nameOrProxy);
}

/**
 * Registers a store until it is unregistered. Prefer {@link storeRegistration}, which cannot be forgotten.
 *
 * @param store - The store; it stays the caller's to close.
 * @param options - `existOk: true` puts it over one of the same name.
 * @throws StoreExistsError when a store of that name is registered.
 * @throws TypeError for what is no store.
 */
export function registerStore(store: Store, options?: RegisterOptions): void {
  globalRegistry().register(store, options);
}

/**
 * Takes a store out of the registry, whoever has put it in. Does not close it.
 *
 * @param nameOrStore - The name, or a store that has it.
 * @returns Whether there was one.
 * @throws TypeError for what is neither.
 */
export function unregisterStore(nameOrStore: string | Store): boolean {
  return globalRegistry().unregister(nameOrStore);
}

/**
 * Registers stores for the length of a block: all of them, or none when it throws. ProxyStore's `store_registration`.
 *
 * @param stores - The stores, and last, if need be, `{ existOk: true }`. They stay the caller's to close.
 * @returns What keeps them registered. Dispose of it, best with `using`.
 * @throws StoreExistsError when a name is taken, by a registered store or by an earlier one of these.
 * @throws TypeError for what is no store.
 * @example
 * ```ts
 * {
 *   using registration = storeRegistration(results, models);
 *   getStore('results'); // results
 * } // out again, in reverse order, and when the block throws, too
 * ```
 */
export function storeRegistration(...stores: Store[]): StoreRegistration<Store>;
export function storeRegistration(
  ...storesThenOptions: [...Store[], RegisterOptions]
): StoreRegistration<Store>;
export function storeRegistration(...args: (Store | RegisterOptions)[]): StoreRegistration<Store> {
  // The one implementation of both forms checks what stands where.
  return globalRegistry().registration(...(args as Store[]));
}

/**
 * The registered store of a config's name, or a new one that is registered until it is closed.
 *
 * @param config - What `store.config()` gave.
 * @param options - What a config cannot carry; see {@link Store.fromConfig}.
 * @returns The store. A new one is the caller's to close.
 * @throws StoreExistsError when a store of that name with another connector config is registered: its keys would lead
 *   elsewhere.
 * @throws As {@link Store.fromConfig}.
 */
export function getOrCreateStore(config: StoreConfig, options?: FromConfigOptions): Store {
  checkConfig(config);
  const present = getStore(config.name);
  if (present === undefined) return Store.fromConfig({ ...config, register: true }, options);
  if (sameConnector(present.config().connector, config.connector)) return present;
  throw new StoreExistsError(
    `A store named "${config.name}" is registered, but with another connector config (kind "${present.connector.kind}"). Unregister it first, or choose another name.`,
    { storeName: config.name },
  );
}
