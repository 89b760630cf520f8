/** The operations of a connector, by name, for what holds of each of them. */

import {
  capabilities,
  type Connector,
  type ConnectorKey,
  type OperationOptions,
} from '../connectors/protocol.js';
import { bytesOf } from './bytes.js';
import type { Complete } from './suite.js';

/** Longer than any test, in milliseconds. */
export const longTime = 60 * 60 * 1000;

/** Operations by their names; each takes a signal. */
export type Operations = Record<string, (options?: OperationOptions) => Promise<unknown>>;

/** Every operation that takes a key, of those that the connector has; each settles where the object is there. */
export function keyOperations(connector: Complete, key: ConnectorKey): Operations {
  const shown = capabilities(connector);
  return {
    get: (options) => connector.get(key, options),
    exists: (options) => connector.exists(key, options),
    getBatch: (options) => connector.getBatch([key], options),
    ...(shown.has('watch') && { watch: (options) => connector.watch(key, options) }),
    ...(shown.has('expire') && { expire: (options) => connector.expire(key, longTime, options) }),
    ...(shown.has('deferred') && {
      set: (options) => connector.set(key, [bytesOf('set')], options),
      'set, ifAbsent': (options) => connector.set(key, [bytesOf('set')], { ...options, ifAbsent: true }),
    }),
    ...(shown.has('take') && { take: (options) => connector.take(key, options) }),
    evict: (options) => connector.evict(key, options),
    evictBatch: (options) => connector.evictBatch([key], options),
  };
}

/** Every asynchronous operation that the connector has. */
export function allOperations(connector: Complete, key: ConnectorKey): Operations {
  const shown = capabilities(connector);
  return {
    put: (options) => connector.put([bytesOf('put')], options),
    putBatch: (options) => connector.putBatch([[bytesOf('put')], [bytesOf('put')]], options),
    'putBatch of nothing': (options) => connector.putBatch([], options),
    'getBatch of nothing': (options) => connector.getBatch([], options),
    'evictBatch of nothing': (options) => connector.evictBatch([], options),
    ...(shown.has('list') && { list: (options) => collected(connector.list(options)) }),
    ...keyOperations(connector, key),
  };
}

/** Every synchronous operation that takes a key. */
export function syncKeyOperations(connector: Complete, key: ConnectorKey): Record<string, () => unknown> {
  // Absent where the connector is not synchronous, whatever the type of a complete one says.
  const { sync } = connector as Connector;
  if (sync === undefined) return {};
  return {
    'sync.get': () => sync.get(key),
    'sync.exists': () => sync.exists(key),
    'sync.getBatch': () => sync.getBatch([key]),
    ...(sync.set !== undefined && { 'sync.set': () => sync.set?.(key, []) }),
    ...(sync.take !== undefined && { 'sync.take': () => sync.take?.(key) }),
    'sync.evict': () => sync.evict(key),
    'sync.evictBatch': () => sync.evictBatch([key]),
  };
}

/** Every operation that returns at once. */
export function allSyncOperations(connector: Complete, key: ConnectorKey): Record<string, () => unknown> {
  const shown = capabilities(connector);
  return {
    ...(shown.has('deferred') && { newKey: () => connector.newKey() }),
    ...(shown.has('sync') && {
      'sync.put': () => connector.sync.put([]),
      'sync.putBatch': () => connector.sync.putBatch([]),
    }),
    ...syncKeyOperations(connector, key),
  };
}

/** The keys of a listing, each as JSON. */
export async function collected(keys: AsyncIterable<ConnectorKey>): Promise<string[]> {
  const collected: string[] = [];
  for await (const key of keys) collected.push(JSON.stringify(key));
  return collected;
}
