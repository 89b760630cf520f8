/** What the tests expect of errors, and of time. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connector, ConnectorKey } from '../connectors/protocol.js';
import { ConnectorClosedError, InvalidKeyError, StoreClosedError } from '../errors.js';
import { StoreConnector } from './store-connector.js';

/** Accepts the refusal of a key. */
export function isInvalidKey(key: unknown): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InvalidKeyError, `${String(error)} is no InvalidKeyError`);
    assert.equal(error.code, 'ERR_PROXYSTORE_INVALID_KEY');
    assert.equal(error.key, key);
    return true;
  };
}

/** Accepts what an operation fails with after `close()`. */
export function isClosed(connector: Connector): (error: unknown) => boolean {
  return (error) => {
    // A store is closed itself before its connector is.
    if (connector instanceof StoreConnector) {
      assert.ok(error instanceof StoreClosedError, `${String(error)} is no StoreClosedError`);
      return true;
    }
    assert.ok(error instanceof ConnectorClosedError, `${String(error)} is no ConnectorClosedError`);
    assert.equal(error.code, 'ERR_PROXYSTORE_CONNECTOR_CLOSED');
    assert.equal(error.connector, connector.kind);
    return true;
  };
}

/** Backends tell nobody that they have dropped an object, so it is looked for. */
export async function untilGone(connector: Connector, key: ConnectorKey): Promise<void> {
  while (await connector.exists(key)) await sleep(5);
}
