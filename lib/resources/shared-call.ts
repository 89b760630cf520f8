/** One running call that several callers wait for. */

/**
 * Shares one asynchronous call among all who ask while it runs. Each may give up by its own signal; the call is
 * aborted only when all have.
 *
 * @typeParam T - What the call gives.
 */
export class SharedCall<T> {
  /** The call's outcome. Handled inside, so a caller who never awaits it causes no unhandled rejection. */
  readonly promise: Promise<T>;
  #settled = false;
  #controller: AbortController | undefined;
  #waiting = 0;
  /** A caller without a signal waits for ever, so from then on the call is never aborted. */
  #pinned = false;

  /**
   * @param run - Starts the call, at once. Its signal fires when all callers have given up; there is none where
   *   the first caller has none.
   * @param abortable - Whether the first caller has a signal.
   */
  constructor(run: (signal: AbortSignal | undefined) => Promise<T>, abortable: boolean) {
    if (abortable) this.#controller = new AbortController();
    this.promise = run(this.#controller?.signal);
    const settle = (): void => {
      this.#settled = true;
    };
    this.promise.then(settle, settle);
  }

  /** Whether all callers have given up, so that a new one has to start a new call. */
  get abandoned(): boolean {
    return this.#controller?.signal.aborted === true;
  }

  /**
   * Waits for the call.
   *
   * @param signal - Gives up waiting. The promise then rejects with the signal's reason.
   * @returns What the call gives.
   */
  join(signal?: AbortSignal): Promise<T> {
    if (signal === undefined) {
      this.#pinned = true;
      return this.promise;
    }
    this.#waiting += 1;
    return new Promise<T>((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting -= 1;
        if (this.#waiting === 0 && !this.#pinned && !this.#settled) this.#controller?.abort(signal.reason);
        // The reason is the caller's own; whatever it is, it is what an aborted operation rejects with.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(signal.reason);
      };
      if (signal.aborted) {
        giveUp();
        return;
      }
      signal.addEventListener('abort', giveUp, { once: true });
      void this.promise.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', giveUp);
      });
    });
  }
}
