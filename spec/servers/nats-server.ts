/** NATS servers for tests. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyServer, type AnyServer } from './any-server.js';
import { certificateFiles, makeCertificate } from './certificates.js';
import { TestServer } from './test-server.js';

/** How a NATS server is started. */
export interface NATSServerOptions {
  /** Whether it keeps messages and objects, in its directory. Default false. */
  readonly jetstream?: boolean;
  /** What clients must say. By default nothing. */
  readonly token?: string;
  /** Whether it speaks TLS, and nothing else. Default false. */
  readonly tls?: boolean;
  /** What its certificate is valid for, as OpenSSL writes it. By default this machine's own names. */
  readonly certificateNames?: string;
  /** Further settings, as in its configuration file. */
  readonly settings?: string;
}

/** A running NATS server. */
export interface NATSServer extends TestServer {
  /** What a client that is to trust its certificate gives as `ca`. Absent without TLS. */
  readonly certificate: string | undefined;
}

/** Starts a NATS server. */
export async function natsServer(options: NATSServerOptions = {}): Promise<NATSServer> {
  const { jetstream = false, token, tls = false, certificateNames, settings } = options;
  let certificate: string | undefined;
  const { certificate: certificateFile, key } = certificateFiles;
  const server = await TestServer.start({
    name: 'nats-server',
    async prepare(directory) {
      if (tls) certificate = await makeCertificate(directory, certificateNames);
      if (settings !== undefined) await writeFile(join(directory, 'nats.conf'), settings);
    },
    arguments: (port, directory) => [
      ...['--addr', '127.0.0.1', '--port', String(port)],
      ...(jetstream ? ['--jetstream', '--store_dir', directory] : []),
      ...(token === undefined ? [] : ['--auth', token]),
      ...(tls ? ['--tls', '--tlscert', certificateFile, '--tlskey', key] : []),
      ...(settings === undefined ? [] : ['--config', 'nats.conf']),
    ],
    ready: /Server is ready/,
    url: (port) => {
      const user = token === undefined ? '' : `${encodeURIComponent(token)}@`;
      return `${tls ? 'tls' : 'nats'}://${user}127.0.0.1:${port}`;
    },
  });
  return Object.assign(server, { certificate });
}

/**
 * A NATS server with JetStream for tests that any will do for: the one at PROXYSTORE_TEST_NATS_URL where that is set,
 * else one of their own. They leave buckets of other names alone.
 */
export function anyNATSServer(): Promise<AnyServer> {
  return anyServer('PROXYSTORE_TEST_NATS_URL', () => natsServer({ jetstream: true }));
}
