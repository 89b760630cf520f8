/** What a store makes of capabilities that it has no operation for: futures, proxies and leases. */

import assert from 'node:assert/strict';
import { LeaseLifetime } from '../lifetimes/lease-lifetime.js';
import { StoreFuture } from '../futures/store-future.js';
import { resolve } from '../proxy/proxy.js';
import { Store } from '../store/store.js';
import { untilGone } from './expectations.js';
import type { Complete, Suite, TestBody } from './suite.js';

/** Values of a store over the connector. */
export function describeStore({ describe, test, has }: Suite): void {
  const withStore = (title: string, body: (store: Store, connector: Complete) => Promise<void>): void => {
    const withConnector: TestBody = async (connector) => {
      const store = new Store('conformance', connector);
      try {
        await body(store, connector);
      } finally {
        await store.close();
      }
    };
    test(title, withConnector);
  };

  describe('values', () => {
    withStore('of every kind come back as they are', async (store) => {
      const value = { text: 'ü', list: [1, 2n, null], map: new Map([[new Date(0), new Set([1])]]) };
      for (const stored of [value, 'text', 7, null, undefined, new Float64Array([1.5, -0])]) {
        assert.deepEqual(await store.get(await store.put(stored)), stored);
      }
    });

    withStore('are behind proxies', async (store) => {
      const proxy = await store.proxy([1, 2, 3], { populateTarget: false });
      assert.deepEqual(await resolve(proxy), [1, 2, 3]);
      const oneShot = await store.proxy([4], { populateTarget: false, evict: true });
      assert.deepEqual(await resolve(oneShot), [4]);
    });

    if (has('deferred')) {
      withStore('are set later, once, by a future', async (store, connector) => {
        const future = new StoreFuture<string>({ storeName: store.name, key: connector.newKey(), store });
        const result = future.result();
        await future.setResult('later');
        assert.equal(await result, 'later');
        await assert.rejects(future.setResult('again'));
      });
    }

    if (has('expire')) {
      withStore('are dropped with their lease, by the backend', async (store) => {
        // Long enough for what follows; the backend is told to drop the object then, whether it is closed or not.
        const lease = new LeaseLifetime(store, 200);
        const key = await store.put('leased', { lifetime: lease });
        await untilGone(store.connector, key);
        await lease.close();
        assert.equal(await store.get(key), undefined);
      });
    }
  });
}
