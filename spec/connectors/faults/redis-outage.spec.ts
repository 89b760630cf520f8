/** A server that goes away, stops, or is cut off, while operations are under way. */

import '../../../lib/resources/symbols.js';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { RedisConnector, type RedisClient } from '../../../lib/connectors/redis.js';
import type { UUIDKey } from '../../../lib/connectors/uuid-key.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { redisCluster } from '../../servers/redis-cluster.js';
import { redisSentinel, sentinelGroup } from '../../servers/redis-sentinel.js';
import { redisServer, type RedisServer } from '../../servers/redis-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';
import { same, useWhileKilled } from './killed-while-used.js';

const host = '127.0.0.1';
const megabyte = 1024 * 1024;

describe('a server that is killed while objects are put and got, and started again', () => {
  it.each(['wait', 'fail'] as const)(
    'loses nothing that was acknowledged, and nothing hangs: %s',
    async (whenOffline) => {
      await using server = await redisServer({ appendonly: true });
      await using connector = new RedisConnector({ url: server.url, whenOffline });
      const objects = [1, 2, 3, 4].map((value) => new Uint8Array(50_000).fill(value));
      const { errors, acknowledged } = await useWhileKilled(connector, server, objects, 20);
      for (const error of errors) {
        expect(error).toBeInstanceOf(ConnectorError);
        expect((error as ConnectorError).cause).toBeDefined();
      }
      if (whenOffline === 'wait') expect(errors).toEqual([]);
      else expect(errors.length).toBeGreaterThan(0);
      for (const [key, index] of acknowledged) {
        expect(same(await connector.get(connector.checkKey(key)), objects[index]!)).toBe(true);
      }
    },
  );

  it('is waited for by what is asked meanwhile, and by a connector that nobody used', async () => {
    await using server = await redisServer({ appendonly: true });
    await using connector = new RedisConnector({ url: server.url });
    const key = await connector.put([Buffer.from('bytes')]);
    // Nothing is under way, so the connector does not try to connect by itself.
    await server.kill();
    const got = [connector.get(key), connector.get(key)];
    await server.restart();
    expect((await Promise.all(got)).map(String)).toEqual(['98,121,116,101,115', '98,121,116,101,115']);
  });

  it('is not waited for longer than an operation may take', async () => {
    await using server = await redisServer();
    await using connector = new RedisConnector({ url: server.url, commandTimeout: 300 });
    const key = await connector.put([]);
    await server.kill();
    const error = await rejection(connector.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      key,
      cause: expect.objectContaining({ code: 'ECONNREFUSED' }) as unknown,
      message: expect.stringMatching(/within 300 ms: there was no connection: .*ECONNREFUSED/) as string,
    });
  });

  it('is given up by a signal', async () => {
    await using server = await redisServer({ appendonly: true });
    await using connector = new RedisConnector({ url: server.url });
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

  it('fails what comes, each at once by trying, where that is what was asked for', async () => {
    await using server = await redisServer({ appendonly: true });
    await using connector = new RedisConnector({ url: server.url, whenOffline: 'fail' });
    const key = await connector.put([Buffer.from('bytes')]);
    await server.kill();
    await expect(connector.get(key)).rejects.toThrow(ConnectorError);
    await expect(connector.get(key)).rejects.toThrow(/Could not connect to .*ECONNREFUSED/);
    await server.restart();
    expect(await connector.exists(key)).toBe(true);
  });
});

describe('a connection that is cut in the middle', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await redisServer();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('of what is put, with waiting, is made again and the object is whole', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port });
    const cut = proxy.cutAfter('toServer', 3 * megabyte);
    const bytes = new Uint8Array(10 * megabyte).fill(7);
    const key = await connector.put([Buffer.from('BS\n'), bytes]);
    await cut;
    expect(same((await connector.get(key))?.subarray(3), bytes)).toBe(true);
  });

  it('of what is put, without waiting, leaves nothing of it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({
      host,
      port: proxy.port,
      whenOffline: 'fail',
      name: 'cut',
    });
    const cut = proxy.cutAfter('toServer', 3 * megabyte);
    const objects = [1, 2, 3].map((value) => [new Uint8Array(2 * megabyte).fill(value)]);
    const error = await rejection(connector.putBatch(objects));
    await cut;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not store 3 objects at /);
    expect(await all(connector.list())).toEqual([]);
  });

  it.each(['wait', 'fail'] as const)('of what is got: %s', async (whenOffline) => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port, whenOffline });
    const bytes = new Uint8Array(10 * megabyte).fill(7);
    const key = await connector.put([bytes]);
    const cut = proxy.cutAfter('toClient', 3 * megabyte);
    const got = connector.get(key);
    if (whenOffline === 'wait') expect(same(await got, bytes)).toBe(true);
    else await expect(got).rejects.toThrow(/Could not fetch an object at .*The connection was lost/);
    await cut;
    expect(same(await connector.get(key), bytes)).toBe(true);
  });

  it('between the parts of a transaction’s answer fails it, since nobody knows what became of it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port });
    const key = connector.newKey();
    // All of the answer to MULTI, and a part of the next.
    const cut = proxy.cutAfter('toClient', '+OK\r\n+QU'.length);
    const error = await rejection(connector.set(key, [Buffer.from('bytes')]));
    await cut;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/It may have been done or not/);
    // It is sent as a whole or not at all.
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
    expect(await connector.set(key, [Buffer.from('again')])).toBe(true);
  });
});

