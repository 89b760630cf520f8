import '../../lib/resources/symbols.js';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { Objm, type ObjectStore } from '@nats-io/obj';
import { connect, nkeyAuthenticator, nkeys, type NatsConnection } from '@nats-io/transport-node';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { NatsConnector, type NatsConnectorOptions } from '../../lib/connectors/nats.js';
import type { ConnectorConfig } from '../../lib/connectors/protocol.js';
import { newUUIDKey, type UUIDKey } from '../../lib/connectors/uuid-key.js';
import { ConnectorError } from '../../lib/errors.js';
import { caught, rejection } from '../caught.js';
import { compiledLibrary } from '../compiled-library.js';
import { natsServer, type NATSServer } from '../servers/nats-server.js';
import { TCPProxy } from '../servers/tcp-proxy.js';
import { insidesOf } from './nats-insides.js';
import { TemporaryDirectory } from './temporary-directory.js';

const host = '127.0.0.1';
const chunk = 128 * 1024;

let server: NATSServer;
/** Looks from outside at what is there. */
let outside: NatsConnection;

beforeAll(async () => {
  server = await natsServer({ jetstream: true });
  outside = await connect({ port: server.port });
});

afterAll(async () => {
  await outside.close();
  await server[Symbol.asyncDispose]();
});

/** A connector to a bucket of its own, and the bucket as the client of the object store sees it. */
async function open(options: NatsConnectorOptions = {}): Promise<{
  connector: NatsConnector;
  bucket: string;
  store: ObjectStore;
}> {
  const bucket = randomUUID();
  const connector = await NatsConnector.open({ servers: server.url, bucket, ...options });
  return { connector, bucket, store: await new Objm(outside).open(bucket) };
}

/** How many messages a bucket has. */
async function messagesIn(bucket: string): Promise<number> {
  const { state } = await (await jetstreamManager(outside)).streams.info(`OBJ_${bucket}`);
  return state.messages;
}

async function listed(connector: NatsConnector): Promise<UUIDKey[]> {
  const keys: UUIDKey[] = [];
  for await (const key of connector.list()) keys.push(key);
  return keys;
}

function same(bytes: Uint8Array | null | undefined, expected: Uint8Array): boolean {
  return bytes != null && Buffer.compare(bytes, expected) === 0;
}

