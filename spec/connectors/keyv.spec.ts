import KeyvRedis from '@keyv/redis';
import { randomUUID } from 'node:crypto';
import { Keyv } from 'keyv';
import { KeyvConnector, type KeyvConnectorOptions } from '../../lib/connectors/keyv.js';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { ConnectorError } from '../../lib/errors.js';
import { rejection } from '../caught.js';
import type { AnyServer } from '../servers/any-server.js';
import { anyRedisServer } from '../servers/redis-server.js';

let server: AnyServer;
/** Those of a test. Each has a connection of its own, for none takes its listeners off one that it shares. */
const adapters: KeyvRedis<unknown>[] = [];

beforeAll(async () => {
  server = await anyRedisServer();
});

afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.disconnect();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('KeyvConnector', () => {
  it('refuses a Keyv that keeps failures to itself', () => {
    expect(() => new KeyvConnector({ keyv: new Keyv() })).toThrow(/throwOnErrors: true/);
  });

  it('refuses an adapter that keeps failures to itself', () => {
    const keyv = new Keyv(new KeyvRedis(server.url), { throwOnErrors: true });
    expect(() => new KeyvConnector({ keyv })).toThrow(/new KeyvRedis\(url, { throwOnErrors: true }\)/);
  });

  it('does not take what Redis refuses for stored', async () => {
    const keyv = redisKeyv();
    const connector = new KeyvConnector({ keyv });
    const list = connector.checkKey(randomKey());
    const client = await (keyv.store as KeyvRedis<unknown>).getClient();
    await client.lPush(`${keyv.namespace}::${keyv.namespace}:${list[0]}`, 'not text');
    await expect(connector.get(list)).rejects.toThrow(ConnectorError);
  });

  it('stores, fetches and evicts a batch by few calls of an adapter that has such', async () => {
    const keyv = redisKeyv();
    const calls = countCalls(keyv);
    const connector = new KeyvConnector({ keyv });
    const data = Array.from({ length: 250 }, (_, index) => [Buffer.from(`number ${index}`)]);
    const keys = await connector.putBatch(data);
    expect(await connector.getBatch(keys)).toEqual(data.map(([bytes]) => new Uint8Array(bytes!)));
    await connector.evictBatch(keys.slice(1));
    expect(await connector.getBatch(keys.slice(0, 2))).toEqual([new Uint8Array(data[0]![0]!), undefined]);
    expect(calls).toEqual({ setMany: 3, getMany: 4, deleteMany: 3 });
  });

  it('gives large objects calls of their own', async () => {
    const keyv = redisKeyv();
    const calls = countCalls(keyv);
    const connector = new KeyvConnector({ keyv });
    const data = [
      [new Uint8Array(10)],
      [new Uint8Array(10)],
      [new Uint8Array(900_000)],
      [new Uint8Array(10)],
    ];
    const found = await connector.getBatch(await connector.putBatch(data));
    expect(found.map((bytes) => bytes?.length)).toEqual([10, 10, 900_000, 10]);
    expect(calls).toEqual({ set: 2, setMany: 1, getMany: 1 });
  });

  it('makes single calls where the adapter has no others, and where there are hooks, which those would pass by', async () => {
    const hooked = redisKeyv();
    const seen: unknown[] = [];
    hooked.hooks.addHandler('preSet', (data: unknown) => seen.push(data));
    for (const keyv of [new Keyv({ throwOnErrors: true }), hooked]) {
      const calls = countCalls(keyv);
      const connector = new KeyvConnector({ keyv });
      const keys = await connector.putBatch([[], []]);
      expect(await connector.getBatch(keys)).toEqual([new Uint8Array(0), new Uint8Array(0)]);
      await connector.evictBatch(keys);
      expect(calls).toEqual({ set: 2, get: 2, delete: 2 });
    }
    expect(seen).toHaveLength(2);
  });

  it('tells of what the backend fails with when it is asked for many', async () => {
    const keyv = redisKeyv();
    const connector = new KeyvConnector({ keyv });
    const cause = new Error('The backend is away.');
    for (const call of ['setMany', 'getMany', 'deleteMany'] as const)
      (keyv.store as Record<string, unknown>)[call] = async () => {
        throw cause;
      };
    const keys = [randomKey(), randomKey()];
    for (const operation of [
      () => connector.putBatch([[], []]),
      () => connector.getBatch(keys),
      () => connector.evictBatch(keys),
    ]) {
      const error = await rejection(operation());
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({ connector: 'keyv', cause });
      expect((error as Error).message).toMatch(/2 objects, [-0-9a-f]{36} among them/);
    }
  });

  it.each([
    ['one of them', [true, false, true], /could not store the object/],
    ['some of them', [false, false, true], /could not store 2 objects/],
    ['all of them', false, /could not store 3 objects/],
  ])(
    'leaves nothing of a batch when the adapter says that it has not stored %s',
    async (_, answer, message) => {
      const keyv = redisKeyv();
      const adapter = keyv.store as { setMany(entries: unknown): Promise<unknown> };
      const setMany = adapter.setMany.bind(adapter);
      adapter.setMany = async (entries) => {
        await setMany(entries);
        return answer;
      };
      const connector = new KeyvConnector({ keyv });
      await expect(connector.putBatch([[], [], []])).rejects.toThrow(message);
      for await (const key of connector.list!()) throw new Error(`${key[0]} was left.`);
    },
  );

  it('refuses an answer that has not a value for each key', async () => {
    const keyv = redisKeyv();
    (keyv.store as { getMany(keys: string[]): Promise<unknown> }).getMany = async () => [];
    const connector = new KeyvConnector({ keyv });
    await expect(connector.getBatch([randomKey(), randomKey()])).rejects.toThrow(ConnectorError);
  });

  it('says that it could not disconnect its Keyv', async () => {
    const cause = new Error('The backend is away.');
    const error = await rejection(new KeyvConnector({ keyv: failingKeyv(cause), ownsKeyv: true }).close());
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ cause });
  });

  it('lends its Keyv back, unless it owns it', async () => {
    for (const ownsKeyv of [false, true]) {
      const keyv = new Keyv({ throwOnErrors: true });
      let disconnected = 0;
      keyv.on('disconnect', () => (disconnected += 1));
      await new KeyvConnector({ keyv, ownsKeyv }).close();
      expect(disconnected).toBe(ownsKeyv ? 1 : 0);
    }
  });

  it('names the kind in its config, and says what to do where it is to be made from it', () => {
    const connector = new KeyvConnector({ keyv: new Keyv({ throwOnErrors: true }) });
    expect(connector.config()).toEqual({ kind: 'keyv', options: {} });
    expect(() => connectorFromConfig(connector.config())).toThrow(ConnectorError);
  });

  it('lists only objects, and not where the backend cannot be listed', async () => {
    const keyv = new Keyv({ throwOnErrors: true });
    await keyv.set('a value of another', 1);
    const connector = new KeyvConnector({ keyv });
    const key = await connector.put([]);
    const listed = [];
    for await (const found of connector.list!()) listed.push(found);
    expect(listed).toEqual([key]);
    const unlistable = failingKeyv(new Error());
    expect(new KeyvConnector({ keyv: unlistable }).list).toBeUndefined();
  });

  it('lists on where an entry goes away meanwhile, over which a Keyv trips, and each object once', async () => {
    const [first, second] = [randomKey(), randomKey()];
    let trips = 0;
    const keyv = {
      ...failingKeyv(new Error()),
      async *iterator() {
        yield [first[0]];
        if (trips < 2) {
          trips += 1;
          throw new TypeError("Cannot read properties of undefined (reading 'expires')");
        }
        yield [second[0]];
      },
    };
    const listed = [];
    for await (const key of new KeyvConnector({ keyv }).list!()) listed.push(key);
    expect([listed, trips]).toEqual([[first, second], 2]);
  });

  it.each<[string, (connector: KeyvConnector, controller: AbortController) => Promise<unknown>]>([
    ['is left', async (connector) => { for await (const _ of connector.list!()) return; }],
    ['is aborted', async (connector, controller) => { for await (const _ of connector.list!(controller)) controller.abort(); }],
    ['is ended by closing', async (connector) => { for await (const _ of connector.list!()) await connector.close(); }],
  ])('lets go of a listing that %s', async (_, end) => {
    let letGo!: () => void;
    const ended = new Promise<void>((resolve) => { letGo = resolve; });
    const keyv = {
      ...failingKeyv(new Error()),
      async *iterator() {
        try {
          for (;;) yield randomKey();
        } finally {
          letGo();
        }
      },
    };
    await end(new KeyvConnector({ keyv }), new AbortController()).catch(() => undefined);
    await ended;
  }); // prettier-ignore

  it('refuses an object whose text would be too long, before anything is stored', async () => {
    const keyv = new Keyv({ throwOnErrors: true });
    const connector = new KeyvConnector({ keyv });
    const long = [new Uint8Array(256 * 1024 * 1024), new Uint8Array(160 * 1024 * 1024)];
    for (const storing of [connector.put(long), connector.putBatch([[], long])]) {
      await expect(storing).rejects.toThrow(/takes objects of up to \d+ bytes/);
    }
    for await (const key of connector.list!()) throw new Error(`${key[0]} was left.`);
  });

  it('tells of what the backend fails with', async () => {
    const cause = new Error('The backend is away.');
    const iterator = (): never => {
      throw cause;
    };
    const connector = new KeyvConnector({ keyv: { ...failingKeyv(cause), iterator } });
    const key = randomKey();
    for (const operation of [
      () => connector.put([]),
      () => connector.get(key),
      () => connector.exists(key),
      () => connector.evict(key),
      () => connector.putBatch([[]]),
      () => connector.getBatch([key]),
      () => connector.evictBatch([key]),
      async () => connector.list!()[Symbol.asyncIterator]().next(),
    ]) {
      const error = await rejection(operation());
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({ connector: 'keyv', cause });
    }
  });

  it('leaves nothing of a batch that fails, and takes "not stored" for a failure', async () => {
    const keyv = new Keyv({ throwOnErrors: true });
    let sets = 0;
    const set = keyv.set.bind(keyv);
    keyv.set = async (key: string, value: unknown) => ((sets += 1) === 2 ? false : set(key, value));
    const connector = new KeyvConnector({ keyv });
    await expect(connector.putBatch([[], [], []])).rejects.toThrow(ConnectorError);
    for await (const key of connector.list!()) throw new Error(`${key[0]} was left.`);
    expect(sets).toBe(3);
  });

  it('refuses what it has not stored', async () => {
    const keyv = new Keyv({ throwOnErrors: true });
    const key = randomKey();
    await keyv.set(key[0], { not: 'bytes' });
    await expect(new KeyvConnector({ keyv }).get(key)).rejects.toThrow(/was not stored by a keyv connector/);
  });
});

function redisKeyv(): Keyv {
  const adapter = new KeyvRedis(server.url, { throwOnErrors: true });
  adapters.push(adapter);
  return new Keyv(adapter, { namespace: randomUUID(), throwOnErrors: true });
}

/** How often each call of a Keyv is made from now on, by those of them that are made. */
function countCalls(keyv: Keyv): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const call of ['get', 'set', 'delete', 'getMany', 'setMany', 'deleteMany'] as const) {
    const original = keyv[call].bind(keyv) as (...parameters: unknown[]) => unknown;
    Object.assign(keyv, {
      [call]: (...parameters: unknown[]) => {
        counts[call] = (counts[call] ?? 0) + 1;
        return original(...parameters);
      },
    });
  }
  return counts;
}

function randomKey(): readonly [string] {
  return [randomUUID()];
}

function failingKeyv(error: Error): KeyvConnectorOptions['keyv'] {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { throwOnErrors: true, get: fail, set: fail, delete: fail, has: fail, disconnect: fail };
}
