/** How long after a future was set another process has its result. Both read the same clock of the machine. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pack, Store } from 'proxystore';
import type { Connector, StoreFuture } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { LmdbConnector } from 'proxystore/lmdb';
import { RedisConnector } from 'proxystore/redis';
import type { MeasuredRow, Nanoseconds } from '../row.js';
import { hasRedisServer, RedisServer } from './redis-server.js';
import { channelOf, pollingMilliseconds } from './wait.js';
import type { WayToWait } from './wait.js';
import { WaitingProcess } from './waiting-process.js';

/** How often each sample sets a future; it is the mean of them. */
const setsPerSample = 10;
const samples = 5;
/** Until the other process surely waits. */
const settlingMilliseconds = 20;
const value = { id: 4711, name: 'measurement', tags: ['a', 'b'] };

/** Where the futures are: what it takes, for the length of one sample. */
interface Place {
  readonly connector: Connector;
  /** Of the server, where there is one. */
  readonly url?: string;
  close(): Promise<void>;
}

async function inDirectory(open: (directory: string) => Connector): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  return { connector: open(directory), close: () => rm(directory, { recursive: true, force: true }) };
}

async function onRedis(): Promise<Place> {
  const server = await RedisServer.start();
  const { url } = server;
  return { connector: new RedisConnector({ url }), url, close: () => server[Symbol.asyncDispose]() };
}

const polling = `asked every ${pollingMilliseconds} ms`;

export const rows: readonly MeasuredRow[] = [
  row('file', () => inDirectory((directory) => new FileConnector(directory))),
  row('LMDB', () => inDirectory((directory) => new LmdbConnector(directory))),
  ...(hasRedisServer ? [row('Redis', onRedis, true)] : []),
];

function row(name: string, open: () => Promise<Place>, canPublish = false): MeasuredRow {
  return {
    group: 'futures',
    name: `set, to its result in another process, over ${name}`,
    unit: 'ns',
    samples,
    ours: () => measure(open, 'result'),
    controls: {
      [polling]: () => measure(open, 'polling'),
      ...(canPublish && { 'raw PUBLISH to a raw subscriber': () => measure(open, 'pub/sub') }),
    },
  };
}

async function measure(open: () => Promise<Place>, way: WayToWait): Promise<Nanoseconds> {
  const place = await open();
  try {
    await using store = new Store('bench', place.connector);
    await using waiter = new WaitingProcess();
    const { url } = place;
    using publisher = way === 'pub/sub' && url !== undefined ? new Publisher(url) : undefined;
    let sum = 0;
    // The first set is not counted: connections are made by it.
    for (let set = 0; set <= setsPerSample; set += 1) {
      const future = store.future<typeof value>();
      const { told } = await waiter.begin({
        way,
        store: store.config(),
        future: pack(future),
        ...(url !== undefined && { url }),
      });
      // At a moment that has nothing to do with those at which the other side asks.
      await delay(settlingMilliseconds + pollingMilliseconds * Math.random());
      const start = process.hrtime.bigint();
      await (publisher === undefined ? future.setResult(value) : publisher.publish(future));
      const nanoseconds = Number((await told) - start);
      if (set > 0) sum += nanoseconds;
    }
    return sum / setsPerSample;
  } finally {
    await place.close();
  }
}

/** The raw control's end that publishes. */
class Publisher implements Disposable {
  readonly #client: Redis;

  constructor(url: string) {
    this.#client = new Redis(url);
  }

  async publish(future: StoreFuture): Promise<void> {
    await this.#client.publish(channelOf(future), JSON.stringify(value));
  }

  [Symbol.dispose](): void {
    this.#client.disconnect();
  }
}
