/** Ends what a Keyv does not end: calls to a backend that is gone, which some adapters leave pending for good. */

import { ConnectorError } from '../../errors.js';
import { kind } from './objects.js';

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
export async function withinLimit<T>(
  operation: () => Promise<T>,
  { timeout, signal, what, undo }: TimeLimit,
): Promise<T> {
  const running = operation();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    const undone = async (): Promise<void> => {
      if (undo === undefined) return;
      await running.then(undo, undo).catch(() => undefined);
    };
    // The reason of an abort is the caller's own.
    const aborted = (): void => reject(signal?.reason); // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors
    timer = setTimeout(() => {
      if (signal?.aborted === true) {
        aborted();
        return;
      }
      reject(overdue(what, timeout));
      void undone();
    }, timeout);
    abort = () => void undone().then(aborted);
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    // What is taken back has not been done, however it ends before that.
    const outcome = running.then(
      (value) => (undo !== undefined && signal?.aborted === true ? ended : value),
      (error: unknown) => {
        if (undo !== undefined && signal?.aborted === true) return ended;
        throw error;
      },
    );
    return await Promise.race([outcome, ended]);
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
}

function overdue(what: string, timeout: number): ConnectorError {
  return new ConnectorError(
    `The Keyv did not ${what} within ${timeout} ms. Its backend may be gone, or wait to be connected again. Give a longer "operationTimeout" where that is what it takes.`,
    { connector: kind },
  );
}
