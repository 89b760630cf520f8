/** The store: a named connector with serialization, a cache and metrics that makes proxies of its objects. */

import '../resources/symbols.js';
import { connectorFromConfig } from '../connectors/connector-classes.js';
import type { Connector, ConnectorKey, SyncConnector } from '../connectors/protocol.js';
import { NonProxiableTypeError, StoreError } from '../errors.js';
import { ProxyLocker } from '../proxy/locker.js';
import { createProxy } from '../proxy/proxy.js';
import { kindOf } from '../proxy/state.js';
import type { NonProxiable, ObjectProxy, ProxyOf } from '../proxy/types.js';
import { storeBrand } from '../registry/registered-store.js';
import { AsyncCloseOnce } from '../resources/close-once.js';
import { channels } from '../tracing/tracing.js';
import { checkConfig } from './store-config.js';
import type { FromConfigOptions, StoreConfig } from './store-config.js';
import { StoreFactory } from './store-factory.js';
import type { StoreKey } from './store-key.js';
import type { ProxyFromKeyOptions, ProxyOptions, StoreOptions, SyncOptions } from './store-options.js';
import { globalRegistry } from './store-registry.js';
import { ValueStore } from './value-store.js';

/**
 * What `proxy()` gives for a value of type `T`: where the options may say `skipNonproxiable`, what no proxy can stand for
 * comes back as it is; where they do not, it throws and has no type.
 */
export type ProxyOr<T, O> =
  MaySkip<O> extends true ? ObjectProxy<Exclude<T, NonProxiable>> | Extract<T, NonProxiable> : ObjectProxy<T>;

/** Whether options can be ones with `skipNonproxiable: true`; `unknown` is what has no such member at all. */
type MaySkip<O> = O extends { readonly skipNonproxiable?: infer S }
  ? unknown extends S
    ? false
    : true extends S
      ? true
      : false
  : false;

/** What decides how a proxy resolves, of all that `proxy()` takes. */
type ProxiedOptions = Pick<ProxyOptions, 'deserializer' | 'evict' | 'populateTarget'>;

/** {@link ProxyOr} for each value of a batch. */
export type ProxiesOr<T extends readonly unknown[], O> = { -readonly [I in keyof T]: ProxyOr<T[I], O> };

/**
 * A named place for objects, which makes transparent proxies of them.
 *
 * Objects are written once and read many times. The store owns its connector and closes it.
 *
 * @typeParam C - The type of the connector. The synchronous forms (`putSync`, …) are there where it is synchronous, and
 *   a type error where it is not.
 * @example
 * ```ts
 * await using store = new Store('results', new LocalConnector());
 * using registration = storeRegistration(store);
 * const proxy = await store.proxy({ rows: [1, 2, 3] });
 * const message = JSON.stringify({ job: 7, input: proxy }); // some 100 bytes, whatever the size of the object
 * const { input } = JSON.parse(message, reviver);
 * (await resolve(input)).rows.length; // 3
 * ```
 */
export class Store<C extends Connector = Connector> extends ValueStore<C> implements AsyncDisposable {
  readonly [storeBrand] = true;
  readonly #resources = new AsyncCloseOnce();

