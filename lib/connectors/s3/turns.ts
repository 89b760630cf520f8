/** Not too much at a time. */

import type { Cancellation } from './cancellation.js';

/** Lets so many tasks run at a time, and has others wait for their turn, in order. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /**
   * @param count - How many.
   */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs a task when it is its turn.
   *
   * @throws The cancellation's reason when it comes before the turn.
   */
  async run<T>(cancellation: Cancellation, task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(cancellation);
    try {
      // It may have come between the end of the wait and now.
      if (cancellation.cancelled) throw cancellation.reason;
      return await task();
    } finally {
      this.#next();
    }
  }

  /** Waits until another task hands over its turn. */
  #turn(cancellation: Cancellation): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.#waiting.delete(start);
        stopListening();
        resolve();
      };
      this.#waiting.add(start);
      const stopListening = cancellation.onCancel(() => {
        this.#waiting.delete(start);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the signal's user gave
        reject(cancellation.reason);
      });
    });
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) this.#free += 1;
    else first();
  }
}