describe('a one-shot operation whose answer is lost', () => {
  let server: RedisServer;
  let statistics: Redis;

  beforeAll(async () => {
    server = await redisServer();
    statistics = new Redis(server.url);
  });

  afterAll(async () => {
    statistics.disconnect();
    await server[Symbol.asyncDispose]();
  });

  type MakeConnector = (port: number) => { connector: RedisConnector; client?: RedisClient };
  const makers: Readonly<Record<string, MakeConnector>> = {
    'its own connection, that waits': (port) => ({ connector: new RedisConnector({ host, port }) }),
    'its own connection, that fails': (port) => ({
      connector: new RedisConnector({ host, port, whenOffline: 'fail' }),
    }),
    'a user’s client of ioredis 6, which sends again what was lost': (port) => {
      const client = new Redis({ host, port });
      return { client, connector: new RedisConnector({ client }) };
    },
    'a user’s client of ioredis 5, which sends again what was lost': (port) => {
      const client = new Redis5({ host, port });
      return { client, connector: new RedisConnector({ client }) };
    },
  };

  describe.each(Object.entries(makers))('over %s', (_title, make) => {
    it('is done once: take()', async () => {
      await using proxy = await TCPProxy.start(server.port);
      const { connector, client } = make(proxy.port);
      try {
        const [kept, lost] = await connector.putBatch([[Buffer.from('kept')], [Buffer.from('lost')]]);
        await statistics.config('RESETSTAT');
        const cut = proxy.cutAfter('toClient', 6);
        const error = await rejection(connector.take(lost!));
        await cut;
        expect(error).toBeInstanceOf(ConnectorError);
        expect(error).toMatchObject({ key: lost });
        expect(String(error)).toMatch(/may have been done or not/);
        // What comes later is sent over the next connection, behind all that would be sent again.
        expect(await connector.exists(lost!)).toBe(false);
        expect(String(Buffer.from((await connector.take(kept!))!))).toBe('kept');
        expect(await calls('getdel')).toBe(2);
      } finally {
        client?.disconnect();
        await connector.close();
      }
    });

    it('is done once: set() with ifAbsent', async () => {
      await using proxy = await TCPProxy.start(server.port);
      const { connector, client } = make(proxy.port);
      try {
        const key = connector.newKey();
        await connector.exists(key);
        await statistics.config('RESETSTAT');
        const cut = proxy.cutAfter('toClient', 2);
        const error = await rejection(connector.set(key, [Buffer.from('first')], { ifAbsent: true }));
        await cut;
        expect(error).toBeInstanceOf(ConnectorError);
        expect(await connector.set(key, [Buffer.from('second')], { ifAbsent: true })).toBe(false);
        expect(String(Buffer.from((await connector.get(key))!))).toBe('first');
        expect(await calls('set')).toBe(2);
      } finally {
        client?.disconnect();
        await connector.close();
      }
    });
  });

  it('is done once in a cluster, whose client sends again what was lost', async () => {
    await using cluster = await redisCluster(1);
    const [node] = cluster.nodes as [RedisServer];
    await using proxy = await TCPProxy.start(node.port);
    const admin = new Redis(node.url);
    // The client asks where the nodes are, and is told the way through the proxy.
    await admin.config('SET', 'cluster-announce-port', proxy.port);
    const client = new Cluster([{ host, port: proxy.port }]);
    try {
      await using connector = new RedisConnector({ client });
      const [kept, lost] = await connector.putBatch([[Buffer.from('kept')], [Buffer.from('lost')]]);
      const cut = proxy.cutAfter('toClient', 6);
      const error = await rejection(connector.take(lost!));
      await cut;
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(/It may have been done or not/);
      expect(await connector.exists(lost!)).toBe(false);
      expect(String(Buffer.from((await connector.take(kept!))!))).toBe('kept');
      expect(await admin.info('commandstats')).toMatch(/cmdstat_getdel:calls=2,/);
    } finally {
      client.disconnect();
      admin.disconnect();
    }
  });

  it('is done in a cluster that has moved its object, since the first node refuses it', async () => {
    await using cluster = await redisCluster(2);
    const [first, second] = cluster.nodes as [RedisServer, RedisServer];
    await using connector = await RedisConnector.open({ cluster: [`${host}:${first.port}`] });
    const admin = new Redis(first.url);
    const [taken, set, waited] = [
      await connector.put([Buffer.from('bytes')]),
      connector.newKey(),
      connector.newKey(),
    ];
    const wait = connector.watch(waited);
    for (const key of [taken, set, waited]) {
      const slot = Number(await admin.call('CLUSTER', 'KEYSLOT', `proxystore:default:${key[0]}`));
      const [from, to] = slot < 8192 ? [first, second] : [second, first];
      await cluster.moveSlot(slot, from, to);
    }
    admin.disconnect();
    expect(String(Buffer.from((await connector.take(taken))!))).toBe('bytes');
    expect(await connector.set(set, [Buffer.from('moved')], { ifAbsent: true })).toBe(true);
    await connector.set(waited, []);
    await wait;
  });

  async function calls(command: string): Promise<number> {
    const [, count] =
      new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await statistics.info('commandstats')) ?? [];
    return Number(count);
  }
});

