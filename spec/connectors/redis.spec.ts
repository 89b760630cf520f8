import '../../lib/resources/symbols.js';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import type { ConnectorConfig } from '../../lib/connectors/protocol.js';
import { RedisConnector, type RedisConnectorOptions } from '../../lib/connectors/redis.js';
import { ConnectorClosedError, ConnectorError } from '../../lib/errors.js';
import { caught, rejection } from '../caught.js';
import { compiledLibrary } from '../compiled-library.js';
import { redisServer, type RedisServer } from '../servers/redis-server.js';
import { TCPProxy } from '../servers/tcp-proxy.js';
import { TemporaryDirectory } from './temporary-directory.js';

let server: RedisServer;
/** Looks from outside at what is there. */
let redis: Redis;

beforeAll(async () => {
  server = await redisServer();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

describe('names in Redis', () => {
  it('are the key behind "proxystore:default:"', async () => {
    await using connector = new RedisConnector({ url: server.url });
    const [uuid] = await connector.put([Buffer.from('bytes')]);
    expect(await redis.get(`proxystore:default:${uuid}`)).toBe('bytes');
  });

  it('have the name of the connector, or a prefix of one’s own', async () => {
    await using named = new RedisConnector({ url: server.url, name: 'results' });
    await using prefixed = new RedisConnector({ url: server.url, prefix: 'mine/' });
    const [[first], [second]] = [await named.put([]), await prefixed.put([])];
    expect(await redis.exists(`proxystore:results:${first}`, `mine/${second}`)).toBe(2);
  });

  it('are the key alone without a prefix, as those of ProxyStore for Python', async () => {
    await using connector = new RedisConnector({ url: server.url, prefix: '' });
    const uuid = randomUUID();
    await redis.set(uuid, 'from Python');
    expect(String(Buffer.from((await connector.get([uuid]))!))).toBe('from Python');
    const [own] = await connector.put([Buffer.from('to Python')]);
    expect(await redis.get(own)).toBe('to Python');
    for (const key of [uuid, own]) await redis.del(key);
  });

  it('have the key prefix of a user’s client first', async () => {
    await using client = closing(new Redis(server.url, { keyPrefix: 'app:' }));
    await using connector = new RedisConnector({ client: client.value, name: 'results' });
    const [uuid] = await connector.put([]);
    expect(await redis.exists(`app:proxystore:results:${uuid}`)).toBe(1);
    expect(connector.config().options['prefix']).toBe('app:proxystore:results:');
  });
});

describe('options that are wrong', () => {
  it.each<[string, unknown, RegExp]>([
    ['none at all', null, /They are not an object/],
    ['an empty name', { name: '' }, /"name" must be a text that is not empty/],
    ['a prefix that is no text', { prefix: 1 }, /"prefix" must be a text/],
    ['a name and a prefix', { name: 'a', prefix: 'b' }, /a name or a prefix, not both/],
    ['clear without a prefix', { prefix: '', clear: true }, /Without a prefix, clear/],
    ['clear that is no flag', { clear: 1 }, /"clear" must be true or false/],
    ['a timeout of no time', { commandTimeout: 0 }, /"commandTimeout" must be a number of milliseconds/],
    [
      'a timeout without end',
      { connectTimeout: Infinity },
      /"connectTimeout" must be a number of milliseconds/,
    ],
    ['another word', { whenOffline: 'never' }, /"whenOffline" must be 'wait' or 'fail'/],
    ['a URL that is none', { url: 'cache:secret@' }, /"url" must begin with redis:/],
    ['a URL with a wrong escape', { url: 'redis://:%ff@cache' }, /"url" must be a URL such as/],
    ['no text for a URL', { url: 1 }, /"url" must be a URL such as/],
    ['a URL that cannot be parsed', { url: 'redis://:secret@:99999' }, /"url" must be a URL such as/],
    ['a URL of something else', { url: 'http://cache' }, /begin with redis:\/\/ or rediss:\/\/, not http:/],
    [
      'a URL with another path',
      { url: 'redis://cache/results' },
      /the number of a database behind the last slash/,
    ],
    ['a host that is no text', { host: 7 }, /"host" must be a text/],
    ['a port that is none', { port: 0 }, /"port" must be a whole number from 1 to 65535/],
    ['no text for a user', { username: 1 }, /"username" must be a text/],
    ['an empty password', { password: '' }, /"password" must be a text/],
    ['a database that is none', { database: -1 }, /"database" must be a whole number/],
    ['TLS that is neither', { tls: 'yes' }, /"tls" must be true, false, or an object/],
    ['a URL and a host', { url: 'redis://a', host: 'b' }, /give one, not url and host/],
    ['a URL and a cluster', { url: 'redis://a', cluster: ['b:1'] }, /give one, not url and cluster/],
    ['an empty cluster', { cluster: [] }, /"cluster" must be an array of texts/],
    [
      'a node without a port',
      { cluster: ['a'] },
      /"cluster" must be an array of texts of the form host:port/,
    ],
    ['a node with a wrong port', { cluster: ['a:70000'] }, /"cluster" must be an array of texts/],
    ['a node that is no text', { cluster: [1] }, /"cluster" must be an array of texts/],
    ['a cluster’s database', { cluster: ['a:1'], database: 1 }, /A cluster has no database but 0/],
    ['sentinels without a group', { sentinels: ['a:1'] }, /sentinels and sentinelGroup come together/],
    ['a group without sentinels', { sentinelGroup: 'a' }, /sentinels and sentinelGroup come together/],
    ['an empty group', { sentinels: ['a:1'], sentinelGroup: '' }, /"sentinelGroup" must be a text/],
    ['a client that is none', { client: undefined }, /must be a Redis or a Cluster of the package ioredis/],
    ['a client of another package', { client: { sendCommand() {} } }, /must be a Redis or a Cluster/],
  ])('are refused at once: %s', (_title, options, message) => {
    const error = caught(() => new RedisConnector(options as RedisConnectorOptions));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'redis', message: expect.stringMatching(message) as string });
    expect(String(error)).not.toContain('secret');
  });

  it('are those of a connection beside a client', async () => {
    await using client = closing(new Redis(server.url));
    const options = { client: client.value, url: server.url, tls: true };
    expect(() => new RedisConnector(options)).toThrow(/leave out url, tls, or give no client/);
  });
});

