/** The part of ioredis that is used, as types of our own: its own would have to be installed to read ours. */

import type { Command } from './command.js';

/**
 * A client of the package `ioredis` (5.4 or later): a `Redis`, which may go through sentinels, or a `Cluster`.
 *
 * Described only as far as a user's client is recognised by it.
 */
export interface RedisClient {
  /** What its connection is at. */
  readonly status: string;
  /** Sends a command. */
  sendCommand(command: never): unknown;
  /** Ends its connection. Never called of a user's client. */
  disconnect(): void;
}

/** What is used of a `Redis`. */
export interface ServerClient {
  readonly status: string;
  readonly options: ClientOptions;
  /** The socket, once there is one. */
  readonly stream?: { ref(): unknown; unref(): unknown; destroy(): unknown } | null;
  connect(): Promise<void>;
  /** Ends the connection; with `true` to make another where the retry strategy agrees. */
  disconnect(reconnect?: boolean): void;
  /** A client of the same settings but for those given. */
  duplicate(override: ClientOptions): ServerClient;
  sendCommand(command: Command): unknown;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  ping(): Promise<unknown>;
  on(event: 'connect' | 'ready' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message', listener: (channel: string) => void): unknown;
  once(event: 'end', listener: () => void): unknown;
}

/** What is used of a `Cluster`. */
export interface ClusterClient extends Omit<ServerClient, 'options' | 'stream' | 'duplicate'> {
  readonly options: { readonly keyPrefix?: unknown };
  /** The clients of its nodes, of those that are known by now. */
  nodes(role: 'master'): ServerClient[];
}

/** Either of them. */
export type Client = ServerClient | ClusterClient;

/** The settings of a client that are set or read. */
export interface ClientOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly db?: number | undefined;
  readonly tls?: unknown;
  readonly sentinels?: readonly { readonly host?: string; readonly port?: number }[] | null | undefined;
  readonly name?: string | null | undefined;
  readonly sentinelRetryStrategy?: (attempt: number) => number | null;
  readonly enableTLSForSentinelMode?: boolean;
  readonly sentinelTLS?: unknown;
  readonly keyPrefix?: unknown;
  readonly lazyConnect?: boolean;
  readonly protocol?: 2;
  readonly connectTimeout?: number;
  readonly disconnectTimeout?: number;
  readonly maxRetriesPerRequest?: number | null;
  readonly autoResendUnfulfilledCommands?: boolean;
  readonly autoResubscribe?: boolean;
  readonly retryStrategy?: (attempt: number) => number | null;
}

/** Whether a client is one of a cluster. */
export function isCluster(client: Client): client is ClusterClient {
  return 'nodes' in client;
}

/** The package, as far as it is used. */
export interface ClientPackage {
  readonly Redis: new (options: ClientOptions) => ServerClient;
  readonly Cluster: new (
    nodes: readonly { readonly host: string; readonly port: number }[],
    options: object,
  ) => ClusterClient;
  readonly Command: CommandBase;
}

/** The package's class of commands. */
export type CommandBase = new (
  name: string,
  keys: string[],
) => {
  readonly promise: Promise<unknown>;
  reject: (error: Error) => void;
  toWritable(socket: object): unknown;
};
