/** The capability `list`: the keys of all objects. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { bytesOf } from './bytes.js';
import { isClosed } from './expectations.js';
import { collected } from './operations.js';
import type { Suite } from './suite.js';

/** `list()`. */
export function describeList({ describe, test }: Suite): void {
  describe('list()', () => {
    test('names all objects and no other', async (connector) => {
      assert.deepEqual(await collected(connector.list()), []);
      const keys = await connector.putBatch(Array.from({ length: 40 }, () => [bytesOf('object')]));
      await connector.evict(keys[0]!);
      const expected = keys.slice(1).map((key) => JSON.stringify(key));
      assert.deepEqual((await collected(connector.list())).sort(), expected.sort());
    });

    test('can be left early, and begun again', async (connector) => {
      await connector.putBatch([[], [], []]);
      for await (const key of connector.list()) {
        assert.equal(await connector.exists(key), true);
        break;
      }
      assert.equal((await collected(connector.list())).length, 3);
    });

    test('lets objects come and go while it goes on', async (connector) => {
      const keys = await connector.putBatch(Array.from({ length: 20 }, () => []));
      let seen = 0;
      for await (const key of connector.list()) {
        seen += 1;
        await connector.evict(key);
      }
      assert.equal(seen, keys.length);
      assert.deepEqual(await collected(connector.list()), []);
    });

    test('ends by its signal', async (connector) => {
      await connector.putBatch([[], [], []]);
      const controller = new AbortController();
      const listing = connector.list(controller)[Symbol.asyncIterator]();
      await listing.next();
      controller.abort('enough');
      await assert.rejects(listing.next(), (reason) => reason === 'enough');
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    });

    test('is ended by close(), which does not wait for it', async (connector) => {
      await connector.putBatch([[], [], []]);
      const listing = connector.list()[Symbol.asyncIterator]();
      await listing.next();
      await connector.close();
      await assert.rejects(listing.next(), isClosed(connector));
      assert.deepEqual(await listing.next(), { done: true, value: undefined });
    });
  });
}