describe('config()', () => {
  const secret = 'secret-word';

  it.each<[string, RedisConnectorOptions, ConnectorConfig['options']]>([
    ['by default', {}, { url: 'redis://localhost:6379', prefix: 'proxystore:default:' }],
    [
      'of all parts',
      { host: 'cache', port: 7, username: 'user', password: secret, database: 3, tls: true, name: 'a' },
      { url: 'rediss://user@cache:7/3', prefix: 'proxystore:a:' },
    ],
    [
      'of a URL',
      { url: `redis://us%40er:${secret}@[::1]:7/2`, prefix: '' },
      { url: 'redis://us%40er@[::1]:7/2', prefix: '' },
    ],
    [
      'of a URL of nothing',
      { url: 'redis://' },
      { url: 'redis://localhost:6379', prefix: 'proxystore:default:' },
    ],
    [
      'of a URL that options complete',
      { url: `rediss://:${secret}@cache/2`, username: 'user', database: 4, tls: { ca: secret }, prefix: 'a' },
      { url: 'rediss://user@cache:6379/4', prefix: 'a' },
    ],
    [
      'of a cluster',
      { cluster: ['a:1', '[::1]:2'], username: 'user', password: secret, tls: { ca: secret }, prefix: 'a' },
      { cluster: ['a:1', '[::1]:2'], username: 'user', tls: true, prefix: 'a' },
    ],
    [
      'of sentinels',
      { sentinels: ['a:1'], sentinelGroup: 'main', password: secret, database: 2, prefix: 'a' },
      { sentinels: ['a:1'], sentinelGroup: 'main', database: 2, prefix: 'a' },
    ],
    [
      'of how to behave',
      { commandTimeout: 5, connectTimeout: 6, whenOffline: 'fail', clear: true, prefix: 'a' },
      {
        url: 'redis://localhost:6379',
        commandTimeout: 5,
        connectTimeout: 6,
        whenOffline: 'fail',
        prefix: 'a',
      },
    ],
  ])('leads there without what is secret: %s', (_title, options, expected) => {
    const config = new RedisConnector(options).config();
    expect(config).toEqual({ kind: 'redis', options: expected });
    expect(JSON.stringify(config)).not.toContain(secret);
    const travelled = JSON.parse(JSON.stringify(config)) as ConnectorConfig;
    expect(connectorFromConfig(travelled).config()).toEqual(config);
  });

  it.each<[string, () => Redis, ConnectorConfig['options']]>([
    [
      'a server',
      () =>
        new Redis({
          host: 'cache',
          port: 7,
          username: 'user',
          password: secret,
          db: 3,
          tls: {},
          lazyConnect: true,
        }),
      { url: 'rediss://user@cache:7/3', prefix: 'proxystore:default:' },
    ],
    [
      'the usual server',
      () => new Redis({ lazyConnect: true }),
      { url: 'redis://localhost:6379', prefix: 'proxystore:default:' },
    ],
    [
      'sentinels',
      () =>
        new Redis({
          sentinels: [{ host: 'a', port: 1 }, { host: 'b' }],
          name: 'main',
          password: secret,
          lazyConnect: true,
        }),
      { sentinels: ['a:1', 'b:26379'], sentinelGroup: 'main', prefix: 'proxystore:default:' },
    ],
    [
      'a sentinel of this machine',
      () => new Redis({ sentinels: [{ port: 2 }], name: 'main', db: null as never, lazyConnect: true }),
      { sentinels: ['localhost:2'], sentinelGroup: 'main', prefix: 'proxystore:default:' },
    ],
  ])('leads to where a user’s client goes: %s', async (_title, make, expected) => {
    await using client = closing(make());
    const connector = new RedisConnector({ client: client.value });
    expect(connector.config().options).toEqual(expected);
    expect(new RedisConnector({ client: client.value, commandTimeout: 9 }).config().options).toEqual({
      ...expected,
      commandTimeout: 9,
    });
  });

  it('says when it cannot lead to where a user’s client goes', async () => {
    await using socket = closing(new Redis({ path: '/run/redis.sock', lazyConnect: true }));
    await using cluster = closing(new Cluster([{ host: 'a', port: 1 }], { lazyConnect: true }));
    const configs = [socket, cluster].map(({ value }) =>
      caught(() => new RedisConnector({ client: value }).config()),
    );
    expect(configs.map(String)).toEqual([
      expect.stringContaining('the socket /run/redis.sock, which a config cannot name'),
      expect.stringContaining('does not know the nodes of its cluster yet'),
    ]);
    for (const error of configs) expect(error).toBeInstanceOf(ConnectorError);
  });

  it.each<[string, unknown, RegExp]>([
    ['an option of a later version', { url: 'redis://a', colour: 'red' }, /There is no option "colour"/],
    ['how TLS is to be done', { tls: { rejectUnauthorized: false } }, /Of TLS, a config says only whether/],
    ['no object', 'redis://a', /not an object/],
    ['a client', { client: {} }, /There is no option "client"/],
    ['a wrong value', { port: '1' }, /"port" must be/],
  ])('of which fromConfig() refuses %s', (_title, options, message) => {
    const error = caught(() => RedisConnector.fromConfig(options as ConnectorConfig['options']));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(message);
  });

  it('takes a password beside it', async () => {
    await using locked = await redisServer({ password: secret });
    await using first = new RedisConnector({ url: locked.url });
    const key = await first.put([Buffer.from('bytes')]);
    await using second = RedisConnector.fromConfig({ ...first.config().options, password: secret });
    expect(await second.exists(key)).toBe(true);
    await using third = RedisConnector.fromConfig(first.config().options);
    await expect(third.exists(key)).rejects.toThrow(/NOAUTH.*Give the username and the password/);
  });
});

