/** What a NATS connector can be told. */

import type { ConnectionOptions } from 'node:tls';
import type { NatsConnection } from './client.js';

/** What all NATS connectors can be told. */
export interface NatsCommonOptions {
  /**
   * Names the objects: they are in the bucket `proxystore-<name>` of the object store. Letters, digits, `-` and `_`.
   * Connectors of one name share their objects. Default `'default'`.
   */
  readonly name?: string | undefined;
  /** The bucket itself, instead of the one that `name` makes. Letters, digits, `-` and `_`. */
  readonly bucket?: string | undefined;
  /**
   * How long the server keeps an object, in milliseconds, 100 or more: all objects of the bucket alike, from when each
   * was stored. By default it keeps them.
   *
   * This and the two below say how a bucket is made that is not there yet. Of one that is there, what is given here must
   * hold, or operations fail.
   */
  readonly ttl?: number | undefined;
  /** Where the server keeps the objects. Default `'file'`, which survives its restart. */
  readonly storage?: 'file' | 'memory' | undefined;
  /** How many servers of a cluster keep each object, 1 to 5. Default 1. */
  readonly replicas?: number | undefined;
  /**
   * How long an operation may take until it fails, in milliseconds: all of it, with the transfer of its bytes, and with
   * the time for which it waits for a connection. Default 30,000.
   */
  readonly commandTimeout?: number | undefined;
  /**
   * Whether closing the connector deletes the bucket with all its objects, whoever stored them. Default false.
   */
  readonly clear?: boolean | undefined;
}

/** A connector that uses the connection of its user. */
export interface NatsBorrowOptions extends NatsCommonOptions {
  /**
   * A connection of `@nats-io/transport-node`. It stays its user's, who closes it after the connector; whether and when
   * it is made again after it was lost is as it was told.
   */
  readonly connection: NatsConnection;
}

/** A connector that makes its own connection. */
export interface NatsConnectionOptions extends NatsCommonOptions {
  /**
   * Where the servers of one cluster are: `[nats://[user:pass@|token@]]host[:port]`, with TLS `tls://…`; one, or an array
   * of them. All have the same user, password or token. Default `'nats://localhost:4222'`.
   */
  readonly servers?: string | readonly string[] | undefined;
  /** Who to authenticate as. */
  readonly user?: string | undefined;
  /** The user's password. Never part of a config. */
  readonly pass?: string | undefined;
  /** A token, where the server wants that. Never part of a config. */
  readonly token?: string | undefined;
  /**
   * What answers the server's challenge, as `credsAuthenticator()`, `nkeyAuthenticator()` and `jwtAuthenticator()` of
   * `@nats-io/transport-node` make it. Never part of a config.
   */
  readonly authenticator?: NatsAuthenticator | readonly NatsAuthenticator[] | undefined;
  /**
   * Whether TLS must be used, or how: what `tls.connect` of Node takes. Only that it is used is part of a config: what
   * another process trusts is told to that process. By default TLS is used where the server offers it.
   */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** What the subjects begin with at which answers come, where the user may not have all. Default `'_INBOX'`. */
  readonly inboxPrefix?: string | undefined;
  /**
   * How long making a connection may take until it fails, in milliseconds. Default 10,000. The client does not let go of a
   * connection to a server that accepted it and never said anything: it is there, and keeps the process alive, until that
   * server ends it.
   */
  readonly connectTimeout?: number | undefined;
}

/** Answers the challenge of a server, which may be absent. */
export type NatsAuthenticator = (nonce?: string) => unknown;

/** What a NATS connector can be told. */
export type NatsConnectorOptions = NatsBorrowOptions | NatsConnectionOptions;
