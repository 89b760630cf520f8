/** A config leads to the same place. */

import assert from 'node:assert/strict';
import { bytesOf, plain } from './bytes.js';
import type { Suite } from './suite.js';

/** `config()`. */
export function describeConfig({ describe, test }: Suite): void {
  describe('config()', () => {
    test('is JSON, names the kind, and leads to the same objects', async (connector, reopen) => {
      const config = connector.config();
      assert.equal(config.kind, connector.kind);
      assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
      const other = await reopen();
      const key = await connector.put([bytesOf('from here')]);
      assert.deepEqual(plain(await other.get(key)), bytesOf('from here'));
      const back = await other.put([bytesOf('from there')]);
      await other.close();
      assert.deepEqual(plain(await connector.get(back)), bytesOf('from there'));
    });
  });
}
