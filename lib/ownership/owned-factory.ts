/** The factory of an owned proxy. */

import '../resources/symbols.js';
import { platform } from '#platform';
import { isDeferrable } from '../connectors/protocol.js';
import type { ConnectorKey } from '../connectors/protocol.js';
import { ReferenceInvalidError, StoreError } from '../errors.js';
import { stateOf } from '../proxy/brand.js';
import type { ResolveOptions } from '../proxy/types.js';
import { packSymbol } from '../references/packable.js';
import type { Packable } from '../references/packable.js';
import { warnOfFailure } from '../resources/warnings.js';
import type { OwnedReference, ProxyReference } from '../store/proxy-reference.js';
import { StoreFactory } from '../store/store-factory.js';
import type { StoreFactoryOptions } from '../store/store-factory.js';
import type { PutOptions, SyncOptions } from '../store/store-options.js';
import { Claims } from './claims.js';
import { unwatch, watch } from './leaks.js';
import type { Leakable } from './leaks.js';
import { Ownership } from './ownership.js';

/** What updating an object takes. */
export type UpdateOptions<T = unknown> = Pick<PutOptions<T>, 'serializer' | 'signal'>;

/** What an {@link OwnedFactory} is made of. */
export interface OwnedFactoryOptions<T> extends Omit<StoreFactoryOptions<T>, 'evict'> {
  /** The ownership that came with a reference. Default: the object was made here, and nobody else can claim it. */
  readonly moved?: OwnedReference | undefined;
}

