/** What the tests are given: a test runner, and the connector to be tested. */

import type { Capability, Connector, ConnectorKey } from '../connectors/protocol.js';
import type { FastCheck } from './fast-check.js';

/** The part of a test runner that the tests need; those of jest, vitest, mocha and `node:test` all have it. */
export interface TestRunner {
  /** Opens a group of tests. */
  describe(name: string, body: () => void): unknown;
  /** Defines a test, which fails by its promise. */
  it(name: string, body: () => Promise<void>): unknown;
  /**
   * What `import fc from 'fast-check'` gives. Makes the random sequences of operations: others each time, and of one that
   * fails, the shortest that still does is reported, with the seed that brings it back. Default: some that are the same
   * each time.
   */
  readonly fastCheck?: FastCheck | undefined;
}

/** The connector to be tested. */
export interface ConnectorSubject {
  /** The capabilities that it has, which decide the groups; a test compares them with those it shows. */
  readonly capabilities: readonly Capability[];
  /** Opens a connector to a place of its own that is empty. It is closed after the test. */
  open(): Connector | Promise<Connector>;
  /**
   * Opens a second connector to the same place. By default from the first one's config, as it comes out of JSON.
   * It is closed after the test.
   *
   * @param connector - One that {@link open} has given.
   */
  reopen?(connector: Connector): Connector | Promise<Connector>;
  /**
   * Opens a connector to the same place in another process. Without it, there are no tests of two processes. Disposed
   * of after the test.
   *
   * @param connector - One that {@link open} has given.
   */
  otherProcess?(connector: Connector): Promise<OtherProcess>;
  /**
   * Has the backend answer nothing more, with its connections open: a server that is paused, or a proxy that keeps back
   * what goes over it. Without it, it is not tested that a signal ends what is under way.
   *
   * @param connector - One that {@link open} has given.
   * @returns What has the backend answer again when it is disposed of, what was asked meanwhile included.
   */
  stall?(connector: Connector): AsyncDisposable | Promise<AsyncDisposable>;
  /**
   * Whether to test with 64 MB in one object, 10,000 objects in a batch and long random sequences too, which takes some
   * 500 MB of memory and a runner's timeout of some ten seconds a test. Default false.
   */
  readonly heavy?: boolean | undefined;
}

/** A connector in another process, with the operations that are passed on to it. */
export interface OtherProcess extends AsyncDisposable {
  /** Puts an object there. */
  put(bytes: Uint8Array): Promise<ConnectorKey>;
  /** Gets an object there. */
  get(key: ConnectorKey): Promise<Uint8Array | undefined>;
  /** Evicts an object there. */
  evict(key: ConnectorKey): Promise<void>;
  /** Takes an object there. Called only where the connector can. */
  take(key: ConnectorKey): Promise<Uint8Array | undefined>;
}
