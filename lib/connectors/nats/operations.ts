/** Operations, each with a limit to how long it may take, and begun again when its connection is lost. */

import {
  ConnectionLostError,
  operationError,
  OutcomeUnknownError,
  timeoutError,
  type Doing,
} from './errors.js';
import { Limits } from './limits.js';
import type { Link } from './link.js';
import type { Session } from './session.js';

/** What is to be done, and for how long. */
export interface Operation extends Doing {
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether it goes on for as long as it takes, and keeps no process alive: a connection over which no answer comes in
   * time is made again for it. Default false.
   */
  readonly background?: boolean;
}

/** An operation under way. */
export class Attempt extends Limits {
  /** Whether it has been so nearly done that a signal comes too late. */
  final = false;
  /** Whether something was sent that counts when it is carried out, so that it cannot be begun again. */
  once = false;
}

/** Carries out operations over a link. */
export class Operations {
  readonly #link: Link;
  readonly #timeout: number;

  /**
   * @param link - The way to NATS.
   * @param timeout - How long an operation may take, in milliseconds.
   */
  constructor(link: Link, timeout: number) {
    this.#link = link;
    this.#timeout = timeout;
  }

  /**
   * Carries out an operation.
   *
   * @param work - Does it over a connection. Called again, over the next one, when it has thrown ConnectionLostError,
   *   unless it has said by `once` that this must not be. Everything that it waits for, it waits for within the attempt.
   * @returns What it returns.
   * @throws ConnectorError when it fails; the signal's reason when it is aborted.
   */
  async run<T>(operation: Operation, work: (session: Session, attempt: Attempt) => Promise<T>): Promise<T> {
    const link = this.#link;
    const { signal, background = false } = operation;
    const attempt = new Attempt();
    const abort = (): void => {
      if (!attempt.final) attempt.end(signal?.reason);
    };
    const timer = background ? undefined : setTimeout(() => this.#stall(operation, attempt), this.#timeout);
    signal?.addEventListener('abort', abort, { once: true });
    link.begin();
    try {
      for (;;) {
        let watchdog: NodeJS.Timeout | undefined;
        try {
          const session = link.session();
          const connected = session instanceof Promise ? await attempt.until(session) : session;
          // From here on: it is not the connection's fault how long it was waited for.
          if (background) watchdog = setInterval(() => link.stalled(), this.#timeout).unref();
          return await work(connected, attempt);
        } catch (error) {
          // The reason of an abort is the caller's own.
          // eslint-disable-next-line @typescript-eslint/only-throw-error
          if (attempt.ended !== undefined) throw attempt.ended;
          if (!(error instanceof ConnectionLostError)) throw operationError(operation, link.place, error);
          if (attempt.once) {
            throw operationError(operation, link.place, new OutcomeUnknownError(error.cause));
          }
        } finally {
          clearInterval(watchdog);
        }
      }
    } finally {
      link.end();
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #stall(operation: Operation, attempt: Attempt): void {
    const { place, trouble } = this.#link;
    attempt.end(timeoutError(operation, place, this.#timeout, trouble));
    if (trouble === undefined) this.#link.stalled();
  }
}
