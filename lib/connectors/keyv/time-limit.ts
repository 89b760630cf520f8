/** Ends what a Keyv does not end: calls to a backend that is gone, which some adapters leave pending for good. */

import { ConnectorError } from '../../errors.js';
import { kind } from './keyv-like.js';

/** How long is waited for an operation. */
export interface TimeLimit {
  /** In milliseconds. */
  readonly timeout: number;
  /** The operation's signal. */
  readonly signal?: AbortSignal | undefined;
  /** What is done, as in `store an object`. */
  readonly what: string;
  /**
   * Takes back what the operation does after all, because nobody learns of its outcome: once it has ended. An abort waits
   * for that, up to the limit. What it fails with is nobody's.
   */
  readonly undo?: (() => Promise<unknown>) | undefined;
}

/**
 * Waits for an operation, up to a limit. A Keyv takes no signal: it goes on with what is not waited for any more.
 *
 * @param operation - The operation.
 * @param limit - The limit.
 * @returns What the operation gives.
 * @throws ConnectorError when it takes too long; the signal's reason when it is aborted; what the operation fails with.
 */
export function withinLimit<T>(
  operation: () => Promise<T>,
  { timeout, signal, what, undo }: TimeLimit,
): Promise<T> {
  return new Promise((resolve, reject) => {
    /** Whether the operation is not to have been done, however it ends. Decided at once, and not when it is told. */
    let withdrawn = false;
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const rejectAborted = (): void => {
      settle();
      // The reason is the caller's own.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal?.reason);
    };
    const abort = (): void => {
      withdrawn = true;
      if (undo === undefined) rejectAborted();
    };
    const takeBack = async (): Promise<void> => {
      await undo?.().catch(() => undefined);
      rejectAborted(); // where it was not said before that it takes too long
    };
    const timer = setTimeout(() => {
      const aborted = withdrawn;
      withdrawn = true;
      if (aborted) rejectAborted();
      else {
        settle();
        reject(overdue(what, timeout));
      }
    }, timeout);
    signal?.addEventListener('abort', abort, { once: true });
    operation().then(
      (value) => {
        if (withdrawn) return takeBack();
        settle();
        resolve(value);
        return undefined;
      },
      (error: unknown) => {
        if (withdrawn) return takeBack();
        settle();
        // What the operation fails with.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
        return undefined;
      },
    );
  });
}

function overdue(what: string, timeout: number): ConnectorError {
  return new ConnectorError(
    `The Keyv did not ${what} within ${timeout} ms. Its backend may be gone, or wait to be connected again. Give a longer "operationTimeout" where that is what it takes.`,
    { connector: kind },
  );
}
