/** Where a Redis connector's objects are. */

import type { ConnectionOptions } from 'node:tls';
import { ConnectorError } from '../../errors.js';
import type { ConnectorConfig, JsonValue } from '../protocol.js';
import { isCluster, type Client, type ClientOptions, type ClusterClient } from './client.js';

/** A host and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a connection goes, and how it is made. */
export interface Target {
  /** One server; some nodes of a cluster; or sentinels, which say where the server is. */
  readonly kind: 'server' | 'cluster' | 'sentinels';
  readonly addresses: readonly Address[];
  /** The name by which the sentinels know the server. */
  readonly sentinelGroup?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database: number;
  readonly tls: boolean | ConnectionOptions;
}

/** A target as a text for errors, without what is secret. */
export function describeTarget({ kind, addresses, sentinelGroup }: Target): string {
  const places = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  if (kind === 'server') return `the Redis server at ${places}`;
  if (kind === 'cluster') return `the Redis cluster of ${places}`;
  return `the Redis server "${String(sentinelGroup)}" of the sentinels at ${places}`;
}

/** A target as options that lead to it again, without what is secret. */
export function targetOptions(target: Target): ConnectorConfig['options'] {
  const { kind, addresses, sentinelGroup, username, database } = target;
  const tls = target.tls !== false;
  if (kind === 'server') return { url: urlOf(target) };
  const places = addresses.map(placeOf);
  const options: Record<string, JsonValue> = kind === 'cluster' ? { cluster: places } : { sentinels: places };
  if (sentinelGroup !== undefined) options['sentinelGroup'] = sentinelGroup;
  if (username !== undefined) options['username'] = username;
  if (database !== 0) options['database'] = database;
  if (tls) options['tls'] = true;
  return options;
}

/**
 * Where a user's client goes.
 *
 * @throws ConnectorError where another process cannot be told.
 */
export function clientTarget(client: Client): Target {
  if (isCluster(client)) return clusterTarget(client);
  const { host, port, path, username, db, tls, sentinels, name } = client.options;
  const access = { username: username ?? undefined, database: db ?? 0, tls: Boolean(tls) };
  if (sentinels != null) {
    const addresses = sentinels.map((sentinel) => addressOf(sentinel, 26_379));
    return { kind: 'sentinels', addresses, sentinelGroup: name ?? undefined, ...access };
  }
  if (path != null) {
    throw new ConnectorError(
      `The client of this Redis connector is connected to the socket ${path}, which a config cannot name. Let the client use a host and a port.`,
      { connector: 'redis' },
    );
  }
  return { kind: 'server', addresses: [addressOf({ host, port }, 6379)], ...access };
}

function clusterTarget(client: ClusterClient): Target {
  const nodes = client.nodes('master').map(({ options }) => options);
  const [first] = nodes;
  if (first === undefined) {
    throw new ConnectorError(
      'The client of this Redis connector does not know the nodes of its cluster yet. Let it connect first.',
      { connector: 'redis' },
    );
  }
  return {
    kind: 'cluster',
    addresses: nodes.map((node) => addressOf(node, 6379)),
    username: first.username ?? undefined,
    database: 0,
    tls: Boolean(first.tls),
  };
}

function addressOf({ host, port }: Pick<ClientOptions, 'host' | 'port'>, defaultPort: number): Address {
  return { host: host ?? 'localhost', port: port ?? defaultPort };
}

function urlOf({ addresses, username, database, tls }: Target): string {
  const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
  const path = database === 0 ? '' : `/${database}`;
  return `redis${tls === false ? '' : 's'}://${user}${addresses.map(placeOf).join()}${path}`;
}

function placeOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
