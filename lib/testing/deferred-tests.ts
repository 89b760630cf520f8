/** The capability `deferred`: keys before objects. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { Suite } from './suite.js';

/** `newKey()` and `set()`. */
export function describeDeferred({ describe, test }: Suite): void {
  describe('newKey() and set()', () => {
    test('make an object later than its key', async (connector) => {
      const key = connector.newKey();
      assert.equal(connector.checkKey(key), key);
      assert.equal(await connector.get(key), undefined);
      assert.equal(await connector.exists(key), false);
      assert.equal(await connector.set(key, [bytesOf('la'), bytesOf('ter')]), true);
      assert.deepEqual(plain(await connector.get(key)), bytesOf('later'));
    });

    test('put another object in the place of one, unless it is to be absent', async (connector) => {
      const key = await connector.put([bytesOf('first')]);
      assert.equal(await connector.set(key, [bytesOf('second')]), true);
      assert.equal(await connector.set(key, [bytesOf('third')], { ifAbsent: true }), false);
      assert.deepEqual(plain(await connector.get(key)), bytesOf('second'));
      await connector.evict(key);
      assert.equal(await connector.set(key, [bytesOf('fourth')], { ifAbsent: true }), true);
      assert.deepEqual(plain(await connector.get(key)), bytesOf('fourth'));
    });

    test('let one of many who set an absent object at once do it', async (connector, reopen) => {
      const other = await reopen();
      const key = connector.newKey();
      const set = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          [connector, other][index % 2]!.set(key, [new Uint8Array(10_000).fill(index)], { ifAbsent: true }),
        ),
      );
      assert.equal(set.filter(Boolean).length, 1);
      assert.deepEqual(plain(await other.get(key)), new Uint8Array(10_000).fill(set.indexOf(true)));
    });

    test('never show a part of an object', async (connector, reopen) => {
      const other = await reopen();
      const key = connector.newKey();
      const length = 300_000;
      await connector.set(key, [new Uint8Array(length)]);
      const sets = async (): Promise<void> => {
        for (let value = 1; value <= 30; value += 1)
          await connector.set(key, [new Uint8Array(length).fill(value)]);
      };
      const gets = async (): Promise<void> => {
        for (let count = 0; count < 40; count += 1) {
          const bytes = await other.get(key);
          assert.equal(bytes?.length, length);
          assert.deepEqual(plain(bytes), new Uint8Array(length).fill(bytes[0]!));
        }
      };
      await Promise.all([sets(), gets()]);
    });
  });
}