describe('the object store', () => {
  const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7];

  it.each(sizes)('gives other clients what was put, of %d bytes', async (size) => {
    const { connector, bucket, store } = await open();
    await using _connector = connector;
    const bytes = new Uint8Array(size).fill(7);
    const [name] = await connector.put([bytes.subarray(0, 3), bytes.subarray(3)]);
    expect(same(await store.getBlob(name), bytes)).toBe(true);
    const info = await store.info(name);
    expect(info).toMatchObject({ name, bucket, size, chunks: Math.ceil(size / chunk), deleted: false });
    expect(info?.options?.max_chunk_size).toBe(chunk);
  });

  it.each(sizes)('has what other clients put, of %d bytes', async (size) => {
    const { connector, store } = await open();
    await using _connector = connector;
    const bytes = new Uint8Array(size).fill(7);
    const key = newUUIDKey();
    const waiting = connector.watch(key);
    await store.putBlob({ name: key[0] }, bytes);
    await waiting;
    expect(same(await connector.get(key), bytes)).toBe(true);
    expect(await listed(connector)).toEqual([key]);
    expect(same(await connector.take(key), bytes)).toBe(true);
    expect(await store.info(key[0])).toBeNull();
  });

  it('has nothing of what other clients have removed, or call by other names', async () => {
    const { connector, store } = await open();
    await using _connector = connector;
    const key = await connector.put([Buffer.from('bytes')]);
    await store.putBlob({ name: 'another' }, Buffer.from('bytes'));
    await store.delete(key[0]);
    expect(await connector.get(key)).toBeUndefined();
    expect(await connector.exists(key)).toBe(false);
    expect(await connector.take(key)).toBeUndefined();
    await connector.evict(key);
    expect(await listed(connector)).toEqual([]);
    const waiting = connector.watch(key);
    expect(await connector.set(key, [Buffer.from('again')], { ifAbsent: true })).toBe(true);
    await waiting;
    expect(String(Buffer.from((await store.getBlob(key[0]))!))).toBe('again');
  });

  it.each([1, chunk, 3 * chunk])('keeps nothing of objects of %d bytes that are gone', async (size) => {
    const { connector, bucket } = await open();
    await using _connector = connector;
    const object = [new Uint8Array(size)];
    const [evicted, taken, ...rest] = await connector.putBatch([object, object, object, object]);
    await connector.evict(evicted!);
    await connector.take(taken!);
    await connector.evictBatch(rest);
    expect(await messagesIn(bucket)).toBe(0);
  });

  it('keeps nothing of an object in whose place there is another', async () => {
    const { connector, bucket } = await open();
    await using _connector = connector;
    const key = await connector.put([new Uint8Array(5 * chunk)]);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => connector.set(key, [new Uint8Array(2 * chunk).fill(index)])),
    );
    // Two chunks, and the description.
    expect(await messagesIn(bucket)).toBe(3);
  });

  it('keeps nothing of an object that came too late', async () => {
    const { connector, bucket } = await open();
    await using _connector = connector;
    const key = connector.newKey();
    const set = await Promise.all(
      Array.from({ length: 10 }, () => connector.set(key, [new Uint8Array(2 * chunk)], { ifAbsent: true })),
    );
    expect(set.filter(Boolean)).toEqual([true]);
    expect(await messagesIn(bucket)).toBe(3);
  });

  it('takes an object that is longer than any message, in messages as long as the server takes', async () => {
    await using narrow = await natsServer({ jetstream: true, settings: 'max_payload: 2KB' });
    for (const { url } of [server, narrow]) {
      await using connector = new NatsConnector({ servers: url });
      const bytes = Buffer.alloc(url === narrow.url ? 100_000 : 5_000_000, 'some text of a prime length');
      const key = await connector.put([bytes]);
      expect(same(await connector.get(key), bytes)).toBe(true);
    }
  });

  it('is asked nothing by batches of nothing', async () => {
    await using connector = new NatsConnector({ servers: 'localhost:1' });
    expect(await connector.putBatch([])).toEqual([]);
    expect(await connector.getBatch([])).toEqual([]);
    await connector.evictBatch([]);
  });
});

describe('an object that is damaged', () => {
  let connector: NatsConnector;
  let bucket: string;
  let store: ObjectStore;

  beforeAll(async () => {
    ({ connector, bucket, store } = await open());
  });

  afterAll(() => connector.close());

  async function damaged(size: number, damage: (subject: string) => Promise<unknown>): Promise<UUIDKey> {
    const key = await connector.put([new Uint8Array(size)]);
    const info = await store.info(key[0]);
    await damage(`$O.${bucket}.C.${info!.nuid}`);
    return key;
  }

  const purge = async (filter: string): Promise<unknown> =>
    (await jetstreamManager(outside)).streams.purge(`OBJ_${bucket}`, { filter });

  it.each<[string, number, (subject: string) => Promise<unknown>, RegExp]>([
    ['all chunks are gone', 10, purge, /not all of its chunks are there/],
    [
      'a chunk is gone',
      3 * chunk,
      async (subject) => {
        const streams = (await jetstreamManager(outside)).streams;
        const { seq } = (await streams.getMessage(`OBJ_${bucket}`, { last_by_subj: subject }))!;
        await streams.deleteMessage(`OBJ_${bucket}`, seq);
      },
      /not all of its chunks are there/,
    ],
    [
      'a chunk is another one',
      10,
      async (subject) => {
        await purge(subject);
        await outside.request(subject, new Uint8Array(10).fill(1));
      },
      /its bytes are not those of its digest/,
    ],
    [
      'a chunk is shorter',
      10,
      async (subject) => {
        await purge(subject);
        await outside.request(subject, new Uint8Array(9));
      },
      /its bytes are not those of its digest/,
    ],
    [
      'a chunk is longer',
      3 * chunk,
      async (subject) => {
        await purge(subject);
        for (const length of [chunk, 2 * chunk, 10]) await outside.request(subject, new Uint8Array(length));
      },
      /its chunks are longer than its description says/,
    ],
  ])('is told when it is read, and can be removed: %s', async (_title, size, damage, message) => {
    const key = await damaged(size, damage);
    for (const operation of [connector.get(key), connector.take(key), connector.getBatch([key])]) {
      const error = await rejection(operation);
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(message);
      expect(String(error)).toMatch(/Remove it, and store it again/);
    }
    await connector.evict(key);
    expect(await connector.get(key)).toBeUndefined();
  });

  it('has a digest of another kind', async () => {
    const key = await connector.put([Buffer.from('bytes')]);
    const info = { nuid: 'x', size: 0, chunks: 0, digest: 'MD5=abc' };
    const subject = `$O.${bucket}.M.${Buffer.from(key[0]).toString('base64url')}`;
    await outside.request(subject, JSON.stringify(info));
    await expect(connector.get(key)).rejects.toThrow(/its bytes are not those of its digest/);
  });
});

