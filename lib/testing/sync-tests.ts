/** The capability `sync`: the operations without waiting. */

import assert from 'node:assert/strict';
import { bytesOf, joined, plain, shapes } from './bytes.js';
import type { Suite } from './suite.js';

/** The synchronous operations. */
export function describeSync({ describe, test }: Suite): void {
  describe('sync operations', () => {
    test('do what the asynchronous ones do, on the same objects', async ({ sync }) => {
      const objects = Object.values(shapes());
      for (const parts of objects) {
        assert.deepEqual(plain(sync.get(sync.put(parts))), joined(parts));
      }
      const keys = sync.putBatch(objects);
      assert.deepEqual(sync.getBatch(keys).map(plain), objects.map(joined));
      sync.evict(keys[0]!);
      sync.evict(keys[0]!);
      assert.equal(sync.exists(keys[0]!), false);
      assert.equal(sync.get(keys[0]!), undefined);
      assert.equal(sync.exists(keys[1]!), true);
      sync.evictBatch(keys);
      assert.deepEqual(
        sync.getBatch(keys),
        keys.map(() => undefined),
      );
      assert.deepEqual(sync.putBatch([]), []);
    });

    test("hand over bytes that are the caller's own, and keep none of those that they are given", async ({
      sync,
    }) => {
      // Small objects may be kept in another way than large ones.
      for (const length of [1, 100, 100_000]) {
        const given = new Uint8Array(length).fill(7);
        const [first, second] = [sync.put([given]), ...sync.putBatch([[given]])];
        given.fill(0);
        for (const bytes of [sync.get(first), ...sync.getBatch([first, first, second!])]) {
          assert.deepEqual(plain(bytes), new Uint8Array(length).fill(7));
          bytes?.fill(1);
        }
        assert.deepEqual(plain(sync.get(first)), new Uint8Array(length).fill(7));
      }
    });

    test('and asynchronous ones see each other', async (connector) => {
      const first = connector.sync.put([bytesOf('first')]);
      assert.deepEqual(plain(await connector.get(first)), bytesOf('first'));
      const second = await connector.put([bytesOf('second')]);
      assert.deepEqual(plain(connector.sync.get(second)), bytesOf('second'));
      connector.sync.evict(second);
      assert.equal(await connector.exists(second), false);
    });
  });
}

/** `sync.set()`, where there is `set()`. */
export function describeSyncSet({ describe, test }: Suite): void {
  describe('sync.set()', () => {
    test('does what set() does', async ({ sync }) => {
      const key = sync.put([bytesOf('first')]);
      assert.equal(sync.set(key, [bytesOf('second')]), true);
      assert.equal(sync.set(key, [bytesOf('third')], { ifAbsent: true }), false);
      assert.deepEqual(plain(sync.get(key)), bytesOf('second'));
      sync.evict(key);
      assert.equal(sync.set(key, [bytesOf('fourth')], { ifAbsent: true }), true);
      assert.deepEqual(plain(sync.get(key)), bytesOf('fourth'));
    });
  });
}

/** `sync.take()`, where there is `take()`. */
export function describeSyncTake({ describe, test }: Suite): void {
  describe('sync.take()', () => {
    test('does what take() does', async ({ sync }) => {
      const key = sync.put([bytesOf('object')]);
      assert.deepEqual(plain(sync.take(key)), bytesOf('object'));
      assert.equal(sync.exists(key), false);
      assert.equal(sync.take(key), undefined);
    });
  });
}
