/** The way to S3. */

import type { Client, ClientPackage } from './client.js';
import { loadClientPackage } from './load.js';
import type { ClientSettings, Settings } from './settings.js';

/** A client, and the commands that it is sent. */
export interface Session {
  readonly client: Client;
  readonly commands: ClientPackage;
}

/** Makes a client when it is first needed, or has its user's. */
export class Link {
  readonly #settings: Settings;
  #session: Promise<Session> | undefined;
  /** The client that is ours to end. */
  #own: Client | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * The client.
   *
   * @throws ConnectorError when its package cannot be loaded; the next call tries again.
   */
  session(): Promise<Session> {
    this.#session ??= this.#open().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  /** Ends the client's connections, unless it is its user's. */
  close(): void {
    this.#own?.destroy();
  }

  async #open(): Promise<Session> {
    const commands = await loadClientPackage();
    const { client, connectTimeout, concurrency } = this.#settings;
    // A user's client is known by its method. What is used of it beyond the type, its package's client has.
    if ('send' in client) return { client: client as unknown as Client, commands };
    this.#own = new commands.S3Client(configOf(client, connectTimeout, concurrency));
    return { client: this.#own, commands };
  }
}

type ClientConfig = ConstructorParameters<ClientPackage['S3Client']>[0];

function configOf(settings: ClientSettings, connectionTimeout: number, maxSockets: number): ClientConfig {
  const { region, endpoint, forcePathStyle, credentials, requestTimeout, maxAttempts } = settings;
  return {
    maxAttempts,
    // Services other than AWS refuse the checksums that the SDK adds by itself. What is sent is signed with its hash
    // all the same, and what comes is as long as it is said to be.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout,
      socketTimeout: requestTimeout,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    // An option that is there and undefined keeps the SDK from looking for it elsewhere.
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    ...(credentials !== undefined && {
      credentials: credentials as NonNullable<ClientConfig['credentials']>,
    }),
  };
}
