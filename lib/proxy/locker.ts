/** A proxy behind lock: handed around where nothing shall use it by accident. */

import { stateOf } from './brand.js';
import type { SharedState } from './brand.js';
import { inspectCustom, inspectProxy } from './inspect.js';
import type { InspectOptions } from './inspect.js';
import type { ObjectProxy, ProxyOf } from './types.js';

/**
 * Holds a proxy so that code which does not know of it (a logger, a validator, a comparison) cannot resolve it.
 * ProxyStore's `ProxyLocker`.
 *
 * @typeParam T - The type of the proxy's target.
 * @example
 * ```ts
 * const locked = await store.lockedProxy(model);
 * const model = locked.unlock();
 * ```
 */
export class ProxyLocker<T> {
  readonly #proxy: ObjectProxy<T>;
  readonly #state: SharedState;

  /**
   * @param proxy - The proxy to hold. It is not resolved.
   * @throws TypeError for anything that is no proxy.
   */
  constructor(proxy: ProxyOf<T>) {
    const state = stateOf(proxy);
    if (state === undefined) throw new TypeError('ProxyLocker takes a proxy.');
    this.#proxy = proxy as ObjectProxy<T>; // what is branded as a proxy of T and was seen to be a proxy
    this.#state = state;
  }

  /** The proxy, as it was given. */
  unlock(): ObjectProxy<T> {
    return this.#proxy;
  }

  /** The proxy's reference, where it has one; the lock is opened by whoever reads it back. */
  toJSON(): unknown {
    return this.#state.factory.toJSON?.();
  }

  [inspectCustom](depth: number, options: InspectOptions, inspect: unknown): string {
    return inspectProxy(this.#state, depth, options, inspect);
  }
}
