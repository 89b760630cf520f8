/** The factory of a store's proxies. */

import type { ConnectorKey } from '../connectors/protocol.js';
import {
  ProxyResolveMissingKeyError,
  ProxyUnresolvedError,
  StoreClosedError,
  StoreNotRegisteredError,
} from '../errors.js';
import type { Factory, ProxyKind, ResolveOptions } from '../proxy/types.js';
import { storeFactoryBrand } from '../registry/registered-store.js';
import type { RegisteredStoreFactory } from '../registry/registered-store.js';
import { channels } from '../tracing/tracing.js';
import type { TraceContext } from '../tracing/tracing.js';
import type { ProxyReference } from './proxy-reference.js';
import type { Store } from './store.js';
import type { Deserializer } from './store-options.js';
import { globalRegistry } from './store-registry.js';

/** What a {@link StoreFactory} is made of. */
export interface StoreFactoryOptions<T = unknown> {
  /** The name that the store is found by where the object is needed. */
  readonly storeName: string;
  /** The key of the object. */
  readonly key: ConnectorKey;
  /** What `typeof` and `Array.isArray` say of the proxy. Default `'object'`. */
  readonly kind?: ProxyKind | undefined;
  /** One-shot: resolving takes the object out of the store. Default false. */
  readonly evict?: boolean | undefined;
  /** In place of the store's deserializer, in this process only. */
  readonly deserializer?: Deserializer<T> | undefined;
  /** The store itself, where it is at hand. It is used as long as it is open; after that, the registered one is. */
  readonly store?: Store | undefined;
}

/** What no store holds, so that a stored `undefined` is told from a missing object. */
const missing = Symbol('missing');

/**
 * Produces a proxy's target from a store and a key. The store is the one the proxy was made by; in another process or
 * thread, the one that is registered there under its name when the proxy is resolved.
 *
 * @typeParam T - The type of the target.
 */
export class StoreFactory<T> implements Factory<T>, RegisteredStoreFactory {
  readonly [storeFactoryBrand] = true;
  /** The name of the store. */
  readonly storeName: string;
  /** The key of the object. */
  readonly key: ConnectorKey;
  /** What `typeof` and `Array.isArray` say of the proxy. */
  readonly kind: ProxyKind;
  /** Whether resolving takes the object out of the store. */
  readonly evict: boolean;
  /** In place of the store's deserializer, in this process only. */
  readonly deserializer: Deserializer<T> | undefined;
  readonly #store: Store | undefined;
  /** A one-shot object that is being fetched: a use in place would find it gone. */
  #taking = false;

  /**
   * @param options - The store's name, the key, and how to resolve.
   * @throws TypeError without a store's name, or with a key that is no array.
   */
  constructor(options: StoreFactoryOptions<T>) {
    if (typeof options.storeName !== 'string' || options.storeName === '') {
      throw new TypeError('A StoreFactory takes the name of a store as storeName.');
    }
    if (!Array.isArray(options.key)) {
      throw new TypeError('A StoreFactory takes the key of an object, as put() gave it.');
    }
    this.storeName = options.storeName;
    this.key = options.key;
    this.kind = options.kind ?? 'object';
    this.evict = options.evict ?? false;
    this.deserializer = options.deserializer;
    this.#store = options.store;
  }

  /**
   * Fetches the object.
   *
   * @param options - The signal aborts the fetch.
   * @throws ProxyResolveMissingKeyError when it is not there.
   * @throws StoreNotRegisteredError when no store of the name is registered here.
   */
  resolve(options: ResolveOptions = {}): Promise<T> {
    const { resolve } = channels;
    return resolve.active
      ? resolve.tracePromise(this.#context(), () => this.#fetch(options))
      : this.#fetch(options);
  }

  /**
   * Fetches the object without waiting.
   *
   * @throws ProxyUnresolvedError where the store only works asynchronously.
   * @throws As {@link resolve}.
   */
  resolveSync(): T {
    const { resolve } = channels;
    return resolve.active ? resolve.traceSync(this.#context(), () => this.#fetchSync()) : this.#fetchSync();
  }

  /** The reference that travels in place of the object. */
  toJSON(): ProxyReference {
    return {
      $proxystore: 1,
      store: this.storeName,
      key: this.key,
      ...(this.kind !== 'object' && { kind: this.kind }),
      ...(this.evict && { evict: true as const }),
    };
  }

  /** What a log shows of a proxy that is not resolved. */
  describe(): { readonly store: string; readonly key: ConnectorKey } {
    return { store: this.storeName, key: this.key };
  }

  async #fetch({ signal }: ResolveOptions): Promise<T> {
    const store = this.getStore();
    const options = { signal, deserializer: this.deserializer, default: missing } as const;
    if (!this.evict) return this.#present(await store.get<T, typeof missing>(this.key, options));
    this.#taking = true;
    try {
      return this.#present(await store.take<T, typeof missing>(this.key, options));
    } finally {
      this.#taking = false;
    }
  }

  #fetchSync(): T {
    const store = this.getStore();
    if (this.#taking || !store.isSync()) {
      const reason = this.#taking
        ? 'is being resolved'
        : `is in a store whose connector ("${store.connector.kind}") only works asynchronously`;
      throw new ProxyUnresolvedError(
        `The object with the key ${JSON.stringify(this.key)} of the store "${this.storeName}" ${reason}. Call await resolve(p) before you use its proxy.`,
        { storeName: this.storeName, key: this.key },
      );
    }
    const options = { deserializer: this.deserializer, default: missing } as const;
    return this.#present(
      this.evict
        ? store.takeSync<T, typeof missing>(this.key, options)
        : store.getSync<T, typeof missing>(this.key, options),
    );
  }

  #present(value: T | typeof missing): T {
    if (value !== missing) return value; // all that is not `missing`
    throw new ProxyResolveMissingKeyError(
      `The store "${this.storeName}" has no object with the key ${JSON.stringify(this.key)}. It was evicted, has expired, or was taken by another resolve of a one-shot proxy.`,
      { storeName: this.storeName, key: this.key },
    );
  }

  /**
   * The store that the object is in: the one that made the proxy as long as it is open, else the one that is registered
   * under its name in this thread.
   *
   * @throws StoreNotRegisteredError when there is none.
   * @throws StoreClosedError when the one that made the proxy is closed, and no other is registered.
   */
  getStore(): Store {
    const own = this.#store;
    if (own?.closed === false) return own;
    const registered = globalRegistry().get(this.storeName);
    if (registered !== undefined) return registered;
    const named = { storeName: this.storeName, key: this.key };
    if (own !== undefined) {
      throw new StoreClosedError(
        `The store "${this.storeName}" that made this proxy is closed, and no other of its name is registered. Resolve proxies before their store is closed, or register a store of the same connector.`,
        named,
      );
    }
    throw new StoreNotRegisteredError(
      `No store named "${this.storeName}" is registered in this thread, so its objects cannot be found. Open it and register it first: using registration = storeRegistration(new Store("${this.storeName}", connector)).`,
      named,
    );
  }

  #context(): TraceContext {
    return { store: this.storeName, key: this.key };
  }
}
