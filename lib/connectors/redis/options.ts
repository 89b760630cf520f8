/** What a Redis connector can be told. */

import type { ConnectionOptions } from 'node:tls';
import type { RedisClient } from './client.js';

/** What all Redis connectors can be told. */
export interface RedisCommonOptions {
  /**
   * Names the objects: their names in Redis begin with `proxystore:<name>:`. Connectors of one name share their
   * objects. Default `'default'`.
   */
  readonly name?: string | undefined;
  /**
   * What the objects' names in Redis begin with, instead of what `name` makes of it. Empty to share objects with
   * ProxyStore for Python, whose connector names them by the key alone.
   */
  readonly prefix?: string | undefined;
  /**
   * How long an operation may take until it fails, in milliseconds: all of it, with the transfer of its bytes, and with
   * the time for which it waits for a connection. Default 30,000.
   */
  readonly commandTimeout?: number | undefined;
  /**
   * Whether closing the connector removes all objects whose names have its prefix, whoever stored them. Needs a prefix.
   * Default false.
   */
  readonly clear?: boolean | undefined;
}

/** A connector that uses the client of its user. */
export interface RedisBorrowOptions extends RedisCommonOptions {
  /**
   * A client of ioredis: a `Redis` or a `Cluster`. It stays its user's, who closes it after the connector; what it
   * does when the connection is lost is as it was told.
   */
  readonly client: RedisClient;
}

/** A connector that makes its own connection. */
export interface RedisConnectionOptions extends RedisCommonOptions {
  /** `redis://[[username]:password@]host[:port][/database]`, with TLS `rediss://…`. Instead of the five options of its parts. */
  readonly url?: string | undefined;
  /** The server's host. Default `'localhost'`. */
  readonly host?: string | undefined;
  /** The server's port. Default 6379. */
  readonly port?: number | undefined;
  /** Who to authenticate as. By default Redis's default user. */
  readonly username?: string | undefined;
  /** The user's password. Never part of a config. */
  readonly password?: string | undefined;
  /** The number of the database. Default 0. */
  readonly database?: number | undefined;
  /**
   * Whether to use TLS, or how: what `tls.connect` of Node takes. Only that it is used is part of a config: what
   * another process trusts is told to that process. Default false.
   */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** `host:port` of some nodes of a cluster, instead of `url`, `host` and `port`. */
  readonly cluster?: readonly string[] | undefined;
  /** `host:port` of sentinels, instead of `url`, `host` and `port`. Comes with `sentinelGroup`. */
  readonly sentinels?: readonly string[] | undefined;
  /** The name by which the sentinels know the server. */
  readonly sentinelGroup?: string | undefined;
  /** How long making a connection may take until it fails, in milliseconds. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /**
   * What becomes of operations while a connection that was there is lost.
   *
   * `'wait'`, the default: they wait until there is another, up to `commandTimeout`, and those that were sent are sent
   * again. `take`, and `set` with `ifAbsent`, are not when they may have been carried out: they fail.
   *
   * `'fail'`: they fail, and an operation that comes later fails unless it can make a connection at once.
   */
  readonly whenOffline?: 'wait' | 'fail' | undefined;
}

/** What a Redis connector can be told. */
export type RedisConnectorOptions = RedisBorrowOptions | RedisConnectionOptions;
