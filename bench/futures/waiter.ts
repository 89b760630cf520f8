/** The process that waits, and says when it has what it waited for. */

import { once } from 'node:events';
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
  const { told } = await begin(unpack(message.future), opened, message);
  process.send?.('waiting');
  await told;
  process.send?.(String(process.hrtime.bigint()));
}

/** Settles when what is to be told can no longer be missed. */
async function begin(
  future: StoreFuture,
  opened: Store,
  { way, url = '' }: Wait,
): Promise<{ readonly told: Promise<unknown> }> {
  switch (way) {
    case 'result':
      return { told: future.result() };
    case 'polling':
      return { told: poll(future, opened) };
    case 'pub/sub': {
      subscriber ??= new Redis(url);
      const told = once(subscriber, 'message');
      await subscriber.subscribe(channelOf(future));
      return { told };
    }
  }
}

async function poll({ key }: StoreFuture, opened: Store): Promise<unknown> {
  while (!(await opened.exists(key))) await delay(pollingMilliseconds);
  return await opened.get(key);
}