describe('a connection', () => {
  it('is made by the first operation, not by the constructor, and shared by all', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new RedisConnector({ host: '127.0.0.1', port: proxy.port });
    expect(proxy.accepted).toBe(0);
    await Promise.all([connector.put([]), connector.put([]), connector.get(connector.newKey())]);
    expect(proxy.accepted).toBe(1);
  });

  it('is made by open()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host: '127.0.0.1', port: proxy.port });
    expect(proxy.accepted).toBe(1);
    await connector.put([]);
    expect(proxy.accepted).toBe(1);
  });

  it('is ended by close()', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const connector = await RedisConnector.open({ host: '127.0.0.1', port: proxy.port });
    const ended = proxy.disconnection();
    await connector.close();
    await ended;
    expect(proxy.open).toBe(0);
  });

  it('is with a user, a password, a database and TLS', async () => {
    await using locked = await redisServer({
      password: 'p@ss/word',
      tls: true,
      settings: { user: ['worker', 'on', '>w:rd', '~proxystore:*', '&*', '+@all'] },
    });
    const tls = { ca: locked.certificate! };
    const admin = new Redis(locked.url, { tls });
    try {
      for (const options of [
        { url: `${locked.url}/3`, tls },
        { host: '127.0.0.1', port: locked.port, username: 'worker', password: 'w:rd', database: 3, tls },
      ]) {
        await using connector = new RedisConnector(options);
        const [uuid] = await connector.put([Buffer.from('bytes')]);
        await admin.select(3);
        expect(await admin.get(`proxystore:default:${uuid}`)).toBe('bytes');
      }
    } finally {
      admin.disconnect();
    }
  });

  it('of a user’s client is left open, and left to its user', async () => {
    await using client = closing(new Redis(server.url));
    {
      await using connector = await RedisConnector.open({ client: client.value });
      const key = await connector.put([]);
      await using other = new RedisConnector({ client: client.value });
      expect(await other.exists(key)).toBe(true);
    }
    expect(await client.value.ping()).toBe('PONG');
  });

  it('of a user’s client is made when the client has not connected yet', async () => {
    await using client = closing(new Redis(server.url, { lazyConnect: true }));
    await using connector = new RedisConnector({ client: client.value });
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });

  it('that a user’s client has ended fails operations', async () => {
    const client = new Redis(server.url);
    await using connector = new RedisConnector({ client });
    await connector.put([]);
    await client.quit();
    await expect(connector.put([])).rejects.toThrow(/Could not store an object at .*Connection is closed/);
    await expect(connector.watch(connector.newKey())).rejects.toThrow(/Connection is closed/);
  });

  it('keeps no process alive, nor does a watch, but an operation does', async () => {
    const program = `
      const { RedisConnector } = require(${JSON.stringify(join(compiledLibrary(), 'connectors/redis.js'))});
      const connector = new RedisConnector({ url: ${JSON.stringify(server.url)}, prefix: 'process:' });
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

describe('without the package ioredis', () => {
  it('says what to install', async () => {
    using directory = new TemporaryDirectory();
    cpSync(compiledLibrary(), directory.path, { recursive: true });
    const program = `
      const { RedisConnector } = require('./connectors/redis.js');
      const connector = new RedisConnector();
      connector.put([]).catch((error) => console.log(error.name, error.message, error.cause.code));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: directory.path });
    expect(stdout).toMatch(/^ConnectorError .*npm install ioredis MODULE_NOT_FOUND\n$/);
  });
});

