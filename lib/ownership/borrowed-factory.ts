/** The factory of a borrow. */

import '../resources/symbols.js';
import { ReferenceInvalidError } from '../errors.js';
import { isResolved, resolve, resolveSync } from '../proxy/proxy.js';
import { stateOf } from '../proxy/brand.js';
import type { ProxyOf, ResolveOptions } from '../proxy/types.js';
import { StoreFactory } from '../store/store-factory.js';
import { unwatch, watch } from './leaks.js';
import type { Leakable } from './leaks.js';
import type { OwnedFactory } from './owned-factory.js';
import type { Loan } from './ownership.js';
import { readOnly } from './read-only.js';

/** What a {@link BorrowedFactory} is made of. */
export interface BorrowedFactoryOptions<T> {
  /** The owner. Held, so that it cannot be collected while it is borrowed. */
  readonly owner: ProxyOf<T>;
  /** The owner's factory. */
  readonly owned: OwnedFactory<T>;
  /** How the object is lent. */
  readonly loan: Loan;
  /** Write the object to the store when the borrow is disposed of. */
  readonly updateOnDispose?: boolean | undefined;
}

/** Gives the owner's target, to read or to change, until it is given back. */
export class BorrowedFactory<T> extends StoreFactory<T> implements Leakable, Disposable {
  /** What the borrow is called in errors. */
  readonly label: string;
  readonly #owner: ProxyOf<T>;
  readonly #owned: OwnedFactory<T>;
  readonly #updateOnDispose: boolean;
  /** How the object is lent. */
  readonly loan: Loan;
  #proxy: WeakRef<object> | undefined;
  #released = false;

  /**
   * @param options - The owner, and how it lends.
   * @throws MutableBorrowError where there is a loan that excludes this one.
   * @throws ReferenceInvalidError after the owner was disposed of or moved.
   */
  constructor(options: BorrowedFactoryOptions<T>) {
    const { owned } = options;
    owned.ownership.lend(options.loan);
    super({ storeName: owned.storeName, key: owned.key, kind: owned.kind });
    this.label = `A ${options.loan === 'exclusive' ? 'mutable ' : ''}borrow of ${owned.label}`;
    this.#owner = options.owner;
    this.#owned = owned;
    this.loan = options.loan;
    this.#updateOnDispose = options.updateOnDispose ?? false;
  }

  /** Says which proxy this is the factory of. It is not held. */
  attach(proxy: object): void {
    this.#proxy = new WeakRef(proxy);
    watch(proxy, this);
  }

  override async resolve(options?: ResolveOptions): Promise<T> {
    this.assertLive();
    return this.#lent(await resolve(this.#owner, options));
  }

  override resolveSync(): T {
    this.assertLive();
    return this.#lent(resolveSync(this.#owner));
  }

  /**
   * Throws after the borrow was given back.
   *
   * @throws ReferenceInvalidError
   */
  assertLive(): void {
    if (this.#released) {
      throw new ReferenceInvalidError(`${this.label} cannot be used any more: it was disposed of.`);
    }
  }

  /** Writes the object to the store. Nothing has changed of one that was never looked at. */
  async update(options?: Parameters<OwnedFactory<T>['update']>[1]): Promise<void> {
    this.assertLive();
    if (isResolved(this.#owner)) await this.#owned.update(await resolve(this.#owner), options);
  }

  /** {@link update} without waiting. */
  updateSync(options?: Parameters<OwnedFactory<T>['updateSync']>[1]): void {
    this.assertLive();
    if (isResolved(this.#owner)) this.#owned.updateSync(resolveSync(this.#owner), options);
  }

  /** Gives the object back, whatever updating it throws. The second time there is nothing to do. */
  [Symbol.dispose](): void {
    if (this.#released) return;
    try {
      if (this.#updateOnDispose) this.updateSync();
    } finally {
      this.release();
    }
  }

  /** The same, where updating has to wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    try {
      if (this.#updateOnDispose) await this.update();
    } finally {
      this.release();
    }
  }

  /** Gives the object back. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    unwatch(this);
    this.#owned.ownership.giveBack(this.loan);
    const proxy = this.#proxy?.deref();
    if (proxy !== undefined) stateOf(proxy)?.unresolve();
  }

  #lent(value: T): T {
    // A view of a T reads as one.
    return this.loan === 'exclusive' ? value : (readOnly(value) as T);
  }
}
