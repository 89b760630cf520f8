/** The capability `expire`: the backend drops an object by itself. */

import assert from 'node:assert/strict';
import { bytesOf } from './bytes.js';
import { untilGone } from './expectations.js';
import { longTime } from './operations.js';
import type { Suite } from './suite.js';

/** `expire()`. */
export function describeExpire({ describe, test }: Suite): void {
  describe('expire()', () => {
    test('drops an object after a time', async (connector) => {
      const key = await connector.put([bytesOf('short-lived')]);
      assert.equal(await connector.expire(key, 20), true);
      await untilGone(connector, key);
      assert.equal(await connector.get(key), undefined);
      assert.equal(await connector.expire(key, 20), false);
    });

    test('drops it at once when no time is left', async (connector) => {
      for (const milliseconds of [0, -1]) {
        const key = await connector.put([bytesOf('object')]);
        assert.equal(await connector.expire(key, milliseconds), true);
        assert.equal(await connector.exists(key), false);
      }
    });

    test('counts from the last call', async (connector) => {
      const [prolonged, shortened, measure] = await connector.putBatch([[], [], []]);
      // Long enough for the next call to come in time, on a busy machine and over a network.
      await connector.expire(prolonged!, 300);
      await connector.expire(prolonged!, longTime);
      await connector.expire(shortened!, longTime);
      await connector.expire(shortened!, 20);
      await connector.expire(measure!, 350);
      await untilGone(connector, measure!);
      assert.equal(await connector.exists(prolonged!), true);
      assert.equal(await connector.exists(shortened!), false);
    });

    test('is false of an object that is not there', async (connector) => {
      const key = await connector.put([]);
      await connector.evict(key);
      assert.equal(await connector.expire(key, longTime), false);
      assert.equal(await connector.exists(key), false);
    });
  });
}