describe('batches', () => {
  it('of nothing ask nothing', async () => {
    await using client = closing(new Redis(server.url));
    const sendCommand = jest.spyOn(client.value, 'sendCommand');
    await using connector = new RedisConnector({ client: client.value });
    expect(await connector.putBatch([])).toEqual([]);
    expect(await connector.getBatch([])).toEqual([]);
    await connector.evictBatch([]);
    expect(sendCommand).not.toHaveBeenCalled();
  });

  it('are few commands, of so many bytes and objects each', async () => {
    await using client = closing(new Redis(server.url));
    await client.value.ping();
    const sendCommand = jest.spyOn(client.value, 'sendCommand');
    await using connector = new RedisConnector({ client: client.value });
    const size = 12 * 1024 * 1024;
    const large = Array.from({ length: 5 }, (_, index) => new Uint8Array(size).fill(index));
    const keys = await connector.putBatch([...large.map((bytes) => [bytes]), [Buffer.from('small')]]);
    expect(
      (await connector.getBatch(keys)).map((bytes) => [bytes?.length, bytes?.[1], bytes?.at(-1)]),
    ).toEqual([...large.map((_, index) => [size, index, index]), [5, 'm'.charCodeAt(0), 'l'.charCodeAt(0)]]);
    await connector.evictBatch(keys);
    const many = await connector.putBatch(Array.from({ length: 2500 }, () => []));
    expect((await connector.getBatch(many)).every((bytes) => bytes?.length === 0)).toBe(true);
    await connector.evictBatch(many);
    expect(await connector.getBatch(many)).toEqual(many.map(() => undefined));
    const names = sendCommand.mock.calls.map(([{ name }]) => name);
    expect(names).toEqual([
      ...['mset', 'mset', 'mset', 'mget', 'unlink'],
      ...['mset', 'mget', 'mget', 'mget', 'unlink', 'unlink', 'unlink', 'mget', 'mget', 'mget'],
    ]);
  });
});

