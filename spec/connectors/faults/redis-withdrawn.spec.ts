/** Objects whose put has failed while the connection has still to send them: their bytes are the caller's again. */

import '../../../lib/resources/symbols.js';
import { Cluster, Redis } from 'ioredis';
import { RedisConnector } from '../../../lib/connectors/redis.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { redisCluster } from '../../servers/redis-cluster.js';
import { redisServer, type RedisServer } from '../../servers/redis-server.js';

/** More than the system takes for a connection whose other end does not read. */
const large = 60_000_000;
const waiting = 1_000_000;

interface Connected {
  readonly connector: RedisConnector;
  /** The client of its user, who uses it for other things, too. */
  readonly client?: Redis | Cluster;
}

const ways: Readonly<Record<string, (server: RedisServer) => Connected>> = {
  'its own connection': ({ url }) => ({ connector: new RedisConnector({ url }) }),
  'its own connections to a cluster': ({ port }) => ({
    connector: new RedisConnector({ cluster: [`127.0.0.1:${port}`] }),
  }),
  'a user’s client': ({ port }) => withClient(new Redis(port)),
  'a user’s client of a cluster': ({ port }) => withClient(new Cluster([{ host: '127.0.0.1', port }])),
};

describe('a put that is aborted while an object before it is being sent', () => {
  it.each(Object.entries(ways))(
    'gives its bytes back and stores nothing: over %s',
    async (_title, connect) => {
      await using cluster = await redisCluster(1);
      const [server] = cluster.nodes as [RedisServer];
      const { connector, client } = connect(server);
      try {
        await client?.set('own', 'value');
        await connector.exists(connector.newKey());
        const before = new Uint8Array(large).fill(1);
        const given = new Uint8Array(waiting).fill(2);
        await server.pause();
        const put = connector.put([before]);
        await theSystemHasTaken();
        const controller = new AbortController();
        const aborted = connector.put([given], controller);
        await theSystemHasTaken();
        const own = client?.get('own');
        controller.abort('enough');
        await expect(aborted).rejects.toBe('enough');
        transferAway(given);
        server.resume();
        const key = await put;
        expect(same(await connector.get(key), before)).toBe(true);
        expect(await own).toBe(client && 'value');
        const after = await connector.put([Buffer.from('after')]);
        expect(String(Buffer.from((await connector.get(after))!))).toBe('after');
        expect(await uuids(connector)).toEqual([key[0], after[0]].sort());
      } finally {
        client?.disconnect();
        await connector.close();
      }
    },
  );
});

describe('a put that takes too long while an object before it is being sent', () => {
  it.each([
    ['its own connection', false],
    ['a user’s client', true],
  ])('gives its bytes back and leaves the connection to others: over %s', async (_title, borrowed) => {
    await using server = await redisServer();
    const client = borrowed ? new Redis(server.port) : undefined;
    const options = client === undefined ? { url: server.url } : { client };
    let lost = false;
    client?.on('close', () => (lost = true));
    await using hasty = new RedisConnector({ ...options, commandTimeout: 300 });
    await using patient = new RedisConnector(options);
    try {
      await client?.set('own', 'value');
      await Promise.all([hasty.exists(hasty.newKey()), patient.exists(patient.newKey())]);
      const objects = [large, waiting].map((size) => new Uint8Array(size).fill(1)) as [
        Uint8Array,
        Uint8Array,
      ];
      await server.pause();
      const first = rejection(hasty.put([objects[0]]));
      await theSystemHasTaken();
      const second = rejection(hasty.put([objects[1]]));
      const own = client?.get('own');
      for (const error of await Promise.all([first, second])) {
        expect(error).toBeInstanceOf(ConnectorError);
        expect(String(error)).toMatch(/within 300 ms: no reply came/);
      }
      for (const object of objects) transferAway(object);
      server.resume();
      expect(await own).toBe(client && 'value');
      const after = await patient.put([Buffer.from('after')]);
      expect(String(Buffer.from((await patient.get(after))!))).toBe('after');
      expect(await uuids(patient)).toEqual([after[0]]);
      expect(lost).toBe(false);
    } finally {
      client?.disconnect();
    }
  });
});

function withClient(client: Redis | Cluster): Connected {
  return { client, connector: new RedisConnector({ client }) };
}

/** What was written is gathered until now, and is then with the system, as far as it takes it. */
async function theSystemHasTaken(): Promise<void> {
  await new Promise(setImmediate);
}

/** As when bytes are sent to a worker: they are no more, here. */
function transferAway(bytes: Uint8Array): void {
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  expect(bytes).toHaveLength(0);
}

async function uuids(connector: RedisConnector): Promise<string[]> {
  const found: string[] = [];
  for await (const [uuid] of connector.list()) found.push(uuid);
  return found.sort();
}

/** Compares large arrays, for which `toEqual` takes minutes. */
function same(actual: Uint8Array | undefined, expected: Uint8Array): boolean {
  return actual !== undefined && Buffer.compare(actual, expected) === 0;
}
