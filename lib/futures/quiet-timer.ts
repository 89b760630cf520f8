/** Timers that keep no process alive. */

/** The longest time that a timer takes, in milliseconds; a longer one fires at once. */
export const longestTimer = 2 ** 31 - 1;

/** A timer that is running. */
export interface QuietTimer {
  /** Stops it. One that has fired, or was stopped, stays so. */
  stop(): void;
}

/**
 * Starts a timer.
 *
 * @param milliseconds - From now, up to {@link longestTimer}.
 * @param run - Called once.
 */
export function startTimer(milliseconds: number, run: () => void): QuietTimer {
  const timer = setTimeout(run, milliseconds);
  // A number in browsers, where no timer keeps anything alive.
  if (typeof timer === 'object') timer.unref();
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}

/**
 * Waits for a time.
 *
 * @param milliseconds - From now, up to {@link longestTimer}.
 * @param signal - Ends the wait; the promise then rejects with its reason. Must not be aborted yet.
 */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.stop();
      // The reason is the caller's own; whatever it is, it is what an aborted operation rejects with.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal.reason);
    };
    const timer = startTimer(milliseconds, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}