describe('expire()', () => {
  it('is cancelled by Infinity, and by set()', async () => {
    await using connector = new RedisConnector({ url: server.url, prefix: 'expire:' });
    const key = await connector.put([]);
    const timeLeft = (): Promise<number> => redis.pttl(`expire:${key[0]}`);
    expect(await connector.expire(key, 100_000.5)).toBe(true);
    expect(await timeLeft()).toBeGreaterThan(90_000);
    expect(await connector.expire(key, Infinity)).toBe(true);
    expect(await timeLeft()).toBe(-1);
    expect(await connector.expire(key, Infinity)).toBe(true);
    await connector.expire(key, Number.MAX_VALUE);
    expect(await timeLeft()).toBeGreaterThan(8e15);
    await connector.set(key, []);
    expect(await timeLeft()).toBe(-1);
    expect(await connector.expire(key, -Infinity)).toBe(true);
    expect(await connector.expire(key, Infinity)).toBe(false);
  });

  it.each([NaN, '100', undefined])('refuses a time of %p', async (time) => {
    await using connector = new RedisConnector({ url: server.url });
    const key = await connector.put([]);
    await expect(connector.expire(key, time as number)).rejects.toThrow(RangeError);
    expect(await connector.exists(key)).toBe(true);
  });
});

describe('take()', () => {
  it('is atomic on a server that has no GETDEL', async () => {
    await using old = await redisServer({ settings: { 'rename-command': ['GETDEL', ''] } });
    await using connector = new RedisConnector({ url: old.url });
    for (let round = 0; round < 2; round += 1) {
      const key = await connector.put([Buffer.from('bytes')]);
      const taken = await Promise.all([1, 2, 3].map(() => connector.take(key)));
      expect(
        taken.filter((bytes) => bytes !== undefined).map((bytes) => Buffer.from(bytes).toString()),
      ).toEqual(['bytes']);
      expect(await connector.exists(key)).toBe(false);
    }
  });
});

describe('what Redis refuses', () => {
  it('is told with its words, the key, and what to do', async () => {
    await using connector = new RedisConnector({ url: server.url, prefix: 'refused:' });
    const key = connector.newKey();
    await redis.lpush(`refused:${key[0]}`, 'element');
    const error = await rejection(connector.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      connector: 'redis',
      key,
      cause: expect.objectContaining({ name: 'ReplyError' }) as unknown,
      message: expect.stringMatching(
        /^Could not fetch an object at the Redis server at 127\.0\.0\.1:\d+: WRONGTYPE .*give the connector a prefix of its own\.$/,
      ) as string,
    });
    await expect(connector.take(key)).rejects.toThrow(/WRONGTYPE/);
  });

  it('is an object that is longer than the server takes, which nothing else suffers from', async () => {
    await using connector = await RedisConnector.open({ url: server.url });
    const large = new Uint8Array(512 * 1024 * 1024 + 1);
    const advice = /takes 536870912 at most\. Raise proto-max-bulk-len of the server, or keep objects/;
    const connections = async (): Promise<unknown> =>
      /total_connections_received:\d+/.exec(await redis.info('stats'))?.[0];
    const before = await connections();
    await expect(connector.put([large])).rejects.toThrow(advice);
    await expect(connector.putBatch([[], [large]])).rejects.toThrow(/Could not store 2 objects at/);
    const key = connector.newKey();
    await expect(connector.set(key, [large.subarray(1), large.subarray(0, 1)])).rejects.toThrow(advice);
    expect(await connector.exists(key)).toBe(false);
    // They were not sent.
    expect(await connections()).toBe(before);
  });

  it('is such an object of a server that does not say how much it takes, or takes less than others', async () => {
    await using own = await redisServer({
      settings: { 'proto-max-bulk-len': '1mb', user: ['writer', 'on', '>word', '~*', '+@all', '-config'] },
    });
    await using connector = new RedisConnector({ url: own.url, username: 'writer', password: 'word' });
    const advice = /Protocol error: invalid bulk length\. Raise proto-max-bulk-len of the server/;
    await expect(connector.put([new Uint8Array(2 * 1024 * 1024)])).rejects.toThrow(advice);
    await expect(connector.put([new Uint8Array(512 * 1024 * 1024 + 1)])).rejects.toThrow(advice);
  });

  it('is what a replica cannot do, or a user may not', async () => {
    await using replica = await redisServer({
      settings: {
        replicaof: ['127.0.0.1', '1'],
        user: ['reader', 'on', '>word', '~*', '+@all', '-set'],
      },
    });
    await using connector = new RedisConnector({ url: replica.url });
    await expect(connector.put([])).rejects.toThrow(
      /READONLY .*connect to its master, or through sentinels\.$/,
    );
    await using reader = new RedisConnector({ url: replica.url, username: 'reader', password: 'word' });
    await expect(reader.put([])).rejects.toThrow(/NOPERM .*Give the user the permission\.$/);
    await expect(reader.set(reader.newKey(), [])).rejects.toThrow(/NOPERM/);
  });
});

