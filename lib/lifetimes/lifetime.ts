/** A lifetime: objects that are gone when it ends. */

import '../resources/symbols.js';
import type { ConnectorKey, SyncConnector } from '../connectors/protocol.js';
import { LifetimeEndedError, ProxyStoreFactoryError, StoreError } from '../errors.js';
import { getFactory } from '../proxy/proxy.js';
import { factoryName } from '../proxy/failures.js';
import type { ProxyOf } from '../proxy/types.js';
import { isStoreFactory } from '../registry/registered-store.js';
import { Failures } from '../resources/close-once.js';
import type { KeyLifetime } from '../store/key-lifetime.js';
import { keyText } from '../store/key-text.js';
import type { StoreFactory } from '../store/store-factory.js';
import type { Store } from '../store/store.js';

/** What is asked of a store's factory. */
type FactoryOfStore = Pick<StoreFactory<unknown>, 'key' | 'getStore'>;

/** What every lifetime can be made with. */
export interface LifetimeOptions {
  /** What it is called in errors. Default: the name of its class. */
  readonly name?: string | undefined;
  /** A lifetime that this one ends with, if it has not ended before. */
  readonly parent?: Lifetime | undefined;
}

/**
 * Objects that are evicted together when it ends, of one store or several. The base of the lifetimes that know when to
 * end; by itself it ends with `close()`. ProxyStore's `Lifetime`.
 *
 * The stores stay their owners'; each must be open as long as a lifetime holds keys of it.
 */
export class Lifetime implements KeyLifetime, AsyncDisposable, Disposable {
  /** What it is called in errors. */
  readonly name: string;
  readonly #store: Store | undefined;
  readonly #parent: Lifetime | undefined;
  readonly #children = new Set<Lifetime>();
  readonly #keys = new Map<Store, Map<string, ConnectorKey>>();
  readonly #controller = new AbortController();
  #closing: Promise<void> | undefined;

  /**
   * Begins a lifetime.
   *
   * @param store - The store of keys that are added without one; needed only for those.
   * @param options - Its name and parent.
   * @throws LifetimeEndedError when the parent has ended.
   */
  constructor(store?: Store, options: LifetimeOptions = {}) {
    this.name = options.name ?? new.target.name;
    this.#store = store;
    const { parent } = options;
    this.#parent = parent;
    if (parent !== undefined) {
      parent.assertOpen();
      parent.#children.add(this);
    }
  }

