/** Connections that cannot be made: each fails at once or within the connect timeout, and says why. */

import '../../../lib/resources/symbols.js';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { RedisConnector, type RedisConnectionOptions } from '../../../lib/connectors/redis.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { redisServer, type RedisServer } from '../../servers/redis-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';

const host = '127.0.0.1';

let plain: RedisServer;
let locked: RedisServer;
let secure: RedisServer;
let misnamed: RedisServer;
/** Accepts connections, and says nothing. */
let silent: Server;
/** Accepts connections, and says something before it is asked. */
let talkative: Server;

beforeAll(async () => {
  plain = await redisServer();
  locked = await redisServer({ password: 'the password' });
  secure = await redisServer({ tls: true });
  misnamed = await redisServer({ tls: true, certificateNames: 'DNS:elsewhere.example' });
  silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, host);
  talkative = createServer((socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  talkative.listen(0, host);
  await Promise.all([once(silent, 'listening'), once(talkative, 'listening')]);
});

afterAll(async () => {
  for (const server of [plain, locked, secure, misnamed]) await server[Symbol.asyncDispose]();
  silent.close();
  talkative.close();
});

describe.each<[string, () => RedisConnectionOptions, RegExp]>([
  [
    'sentinels that are not there',
    () => ({ sentinels: ['127.0.0.1:1'], sentinelGroup: 'main' }),
    /Connection is closed.* Is the server running/,
  ],
  ['a port at which nothing listens', () => ({ host, port: 1 }), /ECONNREFUSED.* Is the server running/],
  [
    'a host that is not there',
    () => ({ host: 'cache.invalid' }),
    /(ENOTFOUND|EAI_AGAIN).* Is the name of the host right\?/,
  ],
  [
    'a wrong password',
    () => ({ host, port: locked.port, password: 'a guess' }),
    /WRONGPASS.* Give the username and the password/,
  ],
  ['no password', () => ({ host, port: locked.port }), /NOAUTH.* Give the username and the password/],
  [
    'TLS with a server that speaks none',
    () => ({ host, port: plain.port, tls: true, connectTimeout: 300 }),
    /It took longer than 300 ms.* is TLS used at both ends/,
  ],
  [
    'TLS with a server that speaks something else',
    () => ({ host, port: (talkative.address() as AddressInfo).port, tls: true }),
    /wrong version number.*\d\. Does the server speak TLS at this port\? If not, leave out tls/,
  ],
  [
    'a port of all addresses of this machine at which nothing listens',
    () => ({ host: 'localhost', port: 1 }),
    /ECONNREFUSED.* Is the server running/,
  ],
  [
    'a server of TLS without it',
    () => ({ host, port: secure.port }),
    /(closed|ECONNRESET|EPIPE).* is TLS used at both ends or at neither\?/,
  ],
  [
    'a certificate of an unknown authority',
    () => ({ host, port: secure.port, tls: true }),
    /self-signed certificate.* tls: \{ ca \}/,
  ],
  [
    'a certificate of another host',
    () => ({ host, port: misnamed.port, tls: { ca: misnamed.certificate! } }),
    /altnames.* the name that it is for as host/,
  ],
  [
    'a server that never answers',
    () => ({ host, port: (silent.address() as AddressInfo).port, connectTimeout: 300 }),
    /It took longer than 300 ms/,
  ],
  [
    'nodes of a cluster that are not there',
    () => ({ cluster: ['127.0.0.1:1', '127.0.0.1:2'] }),
    /Connection is closed.* Is the server running/,
  ],
  ['a cluster that is none', () => ({ cluster: [`${host}:${plain.port}`] }), /cluster support disabled/],
  [
    'a wrong password of a cluster',
    () => ({ cluster: [`${host}:${locked.port}`], password: 'a guess' }),
    /WRONGPASS/,
  ],
  [
    'sentinels that are none',
    () => ({ sentinels: [`${host}:${plain.port}`], sentinelGroup: 'main' }),
    /unreachable.*unknown command/i,
  ],
])('%s', (_title, options, message) => {
  it('fails open()', async () => {
    expectConnectError(await rejection(RedisConnector.open(options())), message);
  });

  it('fails the first operations, and those after them, each by trying', async () => {
    await using connector = new RedisConnector(options());
    const errors = await Promise.all([
      rejection(connector.put([])),
      rejection(connector.get(connector.newKey())),
    ]);
    errors.push(await rejection(connector.list().next()));
    for (const error of errors) expectConnectError(error, message);
  });
});

describe('a connector that could not connect', () => {
  it('connects when it can, and is closed like any other', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    await using connector = new RedisConnector({ host, port: proxy.port });
    proxy.refuse();
    await expect(connector.put([])).rejects.toThrow(
      /Could not connect to the Redis server at 127\.0\.0\.1:\d+: /,
    );
    proxy.accept();
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });

  it('tries no more by itself', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.refuse();
    await using connector = new RedisConnector({ host, port: proxy.port });
    await rejection(connector.put([]));
    const { accepted } = proxy;
    // As long as several of the client's own attempts would take.
    await Promise.race([proxy.connection(), new Promise((resolve) => setTimeout(resolve, 500))]);
    expect(proxy.accepted).toBe(accepted);
  });
});

describe('a signal', () => {
  it('ends the wait for a connection, which others still use', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.hold('toServer');
    await using connector = new RedisConnector({ host, port: proxy.port, name: 'signal' });
    const accepted = proxy.connection();
    const controller = new AbortController();
    const [given, kept] = [connector.put([], controller), connector.put([])];
    await accepted;
    controller.abort('enough');
    await expect(given).rejects.toBe('enough');
    proxy.release('toServer');
    const key = await kept;
    const listed: unknown[] = [];
    for await (const each of connector.list()) listed.push(each);
    // The put that was given up had not been sent, so nothing of it is there.
    expect(listed).toEqual([key]);
  });
});

describe('the time that an operation may take', () => {
  it('has that of connecting in it', async () => {
    const { port } = silent.address() as AddressInfo;
    await using connector = new RedisConnector({ host, port, connectTimeout: 2000, commandTimeout: 100 });
    const error = await rejection(connector.put([]));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not store an object at .* within 100 ms/);
  });
});

function expectConnectError(error: unknown, message: RegExp): void {
  expect(error).toBeInstanceOf(ConnectorError);
  const { connector, cause, message: text } = error as ConnectorError;
  expect(connector).toBe('redis');
  // An error of Node is of another realm here.
  expect(cause).toMatchObject({ message: expect.any(String) as string });
  expect(text).toMatch(/^Could not connect to the Redis (server|cluster) /);
  expect(text).toMatch(message);
  expect(text).not.toContain('a guess');
}
