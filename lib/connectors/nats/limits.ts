/** What ends an operation before it is done: its time, and its caller. */

/** How long an operation goes on. */
export class Limits {
  /** Why it has ended; absent until then. */
  ended: unknown;
  readonly #listeners = new Set<(reason: unknown) => void>();

  /**
   * Has a function called when it ends.
   *
   * @returns Takes the function off again.
   */
  onEnd(listener: (reason: unknown) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits for a promise no longer than it goes on.
   *
   * @throws The reason for which it has ended.
   */
  until<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) {
        // The reason of an abort is the caller's own.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(this.ended);
        promise.catch(() => undefined);
        return;
      }
      const remove = this.onEnd(reject);
      promise.then(resolve, reject).finally(remove);
    });
  }

  /**
   * Ends it.
   *
   * @param reason - Not undefined.
   */
  end(reason: unknown): void {
    this.ended = reason;
    for (const listener of [...this.#listeners]) listener(reason);
  }
}
