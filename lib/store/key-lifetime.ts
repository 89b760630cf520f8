/** What a store needs to know of a lifetime. */

import type { ConnectorKey } from '../connectors/protocol.js';
import type { Store } from './store.js';

/** A set of keys that are evicted together when it ends. The classes that extend `Lifetime` are such. */
export interface KeyLifetime {
  /** Throws when it has ended. */
  assertOpen(): void;
  /**
   * Takes keys in. Settles when the backend knows what it has to know.
   *
   * @param keys - The keys.
   * @param store - The store that they are of.
   * @throws LifetimeEndedError when it has ended.
   */
  addKeys(keys: readonly ConnectorKey[], store?: Store): Promise<void> | undefined;
}
