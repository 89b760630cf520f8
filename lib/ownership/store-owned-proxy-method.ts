/**
 * `store.ownedProxy()`: methods that a floor above the store gives it (docs/adr/0003-methods-from-upper-floors.md).
 * Imported for this effect by the package's index.
 */

import type { Connector, SyncConnector } from '../connectors/protocol.js';
import { Store } from '../store/store.js';
import type { ProxyOptions, SyncOptions } from '../store/store-options.js';
import type { ProxyOf } from '../proxy/types.js';
import { ownerOf } from './ownership-operations.js';
import type { OwnedProxy } from './types.js';

/** What `store.ownedProxy()` takes. */
export type OwnedProxyOptions<T = unknown> = Omit<ProxyOptions<T>, 'evict' | 'skipNonproxiable' | 'lifetime'>;

declare module '../store/store.js' {
  interface Store<C extends Connector> {
    /**
     * Stores a value and makes a proxy that owns it: the object is evicted when the proxy is disposed of.
     *
     * @param value - The value.
     * @param options - As for `proxy()`.
     * @returns The owner. Dispose of it, best with `await using`.
     * @throws As `proxy()`.
     * @example
     * ```ts
     * await using owned = await store.ownedProxy({ rows: [1, 2, 3] });
     * using ref = borrow(owned);
     * ```
     */
    ownedProxy<T>(value: T, options?: OwnedProxyOptions<T>): Promise<OwnedProxy<T> & DisposableWhereSync<C>>;
    /** `ownedProxy` without waiting. A type error, and a `StoreError`, where the connector cannot. */
    ownedProxySync<T>(
      this: Store<SyncConnector>,
      value: T,
      options?: SyncOptions<OwnedProxyOptions<T>>,
    ): OwnedProxy<T> & Disposable;
  }
}

/** An owner can be disposed of in place where its store works in place. */
export type DisposableWhereSync<C extends Connector> = C extends SyncConnector ? Disposable : unknown;

async function ownedProxy<T>(
  this: Store,
  value: T,
  options: OwnedProxyOptions<T> = {},
): Promise<OwnedProxy<T>> {
  const plain = await this.proxy(value, options);
  return ownerOf<T>(plain as ProxyOf<T>); // what proxy() gives without skipNonproxiable
}

function ownedProxySync<T>(
  this: Store<SyncConnector>,
  value: T,
  options: SyncOptions<OwnedProxyOptions<T>> = {},
): OwnedProxy<T> {
  const plain = this.proxySync(value, options);
  return ownerOf<T>(plain as ProxyOf<T>); // as above
}

Object.defineProperty(Store.prototype, 'ownedProxy', {
  value: ownedProxy,
  writable: true,
  configurable: true,
});
Object.defineProperty(Store.prototype, 'ownedProxySync', {
  value: ownedProxySync,
  writable: true,
  configurable: true,
});
