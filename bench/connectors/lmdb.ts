/** Objects in an LMDB environment, beside the same calls of the package that the connector uses. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openEnvironment } from 'lmdb';
import type { Database } from 'lmdb';
import { Store } from 'proxystore';
import { LmdbConnector } from 'proxystore/lmdb';
import type { MeasuredRow } from '../row.js';
import { namingContender, ours, storeContender } from './contender.js';
import type { Contender, Contenders } from './contender.js';
import { batched, concurrent, contest, object, oneShot } from './workloads.js';
import type { Workload } from './workloads.js';

const controlName = 'lmdb: put, getBinary, remove';

export const rows: readonly MeasuredRow[] = [
  row(object(1e3, { samples: 100, repeats: 10, evicted: true })),
  row(oneShot(1e3, { samples: 100, repeats: 10 })),
  row(object(100e3, { samples: 100, repeats: 4, evicted: false })),
  row(object(1e6, { samples: 100, evicted: false })),
  row(object(10e6, { samples: 31, evicted: false }), 1.1),
  row(object(100e6, { samples: 7, evicted: false })),
  row(concurrent(10e3, 100, 30)),
  row(batched(1e3, 1000, 15)),
];

function row(workload: Workload, atMost?: number): MeasuredRow {
  const budget = atMost === undefined ? undefined : { against: controlName, atMost };
  return contest({ group: 'lmdb', workload, open, controls: [controlName], budget });
}

/** Both are opened with the package's defaults, so that both have what is put flushed in the background. */
async function open(): Promise<Contenders> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  const store = new Store('bench', new LmdbConnector(join(directory, 'ours')), { cacheSize: 0 });
  const database = openDatabase(join(directory, 'raw'));
  return {
    byName: { [ours]: storeContender(store), [controlName]: databaseContender(database) },
    async [Symbol.asyncDispose]() {
      await store.close();
      await database.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** A database of bytes, opened as the connector opens its own. */
export function openDatabase(path: string): Database<Buffer, string> {
  return openEnvironment<Buffer, string>({ path, noSubdir: false, encoding: 'binary' });
}

/** The calls of the package that one would write by hand. */
export function databaseContender(database: Database<Buffer, string>): Contender {
  return namingContender({
    set: (name, data) => database.put(name, data),
    get: (name) => database.getBinary(name),
    remove: (name) => database.remove(name),
    batch: {
      set: (entries) =>
        database.batch(() => {
          for (const [name, data] of entries) void database.put(name, data);
        }),
      get: async (names) => names.map((name) => database.getBinary(name)),
      remove: (names) =>
        database.batch(() => {
          for (const name of names) void database.remove(name);
        }),
    },
  });
}
