/** One of the worker threads: counts the words of a text that it has borrowed, and gives the result away. */

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { pack, Store, storeRegistration, unpack } from 'proxystore';
import type { OwnedProxy, Packed, StoreConfig } from 'proxystore';
import 'proxystore/file';

/** How often each word is there. */
export type Counts = Map<string, number>;

/** What a worker is sent. */
export type Input = Packed<{ readonly text: { toString(): string } }>;

/** What it sends back: the ownership of what it has stored. */
export type Output = Packed<{ readonly counts: OwnedProxy<Counts> }>;

if (parentPort === null) throw new Error('This file runs in a worker thread.');

await using store = Store.fromConfig(workerData as StoreConfig);
using _registration = storeRegistration(store);

const [message] = (await once(parentPort, 'message')) as [Input];
const { text } = unpack(message);
const counts: Counts = new Map();
for (const word of text.toString().split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
parentPort.postMessage(pack({ counts: await store.ownedProxy(counts) }) satisfies Output);
