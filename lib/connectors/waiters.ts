/** Those who wait until an object is stored. */

/** One who waits. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Promises by the name of what they wait for. Each settles once: by a wake, a failure, or its own signal. */
export class Waiters {
  readonly #byName = new Map<string, Set<Waiter>>();

  /** How many names are waited for. */
  get size(): number {
    return this.#byName.size;
  }

  /** The names that are waited for. */
  names(): IterableIterator<string> {
    return this.#byName.keys();
  }

  /** Whether anybody waits for a name. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /**
   * Waits for a name.
   *
   * @param signal - Ends the wait; the promise then rejects with its reason. Must not be aborted yet. The listener
   *   is off the signal when the promise settles.
   * @returns Settles when the name is woken or failed.
   */
  wait(name: string, signal?: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#remove(name, waiter);
        waiter.reject(signal?.reason);
      };
      const waiter: Waiter = {
        resolve() {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
        reject(reason) {
          signal?.removeEventListener('abort', abort);
          // The reason is the caller's own; whatever it is, it is what an aborted operation rejects with.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(reason);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      let waiting = this.#byName.get(name);
      if (waiting === undefined) this.#byName.set(name, (waiting = new Set()));
      waiting.add(waiter);
    });
  }

  /** Resolves all who wait for a name. */
  wake(name: string): void {
    for (const waiter of this.#takeAll(name)) waiter.resolve();
  }

  /** Rejects all who wait for a name. */
  fail(name: string, reason: unknown): void {
    for (const waiter of this.#takeAll(name)) waiter.reject(reason);
  }

  /** Rejects all who wait for anything. */
  failAll(reason: unknown): void {
    for (const name of [...this.#byName.keys()]) this.fail(name, reason);
  }

  #takeAll(name: string): Iterable<Waiter> {
    const waiting = this.#byName.get(name);
    this.#byName.delete(name);
    return waiting ?? [];
  }

  #remove(name: string, waiter: Waiter): void {
    const waiting = this.#byName.get(name);
    waiting?.delete(waiter);
    if (waiting?.size === 0) this.#byName.delete(name);
  }
}
