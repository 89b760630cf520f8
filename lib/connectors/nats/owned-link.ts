/** The way through a connection of the connector's own. */

import type { ClientPackage, Connection } from './client.js';
import { connectError, tookLonger } from './errors.js';
import { describePlace, observe, type Link } from './link.js';
import { loadNats } from './load.js';
import { Session } from './session.js';
import type { ConnectionSettings } from './settings.js';

const shortestDelay = 50;
const longestDelay = 2000;

/**
 * Makes a connection when it is first needed. The first one succeeds or fails by itself, so that a wrong address or
 * password is told at once; one that is lost later is made again while somebody wants it.
 */
export class OwnedLink implements Link {
  readonly place: string;
  readonly #settings: ConnectionSettings;
  #session: Session | undefined;
  #connection: Connection | undefined;
  #connecting: Promise<Session> | undefined;
  /** Whether there has been a connection. */
  #established = false;
  #wanted = 0;
  #trouble: unknown;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.place = describePlace(settings.servers);
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  session(): Session | Promise<Session> {
    if (this.#session?.lost === false) return this.#session;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  begin(): void {
    this.#wanted += 1;
  }

  end(): void {
    this.#wanted -= 1;
  }

  stalled(): void {
    void this.#connection?.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection?.close();
  }

  async #connect(): Promise<Session> {
    const packageOfClients = await loadNats();
    for (let delay = shortestDelay; ; delay = Math.min(2 * delay, longestDelay)) {
      try {
        return await this.#open(packageOfClients);
      } catch (error) {
        this.#trouble = error;
      }
      const given = this.#closed || this.#wanted === 0;
      if (given || !this.#established) throw connectError(this.place, this.#trouble);
      // Who waits has a timer of their own that keeps the process alive.
      await new Promise((resolve) => setTimeout(resolve, delay).unref());
    }
  }

  async #open(packageOfClients: ClientPackage): Promise<Session> {
    const connection = await this.#dial(packageOfClients);
    if (this.#closed) {
      void connection.close();
      throw new Error('The connector was closed meanwhile');
    }
    // One over which nothing can be heard is still there.
    void this.#connection?.close();
    letExit(connection);
    const session = new Session(connection, packageOfClients.headers, this.#settings.inboxPrefix);
    const lost = (cause: unknown): void => {
      this.#trouble ??= cause;
      session.lose(cause);
    };
    void connection.closed().then((cause) => lost(cause ?? new Error('The connection was closed')));
    observe(connection, {
      disconnected: () => lost(new Error('The server has ended the connection')),
      refused: (subject, error) => session.refuse(subject, error),
    });
    this.#established = true;
    this.#trouble = undefined;
    this.#connection = connection;
    this.#session = session;
    return session;
  }

  async #dial({ connect }: ClientPackage): Promise<Connection> {
    const { servers, user, pass, token, authenticator, tls, connectTimeout } = this.#settings;
    const dialing = connect({
      servers,
      user,
      pass,
      token,
      authenticator,
      ...(tls !== undefined && { tls }),
      // One after the other.
      timeout: Math.max(Math.floor(connectTimeout / servers.length), 1),
      reconnect: false,
      name: 'proxystore',
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${tookLonger} ${connectTimeout} ms`)), connectTimeout);
    });
    try {
      return await Promise.race([dialing, late]);
    } catch (error) {
      dialing.then(
        (connection) => connection.close(),
        () => undefined,
      );
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What is inside of a connection of `@nats-io/nats-core`, as far as it keeps a process alive. */
interface Insides {
  readonly protocol?: {
    readonly transport?: { readonly socket?: { unref?(): unknown } };
    readonly heartbeats?: { cancel?(): void };
  };
}

/**
 * Has a connection keep no process alive: an operation under way does so by its timer. The client has no way to ask for
 * this, so it is done to its insides; where they are others, the process lives until the connector is closed. Its
 * heartbeats are stopped, since their timer is one of those that do: that a server is gone is seen by the time of an
 * operation, and by those that wait in `watch` from the messages that the server sends them in between.
 */
function letExit(connection: Connection): void {
  const { protocol } = connection as Insides;
  protocol?.transport?.socket?.unref?.();
  protocol?.heartbeats?.cancel?.();
}
