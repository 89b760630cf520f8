/** What stands between a connector and its client, whoever the client belongs to. */

import { connected, disconnected } from './client-state.js';
import { isCluster, type Client, type ServerClient } from './client.js';
import type { CommandClass } from './command.js';
import { connectError } from './errors.js';
import type { Target } from './target.js';

/** A client, and the class of the commands that it takes. */
export interface Session {
  readonly client: Client;
  readonly Command: CommandClass;
}

/** A way to Redis. */
export interface Link {
  /** Where it leads, as in `'the Redis server at localhost:6379'`. */
  readonly place: string;
  /** Whether it leads to a cluster, where commands of several keys may name only keys of one node. */
  readonly cluster: boolean;
  /** Whether {@link stalled} breaks the connection: nothing more is then read from the memory of its commands. */
  readonly breaks: boolean;
  /** Whether a connection that is lost is made again. */
  readonly persists: boolean;
  /** What the client said last about the connection; absent while it has one. */
  readonly trouble: unknown;
  /**
   * A client that takes commands: at once where it can.
   *
   * @throws ConnectorError when there is no connection, and waiting for one is not what was asked for.
   */
  session(): Session | Promise<Session>;
  /** A client of its own for subscriptions, connected. The caller disconnects it. Throws as {@link session}. */
  subscriber(): Promise<ServerClient>;
  /** Says that an operation has begun: until it has ended, the connection is wanted. */
  begin(): void;
  /** Says that an operation has ended. */
  end(): void;
  /** Says that no reply has come in time. */
  stalled(): void;
  /** Where it leads, for a config. Throws ConnectorError where that cannot be told. */
  target(): Target;
  /** Lets go of the client. */
  close(): Promise<void>;
}

/**
 * Connects a client for subscriptions, of the settings of another. In a cluster, to one of its nodes: each passes on what
 * is published at any. When it loses its connection it makes no other, so that whoever uses it hears of it.
 *
 * @param timeout - How long connecting may take, in milliseconds.
 * @throws ConnectorError when it cannot be connected.
 */
export async function connectSubscriber(
  client: Client,
  place: string,
  timeout: number,
): Promise<ServerClient> {
  const server = isCluster(client) ? client.nodes('master')[0] : client;
  if (server === undefined) throw connectError(place, new Error('No node of the cluster is known'));
  const subscriber = server.duplicate({
    lazyConnect: true,
    autoResubscribe: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => null,
  });
  let trouble: unknown;
  subscriber.on('error', (error) => {
    trouble = error;
  });
  try {
    await connected(subscriber, timeout);
    return subscriber;
  } catch (error) {
    void disconnected(subscriber);
    throw connectError(place, trouble ?? error);
  }
}
