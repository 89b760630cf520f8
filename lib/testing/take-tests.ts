/** The capability `take`: fetch and remove in one step. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { Suite } from './suite.js';

/** `take()`. */
export function describeTake({ describe, test }: Suite): void {
  describe('take()', () => {
    test('gives an object and leaves none', async (connector) => {
      const key = await connector.put([bytesOf('one-'), bytesOf('shot')]);
      assert.deepEqual(plain(await connector.take(key)), bytesOf('one-shot'));
      assert.equal(await connector.exists(key), false);
      assert.equal(await connector.take(key), undefined);
    });

    test('gives it to one of many who ask', async (connector, reopen) => {
      const other = await reopen();
      const key = await connector.put([bytesOf('object')]);
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, index) => [connector, other][index % 2]!.take(key)),
      );
      assert.deepEqual(
        taken.map(plain).filter((bytes) => bytes !== undefined),
        [bytesOf('object')],
      );
    });
  });
}
