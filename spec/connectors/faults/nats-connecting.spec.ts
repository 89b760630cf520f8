/** Connections that cannot be made: each fails at once or within the connect timeout, and says why. */

import '../../../lib/resources/symbols.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { NatsConnector, type NatsConnectionOptions } from '../../../lib/connectors/nats.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { natsServer, type NATSServer } from '../../servers/nats-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';

const host = '127.0.0.1';

let plain: NATSServer;
let locked: NATSServer;
let secret: NATSServer;
let secure: NATSServer;
let misnamed: NATSServer;
/** Accepts connections, and says nothing. */
let silent: Server;
const silentSockets: Socket[] = [];
/** Speaks, but not NATS. */
let other: Server;

beforeAll(async () => {
  plain = await natsServer({ jetstream: true });
  locked = await natsServer({
    jetstream: true,
    settings: 'authorization { user: worker, password: "the password" }',
  });
  secret = await natsServer({ jetstream: true, token: 'the token' });
  secure = await natsServer({ jetstream: true, tls: true });
  misnamed = await natsServer({ jetstream: true, tls: true, certificateNames: 'DNS:elsewhere.example' });
  silent = createServer((socket) => silentSockets.push(socket.on('error', () => undefined).resume()));
  silent.listen(0, host);
  other = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 No\r\n')).listen(
    0,
    host,
  );
  await Promise.all([once(silent, 'listening'), once(other, 'listening')]);
});

afterAll(async () => {
  for (const server of [plain, locked, secret, secure, misnamed]) await server[Symbol.asyncDispose]();
  // The client does not let go of a connection over which the server never said anything.
  for (const socket of silentSockets) socket.destroy();
  silent.close();
  other.close();
});

const at = ({ port }: { readonly port: number }): string => `${host}:${port}`;
// A server that listens at a port has an address with one.
const listening = (server: Server): string => at(server.address() as AddressInfo);

describe.each<[string, () => NatsConnectionOptions, RegExp]>([
  ['a port at which nothing listens', () => ({ servers: `${host}:1` }), /refused.* Is the server running/],
  [
    'several ports at which nothing listens',
    () => ({ servers: [`${host}:1`, `${host}:2`] }),
    /NATS servers at 127\.0\.0\.1:1, 127\.0\.0\.1:2: .*refused.* Is the server running/,
  ],
  [
    'a host that is not there',
    () => ({ servers: 'queue.invalid' }),
    /(ENOTFOUND|EAI_AGAIN).* Is the name of the host right\?/,
  ],
  [
    'a wrong password',
    () => ({ servers: at(locked), user: 'worker', pass: 'a guess' }),
    /Authorization Violation.* Give the user and the password/,
  ],
  [
    'no password',
    () => ({ servers: at(locked) }),
    /Authorization Violation.* Give the user and the password/,
  ],
  ['a wrong token', () => ({ servers: at(secret), token: 'a guess' }), /Authorization Violation.* the token/],
  [
    'an authenticator that fails',
    () => ({
      servers: at(locked),
      authenticator() {
        throw new Error('no authentication today');
      },
    }),
    /no authentication today/,
  ],
  [
    'TLS with a server that speaks none',
    () => ({ servers: at(plain), tls: true }),
    /server does not support 'tls'.* Does the server speak TLS at this port\?/,
  ],
  [
    'a certificate of an unknown authority',
    () => ({ servers: at(secure) }),
    /self-signed certificate.* tls: \{ ca \}/,
  ],
  [
    'a certificate of another host',
    () => ({ servers: at(misnamed), tls: { ca: misnamed.certificate! } }),
    /altnames.* the name that it is for as the host/,
  ],
  [
    'TLS at once with a server that speaks first',
    () => ({ servers: at(plain), tls: { handshakeFirst: true } as object }),
    /(SSL|TLS|EPROTO|wrong version).* Does the server speak TLS/i,
  ],
  [
    'a server that never answers',
    () => ({ servers: listening(silent), connectTimeout: 300 }),
    /It took longer than 300 ms.* Is the server running/,
  ],
  [
    'a server of something else',
    () => ({ servers: listening(other) }),
    /unexpected response from server.* Is the server running, is this its port/,
  ],
])('%s', (_title, options, message) => {
  it('fails open()', async () => {
    expectConnectError(await rejection(NatsConnector.open(options())), message);
  });

  it('fails the first operations, and those after them, each by trying', async () => {
    await using connector = new NatsConnector(options());
    const errors = await Promise.all([
      rejection(connector.put([])),
      rejection(connector.get(connector.newKey())),
      rejection(connector.watch(connector.newKey())),
    ]);
    errors.push(await rejection(connector.list().next()));
    for (const error of errors) expectConnectError(error, message);
  });
});

describe('a server without JetStream', () => {
  it('is told, by open() and by operations', async () => {
    await using server = await natsServer();
    const message = /nobody answers.*Is JetStream enabled at the server \(nats-server --jetstream\)/;
    await expect(NatsConnector.open({ servers: server.url })).rejects.toThrow(message);
    await using connector = new NatsConnector({ servers: server.url });
    await expect(connector.put([])).rejects.toThrow(message);
    await expect(connector.get(connector.newKey())).rejects.toThrow(message);
    await expect(connector.list().next()).rejects.toThrow(message);
    await expect(connector.watch(connector.newKey())).rejects.toThrow(message);
  });
});

describe('a connector that could not connect', () => {
  it('connects when it can, and is closed like any other', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    await using connector = new NatsConnector({ servers: at(proxy) });
    proxy.refuse();
    await expect(connector.put([])).rejects.toThrow(
      /Could not connect to the NATS server at 127\.0\.0\.1:\d+: /,
    );
    proxy.accept();
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });

  it('tries no more by itself', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.refuse();
    await using connector = new NatsConnector({ servers: at(proxy) });
    await rejection(connector.put([]));
    const { accepted } = proxy;
    // As long as several attempts would take.
    await Promise.race([proxy.connection(), new Promise((resolve) => setTimeout(resolve, 500))]);
    expect(proxy.accepted).toBe(accepted);
  });
});

describe('a signal', () => {
  it('ends the wait for a connection, which others still use', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.hold('toServer');
    await using connector = new NatsConnector({ servers: at(proxy), name: 'signal' });
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

describe('a connector that is closed while it connects', () => {
  it('lets the connection go', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.hold('toClient');
    const connector = new NatsConnector({ servers: at(proxy) });
    const accepted = proxy.connection();
    const waiting = rejection(connector.watch(connector.newKey()));
    await accepted;
    await connector.close();
    const ended = proxy.disconnection();
    proxy.release('toClient');
    await ended;
    expect(String(await waiting)).toMatch(/has been closed/);
  });
});

describe('the time that an operation may take', () => {
  it('has that of connecting in it', async () => {
    await using connector = new NatsConnector({
      servers: listening(silent),
      connectTimeout: 2000,
      commandTimeout: 100,
    });
    const error = await rejection(connector.put([]));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not store an object at .* within 100 ms/);
  });
});

function expectConnectError(error: unknown, message: RegExp): void {
  expect(error).toBeInstanceOf(ConnectorError);
  const { connector, cause, message: text } = error as ConnectorError;
  expect(connector).toBe('nats');
  // An error of Node is of another realm here.
  expect(cause).toMatchObject({ message: expect.any(String) });
  expect(text).toMatch(/^Could not connect to the NATS servers? /);
  expect(text).toMatch(message);
  expect(text).not.toContain('a guess');
}
