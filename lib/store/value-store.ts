/** The half of a store that deals in values: putting, fetching and evicting them, one by one and in batches. */

import '../resources/symbols.js';
import type {
  Connector,
  ConnectorKey,
  OperationOptions,
  SyncConnector,
  SyncOperations,
} from '../connectors/protocol.js';
import { isDeferrable } from '../connectors/protocol.js';
import { StoreError } from '../errors.js';
import { suppressedError } from '../resources/suppressed-error.js';
import type { KeyLifetime } from './key-lifetime.js';
import { StoreMetrics } from './metrics.js';
import { operationKinds, timed, timedSync } from './operation.js';
import type { Operation } from './operation.js';
import { OperationRunner } from './operation-runner.js';
import type { Store } from './store.js';
import { checkStoreArguments } from './store-arguments.js';
import type { StoreKey, StoreKeys, StoredValues } from './store-key.js';
import type {
  CacheOptions,
  Deserializer,
  GetOptions,
  PutOptions,
  StoreOptions,
  SyncOptions,
} from './store-options.js';
import { ValueCache } from './value-cache.js';
import type { Found } from './value-cache.js';
import { ValueCodec } from './value-codec.js';

/** How many objects a store keeps unless told otherwise; as in ProxyStore. */
const defaultCacheSize = 16;

/** What is said where a lifetime does not take objects that are stored, and they cannot be removed either. */
const leftBehind = 'Objects were stored that no lifetime evicts any more.';

/**
 * Values by key. {@link Store} extends it by proxies; nothing else does.
 *
 * @typeParam C - The connector's type. The synchronous forms are there for a synchronous one.
 */
export abstract class ValueStore<C extends Connector> {
  /** The name that the store is registered and referred to by. */
  readonly name: string;
  /** Where the bytes are kept. The store closes it. */
  readonly connector: C;
  /** What the operations took; `undefined` unless the store was made with `metrics: true`. */
  readonly metrics: StoreMetrics | undefined;
  /**
   * What it was made with.
   *
   * @internal
   */
  readonly options: StoreOptions;
  readonly #codec: ValueCodec;
  readonly #cache: ValueCache<Operation | undefined>;
  readonly #operations: OperationRunner;

