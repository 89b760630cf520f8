/** The operations of a multi-connector without waiting. */

import { Failures } from '../../resources/close-once.js';
import type { OperationGuard } from '../operation-guard.js';
import type { Capability, ConnectorKey, SyncConnector, SyncOperations } from '../protocol.js';
import { inOrder } from './batches.js';
import { keyIn, type Children, type MultiKey, type OpenChild } from './children.js';

/**
 * Makes the operations without waiting of children that all have them.
 *
 * @param children - The children. `set` and `take` are there where all of the open ones have them.
 * @param guard - Stands before every operation.
 * @param has - Tells whether all of the open ones have a capability.
 */
export function syncOperations(
  children: Children,
  guard: OperationGuard,
  has: (capability: Capability) => boolean,
): SyncOperations<MultiKey> {
  const at = (key: unknown): { readonly sync: SyncOperations; readonly key: ConnectorKey } => {
    guard.check();
    const located = children.locate(key);
    return { sync: syncOf(located), key: located.key };
  };
  const operations: SyncOperations<MultiKey> = {
    put(data) {
      guard.check();
      const child = children.route(data);
      return keyIn(child, syncOf(child).put(data));
    },
    get(key) {
      const { sync, key: inChild } = at(key);
      return sync.get(inChild);
    },
    exists(key) {
      const { sync, key: inChild } = at(key);
      return sync.exists(inChild);
    },
    evict(key) {
      const { sync, key: inChild } = at(key);
      sync.evict(inChild);
    },
    putBatch(data) {
      guard.check();
      const shares = children.routeAll(data);
      const stored: MultiKey[][] = [];
      try {
        for (const { child, items } of shares) {
          const keys = syncOf(child).putBatch(items);
          stored.push(keys.map((key) => keyIn(child, key)));
        }
      } catch (error) {
        const failures = new Failures();
        for (const keys of stored) failures.run(() => operations.evictBatch(keys));
        failures.add(error);
        failures.throwIfAny();
      }
      return inOrder(shares, stored);
    },
    getBatch(keys) {
      guard.check();
      const shares = children.locateAll(keys);
      return inOrder(
        shares,
        shares.map(({ child, items }) => syncOf(child).getBatch(items)),
      );
    },
    evictBatch(keys) {
      guard.check();
      const failures = new Failures();
      for (const { child, items } of children.locateAll(keys)) {
        failures.run(() => syncOf(child).evictBatch(items));
      }
      failures.throwIfAny();
    },
  };
  const all = children.open.map(syncOf);
  if (has('deferred') && all.every((sync) => sync.set !== undefined)) {
    operations.set = (key, data, options) => {
      const { sync, key: inChild } = at(key);
      return (sync as Required<SyncOperations>).set(inChild, data, options); // all have it, as was just seen
    };
  }
  if (has('take') && all.every((sync) => sync.take !== undefined)) {
    operations.take = (key) => {
      const { sync, key: inChild } = at(key);
      return (sync as Required<SyncOperations>).take(inChild); // as above
    };
  }
  return operations;
}

/** Asked for only where all children have them. */
function syncOf({ connector }: OpenChild): SyncOperations {
  return (connector as SyncConnector).sync;
}
