/** The way through a connection that belongs to the connector's user. */

import type { Connection } from './client.js';
import { connectError } from './errors.js';
import { describePlace, observe, type Link } from './link.js';
import { loadNats } from './load.js';
import { Session } from './session.js';
import { defaultInboxPrefix } from './settings.js';

/** Uses a connection and leaves it as it is: whoever made it closes it, and says what happens when it is lost. */
export class BorrowedLink implements Link {
  readonly place: string;
  readonly #connection: Connection;
  readonly #endObserving: () => void;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #connected = true;
  #whenChanged: (() => void) | undefined;

  /**
   * @param connection - The connection; not closed.
   */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.place = describePlace([connection.getServer()]);
    this.#endObserving = observe(connection, {
      disconnected: () => this.#change(false),
      reconnected: () => this.#change(true),
      refused: (subject, error) => this.#session?.refuse(subject, error),
    });
    void connection.closed().then(() => this.#change(false));
  }

  get trouble(): unknown {
    return this.#connected ? undefined : new Error('Its owner has not connected it again');
  }

  session(): Session | Promise<Session> {
    if (this.#session?.lost === false) return this.#session;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  begin(): void {
    // The user's connection keeps the process alive.
  }

  end(): void {
    // As above.
  }

  stalled(): void {
    // Others may use the connection.
  }

  close(): Promise<void> {
    this.#endObserving();
    this.#session?.lose(new Error('The connector was closed'));
    return Promise.resolve();
  }

  async #open(): Promise<Session> {
    const { headers } = await loadNats();
    while (!this.#connected && !this.#connection.isClosed()) {
      await new Promise<void>((resolve) => {
        this.#whenChanged = resolve;
      });
    }
    if (this.#connection.isClosed()) {
      throw connectError(this.place, new Error('Its owner has closed the connection'));
    }
    this.#session = new Session(this.#connection, headers, inboxPrefixOf(this.#connection));
    return this.#session;
  }

  #change(connected: boolean): void {
    this.#connected = connected;
    // What was sent while it was not connected is lost, too.
    this.#session?.lose(new Error('The connection was interrupted'));
    this.#whenChanged?.();
  }
}

/** What the connection was told that subjects of answers begin with, which only its insides say. */
function inboxPrefixOf(connection: object): string {
  return (connection as { options?: { inboxPrefix?: string } }).options?.inboxPrefix ?? defaultInboxPrefix;
}
