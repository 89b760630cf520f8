/** What futures take. */

import type { OperationOptions } from '../connectors/protocol.js';
import type { ProxyKind } from '../proxy/types.js';
import type { KeyLifetime } from '../store/key-lifetime.js';
import type { StoreKey } from '../store/store-key.js';
import type { Deserializer, Serializer } from '../store/store-options.js';
import type { Store } from '../store/store.js';
import type { Milliseconds, PollingOptions } from './waiting.js';

/** What `store.future()` takes. */
export interface FutureOptions<T = unknown> {
  /** One-shot: whoever gets the result takes it out of the store. Default false. */
  readonly evict?: boolean | undefined;
  /** What the result is evicted with. A future that is set here after its end is refused. */
  readonly lifetime?: KeyLifetime | undefined;
  /** In place of the store's serializer. It does not travel with the future. */
  readonly serializer?: Serializer<T> | undefined;
  /** In place of the store's deserializer. It does not travel with the future, nor with its proxies. */
  readonly deserializer?: Deserializer<T> | undefined;
  /** How often to ask a backend that cannot tell by itself. Travels with the future and its proxies. */
  readonly polling?: PollingOptions | undefined;
  /** How long `result()` and the proxies wait, where they are not told otherwise. Default: for ever. Travels, too. */
  readonly timeout?: Milliseconds | undefined;
}

/** What a {@link StoreFuture} is made of, where it is not made by `store.future()`. */
export interface StoreFutureOptions<T = unknown> extends FutureOptions<T> {
  /** The name that the store is found by. */
  readonly storeName: string;
  /** A key that the store's connector has made before there was an object. */
  readonly key: StoreKey<T>;
  /** The store itself, where it is at hand. It is used as long as it is open; after that, the registered one is. */
  readonly store?: Store | undefined;
}

/** What waiting for a result takes. */
export interface ResultOptions extends OperationOptions {
  /** How long, at most. Default: that of the future. `Infinity` for ever. */
  readonly timeout?: Milliseconds | undefined;
}

/** What making a proxy of a future takes. */
export interface FutureProxyOptions {
  /** What `typeof` and `Array.isArray` say before the proxy is resolved. Default `'object'`. */
  readonly kind?: ProxyKind | undefined;
  /** How long resolving waits, at most. Default: that of the future. Travels with the proxy. */
  readonly timeout?: Milliseconds | undefined;
}
