/**
 * `proxystore/testing`: what every connector must do, as tests, for the authors of connectors.
 *
 * Knows no test runner, only the two functions it is given, and asserts with `node:assert`.
 *
 * @packageDocumentation
 */

import assert from 'node:assert/strict';
import { capabilities, type Connector } from '../connectors/protocol.js';
import { describeBatches } from './batch-tests.js';
import { describeClose } from './close-tests.js';
import { describeConfig } from './config-tests.js';
import { describeDeferred } from './deferred-tests.js';
import { describeExpire } from './expire-tests.js';
import { describeKeys } from './key-tests.js';
import { describeList } from './list-tests.js';
import { describeLoad } from './load-tests.js';
import { describeModel } from './model-tests.js';
import { describeObjects } from './object-tests.js';
import { describeProcesses } from './process-tests.js';
import { describeSignals } from './signal-tests.js';
import { StoreConnector } from './store-connector.js';
import { describeStore } from './store-tests.js';
import type { ConnectorSubject, TestRunner } from './subject.js';
import { reopened, suiteOf, type Suite } from './suite.js';
import { describeSync, describeSyncSet, describeSyncTake } from './sync-tests.js';
import { describeTake } from './take-tests.js';
import { describeWatch } from './watch-tests.js';

export type { FastCheck, FastCheckArbitrary } from './fast-check.js';
export type { ConnectorSubject, OtherProcess, TestRunner } from './subject.js';

/**
 * Defines the tests of a connector: the protocol, a group for each capability that it is to have, and the same once more
 * through a `Store`.
 *
 * @param runner - Where they are defined: the `describe` and `it` of a test runner.
 * @param name - What they are grouped under.
 * @param subject - The connector.
 * @example
 * ```ts
 * import { describe, it } from 'node:test'; // or from vitest, or the globals of jest
 * import { describeConnector } from 'proxystore/testing';
 *
 * describeConnector({ describe, it }, 'MyConnector', {
 *   capabilities: ['take'],
 *   open: () => new MyConnector(newPlace()),
 * });
 * ```
 */
export function describeConnector(runner: TestRunner, name: string, subject: ConnectorSubject): void {
  const suite = suiteOf(runner, subject);
  suite.describe(name, () => {
    suite.test('shows the capabilities that it has', async (connector) => {
      assert.deepEqual([...capabilities(connector)].sort(), [...subject.capabilities].sort());
    });

    describeProtocol(suite);
    if (suite.has('deferred')) describeDeferred(suite);
    if (suite.has('sync') && suite.has('deferred')) describeSyncSet(suite);
    if (suite.has('expire')) describeExpire(suite);
    if (suite.has('watch')) describeWatch(suite);
    if (suite.has('list')) describeList(suite);
    describeProcesses(suite, subject);

    suite.describe('through a Store', () => {
      describeProtocol(suiteOf(runner, throughStore(subject)));
      describeStore(suite);
    });
  });
}

/** What holds of a connector and of a store over it alike. */
function describeProtocol(suite: Suite): void {
  describeObjects(suite);
  describeKeys(suite);
  describeBatches(suite);
  describeSignals(suite);
  describeClose(suite);
  describeConfig(suite);
  describeLoad(suite);
  describeModel(suite);
  if (suite.has('sync')) describeSync(suite);
  if (suite.has('take')) describeTake(suite);
  if (suite.has('sync') && suite.has('take')) describeSyncTake(suite);
}

/** The same place, with a store before it. Of the capabilities, those that a store has operations for. */
function throughStore(subject: ConnectorSubject): ConnectorSubject {
  const stall = subject.stall?.bind(subject);
  return {
    capabilities: subject.capabilities.filter((capability) => ['sync', 'take'].includes(capability)),
    open: async () => new StoreConnector(await subject.open()),
    reopen: async (connector) => new StoreConnector(await reopened(subject, beneath(connector))),
    ...(stall !== undefined && { stall: (connector) => stall(beneath(connector)) }),
    heavy: subject.heavy,
  };
}

/** The connector under a store. */
function beneath(connector: Connector): Connector {
  if (connector instanceof StoreConnector) return connector.beneath;
  throw new TypeError('Only connectors that were opened through a store are opened again through one.');
}
