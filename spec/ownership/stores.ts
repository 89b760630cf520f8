/** Stores for the tests of ownership. */

import type { Connector, ConnectorKey, Store } from '../../lib/index.js';

/**
 * A connector that only works asynchronously.
 *
 * @param connector - One that also works without waiting; its objects are used.
 */
export function asynchronous<C extends Connector>(connector: C): C {
  return new Proxy(connector, {
    get(target, member) {
      if (member === 'sync') return undefined;
      const value: unknown = Reflect.get(target, member);
      if (jest.isMockFunction(value)) return value;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/**
 * The keys of all objects of a store.
 *
 * @param store - The store; its connector can list.
 */
export async function keysOf(store: Pick<Store, 'connector'>): Promise<ConnectorKey[]> {
  const keys: ConnectorKey[] = [];
  for await (const key of store.connector.list?.() ?? []) keys.push(key);
  return keys;
}
