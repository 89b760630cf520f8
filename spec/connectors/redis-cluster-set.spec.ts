/** `set` in a cluster, where what stores an object and what tells of it are two requests. */

import '../../lib/resources/symbols.js';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { RedisConnector } from '../../lib/connectors/redis.js';
import { ConnectorError } from '../../lib/errors.js';
import { rejection } from '../caught.js';
import { redisCluster, type RedisCluster } from '../servers/redis-cluster.js';

const mute = 'resetchannels';

let cluster: RedisCluster;
let admin: Redis;
let connector: RedisConnector;

beforeEach(async () => {
  cluster = await redisCluster(1);
  const { port, url } = cluster.nodes[0]!;
  admin = new Redis(url);
  await admin.call('ACL', 'SETUSER', 'worker', 'on', '>word', '~*', '&*', '+@all');
  connector = new RedisConnector({ cluster: [`127.0.0.1:${port}`], username: 'worker', password: 'word' });
});

afterEach(async () => {
  await connector.close();
  admin.disconnect();
  await cluster[Symbol.asyncDispose]();
});

it('tells that an object was stored, also when nobody could be told of it', async () => {
  await connector.set(connector.newKey(), []);
  await admin.call('ACL', 'SETUSER', 'worker', mute);
  const key = connector.newKey();
  expect(await connector.set(key, [Buffer.from('first')], { ifAbsent: true })).toBe(true);
  expect(await connector.set(key, [Buffer.from('second')])).toBe(true);
  expect(String(Buffer.from((await connector.get(key))!))).toBe('second');
});

it('stores nothing where nobody may be told', async () => {
  await admin.call('ACL', 'SETUSER', 'worker', mute);
  const key = connector.newKey();
  const error = await rejection(connector.set(key, []));
  expect(error).toBeInstanceOf(ConnectorError);
  expect(error).toMatchObject({ key });
  expect(String(error)).toMatch(/Could not store an object at .*NOPERM .*Give the user the permission/);
  expect(await connector.exists(key)).toBe(false);
});

it.each(['first', 'next'])('is given up by a signal before it is sent: the %s one', async (which) => {
  if (which === 'next') await connector.set(connector.newKey(), []);
  const [key, controller] = [connector.newKey(), new AbortController()];
  const set = connector.set(key, [], controller);
  controller.abort('enough');
  await expect(set).rejects.toBe('enough');
  expect(await connector.exists(key)).toBe(false);
});

it('tells of no object that was not stored', async () => {
  const key = connector.newKey();
  await connector.set(key, [Buffer.from('first')]);
  const listener = new Redis(cluster.nodes[0]!.url);
  try {
    await listener.psubscribe('*');
    const first = once(listener, 'pmessage');
    expect(await connector.set(key, [Buffer.from('second')], { ifAbsent: true })).toBe(false);
    await admin.publish('the next', '');
    expect((await first)[1]).toBe('the next');
  } finally {
    listener.disconnect();
  }
});
