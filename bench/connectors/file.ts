/** Objects in a directory, beside the same calls of `node:fs`, and beside unstorage. */

import { mkdtemp, open as openFile, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { createStorage } from 'unstorage';
import fsDriver from 'unstorage/drivers/fs';
import type { MeasuredRow } from '../row.js';
import { namingContender, ours, storeContender } from './contender.js';
import type { Contender, Contenders } from './contender.js';
import { batched, concurrent, contest, object } from './workloads.js';
import type { Workload } from './workloads.js';

const rawName = 'writeFile, rename, readFile';
const fewestCallsName = 'write, rename, read, one call each';
const unstorageName = 'unstorage, raw';

export const rows: readonly MeasuredRow[] = [
  row(object(1e3, { samples: 100, repeats: 10, evicted: true })),
  row(object(100e3, { samples: 100, repeats: 4, evicted: false })),
  row(object(1e6, { samples: 100, evicted: false })),
  row(object(10e6, { samples: 41, evicted: false }), 1.15),
  row(object(100e6, { samples: 7, evicted: false })),
  row(concurrent(10e3, 100, 50)),
  contest({ group: 'file', workload: batched(1e3, 1000, 9), open, controls: [rawName] }),
];

function row(workload: Workload, atMost?: number): MeasuredRow {
  return contest({
    group: 'file',
    workload,
    open,
    controls: [rawName, fewestCallsName, unstorageName],
    budget: atMost === undefined ? undefined : { against: rawName, atMost },
  });
}

async function open(): Promise<Contenders> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  const store = new Store('bench', new FileConnector(join(directory, 'ours')), { cacheSize: 0 });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- unstorage's declaration imports a folder, which has no type in ES modules
  const unstorage = createStorage({ driver: fsDriver({ base: join(directory, 'unstorage') }) });
  return {
    byName: {
      [ours]: storeContender(store),
      [rawName]: rawContender(directory),
      [fewestCallsName]: fewestCallsContender(directory),
      [unstorageName]: namingContender({
        set: (name, data) => unstorage.setItemRaw(name, data),
        get: (name) => unstorage.getItemRaw<Buffer>(name),
        remove: (name) => unstorage.removeItem(name),
      }),
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await unstorage.dispose();
      await rm(directory, { recursive: true });
    },
  };
}

/** What one would write by hand, so that nobody sees half an object. */
export function rawContender(directory: string): Contender {
  const set = async (name: string, data: Uint8Array): Promise<void> => {
    const file = join(directory, name);
    await writeFile(`${file}.tmp`, data);
    await rename(`${file}.tmp`, file);
  };
  const get = (name: string): Promise<Buffer> => readFile(join(directory, name));
  const remove = (name: string): Promise<void> => unlink(join(directory, name));
  return namingContender({
    ...{ set, get, remove },
    batch: {
      set: (entries) => Promise.all(entries.map(([name, data]) => set(name, data))),
      get: (names) => Promise.all(names.map(get)),
      remove: (names) => Promise.all(names.map(remove)),
    },
  });
}

/** As few calls of the system as there can be; no program could read on if one of them did less than all. */
function fewestCallsContender(directory: string): Contender {
  return namingContender({
    async set(name, data) {
      const path = join(directory, name);
      const file = await openFile(`${path}.tmp`, 'wx');
      await file.write(data);
      await file.close();
      await rename(`${path}.tmp`, path);
    },
    async get(name) {
      const file = await openFile(join(directory, name), constants.O_RDONLY);
      const { size } = await file.stat();
      const data = Buffer.allocUnsafeSlow(size);
      await file.read(data);
      await file.close();
      return data;
    },
    remove: (name) => unlink(join(directory, name)),
  });
}
