/** The way through a client that belongs to the connector's user. */

import { isCluster, type Client, type ServerClient } from './client.js';
import { commandClass, type CommandClass } from './command.js';
import { connectSubscriber, type Link, type Session } from './link.js';
import { loadIORedis } from './load.js';
import { clientTarget, describeTarget, type Target } from './target.js';

/** How long the client for subscriptions may take to connect, in milliseconds: what ioredis allows by default. */
const connectTimeout = 10_000;

/** Uses a client and leaves it as it is: whoever made it closes it, and says what happens when its connection is lost. */
export class BorrowedLink implements Link {
  readonly place: string;
  readonly cluster: boolean;
  readonly breaks = false;
  readonly trouble = undefined;
  readonly persists = true;
  readonly #client: Client;
  #Command: CommandClass | undefined;

  /**
   * @param client - The client; not closed.
   */
  constructor(client: Client) {
    this.#client = client;
    this.cluster = isCluster(client);
    this.place = isCluster(client)
      ? 'the Redis cluster of this client'
      : describeTarget(clientTarget(client));
  }

  session(): Session | Promise<Session> {
    return this.#Command === undefined
      ? this.#firstSession()
      : { client: this.#client, Command: this.#Command };
  }

  begin(): void {
    // The user's client keeps the process alive or not, as it was told.
  }

  end(): void {
    // As above.
  }

  stalled(): void {
    // Others may use the client.
  }

  subscriber(): Promise<ServerClient> {
    return connectSubscriber(this.#client, this.place, connectTimeout);
  }

  target(): Target {
    return clientTarget(this.#client);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #firstSession(): Promise<Session> {
    // A client does not say which copy of the package it comes from; it takes the commands of another, too.
    const { Command } = await loadIORedis();
    this.#Command ??= commandClass(Command);
    return { client: this.#client, Command: this.#Command };
  }
}
