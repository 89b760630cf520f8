/** The places whose memory is measured, each by the name that a process is started with. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { LocalConnector, Store } from 'proxystore';
import type { Connector } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { LmdbConnector } from 'proxystore/lmdb';
import { RedisConnector } from 'proxystore/redis';
import { storeContender } from './contender.js';
import type { Contender } from './contender.js';
import { rawContender } from './file.js';
import { databaseContender, openDatabase } from './lmdb.js';
import { startRedisServer } from './redis-server.js';
import { clientContender } from './redis.js';

/** A place that one contender uses; its disposal takes everything away again. */
export interface Place extends AsyncDisposable {
  readonly contender: Contender;
}

/** What a process can be started with. */
export type PlaceName = keyof typeof places;

const places = {
  local: () => storePlace(new LocalConnector()),
  file: () => inDirectory((directory) => storePlace(new FileConnector(directory))),
  'raw file': () => inDirectory((directory) => place(rawContender(directory))),
  lmdb: () => inDirectory((directory) => storePlace(new LmdbConnector(directory))),
  'raw lmdb': () =>
    inDirectory((directory) => {
      const database = openDatabase(directory);
      return place(databaseContender(database), () => database.close());
    }),
  redis: () => withServer(async (url) => storePlace(await RedisConnector.open({ url }))),
  'raw redis': () =>
    withServer(async (url) => {
      const client = new Redis(url);
      return place(clientContender(client), () => client.disconnect());
    }),
};

export async function openPlace(name: PlaceName): Promise<Place> {
  return await places[name]();
}

function storePlace(connector: Connector): Place {
  const store = new Store('bench', connector, { cacheSize: 0 });
  return place(storeContender(store), () => store.close());
}

async function inDirectory(open: (directory: string) => Place): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  const opened = open(directory);
  return place(opened.contender, async () => {
    await opened[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
}

async function withServer(open: (url: string) => Promise<Place>): Promise<Place> {
  const server = await startRedisServer();
  const opened = await open(server.url);
  return place(opened.contender, async () => {
    await opened[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
}

function place(contender: Contender, close?: () => unknown): Place {
  return {
    contender,
    async [Symbol.asyncDispose]() {
      await close?.();
    },
  };
}
