/** A proxy behind lock: handed around where nothing shall use it by accident. */

import { inspectProxy } from './inspect.js';
import { stateOf } from './state.js';
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

  /**
   * @param proxy - The proxy to hold. It is not resolved.
   * @throws TypeError for anything that is no proxy.
   */
  constructor(proxy: ProxyOf<T>) {
    if (stateOf(proxy) === undefined) throw new TypeError('ProxyLocker takes a proxy.');
    this.#proxy = proxy as ObjectProxy<T>; // what is branded as a proxy of T and was seen to be a proxy
  }

  /** The proxy, as it was given. */
  unlock(): ObjectProxy<T> {
    return this.#proxy;
  }

  /** The proxy's reference, where it has one; the lock is opened by whoever reads it back. */
  toJSON(): unknown {
    return stateOf(this.#proxy)?.factory.toJSON?.();
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth: number, options: object, inspect: unknown): unknown {
    const state = stateOf(this.#proxy);
    return state === undefined ? this.#proxy : inspectProxy(state, depth, options, inspect);
  }
}
