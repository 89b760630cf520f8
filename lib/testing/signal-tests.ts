/** Signals: before an operation, in the middle of it, and after. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { bytesOf, plain, textOf } from './bytes.js';
import { inTime, until } from './expectations.js';
import { allOperations, collected } from './operations.js';
import type { Suite } from './suite.js';

/** How long operations are let go on before they are aborted. */
const turnsUnderWay = 20;
/** Once these are sent, nobody can tell whether they are carried out: giving up could lose an object. */
const mayComeTooLate = new Set(['set', 'set, ifAbsent', 'take']);

/** Aborting. */
export function describeSignals({ describe, test, has, stall }: Suite): void {
  describe('signals', () => {
    test('that are aborted reject every operation with their reason, and nothing is touched', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const reason = { given: 'by the caller' };
      const options = { signal: AbortSignal.abort(reason) };
      for (const [title, operation] of Object.entries(allOperations(connector, key))) {
        await assert.rejects(operation(options), (error) => error === reason, title);
      }
      assert.deepEqual(plain(await connector.get(key)), bytesOf('object'));
    });

    test('have no listener left when an operation has settled', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const { signal } = new AbortController();
      for (const operation of Object.values(allOperations(connector, key))) await operation({ signal });
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });

    test('that are aborted meanwhile reject with their reason, or come too late', async (connector) => {
      const reason = { given: 'by the caller' };
      const kept = await connector.put([bytesOf('kept')]);
      for (const name of Object.keys(allOperations(connector, kept))) {
        const key = await connector.put([bytesOf('object')]);
        const controller = new AbortController();
        const operation = allOperations(connector, key)[name]!(controller);
        controller.abort(reason);
        await operation.catch((error: unknown) => assert.equal(error, reason, name));
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0, name);
        // All of the object that was there, or of the one that was set, or none.
        const found = await connector.get(key);
        if (found !== undefined) assert.ok(['object', 'set'].includes(textOf(found)), name);
      }
      assert.deepEqual(plain(await connector.get(kept)), bytesOf('kept'));
    });

    test('that are aborted meanwhile leave no object that nobody has a key of', async (connector) => {
      const large = new Uint8Array(4 * 1024 * 1024).fill(5);
      const stored = [];
      for (let turns = 0; turns < 6; turns += 1) {
        const controller = new AbortController();
        const put = connector.putBatch([[large], [large.subarray(1)]], controller);
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        controller.abort();
        const keys = await put.catch((error: unknown) => {
          assert.equal(error, controller.signal.reason);
          return [];
        });
        stored.push(...keys);
      }
      for (const [index, bytes] of (await connector.getBatch(stored)).entries()) {
        assert.deepEqual(plain(bytes), index % 2 === 0 ? large : large.slice(1));
      }
      if (has('list')) {
        const keys = stored.map((key) => JSON.stringify(key));
        assert.deepEqual((await collected(connector.list())).sort(), keys.sort());
      }
    });

    if (stall === undefined) return;

    test('that are aborted while nothing answers end what is under way, and the connector goes on', async (connector) => {
      const reason = { given: 'by the caller' };
      // An empty batch asks nobody.
      const names = Object.keys(allOperations(connector, [])).filter((name) => !name.endsWith('of nothing'));
      const keys = await connector.putBatch(names.map(() => [bytesOf('object')]));
      const stalled = await stall(connector);
      const underWay = names.map((name, index) => {
        const controller = new AbortController();
        const outcome = allOperations(connector, keys[index]!)[name]!(controller);
        // Whoever waits for it below may have failed by then.
        outcome.catch(() => undefined);
        return { name, controller, outcome };
      });
      try {
        for (let turn = 0; turn < turnsUnderWay; turn += 1) await new Promise(setImmediate);
        for (const { controller } of underWay) controller.abort(reason);
        for (const { name, outcome } of underWay) {
          if (mayComeTooLate.has(name)) continue;
          await inTime(
            assert.rejects(outcome, (error) => error === reason, name),
            `The end of ${name}, which was aborted,`,
          );
        }
      } finally {
        await stalled[Symbol.asyncDispose]();
      }
      for (const { name, controller, outcome } of underWay) {
        await outcome.catch((error: unknown) => assert.equal(error, reason, name));
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0, name);
      }
      const again = await connector.put([bytesOf('again')]);
      assert.deepEqual(plain(await connector.get(again)), bytesOf('again'));
      if (!has('list')) return;
      const known = new Set([...keys, again].map((key) => JSON.stringify(key)));
      await until(
        async () => (await collected(connector.list())).every((key) => known.has(key)),
        'What was aborted was not removed',
      );
    });
  });
}
