/** The end of a connector. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import { isClosed } from './expectations.js';
import { allOperations, allSyncOperations } from './operations.js';
import type { Suite } from './suite.js';

/** `close()`. */
export function describeClose({ describe, test }: Suite): void {
  describe('close()', () => {
    test('refuses every later operation', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      await connector.close();
      for (const [title, operation] of Object.entries(allOperations(connector, key))) {
        await assert.rejects(operation(), isClosed(connector), title);
      }
      for (const [title, operation] of Object.entries(allSyncOperations(connector, key))) {
        assert.throws(operation, isClosed(connector), title);
      }
    });

    test('may be called again, and is what `await using` calls', async (connector) => {
      await Promise.all([connector.close(), connector.close()]);
      await connector[Symbol.asyncDispose]();
      await assert.rejects(connector.put([]), isClosed(connector));
    });

    test('leaves the questions that touch nothing', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const config = connector.config();
      await connector.close();
      assert.deepEqual(connector.config(), config);
      assert.equal(connector.checkKey(key), key);
    });

    test('waits for what is under way', async (connector, reopen) => {
      const other = await reopen();
      const puts = Array.from({ length: 20 }, (_, index) =>
        connector.put([new Uint8Array(100_000).fill(index)]),
      );
      let settled = 0;
      for (const put of puts) void put.then(() => (settled += 1));
      await connector.close();
      assert.equal(settled, puts.length);
      for (const [index, key] of (await Promise.all(puts)).entries()) {
        assert.deepEqual(plain(await other.get(key)), new Uint8Array(100_000).fill(index));
      }
    });
  });
}
