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
   * What is to be done once the operation has ended after all, because nobody knows of its outcome. Nobody waits for it,
   * and what it fails with is nobody's.
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
    const end = (reason: unknown): void => {
      if (undo !== undefined) {
        const undone = running.then(undo, undo);
        undone.catch(() => undefined);
      }
      // The reason of an abort is the caller's own.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(reason);
    };
    timer = setTimeout(() => end(overdue(what, timeout)), timeout);
    abort = () => end(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([running, ended]);
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
