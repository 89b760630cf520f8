/** The capability `watch`: to be told when an object is stored. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { bytesOf, plain } from './bytes.js';
import { isClosed } from './expectations.js';
import type { Suite } from './suite.js';

/** `watch()`. Stores what is waited for under a key that is there already: a connector that can be watched can defer. */
export function describeWatch({ describe, test }: Suite): void {
  describe('watch()', () => {
    test('settles at once where the object is', async (connector) => {
      await connector.watch(await connector.put([bytesOf('here')]));
    });

    test('settles for all who wait when the object is stored, here or by another', async (connector, reopen) => {
      const other = await reopen();
      for (const writer of [connector, other]) {
        const key = connector.newKey();
        const waits = [connector.watch(key), connector.watch(key), other.watch(key)];
        await writer.set(key, [bytesOf('there')]);
        await Promise.all(waits);
        assert.deepEqual(plain(await connector.get(key)), bytesOf('there'));
      }
    });

    test('settles for no other object', async (connector) => {
      const [key, other] = [connector.newKey(), connector.newKey()];
      const controller = new AbortController();
      const wait = connector.watch(key, controller);
      await connector.set(other, [bytesOf('another')]);
      await connector.watch(other);
      controller.abort('still waiting');
      await assert.rejects(wait, (reason) => reason === 'still waiting');
    });

    test('ends by its signal, which keeps no listener, while others wait on', async (connector) => {
      const key = connector.newKey();
      const controller = new AbortController();
      const ended = connector.watch(key, controller);
      const other = new AbortController();
      const waiting = connector.watch(key, other);
      controller.abort('enough');
      await assert.rejects(ended, (reason) => reason === 'enough');
      await connector.set(key, [bytesOf('object')]);
      await waiting;
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      assert.equal(getEventListeners(other.signal, 'abort').length, 0);
    });

    test('is ended by close()', async (connector) => {
      const { signal } = new AbortController();
      const waits = [connector.watch(connector.newKey(), { signal }), connector.watch(connector.newKey())];
      const ends = Promise.all(waits.map((wait) => assert.rejects(wait, isClosed(connector))));
      await connector.close();
      await ends;
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });
  });
}
