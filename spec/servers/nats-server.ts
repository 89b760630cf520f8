/** NATS servers for tests. */

import { anyServer, type AnyServer } from './any-server.js';
import { TestServer } from './test-server.js';

/** How a NATS server is started. */
export interface NATSServerOptions {
  /** Whether it keeps messages and objects, in its directory. Default false. */
  readonly jetstream?: boolean;
  /** What clients must say. By default nothing. */
  readonly token?: string;
}

/** Starts a NATS server. */
export function natsServer({ jetstream = false, token }: NATSServerOptions = {}): Promise<TestServer> {
  return TestServer.start({
    name: 'nats-server',
    arguments: (port, directory) => [
      ...['--addr', '127.0.0.1', '--port', String(port)],
      ...(jetstream ? ['--jetstream', '--store_dir', directory] : []),
      ...(token === undefined ? [] : ['--auth', token]),
    ],
    ready: /Server is ready/,
    url: (port) => `nats://${token === undefined ? '' : `${encodeURIComponent(token)}@`}127.0.0.1:${port}`,
  });
}

/**
 * A NATS server with JetStream for tests that any will do for: the one at PROXYSTORE_TEST_NATS_URL where that is set,
 * else one of their own. They leave buckets of other names alone.
 */
export function anyNATSServer(): Promise<AnyServer> {
  return anyServer('PROXYSTORE_TEST_NATS_URL', () => natsServer({ jetstream: true }));
}
