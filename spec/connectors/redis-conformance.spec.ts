import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { capabilities } from '../../lib/connectors/protocol.js';
import { RedisConnector, type RedisClient } from '../../lib/connectors/redis.js';
import { describeConnector } from '../../lib/testing/testing.js';
import type { AnyServer } from '../servers/any-server.js';
import { redisCluster, type RedisCluster } from '../servers/redis-cluster.js';
import { anyRedisServer } from '../servers/redis-server.js';

const shown = ['deferred', 'take', 'expire', 'watch', 'list'] as const;

let server: AnyServer;
let cluster: RedisCluster;

beforeAll(async () => {
  server = await anyRedisServer();
  cluster = await redisCluster(2);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

describeConnector({ describe, it }, 'RedisConnector', {
  capabilities: shown,
  open: () => new RedisConnector({ url: server.url, name: randomUUID() }),
});

describeConnector({ describe, it }, 'RedisConnector that fails while offline', {
  capabilities: shown,
  open: () => RedisConnector.open({ url: server.url, name: randomUUID(), whenOffline: 'fail' }),
});

describeConnector({ describe, it }, 'RedisConnector of a cluster', {
  capabilities: shown,
  open: () => new RedisConnector({ cluster: [`127.0.0.1:${cluster.nodes[0]!.port}`], name: randomUUID() }),
});

const userClients: Readonly<Record<string, () => RedisClient>> = {
  'ioredis 6': () => new Redis(server.url),
  'ioredis 6 with a key prefix': () => new Redis(server.url, { keyPrefix: 'app:' }),
  'ioredis 5': () => new Redis5(server.url),
  'a cluster': () => new Cluster([{ host: '127.0.0.1', port: cluster.nodes[1]!.port }]),
};

describe.each(Object.entries(userClients))('with the client of its user, %s', (_title, makeClient) => {
  let client: RedisClient;

  beforeAll(() => {
    client = makeClient();
  });

  afterAll(() => client.disconnect());

  describeConnector({ describe, it }, 'RedisConnector', {
    capabilities: shown,
    open: () => new RedisConnector({ client, name: randomUUID() }),
  });
});

it('shows what it can', () => {
  expect([...capabilities(new RedisConnector())]).toEqual(shown);
});
