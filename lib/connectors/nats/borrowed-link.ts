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
  /** Why there is no session any more; absent until then. */
  #ended: Error | undefined;
  #whenChanged: (() => void) | undefined;

  /**
   * @param connection - The connection; not closed.
   */
  constructor(connection: Connection) {
    this.#connection = connection;
    if (connection.isClosed()) this.#ended = ownerHasClosed();
    this.place = describePlace([connection.getServer()]);
    this.#endObserving = observe(connection, {
      disconnected: () => this.#change(false),
      reconnected: () => this.#change(true),
      // Not told by a promise of the connection, which would keep this link for as long as the connection is there.
      closed: () => this.#end(ownerHasClosed()),
      refused: (subject, error) => this.#session?.refuse(subject, error),
    });
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
    this.#end(new Error('The connector was closed'));
    return Promise.resolve();
  }

  async #open(): Promise<Session> {
    const { headers } = await loadNats();
    while (!this.#connected && this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#whenChanged = resolve;
      });
    }
    if (this.#ended !== undefined) throw connectError(this.place, this.#ended);
    this.#session = new Session(this.#connection, headers, inboxPrefixOf(this.#connection));
    return this.#session;
  }

  #change(connected: boolean): void {
    this.#connected = connected;
    // What was sent while it was not connected is lost, too.
    this.#session?.lose(new Error('The connection was interrupted'));
    this.#whenChanged?.();
  }

  #end(reason: Error): void {
    this.#ended = reason;
    this.#change(false);
  }
}

function ownerHasClosed(): Error {
  return new Error('Its owner has closed the connection');
}

/** What the connection was told that subjects of answers begin with, which only its insides say. */
function inboxPrefixOf(connection: object): string {
  return (connection as { options?: { inboxPrefix?: string } }).options?.inboxPrefix ?? defaultInboxPrefix;
}
