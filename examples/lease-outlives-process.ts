/**
 * A lease that outlives the process which holds it. The process is killed and can clean nothing up; its objects go all
 * the same when the lease ends, because the backend has been told when that is.
 *
 *     npm run examples -- lease-outlives-process
 */

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LeaseLifetime, reference, Store } from 'proxystore';
import type { ProxyReference } from 'proxystore';
import { LmdbConnector } from 'proxystore/lmdb';
import { TemporaryDirectory } from './quickstart/temporary-directory.js';

const lease = { seconds: 2 } as const;

if (process.send === undefined) await main();
else await holder(process.argv[2] ?? '');

/** The process that stores an object under a lease, and never gets to end it. */
async function holder(directory: string): Promise<void> {
  const store = new Store('leased', new LmdbConnector(directory));
  const lifetime = new LeaseLifetime(store, lease);
  const proxy = await store.proxy('the work of a process that will be killed', { lifetime });
  process.send?.(reference(proxy));
  await sleep(60_000);
}

async function main(): Promise<void> {
  await using directory = await TemporaryDirectory.make('proxystore-lease-');
  const child = fork(fileURLToPath(import.meta.url), [directory.path]);
  const [{ key }] = (await once(child, 'message')) as [ProxyReference];
  child.kill('SIGKILL');
  await once(child, 'exit');

  await using store = new Store('leased', new LmdbConnector(directory.path));
  assert.equal(await store.exists(key), true);
  console.log('The process is dead, and its object is there.');
  while (await store.exists(key)) await sleep(50);
  console.log('The lease has ended, and the object is gone.');
}
