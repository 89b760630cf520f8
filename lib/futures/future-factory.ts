/** The factory of the proxies of a future. */

import { ProxyUnresolvedError } from '../errors.js';
import type { ResolveOptions } from '../proxy/types.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { StoreFactory } from '../store/store-factory.js';
import type { StoreFactoryOptions } from '../store/store-factory.js';
import { channels } from '../tracing/tracing.js';
import type { FutureResult } from './future-result.js';
import { WaitLimit } from './wait-limit.js';
import { waitReference } from './waiting.js';
import type { Waiting } from './waiting.js';

/** Produces a proxy's target from the result of a future, and waits for it. */
export class FutureFactory<T> extends StoreFactory<T> {
  readonly #result: FutureResult<T>;
  readonly #waiting: Waiting;

  /**
   * @param options - What every factory of a store is made of.
   * @param result - The result, which the future itself and its other proxies may share.
   * @param waiting - How it waits.
   */
  constructor(options: StoreFactoryOptions<T>, result: FutureResult<T>, waiting: Waiting) {
    super(options);
    this.#result = result;
    this.#waiting = waiting;
  }

  /**
   * Waits for the result.
   *
   * @param options - The signal ends the wait.
   * @throws What the future was set to fail with.
   * @throws DOMException of the name `TimeoutError` when it was not set in time.
   */
  override resolve({ signal }: ResolveOptions = {}): Promise<T> {
    const { resolve } = channels;
    const wait = async (): Promise<T> => {
      const limit = new WaitLimit({
        signal,
        timeout: this.#waiting.timeout,
        awaited: labelOf(this),
        onLastLook: () => {
          this.#result.look();
        },
      });
      try {
        return await this.#result.wait(limit.signal);
      } finally {
        limit[Symbol.dispose]();
      }
    };
    return resolve.active ? resolve.tracePromise({ store: this.storeName, key: this.key }, wait) : wait();
  }

  /**
   * The result, where the future is set. Never waits: to block the thread might keep the future from being set.
   *
   * @throws ProxyUnresolvedError where it is not set, or the store only works asynchronously.
   * @throws As {@link resolve}.
   */
  override resolveSync(): T {
    const { resolve } = channels;
    const read = (): T => {
      const found = this.#result.readSync();
      if (found !== undefined) return found.value;
      throw new ProxyUnresolvedError(
        `${labelOf(this)} is not set yet, or its store only works asynchronously. Call await resolve(p) before you use its proxy.`,
        { storeName: this.storeName, key: this.key },
      );
    };
    return resolve.active ? resolve.traceSync({ store: this.storeName, key: this.key }, read) : read();
  }

  override toJSON(): ProxyReference {
    return { ...super.toJSON(), future: 'proxy', ...waitReference(this.#waiting) };
  }
}

/** What a future is called in messages. */
export function labelOf({ storeName, key }: Pick<StoreFactoryOptions, 'storeName' | 'key'>): string {
  return `The future with the key ${JSON.stringify(key)} of the store "${storeName}"`;
}
