/** Redis servers for tests. */

import { anyServer, type AnyServer } from './any-server.js';
import { certificateFiles, makeCertificate } from './certificates.js';
import { TestServer } from './test-server.js';

/** The program of all of them: the one that PROXYSTORE_TEST_REDIS_PROGRAM names, such as `valkey-server`, or Redis. */
export const redisProgram = process.env['PROXYSTORE_TEST_REDIS_PROGRAM'] ?? 'redis-server';

/** How a Redis server is started. */
export interface RedisServerOptions {
  /** What clients must say. By default nothing. */
  readonly password?: string;
  /** Whether it speaks TLS, and nothing else. Default false. */
  readonly tls?: boolean;
  /** What its certificate is valid for, as OpenSSL writes it. By default this machine's own names. */
  readonly certificateNames?: string;
  /** How much it may keep, such as `'10mb'`. By default any amount. */
  readonly maxmemory?: string;
  /** Whether what it has acknowledged is on the disk by then. Default false: nothing is written. */
  readonly appendonly?: boolean;
  /** Further settings, as in its configuration file. One of several words is an array of them. */
  readonly settings?: Readonly<Record<string, string | readonly string[]>>;
  /** Matches what it prints when it is ready. */
  readonly ready?: RegExp;
}

/** A running Redis server. */
export interface RedisServer extends TestServer {
  /** What a client that is to trust its certificate gives as `ca`. Absent without TLS. */
  readonly certificate: string | undefined;
}

/** Starts a Redis server. */
export async function redisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { password, tls = false, ready = /Ready to accept connections/ } = options;
  let certificate: string | undefined;
  const server = await TestServer.start({
    name: redisProgram,
    async prepare(directory) {
      if (tls) certificate = await makeCertificate(directory, options.certificateNames);
    },
    arguments: (port, directory) => settingArguments({ ...settingsOf(options, port), dir: directory }),
    ready,
    url: (port) => {
      const user = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
      return `redis${tls ? 's' : ''}://${user}127.0.0.1:${port}`;
    },
  });
  return Object.assign(server, { certificate });
}

/**
 * A Redis server for tests that any will do for: the one at PROXYSTORE_TEST_REDIS_URL where that is set, else one of
 * their own. They leave keys of other names alone.
 */
export function anyRedisServer(): Promise<AnyServer> {
  return anyServer('PROXYSTORE_TEST_REDIS_URL', redisServer);
}

type Settings = NonNullable<RedisServerOptions['settings']>;

function settingsOf(options: RedisServerOptions, port: number): Settings {
  const { password, tls, maxmemory, appendonly, settings } = options;
  return {
    bind: '127.0.0.1',
    save: '',
    ...(tls === true
      ? {
          port: '0',
          'tls-port': String(port),
          'tls-cert-file': certificateFiles.certificate,
          'tls-key-file': certificateFiles.key,
          'tls-auth-clients': 'no',
        }
      : { port: String(port) }),
    ...(password !== undefined && { requirepass: password }),
    ...(maxmemory !== undefined && { maxmemory }),
    ...(appendonly === true && { appendonly: 'yes', appendfsync: 'always' }),
    ...settings,
  };
}

function settingArguments(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...[value].flat()]);
}