/** Produces the target of an owned proxy, as long as that is the owner; moves and ends the ownership. */
export class OwnedFactory<T>
  extends StoreFactory<T>
  implements Packable, Leakable, Disposable, AsyncDisposable
{
  /** What the object is called in errors. */
  readonly label: string;
  /** Who has what of the object. */
  readonly ownership: Ownership;
  readonly #claims: Claims;
  #claiming: Promise<void> | undefined;
  #disposing: Promise<void> | undefined;
  /** Not held: a proxy that nobody holds is to be collected, and warned of. */
  #proxy: WeakRef<object> | undefined;
  /** Whether there is nothing here any more to evict. */
  #released = false;

  constructor(options: OwnedFactoryOptions<T>) {
    super({ ...options, evict: false });
    this.label = `the object with the key ${JSON.stringify(this.key)} of the store "${this.storeName}"`;
    this.ownership = new Ownership(this.label);
    const { claims = [], spent = [] } = options.moved ?? {};
    this.#claims = new Claims(this.storeName, this.label, claims, spent);
  }

  /**
   * Says which proxy this is the factory of.
   *
   * @param proxy - The proxy; not held.
   */
  attach(proxy: object): void {
    this.#proxy = new WeakRef(proxy);
    watch(proxy, this);
  }

  /**
   * Says that this comes from a reference: it is the owner once it has won its claims. Where the store is here and works
   * without waiting, that is settled now; else by the first use, which waits for it.
   *
   * @throws ReferenceInvalidError when the reference was loaded before.
   */
  load(): void {
    this.#claims.load();
    if (this.#storeIsHere()) this.#claimSync();
  }

  /**
   * Settles when this is the owner.
   *
   * @throws ReferenceInvalidError when it is not, or not any more.
   */
  async claimed(): Promise<void> {
    this.ownership.assertValid();
    if (this.#claims.open.length === 0) return;
    const claiming = (this.#claiming ??= this.#claim());
    try {
      await claiming;
    } finally {
      this.#claiming = undefined;
    }
    this.ownership.assertValid();
  }

  override async resolve(options?: ResolveOptions): Promise<T> {
    await this.claimed();
    return super.resolve(options);
  }

  override resolveSync(): T {
    this.ownership.assertValid();
    this.#claimSync();
    return super.resolveSync();
  }

  /**
   * Writes a changed target to the store, under the same key.
   *
   * @param value - The target.
   * @param options - A serializer for this call, a signal.
   * @throws StoreError where the connector cannot store under a key that is there.
   */
  async update(value: T, options: UpdateOptions<T> = {}): Promise<void> {
    await this.claimed();
    await this.getStore().replace(this.key, value, options);
  }

  /** {@link update} without waiting. */
  updateSync(value: T, options: SyncOptions<UpdateOptions<T>> = {}): void {
    this.ownership.assertValid();
    const store = this.getStore();
    if (!store.isSync()) {
      throw new StoreError(
        `The store "${this.storeName}" only works asynchronously, so ${this.label} cannot be updated in place. Use await update(), or hold the borrow with "await using".`,
        { storeName: this.storeName, key: this.key },
      );
    }
    this.#claimSync();
    store.replaceSync(this.key, value, options);
  }

  /** Moves the ownership into a reference. This one's proxy is invalid from then on. */
  [packSymbol](): ProxyReference {
    this.ownership.assertUnborrowed('move');
    if (this.#claiming !== undefined) {
      throw new ReferenceInvalidError(
        `Cannot move ${this.label}: it is just being found out whether this is its owner. Wait for await resolve(owner) first.`,
      );
    }
    const { connector } = this.getStore();
    const claim: ConnectorKey = isDeferrable(connector) ? connector.newKey() : [platform.randomUUID()];
    const { open, won } = this.#claims;
    this.#end('it was moved, by packing it', true);
    this.#claims.unload();
    return {
      ...this.toJSON(),
      owned: { claims: [...open, claim], ...(won.length > 0 && { spent: won }) },
    };
  }

  /**
   * Ends the ownership and evicts the object. The second time, and after a move, there is nothing to do.
   *
   * @throws MutableBorrowError while the object is borrowed; nothing is evicted then.
   * @throws ConnectorError when the object could not be evicted. Disposing again tries again.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#dispose().catch((error: unknown) => {
      this.#disposing = undefined;
      throw error;
    });
    return this.#disposing;
  }

  /**
   * The same without waiting.
   *
   * @throws StoreError where the store only works asynchronously.
   * @throws As `[Symbol.asyncDispose]()`.
   */
  [Symbol.dispose](): void {
    if (this.#released) return;
    const store = this.getStore();
    if (!store.isSync()) {
      throw new StoreError(
        `The store "${this.storeName}" only works asynchronously, so ${this.label} cannot be evicted in place. Hold its owner with "await using".`,
        { storeName: this.storeName, key: this.key },
      );
    }
    if (this.ownership.valid) {
      this.ownership.assertUnborrowed('dispose of');
      this.#claimSync();
      this.#end('it was disposed of', false);
    }
    store.evictBatchSync([this.key, ...this.#claims.won]);
    this.#released = true;
    this.#claims.unload();
  }

  /** Evicts the object of a proxy that was collected. */
  release(): void {
    this[Symbol.asyncDispose]().catch((error: unknown) => {
      warnOfFailure(`${this.label} could not be evicted after its owner was collected`, error);
    });
  }

  #end(reason: string, released: boolean): void {
    this.ownership.end(reason);
    this.#released = released;
    unwatch(this);
    const proxy = this.#proxy?.deref();
    if (proxy !== undefined) stateOf(proxy)?.unresolve();
  }

  async #dispose(): Promise<void> {
    if (this.ownership.valid) {
      this.ownership.assertUnborrowed('dispose of');
      if (!(await this.#becomesOwner())) return;
      this.ownership.assertUnborrowed('dispose of');
      this.#end('it was disposed of', false);
    }
    if (this.#released) return;
    await this.getStore().evictBatch([this.key, ...this.#claims.won]);
    this.#released = true;
    this.#claims.unload();
  }

  async #claim(): Promise<void> {
    try {
      await this.#claims.win(this.getStore(), this.key);
    } catch (error) {
      this.#lose(error);
      throw error;
    }
  }

  #storeIsHere(): boolean {
    try {
      this.getStore();
      return true;
    } catch {
      return false; // not registered yet
    }
  }

  #claimSync(): void {
    if (this.#claims.open.length === 0) return;
    const store = this.getStore();
    if (!store.isSync()) return;
    try {
      this.#claims.winSync(store, this.key);
    } catch (error) {
      this.#lose(error);
      throw error;
    }
  }

  /** Whoever was not the first owns nothing. A backend that failed can be asked again. */
  #lose(error: unknown): void {
    if (!(error instanceof ReferenceInvalidError)) return;
    this.#end('it was loaded elsewhere before, or disposed of', true);
  }

  async #becomesOwner(): Promise<boolean> {
    try {
      await this.claimed();
      return true;
    } catch (error) {
      if (error instanceof ReferenceInvalidError) return false;
      throw error;
    }
  }
}