describe('watch()', () => {
  it('uses one connection for all who wait, which ends when nobody does any more', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new RedisConnector({ host: '127.0.0.1', port: proxy.port });
    await connector.put([]);
    expect(proxy.open).toBe(1);
    const keys = [connector.newKey(), connector.newKey()] as const;
    const waits = keys.map((key) => connector.watch(key));
    await connector.set(keys[0], []);
    await waits[0];
    expect(proxy.open).toBe(2);
    const ended = proxy.disconnection();
    await connector.set(keys[1], []);
    await waits[1];
    await connector.watch(keys[1]);
    expect(proxy.open).toBe(2);
    await ended;
    expect(proxy.open).toBe(1);
    const again = connector.newKey();
    const wait = connector.watch(again);
    await connector.set(again, []);
    await wait;
  });

  it('goes on when its connection is lost, and sees what was stored meanwhile', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new RedisConnector({ host: '127.0.0.1', port: proxy.port });
    await using other = new RedisConnector({ url: server.url });
    const [seen, told] = [connector.newKey(), connector.newKey()];
    const controller = new AbortController();
    const waits = [
      connector.watch(seen),
      connector.watch(told),
      connector.watch(connector.newKey(), controller),
    ];
    await subscribed(told);
    proxy.refuse();
    await other.set(seen, []);
    proxy.accept();
    await waits[0];
    await other.set(told, []);
    await waits[1];
    controller.abort('enough');
    await expect(waits[2]).rejects.toBe('enough');
  });

  it('fails when its connection is lost, where that is what was asked for', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new RedisConnector({ host: '127.0.0.1', port: proxy.port, whenOffline: 'fail' });
    const key = connector.newKey();
    const wait = rejection(connector.watch(key));
    await subscribed(key);
    proxy.refuse();
    const error = await wait;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not (wait|look) for an object at .*Connection is closed/);
    // Whether the old connection is still going down or a new one is refused already is the system's business.
    await expect(connector.watch(key)).rejects.toThrow(/Could not (connect to|wait for|look for)/);
    proxy.accept();
    await Promise.all([connector.watch(key), connector.set(key, [])]);
  });

  it('fails when it may not subscribe', async () => {
    await using strict = await redisServer({
      settings: { user: ['worker', 'on', '>word', '~*', '+@all', '-subscribe', '&*'] },
    });
    await using connector = new RedisConnector({ url: strict.url, username: 'worker', password: 'word' });
    await expect(connector.watch(connector.newKey())).rejects.toThrow(
      /Could not wait for an object at .*NOPERM/,
    );
  });

  it('fails when it may not look', async () => {
    await using strict = await redisServer({
      settings: { user: ['worker', 'on', '>word', '~*', '+@all', '-exists', '&*'] },
    });
    await using connector = new RedisConnector({ url: strict.url, username: 'worker', password: 'word' });
    await expect(connector.watch(connector.newKey())).rejects.toThrow(
      /Could not look for an object at .*NOPERM/,
    );
  });

  it('fails when it cannot connect, as everything does', async () => {
    await using connector = new RedisConnector({ host: '127.0.0.1', port: 1 });
    await expect(connector.watch(connector.newKey())).rejects.toThrow(/Could not connect to .*ECONNREFUSED/);
  });

  it('says why it has got no connection of its own', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using client = closing(new Redis(proxy.port, '127.0.0.1', { retryStrategy: () => null }));
    await client.value.ping();
    await using connector = new RedisConnector({ client: client.value });
    client.value.on('error', () => undefined);
    proxy.refuse();
    await expect(connector.watch(connector.newKey())).rejects.toThrow(
      /Could not connect to the Redis server at 127\.0\.0\.1:\d+: .*(ECONNRESET|EPIPE)/,
    );
  });

  it('says when its connection takes too long to be made', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({
      host: '127.0.0.1',
      port: proxy.port,
      connectTimeout: 300,
    });
    proxy.hold('toClient');
    await expect(connector.watch(connector.newKey())).rejects.toThrow('It took longer than 300 ms');
  });

  it('says when the user’s client knows no node of its cluster', async () => {
    await using cluster = closing(new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true }));
    await using connector = new RedisConnector({ client: cluster.value });
    await expect(connector.watch(connector.newKey())).rejects.toThrow('No node of the cluster is known');
  });

  it('is ended by close() while it connects', async () => {
    await using proxy = await TCPProxy.start(server.port);
    proxy.hold('toServer');
    const connector = new RedisConnector({ host: '127.0.0.1', port: proxy.port });
    const accepted = proxy.connection();
    const wait = rejection(connector.watch(connector.newKey()));
    await accepted;
    const closed = connector.close();
    expect(await wait).toBeInstanceOf(ConnectorClosedError);
    proxy.release('toServer');
    await closed;
  });
});

