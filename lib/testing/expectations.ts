/** What the tests expect of errors, and of time. */

import assert from 'node:assert/strict';
import type { Connector, ConnectorKey } from '../connectors/protocol.js';
import { ConnectorClosedError, InvalidKeyError, StoreClosedError } from '../errors.js';
import { StoreConnector } from './store-connector.js';

/** How long a connector may take for what takes any that is right a fraction of it, in milliseconds. */
const longestWait = 20_000;

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
export function untilGone(connector: Connector, key: ConnectorKey): Promise<void> {
  return until(async () => !(await connector.exists(key)), 'The object was not dropped');
}

/** Waits for what is told by no event. Fails where it does not become so. */
export async function until(condition: () => Promise<boolean>, failure: string): Promise<void> {
  const last = Date.now() + longestWait;
  while (!(await condition())) {
    assert.ok(Date.now() < last, `${failure} within ${longestWait} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Waits for what would never come of a connector that is wrong. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${longestWait} ms.`)), longestWait);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
