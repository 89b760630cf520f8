/** The end of an operation that may come early: by its signal, by a failure of a part of it, or by time. */

/** Says an operation's requests that they are not wanted any more. */
export class Cancellation {
  readonly #listeners = new Set<() => void>();
  #cancelled = false;
  #reason: unknown;
  #release: (() => void) | undefined;

  /**
   * @param parent - What cancels this as well.
   */
  constructor(parent?: AbortSignal | Cancellation) {
    if (parent instanceof Cancellation) {
      this.#release = parent.onCancel(() => this.cancel(parent.reason));
    } else if (parent !== undefined) {
      const abort = (): void => this.cancel(parent.reason);
      parent.addEventListener('abort', abort, { once: true });
      this.#release = () => parent.removeEventListener('abort', abort);
    }
  }

  /** Whether it has been cancelled. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Why. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Cancels; the first reason stays. */
  cancel(reason: unknown): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Cancels after so many milliseconds, unless it is released before. */
  cancelAfter(milliseconds: number, reason: unknown): void {
    const release = this.#release;
    const timer = setTimeout(() => this.cancel(reason), milliseconds);
    this.#release = () => {
      clearTimeout(timer);
      release?.();
    };
  }

  /**
   * Calls a listener when it is cancelled, at once where it is.
   *
   * @returns What takes the listener away again.
   */
  onCancel(listener: () => void): () => void {
    if (this.#cancelled) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets go of what cancels it. */
  release(): void {
    this.#release?.();
  }
}

/**
 * Does something with a cancellation of its own, which is released after it.
 *
 * @param parent - What cancels it.
 */
export async function withCancellation<T>(
  parent: AbortSignal | Cancellation | undefined,
  run: (cancellation: Cancellation) => Promise<T>,
): Promise<T> {
  const cancellation = new Cancellation(parent);
  try {
    return await run(cancellation);
  } finally {
    cancellation.release();
  }
}

/**
 * Waits for something that does not hear of a cancellation.
 *
 * @throws The cancellation's reason when that comes before.
 */
export function unlessCancelled<T>(cancellation: Cancellation, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the signal's user gave
    const stopListening = cancellation.onCancel(() => reject(cancellation.reason));
    void promise.then(resolve, reject).then(stopListening);
  });
}

/**
 * Does something with each item, all at the same time. The first failure cancels the others, all of which have ended
 * when it is thrown.
 *
 * @param parent - What cancels all.
 * @returns The results, in order.
 */
export function forEach<T, R>(
  items: readonly T[],
  parent: Cancellation,
  run: (item: T, cancellation: Cancellation, index: number) => Promise<R>,
): Promise<R[]> {
  return withCancellation(parent, async (cancellation) => {
    const outcomes = await Promise.allSettled(
      items.map(async (item, index) => {
        try {
          return await run(item, cancellation, index);
        } catch (error) {
          cancellation.cancel(error);
          throw error;
        }
      }),
    );
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw cancellation.reason;
      return outcome.value;
    });
  });
}
