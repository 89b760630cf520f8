/** The registry of stores, and the one that a thread has. */

import { NamedStoreRegistry } from '../registry/named-store-registry.js';
import type { Store } from './store.js';

/**
 * Finds stores by their name, so that a reference which comes in from elsewhere finds the store it names. The
 * functions of the package work on the one registry of the thread; another one can be made, such as for a test.
 *
 * @example
 * ```ts
 * const registry = new StoreRegistry();
 * using registration = registry.registration(results, models);
 * registry.get('results'); // results
 * ```
 */
export class StoreRegistry extends NamedStoreRegistry<Store> {}

const slot = Symbol.for('proxystore.registry');

/**
 * The registry of this thread: one for all copies of the package in it, its CommonJS and its ES module build and
 * other versions alike. The first copy to be loaded makes it.
 */
export function globalRegistry(): StoreRegistry {
  const holder = globalThis as { [slot]?: StoreRegistry };
  const present = holder[slot];
  if (present !== undefined) return present;
  const registry = new StoreRegistry();
  Object.defineProperty(globalThis, slot, { value: registry });
  return registry;
}
