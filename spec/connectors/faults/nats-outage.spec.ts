/** A server that goes away, stops, or is cut off, while operations are under way. */

import '../../../lib/resources/symbols.js';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { NatsConnector, type NatsConnectorOptions } from '../../../lib/connectors/nats.js';
import type { UUIDKey } from '../../../lib/connectors/uuid-key.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { natsServer, type NATSServer } from '../../servers/nats-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';
import { same, useWhileKilled } from './killed-while-used.js';

const host = '127.0.0.1';
const megabyte = 1024 * 1024;

const at = ({ port }: { readonly port: number }): string => `${host}:${port}`;

/** A connection that a test lends to connectors, and closes when it ends, however it does. */
async function lent(options: NodeConnectionOptions): Promise<NatsConnection & AsyncDisposable> {
  const connection = await connect(options);
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

async function listed(connector: NatsConnector): Promise<UUIDKey[]> {
  const keys: UUIDKey[] = [];
  for await (const key of connector.list()) keys.push(key);
  return keys;
}

describe('a server that is killed while objects are put and got, and started again', () => {
  const makers: Readonly<Record<string, (server: NATSServer) => Promise<NatsConnectorOptions>>> = {
    'a connection of its own': (server) => Promise.resolve({ servers: server.url }),
    'a user’s connection': async (server) => ({
      connection: await connect({ port: server.port, maxReconnectAttempts: -1, reconnectTimeWait: 20 }),
    }),
  };

  it.each(Object.entries(makers))(
    'loses nothing that was acknowledged, and nothing hangs: %s',
    async (_, make) => {
      await using server = await natsServer({ jetstream: true });
      const options = await make(server);
      await using connector = new NatsConnector(options);
      // Some are sent in one chunk, some in several.
      const objects = [50_000, 400_000].map((size, index) => new Uint8Array(size).fill(index + 1));
      const { errors, acknowledged } = await useWhileKilled(connector, server, objects, 10);
      // A server that has just started may refuse for a moment, and says so.
      for (const error of errors) {
        expect(error).toBeInstanceOf(ConnectorError);
        expect((error as ConnectorError).cause).toBeDefined();
      }
      for (const [key, index] of acknowledged) {
        expect(same(await connector.get(connector.checkKey(key)), objects[index]!)).toBe(true);
      }
      if ('connection' in options) await options.connection.close();
    },
  );

  it('is waited for by what is asked meanwhile, and by a connector that nobody used', async () => {
    await using server = await natsServer({ jetstream: true });
    await using connector = new NatsConnector({ servers: server.url });
    const key = await connector.put([Buffer.from('bytes')]);
    // Nothing is under way, so the connector does not try to connect by itself.
    await server.kill();
    const got = [connector.get(key), connector.get(key)];
    await server.restart();
    expect((await Promise.all(got)).map((bytes) => String(Buffer.from(bytes!)))).toEqual(['bytes', 'bytes']);
  });

  it('is not waited for longer than an operation may take', async () => {
    await using server = await natsServer({ jetstream: true });
    await using connector = new NatsConnector({ servers: server.url, commandTimeout: 300 });
    await using connection = await lent({ port: server.port, maxReconnectAttempts: -1 });
    await using borrowing = new NatsConnector({ connection, commandTimeout: 300 });
    const key = await connector.put([]);
    await borrowing.exists(key);
    await server.kill();
    const message = /within 300 ms: there was no connection: /;
    const error = await rejection(connector.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ key, message: expect.stringMatching(message), cause: expect.anything() });
    await expect(borrowing.get(key)).rejects.toThrow(message);
    await expect(borrowing.set(key, [])).rejects.toThrow(/Its owner has not connected it again/);
  });

  it('is given up by a signal', async () => {
    await using server = await natsServer({ jetstream: true });
    await using connector = new NatsConnector({ servers: server.url });
    const key = await connector.put([Buffer.from('bytes')]);
    await server.kill();
    const controller = new AbortController();
    const given = [
      connector.get(key, controller),
      connector.take(key, controller),
      connector.set(key, [], controller),
    ];
    const ends = Promise.all(given.map((operation) => rejection(operation)));
    controller.abort('enough');
    expect(await ends).toEqual(['enough', 'enough', 'enough']);
    await server.restart();
    // What was given up before it was sent is not sent later.
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });

  it('is waited for by those who wait for an object', async () => {
    await using server = await natsServer({ jetstream: true });
    await using connector = new NatsConnector({ servers: server.url });
    await using writer = new NatsConnector({ servers: server.url });
    const [first, second] = [connector.newKey(), connector.newKey()];
    const waits = [connector.watch(first), connector.watch(second)];
    await connector.exists(first);
    await server.kill();
    await server.restart();
    await writer.set(first, []);
    await writer.set(second, []);
    await Promise.all(waits);
  });
});

