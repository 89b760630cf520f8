/** Keys travel as JSON, and those that nobody made are refused. */

import assert from 'node:assert/strict';
import type { ConnectorKey } from '../connectors/protocol.js';
import { InvalidKeyError } from '../errors.js';
import { bytesOf, plain } from './bytes.js';
import { isInvalidKey } from './expectations.js';
import { keyOperations, syncKeyOperations } from './operations.js';
import type { Suite } from './suite.js';
import { wrongKeys } from './wrong-keys.js';

/** The keys. */
export function describeKeys({ describe, test, has }: Suite): void {
  describe('keys', () => {
    test('are the same after a way through JSON', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const travelled = JSON.parse(JSON.stringify(key)) as ConnectorKey;
      assert.deepEqual(travelled, key);
      assert.deepEqual(plain(await connector.get(travelled)), bytesOf('object'));
      assert.equal(connector.checkKey(travelled), travelled);
    });

    test('are never made twice', async (connector) => {
      const keys = await connector.putBatch(Array.from({ length: 100 }, () => [bytesOf('same')]));
      assert.equal(new Set(keys.map((key) => JSON.stringify(key))).size, 100);
    });

    test('that the connector could not have made are refused by every operation', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      for (const wrong of wrongKeys(key)) {
        assert.throws(() => connector.checkKey(wrong), isInvalidKey(wrong));
        for (const [title, operation] of Object.entries(keyOperations(connector, wrong as ConnectorKey))) {
          await assert.rejects(operation(), isInvalidKey(wrong), title);
        }
        for (const [title, operation] of Object.entries(
          syncKeyOperations(connector, wrong as ConnectorKey),
        )) {
          assert.throws(operation, isInvalidKey(wrong), title);
        }
      }
      assert.deepEqual(plain(await connector.get(key)), bytesOf('object'));
    });

    test('of a batch are all checked before the first is used', async (connector) => {
      const key = await connector.put([bytesOf('object')]);
      const batch = [key, ['../elsewhere']];
      await assert.rejects(connector.evictBatch(batch), InvalidKeyError);
      await assert.rejects(connector.getBatch(batch), InvalidKeyError);
      if (has('sync')) {
        assert.throws(() => connector.sync.evictBatch(batch), InvalidKeyError);
        assert.throws(() => connector.sync.getBatch(batch), InvalidKeyError);
      }
      assert.equal(await connector.exists(key), true);
    });
  });
}
