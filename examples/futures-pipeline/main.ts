/**
 * A pipeline of two worker threads that are connected by futures. The second stage is sent its jobs before the first
 * has begun: the proxy of its input waits for the result of the first. Numbers go from one thread to the other by the
 * store, and an error goes all the way to the main thread.
 *
 *     npm run examples -- futures-pipeline
 */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { Store, StoreFuture } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { TemporaryDirectory } from '../quickstart/temporary-directory.js';
import { StageThread } from './stage-thread.js';
import type { Summary } from './stages.js';

await using directory = await TemporaryDirectory.make('proxystore-pipeline-');
await using store = new Store('pipeline', new FileConnector(directory.path), { register: true });
const config = store.config();

const summaries: StoreFuture<Summary>[] = [];
{
  await using parser = new StageThread<string, number[]>({ stage: 'parse', config });
  await using summarizer = new StageThread<number[], Summary>({ stage: 'summarize', config });

  for (const text of ['[1, 2, 3, 4]', '[10, 20]', 'no JSON']) {
    // Each is one-shot: who gets it takes it out of the store.
    const numbers = store.future<number[]>({ evict: true });
    const summary = store.future<Summary>({ evict: true, timeout: 30_000 });
    summarizer.send(numbers.proxy({ kind: 'array' }), summary);
    parser.send(await store.proxy(text, { evict: true }), numbers);
    summaries.push(summary);
  }
} // both threads have ended when all of their futures are set

const [first, second, third] = await StoreFuture.allSettled(summaries);
assert.deepEqual(first, { status: 'fulfilled', value: { count: 4, mean: 2.5 } });
assert.deepEqual(second, { status: 'fulfilled', value: { count: 2, mean: 15 } });

assert.equal(third?.status, 'rejected');
const { name, cause } = third.reason as Error;
assert.equal(name, 'ProxyResolveError'); // in the second stage, which could not get its input
assert.ok(cause instanceof SyntaxError); // because of the first

assert.deepEqual(await readdir(directory.path), []);
console.log('Two texts went through both stages; of the third, the first stage said:');
console.log(`  ${cause.message}`);
console.log('The store is empty.');
