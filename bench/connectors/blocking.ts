/** What it costs to wait in place for a worker, beside the same call of the same store with `await`. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Store } from 'proxystore';
import type { StoreKey } from 'proxystore';
import { BlockingConnector } from 'proxystore/blocking';
import { FileConnector } from 'proxystore/file';
import { RedisConnector } from 'proxystore/redis';
import type { BenchRow, MeasuredRow } from '../row.js';
import { startRedisServer } from './redis-server.js';

const group = 'blocking';
const awaited = 'the same, awaited';
const nanosecondsPerMillisecond = 1e6;

/** All that the rows use, while one runs. */
interface Contenders extends AsyncDisposable {
  readonly store: Store<BlockingConnector>;
  /** The object that is fetched. */
  readonly key: StoreKey<Uint8Array>;
}

let present: Contenders | undefined;

async function prepare(size: number): Promise<void> {
  const server = await startRedisServer();
  const store = new Store('bench', new BlockingConnector(await RedisConnector.open({ url: server.url })), {
    cacheSize: 0,
  });
  const key = await store.put(new Uint8Array(randomBytes(size)));
  // The worker's start, with its module and its connection, is no part of what is timed.
  store.existsSync(key);
  present = {
    store,
    key,
    async [Symbol.asyncDispose]() {
      await store.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function after(): Promise<void> {
  await present?.[Symbol.asyncDispose]();
  present = undefined;
}

function contenders(): Contenders {
  if (present === undefined) throw new Error('A row has begun before it was prepared.');
  return present;
}

/** An object of one size, got in place. */
function get(name: string, size: number): BenchRow {
  return {
    group,
    name: `${name}: get in place, Redis`,
    ours: () => {
      const { store, key } = contenders();
      check(store.getSync(key), size);
    },
    controls: {
      [awaited]: async () => {
        const { store, key } = contenders();
        check(await store.get(key), size);
      },
    },
    before: () => prepare(size),
    after,
  };
}

/** An object of one size, put and evicted in place. */
function put(name: string, size: number): BenchRow {
  const data = new Uint8Array(randomBytes(size));
  return {
    group,
    name: `${name}: put, evict in place, Redis`,
    ours: () => {
      const { store } = contenders();
      store.evictSync(store.putSync(data));
    },
    controls: {
      [awaited]: async () => {
        const { store } = contenders();
        await store.evict(await store.put(data));
      },
    },
    before: () => prepare(size),
    after,
  };
}

/** The first operation of a connector, which starts its worker and opens the connector in there. */
const first: MeasuredRow = {
  group,
  name: 'the first operation, files',
  unit: 'ns',
  samples: 15,
  figure: 'median',
  ours: async () => {
    const connector = new BlockingConnector(new FileConnector(tmpdir()));
    const key = new FileConnector(tmpdir()).newKey();
    const begin = performance.now();
    connector.sync.exists(key);
    const taken = performance.now() - begin;
    await connector.close();
    return taken * nanosecondsPerMillisecond;
  },
  controls: {
    'a worker that does nothing': async () => {
      const begin = performance.now();
      const worker = new Worker('', { eval: true });
      await once(worker, 'online');
      const taken = performance.now() - begin;
      await worker.terminate();
      return taken * nanosecondsPerMillisecond;
    },
  },
};

export const rows: readonly (BenchRow | MeasuredRow)[] = [
  first,
  get('1 KB', 1000),
  get('1 MB', 1e6),
  get('10 MB', 10e6),
  put('1 KB', 1000),
  put('1 MB', 1e6),
  put('10 MB', 10e6),
];

/** What came back is not compared byte by byte, which would take longer than all else. */
function check(got: Uint8Array | undefined, size: number): void {
  if (got?.length !== size) throw new Error('Something else came back.');
}