describe('names in NATS', () => {
  it.each<[NatsConnectorOptions, string]>([
    [{}, 'proxystore-default'],
    [{ name: 'results' }, 'proxystore-results'],
    [{ bucket: 'mine' }, 'mine'],
  ])('of %j is the bucket %s', async (options, bucket) => {
    await using connector = new NatsConnector({ servers: server.url, clear: true, ...options });
    const [name] = await connector.put([Buffer.from('bytes')]);
    const store = await new Objm(outside).open(bucket);
    expect(await store.info(name)).toMatchObject({ size: 5 });
    expect(connector.config().options['bucket']).toBe(bucket);
  });
});

describe('options that are wrong', () => {
  it.each<[string, unknown, RegExp]>([
    ['none at all', null, /They are not an object/],
    ['an empty name', { name: '' }, /"name" must be a text of letters, digits, - and _/],
    ['a name with a dot', { name: 'a.b' }, /"name" must be a text of letters/],
    ['a bucket that is no text', { bucket: 1 }, /"bucket" must be a text of letters/],
    ['a name and a bucket', { name: 'a', bucket: 'b' }, /a name or a bucket, not both/],
    ['a time to live that is too short', { ttl: 99 }, /"ttl" must be a number of milliseconds, from 100/],
    ['a time to live without end', { ttl: Infinity }, /"ttl" must be a number of milliseconds/],
    ['another storage', { storage: 'tape' }, /"storage" must be 'file' or 'memory'/],
    ['no replica', { replicas: 0 }, /"replicas" must be a whole number from 1 to 5/],
    ['clear that is no flag', { clear: 1 }, /"clear" must be true or false/],
    ['a timeout of no time', { commandTimeout: 0 }, /"commandTimeout" must be a number of milliseconds/],
    ['a timeout without end', { connectTimeout: Infinity }, /"connectTimeout" must be a number/],
    ['no server', { servers: [] }, /"servers" must be an address/],
    ['no text for a server', { servers: [1] }, /"servers" must be an address/],
    ['no array of servers', { servers: 1 }, /"servers" must be an address/],
    ['a server in two lines', { servers: 'queue\nqueue' }, /"servers" must be an address/],
    ['an empty server', { servers: '' }, /"servers" must be an address/],
    ['a server of something else', { servers: 'ws://queue' }, /"servers" must be an address/],
    ['a server with a path', { servers: 'nats://queue/path' }, /"servers" must be an address/],
    ['a server with a wrong escape', { servers: 'nats://secret%ff@queue' }, /"servers" must be an address/],
    ['a server with a wrong port', { servers: 'nats://:secret@queue:99999' }, /"servers" must be an/],
    ['an empty user', { user: '' }, /"user" must be a text/],
    ['a password that is no text', { user: 'a', pass: 1 }, /"pass" must be a text/],
    ['an empty token', { token: '' }, /"token" must be a text/],
    ['a password without a user', { pass: 'secret' }, /A password needs a user/],
    ['a user and a token', { user: 'a', token: 'secret' }, /a user or a token, not both/],
    ['an authenticator that is none', { authenticator: {} }, /"authenticator" must be a function/],
    ['one of them that is none', { authenticator: [() => 1, 1] }, /"authenticator" must be a function/],
    ['TLS that is neither', { tls: 'yes' }, /"tls" must be true, false, or an object/],
    ['an inbox with wildcards', { inboxPrefix: 'a.>' }, /"inboxPrefix" must be a subject without/],
    ['a connection that is none', { connection: undefined }, /must be one of the package @nats-io/],
    ['a connection of another package', { connection: { publish() {} } }, /must be one of the package/],
  ])('are refused at once: %s', (_title, options, message) => {
    const error = caught(() => new NatsConnector(options as NatsConnectorOptions));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'nats', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  });

  it('are those of a connection beside one', () => {
    const options = { connection: outside, servers: server.url, tls: true };
    expect(() => new NatsConnector(options)).toThrow(/leave out servers, tls, or give no connection/);
  });
});

