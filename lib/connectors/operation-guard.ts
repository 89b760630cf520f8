/** The end of a connector: nothing new is let in, and what runs is waited for. */

import { ConnectorClosedError } from '../errors.js';

/** Stands before every operation of a connector. Refuses when the connector is closed, counts what is under way. */
export class OperationGuard {
  readonly #connector: string;
  #closed = false;
  #closing: Promise<void> | undefined;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;

  /**
   * @param connector - Kind of the connector, for the error.
   */
  constructor(connector: string) {
    this.#connector = connector;
  }

  /** What an operation of a closed connector fails with. */
  closedError(): ConnectorClosedError {
    return new ConnectorClosedError(
      `This ${this.#connector} connector has been closed. Close it after its last use, or make a new one.`,
      { connector: this.#connector },
    );
  }

  /**
   * Refuses to begin an operation.
   *
   * @param signal - The operation's signal.
   * @throws ConnectorClosedError when the connector is closed or closing; the signal's reason when it is aborted.
   */
  check(signal?: AbortSignal): void {
    if (this.#closed) throw this.closedError();
    signal?.throwIfAborted();
  }

  /**
   * Runs an operation that {@link close} waits for. Refuses as {@link check} does.
   *
   * @param signal - The operation's signal.
   * @param operation - The operation; not called when it is refused.
   * @returns What the operation gives.
   */
  async run<T>(signal: AbortSignal | undefined, operation: () => Promise<T>): Promise<T> {
    this.check(signal);
    this.#inFlight += 1;
    try {
      return await operation();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#whenIdle?.();
    }
  }

  /**
   * Refuses all operations from now on, waits for those that run, then releases. Once: every call gives the first
   * one's promise.
   *
   * @param release - Gives back what the connector holds.
   */
  close(release: () => void | Promise<void>): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#finish(release);
    return this.#closing;
  }

  async #finish(release: () => void | Promise<void>): Promise<void> {
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await release();
  }
}
