/** A large object through a directory. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import type { MeasuredRow, Nanoseconds } from '../row.js';

const megabytes = 10;
const data = new Uint8Array(randomBytes(megabytes * 1e6));

const controlName = 'writeFile, rename, readFile';

export const rows: readonly MeasuredRow[] = [
  {
    group: 'file',
    name: `put and get of ${megabytes} MB`,
    unit: 'ns',
    budget: { against: controlName, atMost: 1.15 },
    samples: 41,
    ours: () =>
      inDirectory(async (directory) => {
        await using store = new Store('bench', new FileConnector(directory), { cacheSize: 0 });
        return await clocked(async () => await store.get(await store.put(data)));
      }),
    controls: {
      [controlName]: () =>
        inDirectory((directory) =>
          clocked(async () => {
            const file = join(directory, randomUUID());
            await writeFile(`${file}.tmp`, data);
            await rename(`${file}.tmp`, file);
            return await readFile(file);
          }),
        ),
    },
  },
];

/** Each measurement has a directory of its own; making and removing it is not timed. */
async function inDirectory<R>(run: (directory: string) => Promise<R>): Promise<R> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  try {
    return await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function clocked(run: () => Promise<Uint8Array>): Promise<Nanoseconds> {
  const start = process.hrtime.bigint();
  const { byteLength } = await run();
  const nanoseconds = Number(process.hrtime.bigint() - start);
  if (byteLength !== data.byteLength) throw new Error(`${byteLength} of ${data.byteLength} bytes came back.`);
  return nanoseconds;
}
