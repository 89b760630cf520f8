/** What is put is given back, as bytes of the caller's own. */

import assert from 'node:assert/strict';
import { bytesOf, joined, plain, shapes } from './bytes.js';
import type { Suite } from './suite.js';

/** The objects themselves. */
export function describeObjects({ describe, test }: Suite): void {
  describe('objects', () => {
    for (const [title, parts] of Object.entries(shapes())) {
      test(`gives back what was put: ${title}`, async (connector) => {
        const key = await connector.put(parts);
        assert.deepEqual(plain(await connector.get(key)), joined(parts));
        assert.equal(await connector.exists(key), true);
      });
    }

    test('are gone once they are evicted, which can be done again', async (connector) => {
      const key = await connector.put([bytesOf('once')]);
      await connector.evict(key);
      await connector.evict(key);
      assert.equal(await connector.get(key), undefined);
      assert.equal(await connector.exists(key), false);
    });

    test('are copies: neither changing what was put nor what was got changes them', async (connector) => {
      const given = bytesOf(
        'an object of more than sixty-four bytes, which are kept in another way than fewer',
      );
      const expected = given.slice();
      const key = await connector.put([given]);
      given.fill(0);
      const first = await connector.get(key);
      assert.deepEqual(plain(first), expected);
      first?.fill(0);
      assert.deepEqual(plain(await connector.get(key)), expected);
    });

    test('are handed over in memory that can be transferred away', async (connector) => {
      for (const length of [1, 100, 100_000]) {
        const key = await connector.put([new Uint8Array(length).fill(7)]);
        const [first, second] = [await connector.get(key), await connector.get(key)];
        structuredClone(first, { transfer: [first!.buffer as ArrayBuffer] });
        assert.equal(first?.length, 0);
        assert.deepEqual(plain(second), new Uint8Array(length).fill(7));
        assert.deepEqual(plain(await connector.get(key)), new Uint8Array(length).fill(7));
      }
    });

    test('of one name are independent of each other', async (connector) => {
      const keys = await Promise.all([1, 2, 3].map((value) => connector.put([Uint8Array.of(value)])));
      await connector.evict(keys[1]!);
      assert.deepEqual(plain(await connector.get(keys[0]!)), Uint8Array.of(1));
      assert.equal(await connector.get(keys[1]!), undefined);
      assert.deepEqual(plain(await connector.get(keys[2]!)), Uint8Array.of(3));
    });
  });
}