describe('list()', () => {
  it('names each object once, of this prefix only, however many there are', async () => {
    await using connector = new RedisConnector({ url: server.url, prefix: 'list[*?\\]:' });
    const keys = await connector.putBatch(Array.from({ length: 3000 }, () => []));
    await redis.mset('list[*?\\]:no-uuid', '', `list*:${randomUUID()}`, '', `listx:${randomUUID()}`, '');
    const listed: string[] = [];
    for await (const [uuid] of connector.list()) listed.push(uuid);
    expect(listed.sort()).toEqual(keys.map(([uuid]) => uuid).sort());
  });
});

describe('close() with clear', () => {
  it('removes the objects of the prefix, and nothing else', async () => {
    const uuids = { other: randomUUID(), similar: randomUUID() };
    await redis.mset('clear:of another', '', `other:${uuids.other}`, '', `clear::${uuids.similar}`, '');
    const connector = new RedisConnector({ url: server.url, prefix: 'clear:', clear: true });
    const keys = await connector.putBatch(Array.from({ length: 2100 }, () => []));
    await connector.close();
    expect(await redis.exists(keys.map(([uuid]) => `clear:${uuid}`))).toBe(0);
    expect(await redis.exists('clear:of another', `other:${uuids.other}`, `clear::${uuids.similar}`)).toBe(3);
  });

  it('ends the connection when it fails, too', async () => {
    await using strict = await redisServer({
      settings: { user: ['worker', 'on', '>word', '~*', '+@all', '-scan', '&*'] },
    });
    await using proxy = await TCPProxy.start(strict.port);
    const connector = new RedisConnector({
      ...{ host: '127.0.0.1', port: proxy.port, username: 'worker', password: 'word' },
      clear: true,
    });
    await connector.put([]);
    const ended = proxy.disconnection();
    await expect(connector.close()).rejects.toThrow(/Could not remove all objects at .*NOPERM/);
    await ended;
  });
});

/** Settles when somebody waits for an object. */
async function subscribed([uuid]: readonly [string]): Promise<void> {
  const channel = `proxystore:set:proxystore:default:${uuid}`;
  for (;;) {
    const [, count] = (await redis.pubsub('NUMSUB', channel)) as [string, number];
    if (count > 0) return;
  }
}

/** A client that is disconnected at the end of the block. */
function closing<C extends { disconnect(): void }>(value: C): AsyncDisposable & { readonly value: C } {
  return {
    value,
    [Symbol.asyncDispose]: () => {
      value.disconnect();
      return Promise.resolve();
    },
  };
}