  constructor(name: string, connector: C, options: StoreOptions) {
    checkStoreArguments(name, connector, options);
    this.name = name;
    this.connector = connector;
    this.options = { ...options };
    this.metrics = options.metrics === true ? new StoreMetrics() : undefined;
    this.#operations = new OperationRunner(name, connector, this.metrics);
    const codec = new ValueCodec(name, options);
    this.#codec = codec;
    this.#cache = new ValueCache(options.cacheSize ?? defaultCacheSize, {
      load: (key, shared, operation) => timed(operation, () => connector.get(key, shared)),
      read: (data, deserializer, operation) => codec.read(data, deserializer, operation),
    });
  }

  /** Whether closing has begun. */
  get closed(): boolean {
    return this.#operations.closed;
  }

  /**
   * Stores a value.
   *
   * @param value - The value; turned into bytes before the promise is returned, so it may be changed afterwards. Only
   *   bytes and typed arrays are handed on as they are, and are not to be changed until the promise settles.
   * @param options - A serializer for this call, a signal.
   * @returns The key of the new object.
   * @throws SerializationError when the value cannot be turned into bytes. Nothing is stored then.
   * @throws ConnectorError when the backend fails. Nothing is stored then.
   * @throws StoreClosedError after `close()`.
   */
  put<T>(value: T, options: PutOptions<T> = {}): Promise<StoreKey<T>> {
    const { lifetime, serializer } = options;
    const store = (operation: Operation | undefined): Promise<ConnectorKey> => {
      lifetime?.assertOpen();
      const parts = this.#codec.write(value, serializer, operation);
      const key = timed(operation, () => this.connector.put(parts, options));
      return lifetime === undefined ? key : this.#kept(key, lifetime);
    };
    return this.#operations.runAndFinish(operationKinds.put, undefined, options, store, (key, operation) => {
      if (operation !== undefined) operation.context.key = key;
      operation?.measurement?.end(key);
      return key;
    });
  }

  /**
   * Stores a value under a key that was made before there was a value, if none is stored under it yet.
   *
   * @param key - A key that the connector has made by `newKey()`.
   * @param value - As for {@link put}.
   * @param options - As for {@link put}.
   * @returns Whether it was stored. The backend decides it, so that of several processes one stores its value.
   * @throws As {@link put}, and InvalidKeyError for a key that the connector could not have made.
   * @throws StoreError where the connector cannot.
   * @internal
   */
  setOnce<T>(key: StoreKey<T>, value: T, options: PutOptions<T> = {}): Promise<boolean> {
    return this.#operations.run(operationKinds.setOnce, key, options, async (operation) => {
      const { connector } = this;
      if (!isDeferrable(connector)) throw this.#notDeferrable(key);
      options.lifetime?.assertOpen();
      const parts = this.#codec.write(value, options.serializer, operation);
      const { signal } = options;
      const stored = await timed(operation, () => connector.set(key, parts, { signal, ifAbsent: true }));
      if (stored && options.lifetime !== undefined) await this.#keepFor(options.lifetime, [key]);
      operation?.measurement?.end(key);
      return stored;
    });
  }

  /**
   * Stores a value in the place of the one that is under a key.
   *
   * @param key - A key of an object that is there.
   * @param value - The value.
   * @param options - As for {@link put}.
   * @throws As {@link put}; {@link StoreError} where the connector cannot store under a key that it made before.
   * @internal
   */
  replace<T>(key: StoreKey<T>, value: T, options: PutOptions<T> = {}): Promise<void> {
    return this.#operations.run(operationKinds.replace, key, options, async (operation) => {
      const { connector } = this;
      if (!isDeferrable(connector)) throw this.#notDeferrable(key);
      const parts = this.#codec.write(value, options.serializer, operation);
      const { signal } = options;
      await this.#evicting([key], () => timed(operation, () => connector.set(key, parts, { signal })));
      operation?.measurement?.end(key);
    });
  }

  /** {@link replace} without waiting. @internal */
  replaceSync<T>(
    this: ValueStore<SyncConnector>,
    key: StoreKey<T>,
    value: T,
    options: SyncOptions<PutOptions<T>> = {},
  ): void {
    this.#operations.runSync(operationKinds.replace, key, (operation, connector) => {
      if (connector.set === undefined) throw this.#notDeferrable(key);
      const parts = this.#codec.write(value, options.serializer, operation);
      this.#forget(key);
      timedSync(operation, () => connector.set?.(key, parts));
      operation?.measurement?.end(key);
    });
  }

  /**
   * Fetches a value. However many ask for one key at the same time, it is fetched once; the values that were used last
   * are kept, and each who asks gets the same one.
   *
   * @param key - The key, as `put` gave it.
   * @param options - A deserializer for this call, what a missing object gives, a signal.
   * @returns The value; where there is none, `options.default`, which is `undefined` if not given.
   * @throws InvalidKeyError for a key that the connector could not have made.
   * @throws SerializationError when the bytes cannot be read.
   * @throws ConnectorError when the backend fails.
   * @throws StoreClosedError after `close()`.
   */
  get<T, D = undefined>(key: StoreKey<T>, options: GetOptions<T, D> = {}): Promise<T | D> {
    const { deserializer, signal } = options;
    const find = (operation: Operation | undefined): Found | Promise<Found | undefined> =>
      this.#cached(key, deserializer, operation) ?? this.#cache.fetch(key, deserializer, operation, signal);
    return this.#operations.runAndFinish(operationKinds.get, key, options, find, (found, operation) => {
      operation?.measurement?.end(key);
      return valueOf(found, options);
    });
  }

  /**
   * Fetches a value and evicts it: in one atomic step where the connector can `take`, so that of several who ask one
   * gets it. Where it cannot, two who ask at the same time may both get it.
   *
   * @param key - The key.
   * @param options - As for {@link get}.
   * @returns The value; where there is none, `options.default`.
   * @throws As {@link get}. An object whose bytes cannot be read is gone all the same.
   */
  take<T, D = undefined>(key: StoreKey<T>, options: GetOptions<T, D> = {}): Promise<T | D> {
    return this.#operations.run(operationKinds.take, key, options, async (operation) => {
      const data = await this.#evicting([key], () => timed(operation, () => this.#take(key, options)));
      const found = this.#codec.read(data, options.deserializer, operation);
      operation?.measurement?.end();
      return valueOf(found, options);
    });
  }

  /**
   * Whether an object is there. Asks the backend, whatever is cached.
   *
   * @param key - The key.
   * @param options - A signal.
   * @throws As {@link get}.
   */
  exists(key: StoreKey, options: OperationOptions = {}): Promise<boolean> {
    return this.#operations.run(operationKinds.exists, key, options, async (operation) => {
      const exists = await timed(operation, () => this.connector.exists(key, options));
      operation?.measurement?.end(key);
      return exists;
    });
  }

  /**
   * Removes an object from the backend and the cache. One that is not there is none to remove.
   *
   * @param key - The key.
   * @param options - A signal.
   * @throws As {@link get}.
   */
  evict(key: StoreKey, options: OperationOptions = {}): Promise<void> {
    return this.#operations.run(operationKinds.evict, key, options, async (operation) => {
      await this.#evicting([key], () => timed(operation, () => this.connector.evict(key, options)));
      operation?.measurement?.end();
    });
  }

  /**
   * Whether a value is in this store's cache.
   *
   * @param key - The key.
   * @param options - The deserializer, if `get` was given one.
   * @throws InvalidKeyError for a key that the connector could not have made.
   * @throws StoreClosedError after `close()`.
   */
  isCached<T>(key: StoreKey<T>, options: CacheOptions<T> = {}): boolean {
    this.check(key);
    return this.#cache.has(key, options.deserializer);
  }

  /**
   * Stores several values, in one step where the connector can.
   *
   * @param values - The values, in order. None gives no keys.
   * @param options - As for {@link put}.
   * @returns Their keys, in order; a tuple for a tuple.
   * @throws As {@link put}; none of them is stored then.
   */
  putBatch<T extends readonly unknown[] | []>(
    values: T,
    options: PutOptions<T[number]> = {},
  ): Promise<StoreKeys<T>> {
    return this.#operations.run(operationKinds.putBatch, undefined, options, async (operation) => {
      options.lifetime?.assertOpen();
      const parts = values.map((value) => this.#codec.write(value, options.serializer, operation));
      const keys = await timed(operation, () => this.connector.putBatch(parts, options));
      if (operation !== undefined) operation.context.key = keys;
      if (options.lifetime !== undefined) await this.#keepFor(options.lifetime, keys);
      operation?.measurement?.endBatch(keys);
      return keys as StoreKeys<T>; // one key for each value, in order: the connector's promise
    });
  }

  /**
   * Fetches several values; those that are cached are not fetched.
   *
   * @param keys - Their keys. None gives no values.
   * @param options - As for {@link get}.
   * @returns The values, in order, `options.default` for each that is not there; a tuple for a tuple.
   * @throws As {@link get}.
   */
  getBatch<const K extends readonly StoreKey[], D = undefined>(
    keys: K,
    options: GetOptions<unknown, D> = {},
  ): Promise<StoredValues<K, D>> {
    return this.#operations.run(operationKinds.getBatch, keys, options, async (operation) => {
      const { deserializer } = options;
      const found = keys.map((key) => this.#cached(key, deserializer, operation));
      const missing = keys.filter((_, index) => found[index] === undefined);
      const values = await this.#cache.whileFetching(async (keep) => {
        const fetched =
          missing.length === 0 ? [] : await timed(operation, () => this.connector.getBatch(missing, options));
        return this.#merge(keys, found, fetched, options, operation, keep);
      });
      operation?.measurement?.endBatch(keys);
      return values as StoredValues<K, D>; // one value for each key, in order
    });
  }

  /**
   * Removes several objects.
   *
   * @param keys - Their keys.
   * @param options - A signal.
   * @throws As {@link get}.
   */
  evictBatch(keys: readonly StoreKey[], options: OperationOptions = {}): Promise<void> {
    return this.#operations.run(operationKinds.evictBatch, keys, options, async (operation) => {
      await this.#evicting(keys, () => timed(operation, () => this.connector.evictBatch(keys, options)));
      operation?.measurement?.end();
    });
  }

  /** {@link put} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  putSync<T>(
    this: ValueStore<SyncConnector>,
    value: T,
    options: SyncOptions<PutOptions<T>> = {},
  ): StoreKey<T> {
    return this.#operations.runSync(operationKinds.put, undefined, (operation, connector) => {
      options.lifetime?.assertOpen();
      const parts = this.#codec.write(value, options.serializer, operation);
      const key = timedSync(operation, () => connector.put(parts));
      if (operation !== undefined) operation.context.key = key;
      if (options.lifetime !== undefined) this.#keepForSync(options.lifetime, [key], connector);
      operation?.measurement?.end(key);
      return key;
    });
  }

  /** {@link get} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  getSync<T, D = undefined>(
    this: ValueStore<SyncConnector>,
    key: StoreKey<T>,
    options: SyncOptions<GetOptions<T, D>> = {},
  ): T | D {
    return this.#operations.runSync(operationKinds.get, key, (operation, connector) => {
      let found = this.#cached(key, options.deserializer, operation);
      if (found === undefined) {
        found = this.#codec.read(
          timedSync(operation, () => connector.get(key)),
          options.deserializer,
          operation,
        );
        if (found !== undefined) this.#cache.keep(key, options.deserializer, found);
      }
      operation?.measurement?.end(key);
      return valueOf(found, options);
    });
  }

  /** {@link take} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  takeSync<T, D = undefined>(
    this: ValueStore<SyncConnector>,
    key: StoreKey<T>,
    options: SyncOptions<GetOptions<T, D>> = {},
  ): T | D {
    return this.#operations.runSync(operationKinds.take, key, (operation, connector) => {
      this.#forget(key);
      const data = timedSync(operation, () => {
        if (connector.take !== undefined) return connector.take(key);
        const bytes = connector.get(key);
        connector.evict(key);
        return bytes;
      });
      const found = this.#codec.read(data, options.deserializer, operation);
      operation?.measurement?.end();
      return valueOf(found, options);
    });
  }

  /** {@link exists} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  existsSync(this: ValueStore<SyncConnector>, key: StoreKey): boolean {
    return this.#operations.runSync(operationKinds.exists, key, (operation, connector) => {
      const exists = timedSync(operation, () => connector.exists(key));
      operation?.measurement?.end(key);
      return exists;
    });
  }

  /** {@link evict} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  evictSync(this: ValueStore<SyncConnector>, key: StoreKey): void {
    this.#operations.runSync(operationKinds.evict, key, (operation, connector) => {
      this.#forget(key);
      timedSync(operation, () => {
        connector.evict(key);
      });
      operation?.measurement?.end();
    });
  }

  /** {@link putBatch} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  putBatchSync<T extends readonly unknown[] | []>(
    this: ValueStore<SyncConnector>,
    values: T,
    options: SyncOptions<PutOptions<T[number]>> = {},
  ): StoreKeys<T> {
    return this.#operations.runSync(operationKinds.putBatch, undefined, (operation, connector) => {
      options.lifetime?.assertOpen();
      const parts = values.map((value) => this.#codec.write(value, options.serializer, operation));
      const keys = timedSync(operation, () => connector.putBatch(parts));
      if (operation !== undefined) operation.context.key = keys;
      if (options.lifetime !== undefined) this.#keepForSync(options.lifetime, keys, connector);
      operation?.measurement?.endBatch(keys);
      return keys as StoreKeys<T>; // as in putBatch
    });
  }

  /** {@link getBatch} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  getBatchSync<const K extends readonly StoreKey[], D = undefined>(
    this: ValueStore<SyncConnector>,
    keys: K,
    options: SyncOptions<GetOptions<unknown, D>> = {},
  ): StoredValues<K, D> {
    return this.#operations.runSync(operationKinds.getBatch, keys, (operation, connector) => {
      const found = keys.map((key) => this.#cached(key, options.deserializer, operation));
      const missing = keys.filter((_, index) => found[index] === undefined);
      const fetched = missing.length === 0 ? [] : timedSync(operation, () => connector.getBatch(missing));
      const values = this.#merge(
        keys,
        found,
        fetched,
        options,
        operation,
        this.#cache.keep.bind(this.#cache),
      );
      operation?.measurement?.endBatch(keys);
      return values as StoredValues<K, D>; // as in getBatch
    });
  }

  /** {@link evictBatch} without waiting. A type error, and a {@link StoreError}, where the connector cannot. */
  evictBatchSync(this: ValueStore<SyncConnector>, keys: readonly StoreKey[]): void {
    this.#operations.runSync(operationKinds.evictBatch, keys, (operation, connector) => {
      for (const key of keys) this.#forget(key);
      timedSync(operation, () => {
        connector.evictBatch(keys);
      });
      operation?.measurement?.end();
    });
  }

  /**
   * Lets nobody in any more.
   *
   * @internal
   */
  protected refuse(): void {
    this.#operations.refuse();
  }

  /**
   * Waits for those inside, and forgets all values.
   *
   * @internal
   */
  protected async drain(): Promise<void> {
    await this.#operations.drained();
    this.#cache.clear();
  }

  /**
   * Throws unless the store is open and its connector could have made the key.
   *
   * @internal
   */
  protected check(key: ConnectorKey): void {
    this.#operations.check(key);
  }

  /**
   * Throws where closing has begun.
   *
   * @internal
   */
  assertOpen(): void {
    this.#operations.assertOpen();
  }

  #notDeferrable(key: ConnectorKey): StoreError {
    return new StoreError(
      `The store "${this.name}" has a connector of kind "${this.connector.kind}", which cannot store under a key that it made before.`,
      { storeName: this.name, key },
    );
  }

  #cached(
    key: ConnectorKey,
    deserializer: Deserializer | undefined,
    operation: Operation | undefined,
  ): Found | undefined {
    const found = this.#cache.get(key, deserializer);
    operation?.measurement?.count(found === undefined ? 'cacheMisses' : 'cacheHits');
    return found;
  }

  async #take(key: ConnectorKey, options: OperationOptions): Promise<Uint8Array | undefined> {
    const { connector } = this;
    if (connector.take !== undefined) return await connector.take(key, options);
    const data = await connector.get(key, options);
    if (data !== undefined) await connector.evict(key, options);
    return data;
  }

  #merge(
    keys: readonly ConnectorKey[],
    cached: readonly (Found | undefined)[],
    fetched: readonly (Uint8Array | undefined)[],
    options: GetOptions<unknown, unknown>,
    operation: Operation | undefined,
    keep: ValueCache<Operation | undefined>['keep'],
  ): unknown[] {
    let next = 0;
    return keys.map((key, index) => {
      let found = cached[index];
      if (found === undefined) {
        found = this.#codec.read(fetched[next], options.deserializer, operation);
        next += 1;
        if (found !== undefined) keep(key, options.deserializer, found);
      }
      return valueOf(found, options);
    });
  }

  async #kept(key: Promise<ConnectorKey>, lifetime: KeyLifetime): Promise<ConnectorKey> {
    const stored = await key;
    await this.#keepFor(lifetime, [stored]);
    return stored;
  }

  /** Puts new objects under a lifetime; when it has ended while they were being stored, they go with it. */
  async #keepFor(lifetime: KeyLifetime, keys: readonly ConnectorKey[]): Promise<void> {
    try {
      await lifetime.addKeys(keys, this.asStore());
    } catch (error) {
      try {
        await this.connector.evictBatch(keys);
      } catch (second) {
        throw suppressedError(second, error, leftBehind);
      }
      throw error;
    }
  }

  #keepForSync(lifetime: KeyLifetime, keys: readonly ConnectorKey[], connector: SyncOperations): void {
    try {
      // A backend that works without waiting has nothing to be told that could fail later.
      void lifetime.addKeys(keys, this.asStore());
    } catch (error) {
      try {
        connector.evictBatch(keys);
      } catch (second) {
        throw suppressedError(second, error, leftBehind);
      }
      throw error;
    }
  }

  /**
   * This, as the one class that extends it.
   *
   * @internal
   */
  protected abstract asStore(): Store;

  /** Forgets the keys before the backend is asked and, for those who have fetched them meanwhile, after. */
  async #evicting<R>(keys: readonly ConnectorKey[], evict: () => Promise<R>): Promise<R> {
    for (const key of keys) this.#forget(key);
    try {
      return await evict();
    } finally {
      for (const key of keys) this.#forget(key);
    }
  }

  #forget(key: ConnectorKey): void {
    this.#cache.drop(key);
    this.metrics?.drop(key);
  }
}

function valueOf<T, D>(found: Found | undefined, options: GetOptions<T, D>): T | D {
  // The bytes of a StoreKey<T> were written from a T; a missing default is the `undefined` that D is then.
  return (found === undefined ? options.default : found.value) as T | D;
}
