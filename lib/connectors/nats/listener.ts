/** A subject at which a session listens. */

import type { Connection, Message, Subscription } from './client.js';

/** Hands on what comes at a subject, until it is ended, or broken. */
export class Listener {
  readonly subject: string;
  readonly #subscription: Subscription;
  readonly #ended: (listener: Listener) => void;
  #failure: { readonly error: unknown } | undefined;
  #fail: ((error: unknown) => void) | undefined;

  /**
   * Subscribes.
   *
   * @param receive - Called with each message. What it throws breaks the listener, for the client would hear nothing more.
   * @param refused - Called when the server lets nobody listen.
   * @param ended - Called when this one is ended.
   */
  constructor(
    connection: Connection,
    subject: string,
    receive: (message: Message) => void,
    refused: (error: Error) => void,
    ended: (listener: Listener) => void,
  ) {
    this.subject = subject;
    this.#ended = ended;
    this.#subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) {
          refused(error);
          return;
        }
        try {
          receive(message);
        } catch (failure) {
          this.break(failure);
        }
      },
    });
  }

  /** Has a function called with the reason when it is broken: at once where it is. */
  whenBroken(fail: (error: unknown) => void): void {
    if (this.#failure === undefined) this.#fail = fail;
    else fail(this.#failure.error);
  }

  /** Says that nothing more comes of use. */
  break(error: unknown): void {
    this.#failure = { error };
    this.#fail?.(error);
  }

  /** Stops listening. */
  end(): void {
    this.#fail = undefined;
    this.#subscription.unsubscribe();
    this.#ended(this);
  }
}
