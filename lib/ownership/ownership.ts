/** The rules of ownership: one owner; many loans to read, or one to change. After Rust, and ProxyStore's references. */

import { MutableBorrowError, ReferenceInvalidError } from '../errors.js';

/** How a loan of an object is given. */
export type Loan = 'shared' | 'exclusive';

/** Who has what of one object. Knows nothing of proxies and stores. */
export class Ownership {
  /** What the object is called in errors. */
  readonly #label: string;
  #shared = 0;
  #exclusive = false;
  #ended: string | undefined;

  /**
   * @param label - What the object is called in errors.
   */
  constructor(label: string) {
    this.#label = label;
  }

  /** Whether the owner may still be used. */
  get valid(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Throws unless the owner may still be used.
   *
   * @throws ReferenceInvalidError after it was disposed of or moved.
   */
  assertValid(): void {
    if (this.#ended === undefined) return;
    throw new ReferenceInvalidError(`The owner of ${this.#label} cannot be used any more: ${this.#ended}.`);
  }

  /**
   * Throws while anything is lent.
   *
   * @param purpose - What is being tried.
   * @throws MutableBorrowError while the object is borrowed.
   * @throws ReferenceInvalidError after the owner was disposed of or moved.
   */
  assertUnborrowed(purpose: string): void {
    this.assertValid();
    const lent = this.#lent();
    if (lent === undefined) return;
    throw new MutableBorrowError(
      `Cannot ${purpose} ${this.#label}: it is ${lent}. Dispose of the borrows first.`,
    );
  }

  /**
   * Lends the object.
   *
   * @param loan - To read, beside others, or to change, alone.
   * @throws MutableBorrowError where there is a loan that excludes it.
   * @throws ReferenceInvalidError after the owner was disposed of or moved.
   */
  lend(loan: Loan): void {
    this.assertValid();
    if (this.#exclusive || (loan === 'exclusive' && this.#shared > 0)) {
      throw new MutableBorrowError(
        `Cannot borrow ${this.#label}${loan === 'exclusive' ? ' mutably' : ''}: it is ${String(this.#lent())}. There may be many borrows at a time, or one mutable one.`,
      );
    }
    if (loan === 'exclusive') this.#exclusive = true;
    else this.#shared += 1;
  }

  /**
   * Takes a loan back.
   *
   * @param loan - How it was given.
   */
  giveBack(loan: Loan): void {
    if (loan === 'exclusive') this.#exclusive = false;
    else this.#shared -= 1;
  }

  /**
   * Ends the ownership.
   *
   * @param reason - Why, for whoever uses the owner after this.
   */
  end(reason: string): void {
    this.#ended ??= reason;
  }

  #lent(): string | undefined {
    if (this.#exclusive) return 'mutably borrowed';
    return this.#shared === 0
      ? undefined
      : `borrowed ${String(this.#shared)} ${this.#shared === 1 ? 'time' : 'times'}`;
  }
}
