/** The process that waits, and says when it has what it waited for. */

import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Store, unpack } from 'proxystore';
import type { StoreFuture } from 'proxystore';
import 'proxystore/file';
import 'proxystore/lmdb';
import 'proxystore/redis';
import { channelOf, pollingMilliseconds } from './wait.js';
import type { Wait } from './wait.js';

let store: Store | undefined;
let subscriber: Redis | undefined;

process.on('message', (message: Wait) => {
  store ??= Store.fromConfig({ ...message.store, register: true });
  void answer(message, store);
});

async function answer(message: Wait, opened: Store): Promise<void> {
  const future = unpack(message.future);
  const told = waitFor(future, opened, message);
  process.send?.('waiting');
  await told;
  process.send?.(String(process.hrtime.bigint()));
}

async function waitFor(future: StoreFuture, opened: Store, { way, url = '' }: Wait): Promise<unknown> {
  switch (way) {
    case 'result':
      return await future.result();
    case 'polling':
      while (!(await opened.exists(future.key))) await delay(pollingMilliseconds);
      return await opened.get(future.key);
    case 'pub/sub': {
      subscriber ??= new Redis(url);
      const client = subscriber;
      await client.subscribe(channelOf(future));
      return await new Promise((resolve) => client.once('message', (_, text) => resolve(text)));
    }
  }
}
