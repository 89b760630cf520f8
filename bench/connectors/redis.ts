/** Objects through Redis, beside the same calls of the client that the connector uses, and beside keyv and unstorage. */

import { randomBytes, randomUUID } from 'node:crypto';
import KeyvRedis from '@keyv/redis';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import { resolve, Store } from 'proxystore';
import { RedisConnector } from 'proxystore/redis';
import { createStorage } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import type { BenchRow } from '../row.js';
import { startRedisServer } from './redis-server.js';

const group = 'redis';
const clientName = 'ioredis: SET, GET, UNLINK';
const concurrent = 100;
const batch = 1000;

/** All that the rows use, while one runs. */
interface Contenders extends AsyncDisposable {
  readonly store: Store<RedisConnector>;
  readonly client: Redis;
  readonly keyv: Keyv;
  readonly unstorage: ReturnType<typeof createStorage>;
}

let present: Contenders | undefined;

async function before(): Promise<void> {
  const server = await startRedisServer();
  const { url } = server;
  const store = new Store('bench', await RedisConnector.open({ url }), { cacheSize: 0 });
  const client = new Redis(url);
  const keyv = new Keyv({ store: new KeyvRedis(url) });
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- unstorage's declaration imports a folder, which has no type in ES modules
  const unstorage = createStorage({ driver: redisDriver({ url }) });
  present = {
    ...{ store, client, keyv, unstorage },
    async [Symbol.asyncDispose]() {
      await store.close();
      client.disconnect();
      await keyv.disconnect();
      await unstorage.dispose();
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

/** An object put, got and removed, of one size. */
function single(name: string, size: number, atMost: number | undefined, rivals: boolean): BenchRow {
  const data = new Uint8Array(randomBytes(size));
  return {
    group,
    name: `${name}: put, get, evict`,
    ...(atMost !== undefined && { budget: { against: clientName, atMost } }),
    ours: () => throughStore(data),
    controls: { [clientName]: () => throughClient(data), ...(rivals && rivalsOf(data)) },
    before,
    after,
  };
}

async function throughStore(data: Uint8Array): Promise<void> {
  const { store } = contenders();
  const key = await store.put(data);
  check(await store.get(key), data);
  await store.evict(key);
}

async function throughClient(data: Uint8Array): Promise<void> {
  const { client } = contenders();
  const key = randomUUID();
  await client.set(key, Buffer.from(data.buffer));
  check(await client.getBuffer(key), data);
  await client.unlink(key);
}

function rivalsOf(data: Uint8Array): BenchRow['controls'] {
  return {
    keyv: async () => {
      const { keyv } = contenders();
      const key = randomUUID();
      await keyv.set(key, Buffer.from(data.buffer));
      check(await keyv.get<Uint8Array>(key), data);
      await keyv.delete(key);
    },
    'unstorage, raw': async () => {
      const { unstorage } = contenders();
      const key = randomUUID();
      await unstorage.setItemRaw(key, Buffer.from(data.buffer));
      check(await unstorage.getItemRaw<Uint8Array>(key), data);
      await unstorage.removeItem(key);
    },
  };
}

const small = new Uint8Array(randomBytes(1000));

export const rows: readonly BenchRow[] = [
  single('1 KB', 1000, 1.15, true),
  {
    group,
    name: '1 KB: a one-shot proxy, made and resolved',
    budget: { against: clientName, atMost: 0.8 },
    ours: async () => {
      const proxy = await contenders().store.proxy(small, { evict: true, populateTarget: false });
      check(await resolve(proxy), small);
    },
    controls: { [clientName]: () => throughClient(small) },
    before,
    after,
  },
  single('100 KB', 100e3, undefined, true),
  single('1 MB', 1e6, undefined, true),
  single('10 MB', 10e6, 1.1, true),
  single('100 MB', 100e6, undefined, false),
  {
    group,
    name: `1 KB: put, get, evict of ${concurrent} at once`,
    operations: concurrent,
    ours: () => atOnce(() => throughStore(small)),
    controls: {
      [clientName]: () => atOnce(() => throughClient(small)),
      ...Object.fromEntries(
        Object.entries(rivalsOf(small)).map(([name, run]) => [name, () => atOnce(() => run())]),
      ),
    },
    before,
    after,
  },
  {
    group,
    name: `1 KB: put, get, evict of a batch of ${batch}`,
    operations: batch,
    ours: async () => {
      const { store } = contenders();
      const keys = await store.putBatch(Array.from({ length: batch }, () => small));
      check((await store.getBatch(keys)).at(-1), small);
      await store.evictBatch(keys);
    },
    controls: {
      'ioredis: MSET, MGET, UNLINK': async () => {
        const { client } = contenders();
        const keys = Array.from({ length: batch }, () => randomUUID());
        await client.mset(keys.flatMap((key) => [key, Buffer.from(small.buffer)]));
        check((await client.mgetBuffer(keys)).at(-1), small);
        await client.unlink(keys);
      },
      keyv: async () => {
        const { keyv } = contenders();
        const keys = Array.from({ length: batch }, () => randomUUID());
        await keyv.setMany(keys.map((key) => ({ key, value: Buffer.from(small.buffer) })));
        check((await keyv.getMany<Uint8Array>(keys)).at(-1), small);
        await keyv.deleteMany(keys);
      },
    },
    before,
    after,
  },
];

async function atOnce(run: () => unknown): Promise<void> {
  await Promise.all(Array.from({ length: concurrent }, run));
}

/** What came back is not compared byte by byte, which would take longer than all else. */
function check(got: Uint8Array | null | undefined, put: Uint8Array): void {
  if (got?.length !== put.length || got.at(-1) !== put.at(-1)) throw new Error('Something else came back.');
}
