/** The connection of those who wait for an object: one that ends unnoticed, and one over which nothing comes any more. */

import '../../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisConnector } from '../../../lib/connectors/redis.js';
import { ObjectWatch } from '../../../lib/connectors/redis/object-watch.js';
import { OwnedLink } from '../../../lib/connectors/redis/owned-link.js';
import { connectionSettings } from '../../../lib/connectors/redis/settings.js';
import type { SubscriberTimes } from '../../../lib/connectors/redis/subscriber.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { redisServer, type RedisServer } from '../../servers/redis-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';

const host = '127.0.0.1';
const channelPrefix = 'stored:';
const never = 2 ** 31 - 1;

let server: RedisServer;
/** What stores and looks, by a way of its own. */
let redis: Redis;

beforeAll(async () => {
  server = await redisServer();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

it('wakes who waits after the connection of an earlier wait has ended', async () => {
  await using proxy = await TCPProxy.start(server.port);
  await using connector = await RedisConnector.open({ host, port: proxy.port });
  const [first, second] = [connector.newKey(), connector.newKey()];
  await Promise.all([connector.watch(first), connector.set(first, [])]);
  proxy.cut();
  // The connection was cut, so another was made, and the client has heard of the end of both by then.
  await connector.exists(first);
  const wait = connector.watch(second);
  await subscribed(`proxystore:set:proxystore:default:${second[0]}`);
  await connector.set(second, []);
  await wait;
});

describe('a connection over which nothing comes any more', () => {
  it('is found out by asking, and what was stored meanwhile is seen', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using watch = watching(proxy, { checkInterval: 20, replyTimeout: 100 });
    const uuid = randomUUID();
    const wait = watch.value.wait(uuid);
    await subscribed(channelPrefix + uuid);
    // As a firewall does that has forgotten the connection: neither end hears of it.
    await proxy.swallowAfter('toClient', 0);
    await redis.set(uuid, '');
    await redis.publish(channelPrefix + uuid, '');
    await wait;
    expect(proxy.open).toBe(2);
  });

  it('is found out by who comes to wait', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using watch = watching(proxy, { checkInterval: never, replyTimeout: 100 });
    const uuids = [randomUUID(), randomUUID()] as const;
    const waits = [watch.value.wait(uuids[0])];
    await subscribed(channelPrefix + uuids[0]);
    const swallowed = proxy.swallowAfter('toClient', 0);
    waits.push(watch.value.wait(uuids[1]));
    await swallowed;
    for (const uuid of uuids) await redis.set(uuid, '');
    await Promise.all(waits);
  });

  it('is found out by the time that a user’s client has for its commands', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const client = new Redis(proxy.port, host, { commandTimeout: 100 });
    try {
      await using connector = new RedisConnector({ client });
      const [first, second] = [connector.newKey(), connector.newKey()];
      const waits = [connector.watch(first)];
      await subscribed(`proxystore:set:proxystore:default:${first[0]}`);
      const swallowed = proxy.swallowAfter('toClient', 0);
      waits.push(connector.watch(second));
      await swallowed;
      await using other = new RedisConnector({ url: server.url });
      for (const key of [first, second]) await other.set(key, []);
      await Promise.all(waits);
    } finally {
      client.disconnect();
    }
  });

  it('fails who waits, where that is what was asked for', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using watch = watching(proxy, { checkInterval: 20, replyTimeout: 100 }, 'fail');
    const uuid = randomUUID();
    const failed = rejection(watch.value.wait(uuid));
    await subscribed(channelPrefix + uuid);
    await proxy.swallowAfter('toClient', 0);
    const error = await failed;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(
      /Could not wait for an object at .*longer than 100 ms until a reply came\./,
    );
  });

  it('is not one whose server refuses to say that it is there', async () => {
    await redis.call('ACL', 'SETUSER', 'silent', 'on', '>word', '~*', '&*', '+@all', '-ping');
    await using proxy = await TCPProxy.start(server.port);
    await using watch = watching(proxy, { checkInterval: 20, replyTimeout: 5000 }, 'wait', 'silent');
    const uuid = randomUUID();
    const wait = watch.value.wait(uuid);
    await subscribed(channelPrefix + uuid);
    const refused = await refusedPings();
    while ((await refusedPings()) < refused + 3);
    await redis.publish(channelPrefix + uuid, '');
    await wait;
    expect(proxy.accepted).toBe(2);
  });
});

