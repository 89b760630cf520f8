/** The end of one wait that nothing came of. */

import '../resources/symbols.js';
import { startTimer } from './quiet-timer.js';
import type { QuietTimer } from './quiet-timer.js';
import type { Milliseconds } from './waiting.js';

/** So long before a timeout a last look is taken, or half of the timeout where that is less. */
const longestLead: Milliseconds = 100;

/** What limits a wait. */
export interface WaitLimitOptions {
  /** The signal of the one who waits. */
  readonly signal?: AbortSignal | undefined;
  /** How long, at most. */
  readonly timeout?: Milliseconds | undefined;
  /** What is waited for, for the message of the timeout. */
  readonly awaited: string;
  /** Called shortly before the timeout, in time for a last look at the backend. */
  readonly onLastLook: () => void;
}

/**
 * Ends a wait by the signal of the one who waits, by a timeout, or because it was cancelled; whichever comes first.
 * Holds a listener and a timer until it is disposed of. The timer keeps no process alive.
 */
export class WaitLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #options: WaitLimitOptions;
  #timer: QuietTimer | undefined;

  constructor(options: WaitLimitOptions) {
    this.#options = options;
    const { signal, timeout } = options;
    if (signal?.aborted === true) this.#controller.abort(signal.reason);
    else signal?.addEventListener('abort', this.#follow, { once: true });
    if (timeout !== undefined) this.#startTimer(timeout);
  }

  /** Fires when the wait is to end, with the reason that the one who waits is to be told. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the wait. */
  cancel(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#timer?.stop();
    this.#options.signal?.removeEventListener('abort', this.#follow);
  }

  #startTimer(timeout: Milliseconds): void {
    const deadline = performance.now() + timeout;
    const lead = Math.floor(Math.min(longestLead, timeout / 2));
    this.#timer = startTimer(timeout - lead, () => {
      this.#options.onLastLook();
      const remaining = deadline - performance.now();
      // Where the thread was busy until after the deadline, the last look still gets its time.
      this.#timer = startTimer(remaining > 0 ? remaining : lead, () => {
        this.#controller.abort(timeoutError(this.#options.awaited, timeout));
      });
    });
  }

  readonly #follow = (): void => {
    this.#controller.abort(this.#options.signal?.reason);
  };
}

/** As `AbortSignal.timeout` gives it, with a message that says more. */
function timeoutError(awaited: string, timeout: Milliseconds): DOMException {
  return new DOMException(
    `${awaited} was not set within ${timeout} ms. It may still be: ask again, or give it a longer timeout.`,
    'TimeoutError',
  );
}
