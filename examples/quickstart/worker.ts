/**
 * One of the worker threads. It opens a store of its own from the config of the main thread's, so that the proxies
 * which it is sent find their objects.
 */

import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Store, storeRegistration, unpack } from 'proxystore';
import type { Packed, StoreConfig } from 'proxystore';
import 'proxystore/file';
import { countIdentifiers } from './count-identifiers.js';
import type { Text } from './count-identifiers.js';
import { endOfJobs, ready } from './worker-pool.js';

/** What a worker is sent. It takes the text for a string; whether it is one or a proxy of one makes no difference. */
export type Job = Packed<{ readonly text: Text }>;

if (parentPort === null) throw new Error('This file runs in a worker thread.');

await using store = Store.fromConfig(workerData as StoreConfig);
using _registration = storeRegistration(store);

parentPort.postMessage(ready);
for await (const [message] of on(parentPort, 'message') as AsyncIterable<[Job | typeof endOfJobs]>) {
  if (message === endOfJobs) break;
  const { text } = unpack(message);
  parentPort.postMessage(countIdentifiers(text));
}
