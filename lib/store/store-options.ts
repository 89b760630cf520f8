/** What a store and its operations take. */

import type { ConnectorPutOptions, OperationOptions, Parts } from '../connectors/protocol.js';
import type { KeyLifetime } from './key-lifetime.js';
import type { ProxyKind } from '../proxy/types.js';

/** A number of things. */
export type Count = number;

/**
 * Turns a value into bytes, in one piece or several. It is called before anything is stored.
 *
 * What it throws comes out as the cause of a {@link SerializationError}.
 */
export type Serializer<T = unknown> = (value: T) => Uint8Array | Parts;

/** Turns the bytes of an object into its value. The bytes are its own. */
export type Deserializer<T = unknown> = (data: Uint8Array) => T;

/** What a {@link Store} takes beside its name and connector. */
export interface StoreOptions {
  /** In place of the package's `serialize`. It does not travel: who reads elsewhere must know how. */
  readonly serializer?: Serializer | undefined;
  /** In place of the package's `deserialize`. */
  readonly deserializer?: Deserializer | undefined;
  /** How many objects are kept after they were fetched; the least recently used goes first. Default 16; 0 keeps none. */
  readonly cacheSize?: Count | undefined;
  /** Record what the operations take, in `store.metrics`. Default false. */
  readonly metrics?: boolean | undefined;
  /** Have `proxy()` return proxies that are resolved already in this process. Default true. */
  readonly populateTarget?: boolean | undefined;
  /** Register the store until it is closed. Default false. */
  readonly register?: boolean | undefined;
}

/** What storing takes. */
export interface PutOptions<T = unknown> extends ConnectorPutOptions {
  /** In place of the store's serializer, for this call. */
  readonly serializer?: Serializer<T> | undefined;
  /** What the object is evicted with. One that has ended already is refused before anything is stored. */
  readonly lifetime?: KeyLifetime | undefined;
}

/** What fetching takes. */
export interface GetOptions<T = unknown, D = undefined> extends OperationOptions {
  /** In place of the store's deserializer, for this call. What it gives is cached apart. */
  readonly deserializer?: Deserializer<T> | undefined;
  /** What a missing object gives. Default `undefined`; give another to tell it from a stored `undefined`. */
  readonly default?: D | undefined;
}

/** What `isCached` takes. */
export type CacheOptions<T = unknown> = Pick<GetOptions<T>, 'deserializer'>;

/** What making a proxy from a key takes. */
export interface ProxyFromKeyOptions<T = unknown> {
  /** In place of the store's deserializer. It does not travel with the proxy's reference. */
  readonly deserializer?: Deserializer<T> | undefined;
  /** One-shot: the object is evicted by the one resolve that gets it. Default false. */
  readonly evict?: boolean | undefined;
  /** What `typeof` and `Array.isArray` say before the proxy is resolved. Default `'object'`. */
  readonly kind?: ProxyKind | undefined;
}

/** What making a proxy of a value takes. */
export interface ProxyOptions<T = unknown> extends PutOptions<T> {
  /** In place of the store's deserializer. It does not travel with the proxy's reference. */
  readonly deserializer?: Deserializer<T> | undefined;
  /** One-shot: the object is evicted by the one resolve that gets it. Default false. */
  readonly evict?: boolean | undefined;
  /** Return a proxy that is resolved already in this process, by the value itself. Default: the store's. */
  readonly populateTarget?: boolean | undefined;
  /** Give `null`, `undefined` and booleans back as they are instead of throwing. Default false. */
  readonly skipNonproxiable?: boolean | undefined;
}

/** The options of an operation's synchronous form: there is nothing to abort, and no place to choose. */
export type SyncOptions<O> = Omit<O, keyof ConnectorPutOptions>;