describe('config()', () => {
  const secret = 'secret-word';
  const bucket = 'proxystore-default';

  it.each<[string, NatsConnectorOptions, ConnectorConfig['options']]>([
    ['by default', {}, { servers: ['localhost:4222'], bucket }],
    [
      'of a user',
      { servers: 'queue', user: 'a', pass: secret, tls: { ca: secret }, inboxPrefix: 'mine' },
      { servers: ['queue:4222'], user: 'a', tls: true, inboxPrefix: 'mine', bucket },
    ],
    ['of a token', { token: secret, tls: false }, { servers: ['localhost:4222'], bucket }],
    [
      'of an authenticator',
      { authenticator: [() => secret], name: 'a' },
      { servers: ['localhost:4222'], bucket: 'proxystore-a' },
    ],
    [
      'of addresses',
      { servers: [`nats://us%40er:${secret}@queue`, 'tls://[::1]:7', 'c:80', 'nats://d:4222/'] },
      { servers: ['queue:4222', '[::1]:7', 'c:80', 'd:4222'], user: 'us@er', tls: true, bucket },
    ],
    [
      'of an address with a token',
      { servers: `nats://${secret}@queue:80/` },
      { servers: ['queue:80'], bucket },
    ],
    [
      'of how to behave',
      {
        commandTimeout: 5,
        connectTimeout: 6,
        ttl: 1000,
        storage: 'memory',
        replicas: 3,
        clear: true,
        bucket: 'b',
      },
      {
        servers: ['localhost:4222'],
        ...{ commandTimeout: 5, connectTimeout: 6, ttl: 1000, storage: 'memory', replicas: 3, bucket: 'b' },
      },
    ],
  ])('leads there without what is secret: %s', (_title, options, expected) => {
    const config = new NatsConnector(options).config();
    expect(config).toEqual({ kind: 'nats', options: expected });
    expect(JSON.stringify(config)).not.toContain(secret);
    const travelled = JSON.parse(JSON.stringify(config)) as ConnectorConfig;
    expect(connectorFromConfig(travelled).config()).toEqual(config);
  });

  it('leads to where a user’s connection goes', async () => {
    await using connector = new NatsConnector({ connection: outside, name: 'a', commandTimeout: 9 });
    expect(connector.config().options).toEqual({
      ...{ servers: [`${host}:${server.port}`], bucket: 'proxystore-a', commandTimeout: 9 },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['an option of a later version', { colour: 'red' }, /There is no option "colour"/],
    ['how TLS is to be done', { tls: { rejectUnauthorized: false } }, /Of TLS, a config says only whether/],
    ['no object', 'nats://a', /not an object/],
    ['a connection', { connection: {} }, /There is no option "connection"/],
    ['a wrong value', { replicas: '1' }, /"replicas" must be/],
  ])('of which fromConfig() refuses %s', (_title, options, message) => {
    const error = caught(() => NatsConnector.fromConfig(options as ConnectorConfig['options']));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(message);
  });

  it('takes a token beside it', async () => {
    await using locked = await natsServer({ jetstream: true, token: secret });
    await using first = new NatsConnector({ servers: locked.url });
    const key = await first.put([Buffer.from('bytes')]);
    await using second = NatsConnector.fromConfig({ ...first.config().options, token: secret });
    expect(await second.exists(key)).toBe(true);
    await using third = NatsConnector.fromConfig(first.config().options);
    await expect(third.exists(key)).rejects.toThrow(
      /Authorization Violation.*Give the user and the password/,
    );
  });
});

describe('a connection', () => {
  it('is made by the first operation, not by the constructor, and shared by all', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new NatsConnector({ servers: `${host}:${proxy.port}` });
    expect(proxy.accepted).toBe(0);
    await Promise.all([connector.put([]), connector.put([]), connector.get(connector.newKey())]);
    expect(proxy.accepted).toBe(1);
  });

  it('is made by open(), and ended by close()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const connector = await NatsConnector.open({ servers: `${host}:${proxy.port}` });
    expect(proxy.accepted).toBe(1);
    await connector.put([]);
    expect(proxy.accepted).toBe(1);
    const ended = proxy.disconnection();
    await connector.close();
    await ended;
    expect(proxy.open).toBe(0);
  });

  it('is with a user, a password, an inbox of its own, and TLS', async () => {
    await using locked = await natsServer({
      jetstream: true,
      tls: true,
      settings: `authorization { users: [{
        user: worker, password: "w:rd",
        permissions: { publish: ["$JS.>", "$O.>"], subscribe: ["mine.inbox.>"] }
      }] }`,
    });
    const tls = { ca: locked.certificate! };
    const worker = { user: 'worker', pass: 'w:rd', inboxPrefix: 'mine.inbox', tls };
    await using connector = await NatsConnector.open({ servers: `localhost:${locked.port}`, ...worker });
    const bytes = new Uint8Array(3 * chunk);
    const key = await connector.put([bytes]);
    expect(same(await connector.get(key), bytes)).toBe(true);
    await connector.watch(key);
    await using other = new NatsConnector({
      servers: `tls://worker:w%3Ard@${host}:${locked.port}`,
      inboxPrefix: 'mine.inbox',
      tls,
    });
    expect(await other.exists(key)).toBe(true);
    const connection = await connect({ port: locked.port, ...worker });
    await using borrowing = new NatsConnector({ connection });
    expect(await borrowing.exists(key)).toBe(true);
    await connection.close();
  });

  it('is with an authenticator', async () => {
    const pair = nkeys.createUser();
    const settings = `authorization { users: [{ nkey: ${pair.getPublicKey()} }] }`;
    await using locked = await natsServer({ jetstream: true, settings });
    for (const authenticator of [nkeyAuthenticator(pair.getSeed()), [nkeyAuthenticator(pair.getSeed())]]) {
      await using connector = new NatsConnector({ servers: locked.url, authenticator });
      expect(await connector.exists(await connector.put([]))).toBe(true);
    }
  });

  it('goes to any of the servers', async () => {
    await using connector = new NatsConnector({ servers: ['localhost:1', server.url] });
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });

  it('of a user is left open, and left to its user', async () => {
    const connection = await connect({ port: server.port });
    {
      await using connector = await NatsConnector.open({ connection });
      const key = await connector.put([]);
      await using other = new NatsConnector({ connection });
      expect(await other.exists(key)).toBe(true);
    }
    await connection.flush();
    expect(connection.isClosed()).toBe(false);
    await connection.close();
  });

  it('of a user may be lent to many, and has nothing of those that are closed', async () => {
    const connection = await connect({ port: server.port });
    const { listeners, subscriptions } = insidesOf(connection);
    const counts = (): number[] => [listeners.length, subscriptions.size()];
    const before = counts();
    const warned = jest.spyOn(process, 'emitWarning');
    const bucket = randomUUID();
    const connectors = Array.from({ length: 50 }, () => new NatsConnector({ connection, bucket }));
    const waits = connectors.map(async (connector) => {
      await connector.exists(await connector.put([]));
      const waited = rejection(connector.watch(connector.newKey()));
      await connector.close();
      await waited;
    });
    await Promise.all(waits);
    expect(counts()).toEqual(before);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
    await connection.close();
  });

  it('that its user has closed fails operations', async () => {
    const connection = await connect({ port: server.port });
    await using connector = new NatsConnector({ connection });
    const key = await connector.put([]);
    const waiting = rejection(connector.watch(connector.newKey()));
    await connector.exists(key);
    await connection.close();
    expect(String(await waiting)).toMatch(/Its owner has closed the connection/);
    await expect(connector.put([])).rejects.toThrow(/Could not connect to .*Its owner has closed/);
    await using other = new NatsConnector({ connection });
    await expect(other.watch(key)).rejects.toThrow(/Its owner has closed the connection/);
  });

  it('keeps no process alive, nor does a watch, but an operation does', async () => {
    const program = `
      const { NatsConnector } = require(${JSON.stringify(join(compiledLibrary(), 'connectors/nats.js'))});
      const connector = new NatsConnector({ servers: ${JSON.stringify(server.url)}, name: 'process' });
      void connector.put([Buffer.from('bytes')]).then(async (key) => {
        await connector.watch(key);
        console.log(String(Buffer.from(await connector.take(key))));
        void connector.watch(key);
      });
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    expect(stdout).toBe('bytes\n');
  });
});

describe('without the package @nats-io/transport-node', () => {
  it('says what to install', async () => {
    using directory = new TemporaryDirectory();
    cpSync(compiledLibrary(), directory.path, { recursive: true });
    const program = `
      const { NatsConnector } = require('./connectors/nats.js');
      const connector = new NatsConnector();
      connector.put([]).catch((error) => console.log(error.name, error.message, error.cause.code));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: directory.path });
    expect(stdout).toMatch(/^ConnectorError .*npm install @nats-io\/transport-node MODULE_NOT_FOUND\n$/);
  });
});

