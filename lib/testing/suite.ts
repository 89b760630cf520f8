/** How a test gets its connectors, and what becomes of them. */

import { connectorFromConfig } from '../connectors/connector-classes.js';
import type { Capability, Connector, ConnectorConfig, SyncOperations } from '../connectors/protocol.js';
import type { FastCheck } from './fast-check.js';
import type { ConnectorSubject, TestRunner } from './subject.js';

/** A connector with all that can be there; a group's tests run only where it is. */
export type Complete = Required<Connector> & { readonly sync: Required<SyncOperations> };

/** A test. It gets a connector, and another one to the same place where it asks for it. */
export type TestBody = (connector: Complete, reopen: () => Promise<Complete>) => Promise<void>;

/** What the groups of tests are defined with. */
export interface Suite {
  /** Opens a group. */
  readonly describe: (title: string, body: () => void) => void;
  /** Defines a test; its connectors are closed after it, in reverse order. */
  readonly test: (title: string, body: TestBody) => void;
  /** Defines a test that opens what it needs by {@link withConnector}. */
  readonly testWithout: (title: string, body: () => Promise<void>) => void;
  /** Does something with a connector of its own, which is closed after it. */
  readonly withConnector: (body: TestBody) => Promise<void>;
  /** Whether the connector is to have a capability. */
  readonly has: (capability: Capability) => boolean;
  /** Has the backend of a connector answer nothing, where there is a way to. */
  readonly stall: ((connector: Connector) => AsyncDisposable | Promise<AsyncDisposable>) | undefined;
  /** Whether to test with much of everything. */
  readonly heavy: boolean;
  /** What makes random sequences, if any was given. */
  readonly fastCheck: FastCheck | undefined;
}

/**
 * Makes what the groups are defined with.
 *
 * @param runner - Where the tests are defined.
 * @param subject - The connector.
 */
export function suiteOf(runner: TestRunner, subject: ConnectorSubject): Suite {
  const withConnector = async (body: TestBody): Promise<void> => {
    const opened: Connector[] = [];
    const open = async (connector: Connector | Promise<Connector>): Promise<Complete> => {
      const it = await connector;
      opened.push(it);
      // The groups ask for a capability only where the connector has it.
      return it as Complete;
    };
    try {
      const connector = await open(subject.open());
      await body(connector, () => open(reopened(subject, connector)));
    } finally {
      for (const connector of opened.reverse()) await connector.close();
    }
  };
  return {
    describe: (title, body) => void runner.describe(title, body),
    test: (title, body) => void runner.it(title, () => withConnector(body)),
    testWithout: (title, body) => void runner.it(title, body),
    withConnector,
    has: (capability) => subject.capabilities.includes(capability),
    stall: subject.stall?.bind(subject),
    heavy: subject.heavy ?? false,
    fastCheck: runner.fastCheck,
  };
}

/**
 * A second connector to the place of another.
 *
 * @param subject - Says how, or else it is made from the config.
 * @param connector - The first one.
 */
export function reopened(
  subject: Pick<ConnectorSubject, 'reopen'>,
  connector: Connector,
): Connector | Promise<Connector> {
  return subject.reopen?.(connector) ?? fromJSON(connector.config());
}

function fromJSON(config: ConnectorConfig): Connector {
  return connectorFromConfig(JSON.parse(JSON.stringify(config)) as ConnectorConfig);
}
