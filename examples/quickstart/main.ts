/**
 * A map-reduce in worker threads: counts the identifiers in the declaration files that the typescript package ships.
 *
 *     npm run quickstart
 *
 * The texts go into a store on a directory. The workers are sent proxies of them, some 100 bytes each, and use them
 * as the strings that they stand for. Then the texts themselves are sent to the same workers, to compare.
 */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { getStore, pack, Store, storeRegistration } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { addCounts, countIdentifiers } from './count-identifiers.js';
import type { Counts } from './count-identifiers.js';
import { Progress } from './progress.js';
import { printReport } from './report.js';
import type { Way } from './report.js';
import { TemporaryDirectory } from './temporary-directory.js';
import { readTexts } from './texts.js';
import type { Job } from './worker.js';
import { WorkerPool } from './worker-pool.js';

const interruption = new AbortController();
process.once('SIGINT', () => {
  interruption.abort();
});

try {
  await main(interruption.signal);
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  console.error('Interrupted. The workers have ended, the store is closed and its directory removed.');
  process.exitCode = 130;
}

async function main(signal: AbortSignal): Promise<void> {
  const texts = await readTexts(signal);
  await using directory = await TemporaryDirectory.make('proxystore-quickstart-');
  let byReference: Way;
  let byValue: Way;
  {
    // Both end with this block, by an error or an interruption, too, in reverse order: the store leaves the registry
    // and is closed, and its connector removes the objects.
    await using store = new Store('texts', new FileConnector(join(directory.path, 'texts'), { clear: true }));
    using _registration = storeRegistration(store);
    assert.equal(getStore('texts'), store);

    byReference = await countInWorkers('by reference', store, signal, async () => {
      const proxies = await store.proxyBatch(texts, { signal });
      return proxies.map((text) => pack({ text }));
    });
    byValue = await countInWorkers('by value', store, signal, () => texts.map((text) => pack({ text })));
  }

  const expected: Counts = new Map();
  for (const text of texts) addCounts(expected, countIdentifiers(text));
  assert.deepEqual(byReference.counts, expected);
  assert.deepEqual(byValue.counts, expected);

  assert.equal(getStore('texts'), undefined);
  assert.deepEqual(await readdir(directory.path), []);
  printReport(texts, expected, byReference, byValue);
}

/** Maps in workers and reduces here. The clock runs from when the workers are ready until the counts are complete. */
async function countInWorkers(
  name: string,
  store: Store,
  signal: AbortSignal,
  makeJobs: () => Job[] | Promise<Job[]>,
): Promise<Way> {
  const file = new URL('./worker.js', import.meta.url);
  await using pool = await WorkerPool.open<Job, Counts>(file, availableParallelism(), store.config());
  const start = performance.now();
  const jobs = await makeJobs();
  const counts: Counts = new Map();
  using progress = new Progress(name, jobs.length);
  await pool.run(jobs, signal, (partial) => {
    addCounts(counts, partial);
    progress.advance();
  });
  const milliseconds = performance.now() - start;
  const bytesSent = jobs.reduce((sum, job) => sum + serialize(job).byteLength, 0);
  return { counts, milliseconds, bytesSent };
}