describe('a server that does not answer', () => {
  it('fails operations in time, and the connection is made again', async () => {
    await using server = await redisServer();
    await using connector = await RedisConnector.open({ url: server.url, commandTimeout: 300 });
    const key = await connector.put([Buffer.from('bytes')]);
    await server.pause();
    const errors = await Promise.all([
      rejection(connector.get(key)),
      rejection(connector.put([])),
      rejection(connector.set(key, [])),
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(/within 300 ms: no reply came/);
    }
    server.resume();
    expect(await connector.exists(key)).toBe(true);
  });

  it('fails operations in time over a user’s client, which is left as it is', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    const client = new Redis({ host, port: proxy.port });
    try {
      await using connector = new RedisConnector({ client, commandTimeout: 300 });
      const key = await connector.put([Buffer.from('bytes')]);
      proxy.hold('toClient');
      await expect(connector.get(key)).rejects.toThrow(/within 300 ms: no reply came/);
      proxy.release('toClient');
      expect(await connector.exists(key)).toBe(true);
      expect(proxy.accepted).toBe(1);
    } finally {
      client.disconnect();
    }
  });

  it('has a slow network before it, which is waited for', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    proxy.delay(20);
    await using connector = new RedisConnector({ host, port: proxy.port });
    const keys = await Promise.all([1, 2, 3].map((value) => connector.put([Uint8Array.of(value)])));
    expect((await connector.getBatch(keys)).map((bytes) => bytes?.[0])).toEqual([1, 2, 3]);
  });

  it('loses half an answer: the operation fails in time, and is not taken for the next one’s answer', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port, commandTimeout: 300 });
    const [first, second] = await connector.putBatch([[Buffer.from('first')], [Buffer.from('second')]]);
    const swallowed = proxy.swallowAfter('toClient', 6);
    await expect(connector.get(first!)).rejects.toThrow(/within 300 ms/);
    await swallowed;
    expect(String(Buffer.from((await connector.get(second!))!))).toBe('second');
  });

  it('loses half a question: what comes after it is not taken for its rest', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({
      host,
      port: proxy.port,
      commandTimeout: 300,
      name: 'half',
    });
    const swallowed = proxy.swallowAfter('toServer', 100_000);
    await expect(connector.put([new Uint8Array(megabyte)])).rejects.toThrow(/within 300 ms/);
    await swallowed;
    const key = await connector.put([Buffer.from('bytes')]);
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
    expect(await all(connector.list())).toEqual([key]);
  });
});

