/** Our connector for Keyv, beside a Keyv on the same adapter that is used by itself. */

import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import { Store } from 'proxystore';
import { KeyvConnector } from 'proxystore/keyv';
import type { MeasuredRow } from '../row.js';
import { ours, storeContender } from './contender.js';
import type { Contenders } from './contender.js';
import { keyvContender } from './keyv-contender.js';
import { startRedisServer } from './redis-server.js';
import { batched, concurrent, contest, object } from './workloads.js';
import type { Workload } from './workloads.js';

const controlName = 'Keyv by itself';

const workloads: readonly Workload[] = [
  object(1e3, { samples: 100, repeats: 10, evicted: true }),
  object(1e6, { samples: 100, evicted: false }),
  concurrent(10e3, 100, 30),
  batched(1e3, 1000, 15),
];

export const rows: readonly MeasuredRow[] = [
  ...workloads.map((workload) => row('a Map', workload, openOnMap)),
  ...workloads.map((workload) => row('Redis', workload, openOnRedis)),
];

function row(place: string, workload: Workload, open: () => Promise<Contenders>): MeasuredRow {
  const named = { ...workload, name: `${place}, ${workload.name}` };
  return contest({ group: 'keyv', workload: named, open, controls: [controlName] });
}

async function openOnMap(): Promise<Contenders> {
  return contendersOn(() => new Map());
}

async function openOnRedis(): Promise<Contenders> {
  const server = await startRedisServer();
  const contenders = contendersOn(() => new KeyvRedis(server.url, { throwOnErrors: true }));
  return {
    ...contenders,
    async [Symbol.asyncDispose]() {
      await contenders[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Each has an adapter of its own. */
function contendersOn(adapter: () => unknown): Contenders {
  const open = (): Keyv => new Keyv({ store: adapter(), throwOnErrors: true });
  const plain = open();
  const store = new Store('bench', new KeyvConnector({ keyv: open(), ownsKeyv: true }), { cacheSize: 0 });
  return {
    byName: { [ours]: storeContender(store), [controlName]: keyvContender(plain) },
    async [Symbol.asyncDispose]() {
      await store.close();
      await plain.disconnect();
    },
  };
}
