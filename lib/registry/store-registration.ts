/** The disposable that keeps stores in a registry. */

import '../resources/symbols.js';
import type { RegisteredStore } from './registered-store.js';

/**
 * Keeps stores registered until it is disposed of: at the end of the `using` block it stands in, when the block throws
 * too, or by `dispose()`. It takes out only what it has put in and what is still its own, in reverse order, once.
 * The stores themselves stay open.
 *
 * @typeParam S - The type of the stores.
 * @example
 * ```ts
 * {
 *   using registration = storeRegistration(results, models);
 *   getStore('results'); // results
 * }
 * getStore('results'); // undefined
 * ```
 */
export class StoreRegistration<S extends RegisteredStore = RegisteredStore> implements Disposable {
  /** The stores that were registered, in their order. The same after disposal. */
  readonly stores: readonly S[];
  readonly #release: () => void;
  #disposed = false;

  /**
   * Made by a registry; see its `registration()`.
   *
   * @param stores - The stores, which are registered already.
   * @param release - Takes their entries out of the registry. Called once.
   * @internal
   */
  constructor(stores: readonly S[], release: () => void) {
    this.stores = Object.freeze([...stores]);
    this.#release = release;
  }

  /** Whether it has been disposed of. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /** Unregisters the stores. The second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
