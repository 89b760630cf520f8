/** Two connectors to one place, in two processes. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { ConnectorSubject, OtherProcess } from './subject.js';
import type { Complete, Suite } from './suite.js';

/**
 * Two processes, where there is a way to another one.
 *
 * @param suite - What the tests are defined with.
 * @param subject - Says how to open the connector in another process.
 */
export function describeProcesses({ describe, test, has }: Suite, subject: ConnectorSubject): void {
  if (subject.otherProcess === undefined) return;
  const open = subject.otherProcess.bind(subject);
  const together = (title: string, body: (here: Complete, there: OtherProcess) => Promise<void>): void => {
    test(title, async (here) => {
      const there = await open(here);
      try {
        await body(here, there);
      } finally {
        await there[Symbol.asyncDispose]();
      }
    });
  };

  describe('two processes', () => {
    together("see each other's objects, and that they are gone", async (here, there) => {
      const fromHere = await here.put([bytesOf('from here')]);
      const fromThere = await there.put(bytesOf('from there'));
      assert.deepEqual(plain(await there.get(fromHere)), bytesOf('from here'));
      assert.deepEqual(plain(await here.get(fromThere)), bytesOf('from there'));
      await there.evict(fromHere);
      await here.evict(fromThere);
      assert.equal(await here.get(fromHere), undefined);
      assert.equal(await there.get(fromThere), undefined);
    });

    if (!has('take')) return;

    together('take an object once between them', async (here, there) => {
      for (let round = 0; round < 20; round += 1) {
        const key = await here.put([bytesOf('object')]);
        const taken = await Promise.all([there.take(key), here.take(key), there.take(key), here.take(key)]);
        assert.deepEqual(
          taken.map(plain).filter((bytes) => bytes !== undefined),
          [bytesOf('object')],
        );
      }
    });
  });
}
