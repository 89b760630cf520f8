/** The way through a connection of the connector's own. */

import { connected, disconnected } from './client-state.js';
import type { Client, ClientOptions, ClientPackage, ServerClient } from './client.js';
import { isCluster } from './client.js';
import { commandClass } from './command.js';
import { connectError } from './errors.js';
import { connectSubscriber, type Link, type Session } from './link.js';
import { loadIORedis } from './load.js';
import type { ConnectionSettings } from './settings.js';
import { describeTarget, type Target } from './target.js';

const shortestDelay = 50;
const longestDelay = 2000;

/**
 * Makes a client when it is first needed. The first connection succeeds or fails by itself, so that a wrong address or
 * password is told at once; one that is lost later is made again while somebody waits for it.
 */
export class OwnedLink implements Link {
  readonly place: string;
  readonly cluster: boolean;
  readonly breaks: boolean;
  readonly persists: boolean;
  readonly #settings: ConnectionSettings;
  #session: Session | undefined;
  #connecting: Promise<Session> | undefined;
  /** The client that is being connected. */
  #candidate: Client | undefined;
  /** Whether the present client has had a connection. */
  #established = false;
  #operations = 0;
  #trouble: unknown;
  #closed = false;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.place = describeTarget(settings.target);
    this.cluster = settings.target.kind === 'cluster';
    this.breaks = !this.cluster;
    this.persists = settings.whenOffline === 'wait';
  }

  get trouble(): unknown {
    return this.#trouble;
  }

  session(): Session | Promise<Session> {
    const session = this.#session;
    if (session !== undefined) {
      if (session.client.status === 'ready') return session;
      if (this.#established && this.persists) {
        // It gave up when nobody waited.
        if (session.client.status === 'end') session.client.connect().catch(() => undefined);
        return session;
      }
    }
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  begin(): void {
    this.#operations += 1;
    if (this.#operations === 1) this.#keepAlive();
  }

  end(): void {
    this.#operations -= 1;
    if (this.#operations === 0) this.#keepAlive();
  }

  stalled(): void {
    const client = this.#session?.client;
    // A cluster's client has many connections, and no word for which of them this is about.
    if (client !== undefined && !isCluster(client)) client.stream?.destroy();
  }

  async subscriber(): Promise<ServerClient> {
    const { client } = await this.session();
    return await connectSubscriber(client, this.place, this.#settings.connectTimeout);
  }

  target(): Target {
    return this.#settings.target;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // One that is still being connected, for an operation that has given up or for a watch.
    if (this.#candidate !== undefined) void disconnected(this.#candidate);
    await this.#connecting?.catch(() => undefined);
    const client = this.#session?.client;
    this.#session = undefined;
    if (client !== undefined) await disconnected(client);
  }

  async #connect(): Promise<Session> {
    const used = this.#session;
    this.#session = undefined;
    if (used !== undefined) void disconnected(used.client);
    const { place } = this;
    const packageOfClients = await loadIORedis();
    const client = this.#makeClient(packageOfClients);
    this.#candidate = client;
    try {
      if (this.#closed) throw new Error('The connector was closed meanwhile');
      await connected(client, this.#settings.connectTimeout);
    } catch (error) {
      void disconnected(client);
      throw connectError(place, this.#trouble ?? error);
    } finally {
      this.#candidate = undefined;
    }
    this.#established = true;
    this.#session = { client, Command: commandClass(packageOfClients.Command) };
    this.#keepAlive();
    return this.#session;
  }

  #makeClient({ Redis, Cluster }: ClientPackage): Client {
    const { target, connectTimeout } = this.#settings;
    const { kind, addresses, sentinelGroup, username, password, database, tls } = target;
    this.#established = false;
    this.#trouble = undefined;
    const retryStrategy = (attempt: number): number | null => this.#retryDelay(attempt);
    const access: ClientOptions = {
      username,
      password,
      connectTimeout,
      protocol: 2,
      // When a connection is given up, nothing is under way on it.
      disconnectTimeout: 100,
      // How long an operation is waited for is for the operation to say, not for a number of attempts.
      maxRetriesPerRequest: null,
      autoResendUnfulfilledCommands: this.persists,
      ...(tls !== false && { tls: tls === true ? {} : tls }),
    };
    let client: Client;
    if (kind === 'cluster') {
      client = new Cluster(addresses, {
        lazyConnect: true,
        redisOptions: access,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: connectTimeout,
        retryDelayOnFailover: this.persists ? 2 * shortestDelay : 0,
        maxRedirections: 1000,
      });
    } else {
      const own: ClientOptions = { ...access, lazyConnect: true, db: database, retryStrategy };
      const [address] = addresses;
      client =
        kind === 'server'
          ? new Redis({ ...own, ...address })
          : new Redis({
              ...own,
              sentinels: addresses,
              name: sentinelGroup,
              sentinelRetryStrategy: retryStrategy,
              enableTLSForSentinelMode: tls !== false,
              sentinelTLS: access.tls,
            });
    }
    client.on('error', (error) => {
      this.#trouble = error;
    });
    client.on('connect', () => this.#keepAlive());
    client.on('ready', () => {
      this.#trouble = undefined;
    });
    return client;
  }

  /** How long to wait before the next attempt to connect; `null` gives up. */
  #retryDelay(attempt: number): number | null {
    if (!this.#established || !this.persists || this.#operations === 0) return null;
    return Math.min(shortestDelay * 2 ** (attempt - 1), longestDelay);
  }

  /** The connection keeps the process alive while an operation runs, and not when none does. */
  #keepAlive(): void {
    const client = this.#session?.client;
    if (client === undefined || isCluster(client)) return;
    if (this.#operations > 0) client.stream?.ref();
    else client.stream?.unref();
  }
}
