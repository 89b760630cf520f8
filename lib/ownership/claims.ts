/** How of several who load the reference of an owner one becomes it. */

import { isDeferrable } from '../connectors/protocol.js';
import type { ConnectorKey, SyncConnector } from '../connectors/protocol.js';
import { ReferenceInvalidError } from '../errors.js';
import { keyText } from '../store/key-text.js';
import type { Store } from '../store/store.js';

/** What is stored under a claim: it only matters who was first. */
const mark = [new Uint8Array(0)];

/** Claims that were loaded in this thread, so that a second load is told of at once, and by every connector. */
const loaded = new Set<string>();

/** The claims of one owner: those that it has, and those that it has to be first at before it is the owner. */
export class Claims {
  readonly #storeName: string;
  readonly #label: string;
  #won: readonly ConnectorKey[];
  #open: readonly ConnectorKey[];

  /**
   * @param storeName - The store that the object is in.
   * @param label - What the object is called in errors.
   * @param open - The claims to be won.
   * @param won - The claims of former owners, which go with the object.
   */
  constructor(storeName: string, label: string, open: readonly ConnectorKey[], won: readonly ConnectorKey[]) {
    this.#storeName = storeName;
    this.#label = label;
    this.#open = open;
    this.#won = won;
  }

  /** The claims that are there beside the object. */
  get won(): readonly ConnectorKey[] {
    return this.#won;
  }

  /** The claims that are still to be won. */
  get open(): readonly ConnectorKey[] {
    return this.#open;
  }

  /**
   * Says that the reference is loaded in this thread.
   *
   * @throws ReferenceInvalidError when it was before.
   */
  load(): void {
    for (const claim of this.#open) if (loaded.has(this.#text(claim))) throw this.lost();
    for (const claim of this.#open) loaded.add(this.#text(claim));
  }

  /** Forgets that the reference was loaded: the object is gone, or the owner has moved on. */
  unload(): void {
    for (const claim of [...this.#open, ...this.#won]) loaded.delete(this.#text(claim));
  }

  /**
   * Wins the open claims, where the backend can say who was first. Where it cannot, there is nothing to be done.
   *
   * @param store - The store that the object is in.
   * @param key - The object's key.
   * @throws ReferenceInvalidError when somebody else was first, or the object is gone.
   */
  async win(store: Store, key: ConnectorKey): Promise<void> {
    const { connector } = store;
    if (!isDeferrable(connector)) return;
    for (const claim of this.#open) {
      if (!(await connector.set(claim, mark, { ifAbsent: true }))) throw this.lost();
      this.#toWon(claim);
    }
    if (await connector.exists(key)) return;
    await connector.evictBatch(this.#won);
    throw this.gone();
  }

  /**
   * {@link win} in place.
   *
   * @param store - The store that the object is in.
   * @param key - The object's key.
   */
  winSync(store: Store<SyncConnector>, key: ConnectorKey): void {
    const { connector } = store;
    const { sync } = connector;
    if (!isDeferrable(connector) || sync.set === undefined) return;
    for (const claim of this.#open) {
      if (!sync.set(claim, mark, { ifAbsent: true })) throw this.lost();
      this.#toWon(claim);
    }
    if (sync.exists(key)) return;
    sync.evictBatch(this.#won);
    throw this.gone();
  }

  /** What a load fails with that was not the first. */
  lost(): ReferenceInvalidError {
    return new ReferenceInvalidError(
      `The owner of ${this.#label} was loaded from this reference before. A reference that was packed from an owned proxy gives one owner; send the others a borrow's reference, or pack a clone.`,
    );
  }

  /** What a load fails with whose object is not there any more. */
  gone(): ReferenceInvalidError {
    return new ReferenceInvalidError(`The owner of ${this.#label} was disposed of, and the object with it.`);
  }

  #toWon(claim: ConnectorKey): void {
    this.#open = this.#open.filter((other) => other !== claim);
    this.#won = [...this.#won, claim];
  }

  #text(claim: ConnectorKey): string {
    return `${this.#storeName}\n${keyText(claim)}`;
  }
}
