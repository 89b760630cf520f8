/**
 * `store.future()`: a method that a floor above the store gives it (docs/adr/0003-methods-from-upper-floors.md). Imported
 * for this effect by the package's index.
 */

import { isDeferrable } from '../connectors/protocol.js';
import type { Connector } from '../connectors/protocol.js';
import { StoreError } from '../errors.js';
import { Store } from '../store/store.js';
import type { FutureOptions } from './future-options.js';
import { StoreFuture } from './store-future.js';

/**
 * What `store.future()` takes: options, or nothing that could be given where the type of the store's connector says that
 * it has no `newKey`.
 */
export type FutureArguments<C extends Connector, T> = 'newKey' extends keyof C
  ? [options?: FutureOptions<T>]
  : [connectorMakesNoKeysBeforehand: never];

declare module '../store/store.js' {
  interface Store<C extends Connector> {
    /**
     * Makes a future: a result that is set later, here or elsewhere. At once; the backend is asked nothing.
     *
     * @param options - How it is set and waited for.
     * @throws StoreError where the connector cannot make a key before there is an object. A type error where its type
     *   says so.
     * @throws StoreClosedError after `close()`.
     * @throws LifetimeEndedError for a lifetime that has ended.
     * @throws RangeError for a timeout or a polling that nobody can wait by.
     * @example
     * ```ts
     * using future = store.future<Report>({ timeout: 60_000 });
     * queue.add('report', JSON.stringify({ future }));
     * const report = await future.result();
     * ```
     */
    future<T = unknown>(...options: FutureArguments<C, T>): StoreFuture<T>;
  }
}

function future<T>(this: Store, options: FutureOptions<T> = {}): StoreFuture<T> {
  this.assertOpen();
  const { connector, name } = this;
  if (!isDeferrable(connector)) {
    throw new StoreError(
      `The store "${name}" has a connector of kind "${connector.kind}", which makes no key before there is an object. Futures need one that does, such as LocalConnector or FileConnector.`,
      { storeName: name },
    );
  }
  const made = new StoreFuture<T>({ ...options, storeName: name, key: connector.newKey(), store: this });
  // What a backend fails to be told of an object that is not there yet, it is told again when the future is set.
  options.lifetime?.addKeys([made.key], this)?.catch(() => undefined);
  return made;
}

Object.defineProperty(Store.prototype, 'future', { value: future, writable: true, configurable: true });