describe('a signal', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await redisServer();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('ends a put that was sent, and leaves nothing of it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port, name: 'aborted' });
    proxy.hold('toClient');
    const controller = new AbortController();
    const bytes = new Uint8Array(megabyte).fill(1);
    const put = connector.put([bytes], controller);
    const batch = connector.putBatch([[bytes], [bytes]], controller);
    controller.abort('enough');
    await expect(put).rejects.toBe('enough');
    await expect(batch).rejects.toBe('enough');
    proxy.release('toClient');
    expect(await all(connector.list())).toEqual([]);
  });

  it('ends a get that was sent, and the next one has its own answer', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port });
    const [first, second] = await connector.putBatch([[Buffer.from('first')], [Buffer.from('second')]]);
    proxy.hold('toClient');
    const controller = new AbortController();
    const ended = connector.get(first!, controller);
    const kept = connector.get(second!);
    controller.abort('enough');
    await expect(ended).rejects.toBe('enough');
    proxy.release('toClient');
    expect(String(Buffer.from((await kept)!))).toBe('second');
  });

  it('comes too late for a take or a set that was sent: they tell what was done', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = await RedisConnector.open({ host, port: proxy.port });
    const key = await connector.put([Buffer.from('bytes')]);
    proxy.hold('toClient');
    const controller = new AbortController();
    const taken = connector.take(key, controller);
    const set = connector.set(key, [Buffer.from('again')], {
      ...controller,
      ifAbsent: true,
      signal: controller.signal,
    });
    controller.abort('enough');
    proxy.release('toClient');
    expect(String(Buffer.from((await taken)!))).toBe('bytes');
    expect(await set).toBe(true);
  });
});

describe('memory of the server that is used up', () => {
  it('fails a put with what the server said, and leaves nothing of a batch', async () => {
    await using server = await redisServer({ maxmemory: '40mb' });
    await using connector = new RedisConnector({ url: server.url });
    const object = [new Uint8Array(6 * megabyte)];
    const stored: UUIDKey[] = [];
    let first: unknown;
    while (first === undefined) {
      await connector.put(object).then(
        (key) => stored.push(key),
        (error: unknown) => {
          first = error;
        },
      );
    }
    expect(stored.length).toBeGreaterThan(1);
    // There is room for the first command of the last batch, and none for its second.
    await connector.evict(stored.pop()!);
    await connector.evict(stored.pop()!);
    const small = Array.from({ length: 5 }, () => [new Uint8Array(megabyte / 2)]);
    const errors = [
      first,
      await rejection(connector.putBatch(Array.from({ length: 5 }, () => object))),
      await rejection(connector.putBatch([...small, ...Array.from({ length: 12 }, () => object)])),
      await rejection(
        connector.set(
          connector.newKey(),
          Array.from({ length: 4 }, () => object[0]!),
        ),
      ),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectorError);
      const { cause, message } = error as ConnectorError;
      expect(cause).toMatchObject({ name: 'ReplyError', message: expect.stringMatching(/^OOM /) as string });
      expect(message).toMatch(/OOM .* Raise maxmemory of the server, or remove objects/);
    }
    expect((await all(connector.list())).sort()).toEqual([...stored].sort());
    // A connection keeps the room for the largest question that it was asked; a new one has not been asked any.
    await connector.close();
    await using other = new RedisConnector({ url: server.url });
    expect(await other.set(other.newKey(), [new Uint8Array(1000)])).toBe(true);
  });
});

describe('a master that is gone', () => {
  it('is replaced by its replica, through sentinels', async () => {
    await using master = await redisServer({ settings: { 'repl-diskless-sync-delay': '0' } });
    await using replica = await redisServer({ settings: { replicaof: [host, String(master.port)] } });
    await using sentinel = await redisSentinel(master.port);
    await sentinel.printed(/\+slave /);
    await using connector = new RedisConnector({ sentinels: [`${host}:${sentinel.port}`], sentinelGroup });
    const key = await connector.put([Buffer.from('bytes')]);
    const looking = new Redis(replica.url);
    while ((await looking.exists(`proxystore:default:${key[0]}`)) === 0);
    looking.disconnect();
    await master.kill();
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