describe('a connection that is made again', () => {
  it('is made again once more when nobody could look by then', async () => {
    await using proxy = await TCPProxy.start(server.port);
    let failures = 0;
    await using watch = watching(
      proxy,
      { checkInterval: never, replyTimeout: 5000 },
      'wait',
      'default',
      (uuid) => {
        if (proxy.accepted < 3 || failures === 2) return there(uuid);
        failures += 1;
        return Promise.reject(new ConnectorError('No reply came.', { connector: 'redis' }));
      },
    );
    const uuids = [randomUUID(), randomUUID()] as const;
    const waits = uuids.map((uuid) => watch.value.wait(uuid));
    for (const uuid of uuids) await subscribed(channelPrefix + uuid);
    proxy.cut();
    for (const uuid of uuids) await redis.set(uuid, '');
    await Promise.all(waits);
    expect(failures).toBe(2);
  });
});

it('leaves nothing behind when who waits gives up before a connection could be made', async () => {
  await using proxy = await TCPProxy.start(server.port);
  proxy.refuse();
  const watch = watching(proxy, { checkInterval: never, replyTimeout: 5000 });
  const controller = new AbortController();
  const wait = watch.value.wait(randomUUID(), controller.signal);
  controller.abort('enough');
  await expect(wait).rejects.toBe('enough');
  await watch[Symbol.asyncDispose]();
  expect(proxy.open).toBe(0);
});

it('wakes who waits when another has given up waiting for the same object', async () => {
  await using proxy = await TCPProxy.start(server.port);
  await using watch = watching(proxy, { checkInterval: never, replyTimeout: 5000 });
  const [uuid, controller] = [randomUUID(), new AbortController()];
  const waits = [watch.value.wait(uuid), watch.value.wait(uuid, controller.signal)] as const;
  await subscribed(channelPrefix + uuid);
  controller.abort('enough');
  await expect(waits[1]).rejects.toBe('enough');
  await redis.publish(channelPrefix + uuid, '');
  await waits[0];
});

it('tells all who wait that no connection could be made, and makes one for the next', async () => {
  await using proxy = await TCPProxy.start(server.port);
  await using watch = watching(proxy, { checkInterval: never, replyTimeout: 5000 });
  proxy.refuse();
  const errors = [randomUUID(), randomUUID()].map((uuid) => rejection(watch.value.wait(uuid)));
  for (const error of errors) expect(String(await error)).toMatch(/Could not connect to /);
  proxy.accept();
  const uuid = randomUUID();
  await redis.set(uuid, '');
  await watch.value.wait(uuid);
});

/** What waits for objects through a proxy; closed at the end of the block. */
function watching(
  proxy: TCPProxy,
  times: SubscriberTimes,
  whenOffline: 'wait' | 'fail' = 'wait',
  username = 'default',
  has = there,
): AsyncDisposable & { readonly value: ObjectWatch } {
  const password = username === 'default' ? undefined : 'word';
  const link = new OwnedLink(connectionSettings({ host, port: proxy.port, username, password, whenOffline }));
  const value = new ObjectWatch(link, channelPrefix, has, times);
  return {
    value,
    [Symbol.asyncDispose]: async () => {
      await value.close(new Error('The test has ended.'));
      await link.close();
    },
  };
}

async function there(uuid: string): Promise<boolean> {
  return (await redis.exists(uuid)) === 1;
}

/** Settles when somebody waits at a channel. */
async function subscribed(channel: string): Promise<void> {
  for (;;) {
    const [, count] = (await redis.pubsub('NUMSUB', channel)) as [string, number];
    if (count > 0) return;
  }
}

async function refusedPings(): Promise<number> {
  const [, count] = /cmdstat_ping:.*rejected_calls=(\d+)/.exec(await redis.info('commandstats')) ?? [];
  return Number(count ?? 0);
}
