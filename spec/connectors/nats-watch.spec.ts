/** How a wait for an object goes, beyond what the conformance suite asks. */

import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { NatsConnector } from '../../lib/connectors/nats.js';
import type { Connection } from '../../lib/connectors/nats/client.js';
import { ConnectionLostError } from '../../lib/connectors/nats/errors.js';
import { Limits } from '../../lib/connectors/nats/limits.js';
import { Session } from '../../lib/connectors/nats/session.js';
import { ConnectorError } from '../../lib/errors.js';
import { caught, rejection } from '../caught.js';
import { natsServer, type NATSServer } from '../servers/nats-server.js';
import { insidesOf } from './nats-insides.js';

let server: NATSServer;
let connection: NatsConnection;
let bucket: string;
let connector: NatsConnector;

beforeAll(async () => {
  server = await natsServer({ jetstream: true });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  connection = await connect({ port: server.port });
  bucket = randomUUID();
  connector = await NatsConnector.open({ connection, bucket });
});

afterEach(async () => {
  jest.useRealTimers();
  await connector.close();
  await connection.close();
});

/** The subject of the description of an object. */
function subjectOf([uuid]: readonly [string]): string {
  return `$O.${bucket}.M.${Buffer.from(uuid).toString('base64url')}`;
}

/** The names of the consumers that the server has for this test. */
async function consumers(): Promise<string[]> {
  const manager = await jetstreamManager(connection);
  const names: string[] = [];
  for await (const { name } of manager.consumers.list(`OBJ_${bucket}`)) names.push(name);
  return names;
}

/** Waits until the server has as many consumers as that. */
async function consumersAre(count: number): Promise<string[]> {
  for (;;) {
    const names = await consumers();
    if (names.length === count) return names;
  }
}

it('has one consumer for all who wait for an object, which goes when they have gone', async () => {
  const key = connector.newKey();
  const controller = new AbortController();
  const waits = Promise.allSettled([connector.watch(key, controller), connector.watch(key, controller)]);
  await consumersAre(1);
  controller.abort();
  await waits;
  await consumersAre(0);
});

it('leaves nothing when it ends before it has begun', async () => {
  // A session has a subscription for its answers.
  await connector.exists(connector.newKey());
  const before = insidesOf(connection).subscriptions.size();
  const controller = new AbortController();
  const wait = rejection(connector.watch(connector.newKey(), controller));
  controller.abort('enough');
  expect(await wait).toBe('enough');
  const other = new NatsConnector({ connection, bucket });
  const closed = rejection(other.watch(other.newKey()));
  await other.close();
  expect(String(await closed)).toMatch(/has been closed/);
  await connector.exists(connector.newKey());
  expect(insidesOf(connection).subscriptions.size()).toBe(before);
});

/** Has something else done, or more, with the messages of certain objects that come from now on. */
function onMessage(deliver: (next: () => void, subject: string) => void): void {
  const subscribe = connection.subscribe.bind(connection);
  jest.spyOn(connection, 'subscribe').mockImplementation((subject, options): Subscription => {
    const { callback } = options!;
    return subscribe(subject, {
      callback: (error, message) => deliver(() => void callback!(error, message), message.subject),
    });
  });
}

it('is told of what is stored though another wait has just ended', async () => {
  const key = connector.newKey();
  const waits: Promise<void>[] = [];
  onMessage((next, subject) => {
    next();
    // The first wait has been told, and who waits has not gone on yet.
    if (subject === subjectOf(key) && waits.length < 2) waits.push(connector.watch(key));
  });
  waits.push(connector.watch(key));
  await consumersAre(1);
  await connector.set(key, []);
  await waits[0];
  expect(waits).toHaveLength(2);
  await waits[1];
});

it('finds by itself what is there, should its consumer not tell', async () => {
  const key = await connector.put([]);
  onMessage((next, subject) => {
    if (subject !== subjectOf(key)) next();
  });
  await connector.watch(key);
});