describe('a connection that is cut in the middle', () => {
  let server: NATSServer;

  beforeAll(async () => {
    server = await natsServer({ jetstream: true });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('of what is put is made again, and the object is whole', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({ servers: at(proxy), name: 'put' });
    const bytes = new Uint8Array(10 * megabyte).fill(7);
    const cut = proxy.cutAfter('toServer', 3 * megabyte);
    const key = await connector.put([Buffer.from('BS\n'), bytes]);
    await cut;
    expect(same((await connector.get(key))?.subarray(3), bytes)).toBe(true);
    expect(await listed(connector)).toEqual([key]);
    const cutSet = proxy.cutAfter('toServer', 3 * megabyte);
    expect(await connector.set(key, [bytes], { ifAbsent: false })).toBe(true);
    await cutSet;
    expect(same(await connector.get(key), bytes)).toBe(true);
  });

  it.each([1, 3])('of what is got is made again: %d MB', async (size) => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({ servers: at(proxy) });
    const bytes = new Uint8Array(size * megabyte).fill(7);
    const key = await connector.put([bytes]);
    const cut = proxy.cutAfter('toClient', megabyte / 2);
    expect(same(await connector.get(key), bytes)).toBe(true);
    await cut;
  });

  it('half way through a frame, either way, is made again', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({ servers: at(proxy) });
    const key = await connector.put([Buffer.from('bytes')]);
    for (const direction of ['toServer', 'toClient'] as const) {
      for (const bytes of [1, 7, 40]) {
        const cut = proxy.cutAfter(direction, bytes);
        expect(await connector.exists(key)).toBe(true);
        await cut;
      }
    }
  });

  it('is noticed by the time of an operation where bytes are lost, and made again', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({ servers: at(proxy), commandTimeout: 300 });
    const key = await connector.put([Buffer.from('bytes')]);
    const swallowed = proxy.swallowAfter('toClient', 20);
    await expect(connector.get(key)).rejects.toThrow(/within 300 ms: no answer came/);
    await swallowed;
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });

  it('is noticed by those who wait for an object where nothing comes, and made again', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const commandTimeout = 10_000;
    await using connector = await NatsConnector.open({ servers: at(proxy), name: 'silent', commandTimeout });
    await using writer = new NatsConnector({ servers: server.url, name: 'silent' });
    // What checks the connection now and then, and nothing else, is done when the test says.
    const others = [
      'setTimeout',
      'setImmediate',
      'nextTick',
      'queueMicrotask',
      'performance',
      'Date',
    ] as const;
    jest.useFakeTimers({ doNotFake: [...others] });
    try {
      const key = connector.newKey();
      const wait = connector.watch(key);
      // Ends when the wait has begun: what is asked later is answered later.
      for (let count = 0; count < 3; count += 1) await connector.exists(key);
      const swallowed = proxy.swallowAfter('toClient', 0);
      const connected = proxy.connection();
      jest.advanceTimersByTime(60_000);
      await swallowed;
      jest.advanceTimersByTime(commandTimeout);
      await connected;
      await writer.set(key, []);
      await wait;
    } finally {
      jest.useRealTimers();
    }
  });

  it('that is slow changes nothing', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({ servers: at(proxy) });
    proxy.delay(20);
    const bytes = new Uint8Array(3 * megabyte).fill(9);
    const key = await connector.put([bytes]);
    expect(same(await connector.take(key), bytes)).toBe(true);
  });

  it('does not leave half of a batch, when there is no time to make it again', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await NatsConnector.open({
      servers: at(proxy),
      name: 'half',
      commandTimeout: 500,
    });
    const cut = proxy.cutAfter('toServer', 3 * megabyte);
    const batch = connector.putBatch([1, 2, 3].map((value) => [new Uint8Array(2 * megabyte).fill(value)]));
    const failed = rejection(batch);
    await cut;
    proxy.refuse();
    expect(await failed).toBeInstanceOf(ConnectorError);
    proxy.accept();
    expect(await listed(connector)).toEqual([]);
  });
});