describe('the bucket', () => {
  it('is made by what stores or waits, and by no other operation', async () => {
    const bucket = randomUUID();
    await using connector = new NatsConnector({ servers: server.url, bucket });
    const key = connector.newKey();
    expect(await connector.get(key)).toBeUndefined();
    expect(await connector.exists(key)).toBe(false);
    expect(await connector.take(key)).toBeUndefined();
    await connector.evict(key);
    expect(await listed(connector)).toEqual([]);
    await expect(messagesIn(bucket)).rejects.toThrow(/stream not found/);
    const waiting = connector.watch(key);
    await connector.set(key, []);
    await waiting;
    expect(await messagesIn(bucket)).toBe(1);
  });

  it('drops objects by their age, where that was asked for', async () => {
    const { connector, bucket } = await open({ ttl: 100, storage: 'memory' });
    await using _connector = connector;
    const { config } = await (await jetstreamManager(outside)).streams.info(`OBJ_${bucket}`);
    expect(config).toMatchObject({ max_age: 100_000_000, storage: 'memory', num_replicas: 1 });
    const key = await connector.put([new Uint8Array(2 * chunk)]);
    while (await connector.exists(key)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await connector.get(key)).toBeUndefined();
    while ((await messagesIn(bucket)) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('that drops chunks before their description has no such object', async () => {
    const { connector, bucket, store } = await open({ ttl: 3_600_000 });
    await using _connector = connector;
    const key = await connector.put([new Uint8Array(2 * chunk)]);
    const filter = `$O.${bucket}.C.${(await store.info(key[0]))!.nuid}`;
    await (await jetstreamManager(outside)).streams.purge(`OBJ_${bucket}`, { filter });
    expect(await connector.get(key)).toBeUndefined();
    expect(await connector.take(key)).toBeUndefined();
  });

  it.each<[NatsConnectorOptions, RegExp]>([
    [{ ttl: 2000 }, /is there already with ttl 1000, not 2000\. Leave out the option "ttl"/],
    [{ storage: 'file' }, /with storage memory, not file/],
    [{ replicas: 2 }, /with replicas 1, not 2/],
  ])('that is there and is another than %j is refused', async (options, message) => {
    const { connector, bucket } = await open({ ttl: 1000, storage: 'memory', replicas: 1 });
    await using _connector = connector;
    await expect(NatsConnector.open({ servers: server.url, bucket, ...options })).rejects.toThrow(message);
    await using other = new NatsConnector({ servers: server.url, bucket });
    expect(await other.exists(await other.put([]))).toBe(true);
  });

  it('is made once by many who make it at once', async () => {
    const bucket = randomUUID();
    const makers = Array.from({ length: 10 }, (_, index) =>
      rejectionOrNothing(NatsConnector.open({ servers: server.url, bucket, ttl: 1000 + (index % 2) })),
    );
    const errors = (await Promise.all(makers)).filter((error) => error !== undefined);
    // Those who want it as the first one made it have it; the others are told.
    expect(errors).toHaveLength(5);
    for (const error of errors) {
      expect(error).toMatchObject({ message: expect.stringMatching(/is there already with ttl 100/) });
    }
  });

  it('of more replicas than there are servers is refused', async () => {
    await expect(
      NatsConnector.open({ servers: server.url, bucket: randomUUID(), replicas: 3 }),
    ).rejects.toThrow(/Could not open the bucket at .*replicas.*A server of its own keeps one replica/);
  });

  it('is deleted by close(), where that was asked for, and no other is', async () => {
    const { connector, bucket } = await open({ clear: true });
    const other = await open();
    await connector.put([Buffer.from('bytes')]);
    await connector.close();
    await expect(messagesIn(bucket)).rejects.toThrow(/stream not found/);
    expect(await messagesIn(other.bucket)).toBe(0);
    await other.connector.close();
    // One that is not there is none to delete.
    await new NatsConnector({ servers: server.url, bucket, clear: true }).close();
  });

  it('that was deleted meanwhile has no objects, and is made again', async () => {
    const { connector, store } = await open();
    await using _connector = connector;
    const key = await connector.put([Buffer.from('bytes')]);
    await store.destroy();
    expect(await connector.get(key)).toBeUndefined();
    await expect(connector.put([Buffer.from('bytes')])).rejects.toThrow(/nobody answers.*try again/);
    expect(await connector.exists(await connector.put([Buffer.from('bytes')]))).toBe(true);
    await (await new Objm(outside).open(connector.config().options['bucket'] as string)).destroy();
    await expect(connector.set(key, [])).rejects.toThrow(/nobody answers.*try again/);
    expect(await connector.set(key, [])).toBe(true);
  });

  it('that is full takes none of a batch, and keeps what it has', async () => {
    const { connector, bucket } = await open();
    await using _connector = connector;
    const { streams } = await jetstreamManager(outside);
    await streams.update(`OBJ_${bucket}`, { max_bytes: 10 * chunk });
    const key = await connector.put([Buffer.from('bytes')]);
    const batch = Array.from({ length: 5 }, () => [new Uint8Array(3 * chunk)]);
    const error = await rejection(connector.putBatch(batch));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(
      /Could not store 5 objects at .*maximum bytes exceeded.*nothing of this was/,
    );
    await expect(connector.set(key, [new Uint8Array(12 * chunk)])).rejects.toThrow(/maximum bytes exceeded/);
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
    expect(await listed(connector)).toEqual([key]);
    expect(await messagesIn(bucket)).toBe(2);
  });

  it('has room for chunks but not for a description, and keeps nothing then', async () => {
    const { connector, bucket } = await open();
    await using _connector = connector;
    const { streams } = await jetstreamManager(outside);
    await streams.update(`OBJ_${bucket}`, { max_msgs: 2 });
    const error = await rejection(connector.put([new Uint8Array(2 * chunk)]));
    expect(String(error)).toMatch(/maximum messages exceeded/);
    const key = connector.newKey();
    await expect(connector.set(key, [new Uint8Array(2 * chunk)])).rejects.toThrow(
      /maximum messages exceeded/,
    );
    expect(await messagesIn(bucket)).toBe(0);
  });
});

describe('what happens while an operation is under way', () => {
  let connection: NatsConnection;
  let bucket: string;

  beforeEach(async () => {
    connection = await connect({ port: server.port });
    bucket = randomUUID();
  });

  afterEach(() => connection.close());

  /** Does something right before the first request to certain subjects is sent. */
  function before(subjects: string, act: () => unknown): void {
    const publish = connection.publish.bind(connection);
    const spy = jest.spyOn(connection, 'publish').mockImplementation((subject, ...rest) => {
      if (!subject.startsWith(subjects)) {
        publish(subject, ...rest);
        return;
      }
      spy.mockRestore();
      void Promise.resolve(act()).then(() => publish(subject, ...rest));
    });
  }

  it('is a signal that comes too late, when all that is left is to make chunks an object', async () => {
    await using connector = await NatsConnector.open({ connection, bucket });
    const controller = new AbortController();
    before(`$O.${bucket}.M.`, () => controller.abort());
    const key = await connector.put([Buffer.from('bytes')], controller);
    expect(controller.signal.aborted).toBe(true);
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });

  it('is the end of the bucket, which has no object then', async () => {
    await using connector = await NatsConnector.open({ connection, bucket });
    const key = await connector.put([new Uint8Array(2 * chunk)]);
    const manager = await jetstreamManager(outside);
    before('$JS.API.CONSUMER.CREATE.', () => manager.streams.delete(`OBJ_${bucket}`));
    expect(await connector.get(key)).toBeUndefined();
  });

  it('is that who was the first to ask for the bucket has given up', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const through = await connect({ port: proxy.port });
    const connector = new NatsConnector({ connection: through, bucket });
    // It has a session, and no bucket.
    await connector.exists(connector.newKey());
    proxy.hold('toClient');
    const controller = new AbortController();
    const put = rejection(connector.put([], controller));
    controller.abort('enough');
    expect(await put).toBe('enough');
    const other = connector.put([]);
    proxy.release('toClient');
    expect(await connector.exists(await other)).toBe(true);
    await connector.close();
    await through.close();
  });
});

describe('a user without permission', () => {
  it('is told what is missing', async () => {
    await using locked = await natsServer({
      jetstream: true,
      settings: `authorization { users: [
        { user: all, password: all },
        { user: reader, password: reader, permissions: { publish: ["$JS.API.STREAM.*.>"], subscribe: [">"] } },
        { user: deaf, password: deaf, permissions: { publish: [">"], subscribe: ["_INBOX.*.r.*"] } },
        { user: mute, password: mute, permissions: { publish: [">"], subscribe: ["nothing"] } }
      ] }`,
    });
    const as = (user: string): NatsConnector => new NatsConnector({ servers: locked.url, user, pass: user });
    await using all = as('all');
    const key = await all.put([Buffer.from('bytes')]);
    await using reader = as('reader');
    expect(await reader.exists(key)).toBe(true);
    const error = await rejection(reader.put([Buffer.from('bytes')]));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(
      /Permissions Violation for Publish to "\$O\..*Give the user the permission/,
    );
    const connection = await connect({ port: locked.port, user: 'reader', pass: 'reader' });
    const lent = new NatsConnector({ connection });
    expect(String(await rejection(lent.put([])))).toMatch(/Permissions Violation for Publish/);
    await lent.close();
    await connection.close();
    await using deaf = as('deaf');
    expect(String(await rejection(deaf.watch(key)))).toMatch(/Permissions Violation for Subscription/);
    await using mute = new NatsConnector({
      servers: locked.url,
      user: 'mute',
      pass: 'mute',
      commandTimeout: 2000,
    });
    expect(String(await rejection(mute.exists(key)))).toMatch(/Permissions Violation for Subscription/);
  });
});

async function rejectionOrNothing(promise: Promise<NatsConnector>): Promise<unknown> {
  try {
    await (await promise).close();
    return undefined;
  } catch (error) {
    return error;
  }
}
