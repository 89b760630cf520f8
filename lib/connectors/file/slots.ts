/** Runs no more than a number of operations at the same time. */

import { throwFirst } from './throw-first.js';

/** A number of slots; an operation runs in one, and waits in line for it. */
export class Slots {
  readonly #count: number;
  #free: number;
  /** The line, as two stacks: the end, and the front turned round. Shifting an array of thousands is slow. */
  #arriving: (() => void)[] = [];
  #leaving: (() => void)[] = [];

  /**
   * @param count - How many operations run at the same time.
   */
  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  /**
   * Runs an operation as soon as a slot is free. It must not ask for another slot itself.
   *
   * @returns What the operation gives.
   */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#arriving.push(resolve));
    try {
      return await operation();
    } finally {
      const next = this.#nextInLine();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /**
   * Runs an operation on each item, every one in a slot. When one fails, those that have not begun are left out.
   *
   * @returns What the operations give, in order, once all that had begun have ended.
   * @throws What failed first.
   */
  async map<T, R>(items: readonly T[], operation: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const failures: unknown[] = [];
    const rest = items.entries();
    const lane = async (): Promise<void> => {
      // All lanes take from the same iterator.
      for (const [index, item] of rest) {
        try {
          results[index] = await this.run(() => operation(item));
        } catch (error) {
          failures.push(error);
        }
        if (failures.length > 0) return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#count, items.length) }, lane));
    throwFirst(failures);
    return results;
  }

  #nextInLine(): (() => void) | undefined {
    if (this.#leaving.length === 0) {
      this.#leaving = this.#arriving.reverse();
      this.#arriving = [];
    }
    return this.#leaving.pop();
  }
}