it('answers a server that asks whether it is too slow', async () => {
  const wait = rejection(connector.watch(connector.newKey()));
  const [name] = await consumersAre(1);
  const { config } = await (await jetstreamManager(connection)).consumers.info(`OBJ_${bucket}`, name!);
  const answered = new Promise((resolve) =>
    connection.subscribe('slow', { max: 1, callback: (_, message) => resolve(message.data.length) }),
  );
  connection.publish(config.deliver_subject!, '', {
    reply: 'slow',
    headers: headers(100, 'FlowControl Request'),
  });
  expect(await answered).toBe(0);
  await connector.close();
  await wait;
});

it('begins again when nothing is heard of its consumer', async () => {
  const { setImmediate } = globalThis;
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
  const key = connector.newKey();
  const wait = connector.watch(key);
  const [name] = await consumersAre(1);
  // The server has it before the connector knows, which only then looks at the time.
  while (jest.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  // Something has been heard when the wait began, and is in the first time.
  jest.advanceTimersByTime(30_000);
  expect(await consumers()).toEqual([name]);
  await (await jetstreamManager(connection)).consumers.delete(`OBJ_${bucket}`, name!);
  jest.advanceTimersByTime(30_000);
  const [other] = await consumersAre(1);
  expect(other).not.toBe(name);
  await new Promise((resolve) => setImmediate(resolve));
  await connector.set(key, []);
  await wait;
});

it('fails when a description cannot be read, and harms no others of its connection', async () => {
  const [key, other] = [connector.newKey(), connector.newKey()];
  const waits = [key, other].map((each) => connector.watch(each));
  const failed = rejection(waits[0]!);
  await consumersAre(2);
  connection.publish(subjectOf(key), 'no JSON');
  const error = await failed;
  expect(error).toBeInstanceOf(ConnectorError);
  expect(error).toMatchObject({
    key,
    message: expect.stringMatching(/Could not wait for an object at .*JSON/),
  });
  await expect(connector.watch(key)).rejects.toThrow(/JSON/);
  await connector.set(other, []);
  await waits[1];
});

it('fails when its connection is being drained by its owner', async () => {
  const key = await connector.put([]);
  const wait = rejection(connector.watch(connector.newKey()));
  await consumersAre(1);
  const drained = connection.drain();
  expect(await wait).toBeInstanceOf(ConnectorError);
  await drained;
  await expect(connector.get(key)).rejects.toThrow(/Its owner has closed the connection/);
});

describe('a session', () => {
  it('lets nobody listen when it is lost, and tells those who ask late', () => {
    // What is used of it is there.
    const session = new Session(connection as unknown as Connection, headers, '_INBOX');
    const listener = session.listen(() => undefined);
    session.lose('why');
    const told: unknown[] = [];
    listener.whenBroken((error) => told.push(error));
    listener.end();
    const lost = caught(() => session.listen(() => undefined));
    expect(lost).toBeInstanceOf(ConnectionLostError);
    expect(told).toEqual([lost]);
  });

  it('fails what the server refuses, and nothing else', async () => {
    const session = new Session(connection as unknown as Connection, headers, '_INBOX');
    // Somebody is there, who does not answer.
    connection.subscribe('quiet.*', { callback: () => undefined });
    const [one, other] = ['quiet.one', 'quiet.other'].map((subject) =>
      rejection(session.request({ subject, payload: '' }, new Limits())),
    );
    session.refuse('quiet.one', new Error('refused'));
    session.lose('why');
    expect(await one).toMatchObject({ message: 'refused' });
    expect(await other).toBeInstanceOf(ConnectionLostError);
  });

  it('fails what its client does not send', async () => {
    const session = new Session(connection as unknown as Connection, headers, '_INBOX');
    await connection.close();
    session.send('nowhere');
    expect(session.maxPayload).toBe(1024 * 1024);
    expect(await rejection(session.request({ subject: 'a', payload: '' }, new Limits()))).toMatchObject({
      name: 'ClosedConnectionError',
    });
  });
});