describe('an operation whose answer is lost', () => {
  let server: NATSServer;
  /** Sees what has become of it. */
  let direct: NatsConnector;

  beforeAll(async () => {
    server = await natsServer({ jetstream: true });
    direct = new NatsConnector({ servers: server.url });
  });

  afterAll(async () => {
    await direct.close();
    await server[Symbol.asyncDispose]();
  });

  /** A connection that hears nothing more from when it first says something at certain subjects. */
  async function deafened(proxy: TCPProxy, subjects: string): Promise<NatsConnection & AsyncDisposable> {
    const connection = await lent({ port: proxy.port, reconnectTimeWait: 10 });
    const publish = connection.publish.bind(connection);
    const spy = jest.spyOn(connection, 'publish').mockImplementation((subject, ...rest) => {
      if (subject.startsWith(subjects)) {
        spy.mockRestore();
        proxy.hold('toClient');
      }
      publish(subject, ...rest);
    });
    return connection;
  }

  /** Cuts the connection when something has been done of which the answer has not come. */
  async function cutWhen<T>(
    proxy: TCPProxy,
    operation: Promise<T>,
    done: () => Promise<boolean>,
  ): Promise<PromiseSettledResult<T>> {
    const settled = Promise.allSettled([operation]);
    while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    proxy.release('toClient');
    return (await settled)[0];
  }

  it('is not begun again: take()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connection = await deafened(proxy, '$JS.API.STREAM.MSG.DELETE.');
    await using connector = await NatsConnector.open({ connection });
    const key = await connector.put([Buffer.from('bytes')]);
    const result = await cutWhen(proxy, connector.take(key), async () => !(await direct.exists(key)));
    const { reason } = result as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(ConnectorError);
    expect(reason).toMatchObject({ key });
    expect(String(reason)).toMatch(/It may have been done or not; it was not tried again/);
    expect(await connector.take(key)).toBeUndefined();
  });

  it.each([true, false])('is known to be done where it is: set() with ifAbsent %s', async (ifAbsent) => {
    await using proxy = await TCPProxy.start(server.port);
    await using connection = await deafened(proxy, '$O.proxystore-default.M.');
    await using connector = await NatsConnector.open({ connection });
    const key = connector.newKey();
    const set = connector.set(key, [Buffer.from('bytes')], { ifAbsent });
    expect(await cutWhen(proxy, set, () => direct.exists(key))).toEqual({ status: 'fulfilled', value: true });
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });

  it('is begun again where that changes nothing: put()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const before = (await listed(direct)).length;
    await using connection = await deafened(proxy, '$O.proxystore-default.M.');
    await using connector = await NatsConnector.open({ connection });
    const put = connector.put([Buffer.from('bytes')]);
    await cutWhen(proxy, put, async () => (await listed(direct)).length > before);
    expect(String(Buffer.from((await direct.get(await put))!))).toBe('bytes');
    expect(await listed(direct)).toHaveLength(before + 1);
  });

  it('is not begun again where nobody knows: set() with ifAbsent', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connection = await deafened(proxy, '$O.proxystore-default.M.');
    await using connector = await NatsConnector.open({ connection });
    const key = connector.newKey();
    const set = connector.set(key, [Buffer.from('bytes')], { ifAbsent: true });
    const result = await cutWhen(proxy, set, async () => (await direct.take(key)) !== undefined);
    expect(String((result as PromiseRejectedResult).reason)).toMatch(/It may have been done or not/);
    expect(await connector.exists(key)).toBe(false);
  });

  it('is taken back where its time is over: put()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const name = 'late';
    await using connector = await NatsConnector.open({ servers: at(proxy), name, commandTimeout: 300 });
    await using observer = new NatsConnector({ servers: server.url, name });
    proxy.hold('toClient');
    await expect(connector.put([Buffer.from('bytes')])).rejects.toThrow(/within 300 ms/);
    proxy.release('toClient');
    expect(await listed(observer)).toEqual([]);
  });
});

describe('a server that does not answer', () => {
  it('fails operations in time, and the connection is made again', async () => {
    await using server = await natsServer({ jetstream: true });
    await using connector = await NatsConnector.open({ servers: server.url, commandTimeout: 300 });
    await using connection = await lent({ port: server.port });
    await using borrowing = await NatsConnector.open({ connection, commandTimeout: 300 });
    const key = await connector.put([Buffer.from('bytes')]);
    await server.pause();
    const errors = await Promise.all([
      rejection(connector.get(key)),
      rejection(connector.put([])),
      rejection(connector.set(key, [])),
      rejection(borrowing.get(key)),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(/within 300 ms: (no answer came|there was no connection)/);
    }
    server.resume();
    expect(await connector.exists(key)).toBe(true);
    expect(await borrowing.exists(key)).toBe(true);
  });
});
