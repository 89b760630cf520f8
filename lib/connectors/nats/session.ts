/** What goes over one connection, from when it is there until it is lost. */

import { platform } from '#platform';
import type { Connection, Headers, Message, Subscription } from './client.js';
import { ConnectionLostError } from './errors.js';
import type { Limits } from './limits.js';
import { Listener } from './listener.js';

/** Something that is sent, and answered. */
export interface Request {
  readonly subject: string;
  readonly payload: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who waits for an answer, or for as long as the connection is there. */
interface Waiting {
  readonly subject: string;
  readonly answered: (message: Message) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Requests over a connection until it is lost. The client drops what is sent while it has none, and says nothing to who
 * waits for an answer; here, all who wait fail at once.
 */
export class Session {
  readonly #connection: Connection;
  readonly #makeHeaders: () => Headers;
  /** What the subjects begin with at which messages to this session come. */
  readonly #inbox: string;
  readonly #answers: Subscription;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<Listener>();
  #named = 0;
  #lost: Error | undefined;

  /**
   * @param connection - One that is connected.
   * @param makeHeaders - Makes headers for it.
   * @param inboxPrefix - What the subjects of answers begin with.
   */
  constructor(connection: Connection, makeHeaders: () => Headers, inboxPrefix: string) {
    this.#connection = connection;
    this.#makeHeaders = makeHeaders;
    this.#inbox = `${inboxPrefix}.${platform.randomUUID().replaceAll('-', '')}`;
    const begin = this.#inbox.length + '.r.'.length;
    this.#answers = connection.subscribe(`${this.#inbox}.r.*`, {
      callback: (error, message) => {
        if (error !== null) this.#endWith(error);
        else this.#waiting.get(message.subject.slice(begin))?.answered(message);
      },
    });
  }

  /** The longest message that the server takes, in bytes. */
  get maxPayload(): number {
    // NATS's default, in the moments in which the server has not said.
    return this.#connection.info?.max_payload ?? 1024 * 1024;
  }

  /** Whether it is of no more use. */
  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Sends something, and waits for the answer.
   *
   * @param limits - End the wait.
   * @throws ConnectionLostError when the connection is lost first; what the server says when it refuses it.
   */
  request({ subject, payload, headers }: Request, limits: Limits): Promise<Message> {
    return new Promise((resolve, reject) => {
      const unavailable = this.#lost ?? limits.ended;
      if (unavailable !== undefined) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(unavailable);
        return;
      }
      const name = this.#newName();
      const settled = (): void => {
        this.#waiting.delete(name);
        removeLimit();
      };
      const failed = (error: unknown): void => {
        settled();
        // The reason of an abort is the caller's own.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      };
      const answered = (message: Message): void => {
        settled();
        resolve(message);
      };
      const removeLimit = limits.onEnd(failed);
      this.#waiting.set(name, { subject, answered, failed });
      try {
        this.#connection.publish(subject, payload, {
          reply: `${this.#inbox}.r.${name}`,
          ...(headers !== undefined && { headers: this.#headersOf(headers) }),
        });
      } catch (error) {
        failed(error);
      }
    });
  }

  /** Sends something that nobody answers. Lost with the connection. */
  send(subject: string, payload: Uint8Array | string = ''): void {
    try {
      this.#connection.publish(subject, payload);
    } catch {
      // Its owner is ending it, and with it whatever this was about.
    }
  }

  /**
   * Listens at a subject of its own. The listener is broken when the connection is lost.
   *
   * @param receive - Called for each message.
   * @throws ConnectionLostError when the connection is lost.
   */
  listen(receive: (message: Message) => void): Listener {
    if (this.#lost !== undefined) throw this.#lost;
    const listener = new Listener(
      this.#connection,
      `${this.#inbox}.${this.#newName()}`,
      receive,
      (error) => this.#endWith(error),
      (ended) => this.#listeners.delete(ended),
    );
    this.#listeners.add(listener);
    return listener;
  }

  /** Says that the server has refused something of which it tells nobody else. */
  refuse(subject: unknown, error: Error): void {
    for (const waiting of [...this.#waiting.values()]) {
      if (waiting.subject === subject) waiting.failed(error);
    }
  }

  /** Says that the connection is lost, for ever or until there is another. All who wait fail. */
  lose(cause: unknown): void {
    this.#endWith(new ConnectionLostError(cause));
  }

  /** Fails all who wait, and all who come; with what the server says where it lets nobody listen. */
  #endWith(error: Error): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#answers.unsubscribe();
    for (const waiting of [...this.#waiting.values()]) waiting.failed(error);
    for (const listener of [...this.#listeners]) listener.break(error);
  }

  #newName(): string {
    return (this.#named += 1).toString(36);
  }

  #headersOf(record: Readonly<Record<string, string>>): Headers {
    const headers = this.#makeHeaders();
    for (const [name, value] of Object.entries(record)) headers.set(name, value);
    return headers;
  }
}
