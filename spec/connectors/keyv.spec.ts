import KeyvRedis, { createClient } from '@keyv/redis';
import { randomUUID } from 'node:crypto';
import fastCheck from 'fast-check';
import { Keyv } from 'keyv';
import { KeyvConnector, type KeyvConnectorOptions } from '../../lib/connectors/keyv.js';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { ConnectorError } from '../../lib/errors.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { rejection } from '../caught.js';
import type { AnyServer } from '../servers/any-server.js';
import { anyRedisServer } from '../servers/redis-server.js';

let server: AnyServer;
let client: ReturnType<typeof createClient>;
/** The Keyv of a connector, for another connector to the same place. */
const keyvs = new WeakMap<object, KeyvConnectorOptions['keyv']>();

beforeAll(async () => {
  server = await anyRedisServer();
  client = createClient({ url: server.url });
  await client.connect();
});

afterAll(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

function connectorOf(options: KeyvConnectorOptions): KeyvConnector {
  const connector = new KeyvConnector(options);
  keyvs.set(connector, options.keyv);
  return connector;
}

describeConnector({ describe, it, fastCheck }, 'KeyvConnector of a Map', {
  capabilities: ['list'],
  open: () => connectorOf({ keyv: new Keyv({ throwOnErrors: true }) }),
  reopen: (connector) => connectorOf({ keyv: keyvs.get(connector)! }),
});

describeConnector({ describe, it, fastCheck }, 'KeyvConnector of Redis', {
  capabilities: ['list'],
  open: () =>
    connectorOf({ keyv: new Keyv(new KeyvRedis(client), { namespace: randomUUID(), throwOnErrors: true }) }),
  reopen: (connector) => connectorOf({ keyv: keyvs.get(connector)! }),
});

describe('KeyvConnector', () => {
  it('refuses a Keyv that keeps failures to itself', () => {
    expect(() => new KeyvConnector({ keyv: new Keyv() })).toThrow(/throwOnErrors: true/);
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

function randomKey(): readonly [string] {
  return [randomUUID()];
}

function failingKeyv(error: Error): KeyvConnectorOptions['keyv'] {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { throwOnErrors: true, get: fail, set: fail, delete: fail, has: fail, disconnect: fail };
}
