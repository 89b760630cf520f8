/** Objects through Redis, beside the same calls of the client that the connector uses, and beside keyv and unstorage. */

import KeyvRedis from '@keyv/redis';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import { Store } from 'proxystore';
import { RedisConnector } from 'proxystore/redis';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import type { Budget, MeasuredRow } from '../row.js';
import { namingContender, ours, storeContender } from './contender.js';
import type { Contender, Contenders } from './contender.js';
import { keyvContender } from './keyv-contender.js';
import { startRedisServer } from './redis-server.js';
import { batched, concurrent, contest, object, oneShot } from './workloads.js';
import type { Workload } from './workloads.js';

const clientName = 'ioredis: SET, GET, UNLINK';
const keyvName = 'keyv';
const unstorageName = 'unstorage, raw';

const clientOnly = [clientName];
const all = [clientName, keyvName, unstorageName];

export const rows: readonly MeasuredRow[] = [
  row(object(1e3, { samples: 200, repeats: 10, evicted: true }), all, { against: clientName, atMost: 1.15 }),
  row(oneShot(1e3, { samples: 200, repeats: 10 }), clientOnly, { against: clientName, atMost: 0.8 }),
  row(object(100e3, { samples: 100, repeats: 4, evicted: false }), all),
  row(object(1e6, { samples: 100, evicted: false }), all),
  row(object(10e6, { samples: 41, evicted: false }), all, { against: clientName, atMost: 1.1 }),
  row(object(100e6, { samples: 9, evicted: false }), all),
  row(concurrent(1e3, 100, 50), all),
  row(concurrent(10e3, 100, 50), all),
  row(concurrent(1e6, 100, 5), all),
  row(batched(1e3, 1000, 50), [clientName, keyvName]),
];

function row(workload: Workload, controls: readonly string[], budget?: Budget): MeasuredRow {
  return contest({ group: 'redis', workload, open, controls, budget });
}

async function open(): Promise<Contenders> {
  const server = await startRedisServer();
  const { url } = server;
  const store = new Store('bench', await RedisConnector.open({ url }), { cacheSize: 0 });
  const client = new Redis(url);
  const keyv = new Keyv({ store: new KeyvRedis(url), throwOnErrors: true });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- unstorage's declaration imports a folder, which has no type in ES modules
  const unstorage = createStorage({ driver: redisDriver({ url }) });
  return {
    byName: {
      [ours]: storeContender(store),
      [clientName]: clientContender(client),
      [keyvName]: keyvContender(keyv),
      [unstorageName]: namingContender({
        set: (name, data) => unstorage.setItemRaw(name, data),
        get: (name) => unstorage.getItemRaw<Buffer>(name),
        remove: (name) => unstorage.removeItem(name),
      }),
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      client.disconnect();
      await keyv.disconnect();
      await unstorage.dispose();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The calls of the client that one would write by hand; MSET and MGET for a batch. */
export function clientContender(client: Redis): Contender {
  return namingContender({
    set: (name, data) => client.set(name, data),
    get: (name) => client.getBuffer(name),
    remove: (name) => client.unlink(name),
    batch: {
      set: (entries) => client.mset(entries.flat()),
      get: (names) => client.mgetBuffer(names),
      remove: (names) => client.unlink(names),
    },
  });
}