  /** Recognises stores of every copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== Store) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && storeBrand in value;
  }

  /**
   * Opens a store.
   *
   * @param name - Its name, not empty. References find the store by it.
   * @param connector - Where the bytes are kept; the store's own from here on. If the constructor throws, it is still
   *   the caller's.
   * @param options - Serialization, cache, metrics, registration.
   * @throws StoreExistsError with `register: true` when a store of this name is registered.
   * @throws TypeError and RangeError for what no store can be made of.
   */
  constructor(name: string, connector: C, options: StoreOptions = {}) {
    super(name, connector, options);
    this.#resources.defer(() => connector.close());
    this.#resources.defer(() => this.drain());
    if (options.register === true) {
      const registration = globalRegistry().registration(this.asStore());
      this.#resources.defer(() => {
        registration.dispose();
      });
    }
  }

  /**
   * Stores a value and makes a proxy of it.
   *
   * @param value - The value. A proxy in it, or itself one, is stored as its reference.
   * @param options - How to store it and how its proxy resolves.
   * @returns The proxy.
   * @throws NonProxiableTypeError for `null`, `undefined` and booleans, before anything is stored, unless
   *   `skipNonproxiable` gives them back as they are.
   * @throws As {@link put}.
   * @example
   * ```ts
   * const proxy = await store.proxy(table, { evict: true }); // whoever resolves it first is the last
   * ```
   */
  async proxy<T, const O extends ProxyOptions<T> = object>(value: T, options?: O): Promise<ProxyOr<T, O>> {
    const given: ProxyOptions<T> = options ?? {};
    this.assertOpen();
    if (isSkipped(value, given)) return value as ProxyOr<T, O>; // what ProxyOr says of these options
    return this.#proxied(await this.put(value, given), value, given) as ProxyOr<T, O>; // as above
  }

  /**
   * Stores several values and makes proxies of them.
   *
   * @param values - The values, in order.
   * @param options - As for {@link proxy}, for each of them.
   * @returns Their proxies, in order; a tuple for a tuple.
   * @throws As {@link proxy}; nothing is stored then.
   */
  async proxyBatch<T extends readonly unknown[] | [], const O extends ProxyOptions = object>(
    values: T,
    options?: O,
  ): Promise<ProxiesOr<T, O>> {
    const given: ProxyOptions = options ?? {};
    this.assertOpen();
    const stored = values.filter((value) => !isSkipped(value, given));
    const keys: readonly StoreKey[] = await this.putBatch(stored, given);
    return this.#proxiedBatch(values, keys, given) as ProxiesOr<T, O>; // one for each value, in order
  }

  /**
   * {@link proxy}, behind a lock that keeps it from being resolved by accident.
   *
   * @param value - The value.
   * @param options - As for {@link proxy}.
   * @throws As {@link proxy}.
   */
  async lockedProxy<T>(
    value: T,
    options: Omit<ProxyOptions<T>, 'skipNonproxiable'> = {},
  ): Promise<ProxyLocker<T>> {
    const proxy = await this.proxy(value, options);
    return new ProxyLocker<T>(proxy as ProxyOf<T>); // every ObjectProxy<T> is one; the compiler cannot tell for a T it does not know
  }

  /**
   * Makes a proxy of an object that is stored already, or will be. Asks the backend nothing.
   *
   * @param key - The object's key.
   * @param options - How the proxy resolves.
   * @throws InvalidKeyError for a key that the connector could not have made.
   * @throws StoreClosedError after `close()`.
   */
  proxyFromKey<T>(key: StoreKey<T>, options: ProxyFromKeyOptions<T> = {}): ObjectProxy<T> {
    this.check(key);
    return createProxy(this.#factory(key, options), { kind: options.kind });
  }

  /** {@link proxy} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  proxySync<T, const O extends SyncOptions<ProxyOptions<T>> = object>(
    this: Store<SyncConnector>,
    value: T,
    options?: O,
  ): ProxyOr<T, O> {
    const given: SyncOptions<ProxyOptions<T>> = options ?? {};
    this.assertOpen();
    if (isSkipped(value, given)) return value as ProxyOr<T, O>; // as in proxy
    return this.#proxied(this.putSync(value, given), value, given) as ProxyOr<T, O>; // as in proxy
  }

  /** {@link proxyBatch} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  proxyBatchSync<T extends readonly unknown[] | [], const O extends SyncOptions<ProxyOptions> = object>(
    this: Store<SyncConnector>,
    values: T,
    options?: O,
  ): ProxiesOr<T, O> {
    const given: SyncOptions<ProxyOptions> = options ?? {};
    this.assertOpen();
    const stored = values.filter((value) => !isSkipped(value, given));
    const keys: readonly StoreKey[] = this.putBatchSync(stored, given);
    return this.#proxiedBatch(values, keys, given) as ProxiesOr<T, O>; // as in proxyBatch
  }

  /** {@link lockedProxy} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  lockedProxySync<T>(
    this: Store<SyncConnector>,
    value: T,
    options: SyncOptions<Omit<ProxyOptions<T>, 'skipNonproxiable'>> = {},
  ): ProxyLocker<T> {
    return new ProxyLocker<T>(this.proxySync(value, options) as ProxyOf<T>); // as in lockedProxy
  }

  /** Whether the connector works without waiting, so that proxies resolve in place. */
  isSync(): this is Store<SyncConnector> {
    return this.connector.sync !== undefined;
  }

  /**
   * What is needed to open a store of the same name and connector in another process. Never contains a secret. A
   * serializer or deserializer of the store's own cannot be carried; the config says that there is one.
   */
  config(): StoreConfig {
    const { serializer, deserializer, cacheSize, metrics, populateTarget, register } = this.options;
    return {
      name: this.name,
      connector: this.connector.config(),
      ...(cacheSize !== undefined && { cacheSize }),
      ...(metrics !== undefined && { metrics }),
      ...(populateTarget !== undefined && { populateTarget }),
      ...(register !== undefined && { register }),
      ...(serializer !== undefined && { serializer: 'custom' as const }),
      ...(deserializer !== undefined && { deserializer: 'custom' as const }),
    };
  }

  /**
   * Opens a store from its config. The class of its connector must have been imported.
   *
   * @param config - What `config()` gave.
   * @param options - The serializer and deserializer, where the config says that the store has its own.
   * @returns A new store, which the caller closes.
   * @throws StoreError when the config needs a serializer or deserializer that is not given.
   * @throws ConnectorError when no connector of that kind is known here.
   * @throws TypeError for what is no config.
   * @example
   * ```ts
   * import 'proxystore/file';
   * await using store = Store.fromConfig(workerData.store);
   * ```
   */
  static fromConfig(config: StoreConfig, options: FromConfigOptions = {}): Store {
    checkConfig(config);
    for (const name of ['serializer', 'deserializer'] as const) {
      if (config[name] === 'custom' && options[name] === undefined) {
        throw new StoreError(
          `The store "${config.name}" has a ${name} of its own, which a config cannot carry. Give it as Store.fromConfig(config, { ${name} }).`,
          { storeName: config.name },
        );
      }
    }
    const { name, connector: connectorConfig, ...rest } = config;
    const connector = connectorFromConfig(connectorConfig);
    try {
      return new Store(name, connector, {
        ...rest,
        serializer: options.serializer,
        deserializer: options.deserializer,
      });
    } catch (error) {
      // The connector is nobody's then; what its close may add to the failure is of no interest beside it.
      connector.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Closes the store: from the call on nobody is let in any more; the store is taken out of the registry where
   * `register: true` has put it in, operations in flight are waited for, and the connector is closed. Another call waits
   * for the same end.
   *
   * @throws What closing the connector throws, after all is closed.
   */
  close(): Promise<void> {
    this.refuse();
    if (!this.#resources.closed && channels.close.active) {
      return channels.close.tracePromise({ store: this.name }, () => this.#resources.close());
    }
    return this.#resources.close();
  }

  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  protected override asStore(): Store {
    return this as Store; // a Store<C> is one, whatever C is
  }

  #factory<T>(key: ConnectorKey, options: ProxyFromKeyOptions<T>): StoreFactory<T> {
    return new StoreFactory<T>({
      storeName: this.name,
      key,
      kind: options.kind,
      evict: options.evict,
      deserializer: options.deserializer,
      store: this.asStore(),
    });
  }

  #proxied(key: ConnectorKey, value: unknown, options: ProxiedOptions): unknown {
    const kind = kindOf(value);
    const populate = options.populateTarget ?? this.options.populateTarget ?? true;
    const { evict, deserializer } = options;
    return createProxy(this.#factory(key, { kind, evict, deserializer }), {
      kind,
      target: populate ? value : undefined,
    });
  }

  #proxiedBatch(values: readonly unknown[], keys: readonly ConnectorKey[], options: ProxyOptions): unknown[] {
    let next = 0;
    return values.map((value) => {
      const key = isNonProxiable(value) ? undefined : keys[next];
      if (key === undefined) return value;
      next += 1;
      return this.#proxied(key, value, options);
    });
  }
}

function isNonProxiable(value: unknown): value is NonProxiable {
  return value === null || value === undefined || typeof value === 'boolean';
}

/** Whether a value is given back as it is. Throws where it must not be. */
function isSkipped(value: unknown, options: Pick<ProxyOptions, 'skipNonproxiable'>): value is NonProxiable {
  if (!isNonProxiable(value)) return false;
  if (options.skipNonproxiable === true) return true;
  throw new NonProxiableTypeError(
    `No proxy can stand for ${String(value)}: there is no object that behaves as it. Pass { skipNonproxiable: true } to get it back as it is.`,
    { value },
  );
}
