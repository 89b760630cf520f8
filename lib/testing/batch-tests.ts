/** Several objects in one call. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { Suite } from './suite.js';

/** Batches. */
export function describeBatches({ describe, test }: Suite): void {
  describe('batches', () => {
    test('keep their order', async (connector) => {
      const objects = Array.from({ length: 50 }, (_, index) => bytesOf(`object ${index}`));
      const keys = await connector.putBatch(objects.map((object) => [object]));
      assert.deepEqual((await connector.getBatch(keys)).map(plain), objects);
      const [first, ...rest] = keys;
      await connector.evictBatch(rest);
      assert.deepEqual((await connector.getBatch([first!, ...rest])).map(plain), [
        objects[0],
        ...rest.map(() => undefined),
      ]);
    });

    test('may be empty', async (connector) => {
      assert.deepEqual(await connector.putBatch([]), []);
      assert.deepEqual(await connector.getBatch([]), []);
      await connector.evictBatch([]);
    });

    test('may name an object twice, which then is handed over twice', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const [first, second] = await connector.getBatch([key, key]);
      first?.fill(0);
      assert.deepEqual(plain(second), bytesOf('object'));
      await connector.evictBatch([key, key]);
      assert.equal(await connector.exists(key), false);
    });
  });
}
