/** What a connection of NATS's client keeps to itself. */

import type { NatsConnection } from '@nats-io/transport-node';

/** What a connection has of its users. */
export interface Insides {
  readonly subscriptions: { size(): number };
  /** Those who are told of what happens to it. */
  readonly listeners: readonly unknown[];
}

/** The insides of a connection. */
export function insidesOf(connection: NatsConnection): Insides {
  // Its type does not have them.
  return (connection as unknown as { protocol: Insides }).protocol;
}
