/**
 * A map-reduce whose intermediate results have owners. Each worker thread stores its result and moves the ownership to
 * the main thread, which borrows the results to add them up. When the block ends, nothing is left in the store.
 *
 *     npm run examples -- ownership
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import 'proxystore/polyfill'; // AsyncDisposableStack, which Node 20 lacks
import { borrow, pack, Store, storeRegistration, unpack } from 'proxystore';
import type { OwnedProxy } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { TemporaryDirectory } from '../quickstart/temporary-directory.js';
import type { Counts, Input, Output } from './worker.js';

const texts = ['the cat and the dog', 'the dog and the bird', 'a bird', 'the cat'];

await using directory = await TemporaryDirectory.make('proxystore-ownership-');
{
  await using store = new Store('words', new FileConnector(directory.path));
  using _registration = storeRegistration(store);
  await using owners = new AsyncDisposableStack();
  const results = await Promise.all(texts.map((text) => count(store, text)));
  for (const result of results) owners.use(result);

  const total = new Map<string, number>();
  for (const result of results) {
    using counts = borrow(result);
    for (const [word, times] of counts) total.set(word, (total.get(word) ?? 0) + times);
  }
  assert.equal(total.get('the'), 5);
  assert.equal(total.get('bird'), 2);
  console.log(
    `${String(texts.length)} results of worker threads, each with one owner:`,
    Object.fromEntries(total),
  );
}
assert.deepEqual(await readdir(directory.path), []);
console.log('The owners have gone, and nothing is left in the store.');

/** Has a worker thread count the words of a text, and becomes the owner of what it has stored. */
async function count(store: Store, text: string): Promise<OwnedProxy<Counts>> {
  await using input = await store.ownedProxy(text);
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: store.config() });
  // The worker reads a borrow; the text stays this side's to dispose of.
  using lent = borrow(input);
  worker.postMessage(pack({ text: lent }) satisfies Input);
  const [message] = (await once(worker, 'message')) as [Output];
  return unpack(message).counts;
}
