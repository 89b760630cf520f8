/** Much at a time: operations at once, objects in a batch, bytes in an object. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { Suite } from './suite.js';

const operationsAtOnce = 1000;
const objectsInBatch = { light: 1000, heavy: 10_000 };
const largeSize = 64 * 1024 * 1024;

/** Load. The last two with much of it only where the subject is to be tested heavily. */
export function describeLoad({ describe, test, heavy }: Suite): void {
  describe('load', () => {
    test(`of ${operationsAtOnce} operations at once mixes nothing up`, async (connector) => {
      const objects = Array.from({ length: operationsAtOnce }, (_, index) => bytesOf(`object ${index}`));
      const keys = await Promise.all(objects.map((object) => connector.put([object])));
      const found = await Promise.all(
        keys.map(async (key, index) => {
          if (index % 3 === 0) await connector.evict(key);
          return connector.get(key);
        }),
      );
      assert.deepEqual(
        found.map(plain),
        objects.map((object, index) => (index % 3 === 0 ? undefined : object)),
      );
    });

    const length = heavy ? objectsInBatch.heavy : objectsInBatch.light;
    test(`of ${length} objects in a batch comes back in order`, async (connector) => {
      const objects = Array.from({ length }, (_, index) => bytesOf(`object ${index}`));
      const keys = await connector.putBatch(objects.map((object) => [object]));
      assert.deepEqual((await connector.getBatch(keys)).map(plain), objects);
      await connector.evictBatch(keys);
      const left = await connector.getBatch(keys);
      assert.equal(
        left.every((bytes) => bytes === undefined),
        true,
      );
    });

    if (!heavy) return;

    test('of 64 MB in an object comes back whole', async (connector) => {
      const large = Buffer.alloc(largeSize, 'some text of which the length is prime');
      const key = await connector.put([large.subarray(0, 3), large.subarray(3)]);
      const bytes = await connector.get(key);
      // Buffer.compare, for deepEqual takes seconds.
      assert.ok(bytes !== undefined && large.equals(bytes));
    });
  });
}
