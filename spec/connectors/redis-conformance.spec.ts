import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import fastCheck from 'fast-check';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { capabilities, type Connector } from '../../lib/connectors/protocol.js';
import { RedisConnector, type RedisClient } from '../../lib/connectors/redis.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { accessOf, type AnyServer } from '../servers/any-server.js';
import { paused } from '../servers/paused.js';
import { redisCluster, type RedisCluster } from '../servers/redis-cluster.js';
import { anyRedisServer, redisServer, type RedisServer } from '../servers/redis-server.js';
import { otherProcess } from './other-process.js';

const shown = ['deferred', 'take', 'expire', 'watch', 'list'] as const;

let server: AnyServer;
/** One that the tests may keep from answering. */
let ownServer: RedisServer;
let cluster: RedisCluster;

/** What the server may need and no config says. */
function access(): { readonly password?: string } {
  const { pass } = accessOf(server.url);
  return pass === undefined ? {} : { password: pass };
}

/** A connector from another one's config. The cluster's servers want no password. */
function reopen(connector: Connector): RedisConnector {
  const { options } = connector.config();
  return RedisConnector.fromConfig({ ...options, ...('url' in options && access()) });
}

beforeAll(async () => {
  server = await anyRedisServer();
  ownServer = await redisServer();
  cluster = await redisCluster(2);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await ownServer[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

describeConnector({ describe, it, fastCheck }, 'RedisConnector', {
  capabilities: shown,
  open: () => new RedisConnector({ url: server.url, name: randomUUID() }),
  reopen,
  otherProcess: (connector) => otherProcess(connector, access()),
  heavy: true,
});

describeConnector({ describe, it, fastCheck }, 'RedisConnector that fails while offline', {
  capabilities: shown,
  open: () => RedisConnector.open({ url: ownServer.url, name: randomUUID(), whenOffline: 'fail' }),
  stall: () => paused(ownServer),
});

describeConnector({ describe, it, fastCheck }, 'RedisConnector of a cluster', {
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

  describeConnector({ describe, it, fastCheck }, 'RedisConnector', {
    capabilities: shown,
    open: () => new RedisConnector({ client, name: randomUUID() }),
    reopen,
  });
});

it('shows what it can', () => {
  expect([...capabilities(new RedisConnector())]).toEqual(shown);
});