  /** Fires when the lifetime ends, before its objects are evicted. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many objects it holds. Those of its children are theirs. */
  get size(): number {
    let size = 0;
    for (const keys of this.#keys.values()) size += keys.size;
    return size;
  }

  /** Whether it has ended, or is ending. */
  done(): boolean {
    return this.#controller.signal.aborted;
  }

  /**
   * Throws when it has ended.
   *
   * @throws LifetimeEndedError
   */
  assertOpen(): void {
    if (this.done())
      throw new LifetimeEndedError(
        `The lifetime "${this.name}" has ended. Begin another one for what is still to come.`,
      );
  }

  /**
   * Takes an object in, by its key.
   *
   * @param key - The key. One that is held already is held once.
   * @param store - The store it is of. Default: the lifetime's own.
   * @returns Settles when the backend knows of it, where it has to.
   * @throws LifetimeEndedError when it has ended.
   * @throws StoreError where no store is known.
   */
  async addKey(key: ConnectorKey, store?: Store): Promise<void> {
    await this.addKeys([key], store);
  }

  /**
   * Takes objects in, by their keys.
   *
   * @param keys - The keys. One that is held already is held once.
   * @param store - The store they are of. Default: the lifetime's own.
   * @returns Settles when the backend knows of them; `undefined` where it does not have to.
   * @throws As {@link addKey}, at once.
   */
  addKeys(keys: readonly ConnectorKey[], store: Store | undefined = this.#store): Promise<void> | undefined {
    this.assertOpen();
    if (store === undefined) {
      throw new StoreError(
        `The lifetime "${this.name}" was begun without a store. Say which one the keys are of.`,
      );
    }
    let held = this.#keys.get(store);
    if (held === undefined) this.#keys.set(store, (held = new Map<string, ConnectorKey>()));
    for (const key of keys) held.set(keyText(store.connector.checkKey(key)), key);
    return undefined;
  }

  /**
   * Takes the objects of proxies in. Resolves nothing.
   *
   * @param proxies - Proxies of stores that are open or registered here.
   * @throws LifetimeEndedError when it has ended.
   * @throws ProxyStoreFactoryError for a proxy that no store has made.
   * @throws StoreNotRegisteredError where the store of one is not known here.
   */
  async addProxy(...proxies: ProxyOf<unknown>[]): Promise<void> {
    this.assertOpen();
    const factories = proxies.map((proxy) => {
      const factory = getFactory(proxy);
      if (isStoreFactory(factory)) return factory as unknown as FactoryOfStore; // of this or another copy of the package
      throw new ProxyStoreFactoryError(
        `A proxy that was made with a ${factoryName(factory)} has no object in a store that could be evicted.`,
        { factoryName: factoryName(factory) },
      );
    });
    const stores = factories.map((factory) => factory.getStore());
    for (const [index, { key }] of factories.entries()) await this.addKeys([key], stores[index]);
  }

  /**
   * Ends the lifetime: its children first, then its objects are evicted, in one batch a store where that works, one by
   * one where it does not. Every call gives the same promise.
   *
   * @throws What could not be evicted or ended, as one error or a chain of `SuppressedError`, after all was tried.
   */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /**
   * {@link close} without waiting, where all stores are synchronous.
   *
   * @throws StoreError where one is not; nothing has ended then.
   * @throws As {@link close}.
   */
  closeSync(): void {
    if (this.#closing !== undefined) return;
    const held = this.#heldInSync();
    this.#closing = Promise.resolve();
    this.#begin();
    const failures = new Failures();
    for (const child of [...this.#children].reverse())
      failures.run(() => {
        child.closeSync();
      });
    for (const [store, keys] of held)
      for (const key of keys)
        failures.run(() => {
          store.evictSync(key);
        });
    this.#keys.clear();
    failures.throwIfAny();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The same as {@link closeSync}, for `using`. */
  [Symbol.dispose](): void {
    this.closeSync();
  }

  /**
   * The stores that it holds keys of, and these.
   *
   * @internal
   */
  protected held(): Iterable<readonly [Store, readonly ConnectorKey[]]> {
    return [...this.#keys].map(([store, keys]) => [store, [...keys.values()]] as const);
  }

  /**
   * Called once, when the lifetime ends: releases what a subclass waits with.
   *
   * @internal
   */
  protected ended(): void {
    // Nothing here.
  }

  #begin(): void {
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    this.ended();
    this.#controller.abort(new LifetimeEndedError(`The lifetime "${this.name}" has ended.`));
  }

  async #end(): Promise<void> {
    this.#begin();
    const failures = new Failures();
    for (const child of [...this.#children].reverse()) await failures.runAsync(() => child.close());
    for (const [store, keys] of this.#keys) await evictAll(store, [...keys.values()], failures);
    this.#keys.clear();
    failures.throwIfAny();
  }

  /** What it holds, which can be evicted in place, as can what its children hold. */
  #heldInSync(): (readonly [Store<SyncConnector>, readonly ConnectorKey[]])[] {
    const held = [...this.#keys].map(([store, keys]) => {
      if (store.isSync()) return [store, [...keys.values()]] as const;
      throw new StoreError(
        `The lifetime "${this.name}" holds objects of the store "${store.name}", whose connector only works asynchronously. End it with await close(), or await using.`,
        { storeName: store.name },
      );
    });
    for (const child of this.#children) child.#heldInSync();
    return held;
  }
}

/** One step for all; where that fails, one for each, so that one that cannot be evicted keeps no other. */
async function evictAll(store: Store, keys: readonly ConnectorKey[], failures: Failures): Promise<void> {
  try {
    await store.evictBatch(keys);
  } catch {
    for (const key of keys) await failures.runAsync(() => store.evict(key));
  }
}
