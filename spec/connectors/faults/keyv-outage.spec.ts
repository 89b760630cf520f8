import '../../../lib/resources/symbols.js';
import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import { KeyvConnector } from '../../../lib/connectors/keyv.js';
import { ConnectorError } from '../../../lib/errors.js';
import { caught, rejection } from '../../caught.js';
import { redisServer, type RedisServer } from '../../servers/redis-server.js';

type Operation = (connector: KeyvConnector, key: readonly [string], signal?: AbortSignal) => Promise<unknown>;

const operations: Readonly<Record<string, Operation>> = {
  put: (connector, _, signal) => connector.put([new Uint8Array(1)], { signal }),
  get: (connector, key, signal) => connector.get(key, { signal }),
  exists: (connector, key, signal) => connector.exists(key, { signal }),
  evict: (connector, key, signal) => connector.evict(key, { signal }),
  putBatch: (connector, _, signal) => connector.putBatch([[], []], { signal }),
  getBatch: (connector, key, signal) => connector.getBatch([key, key], { signal }),
  evictBatch: (connector, key, signal) => connector.evictBatch([key, key], { signal }),
  list: async (connector, _, signal) => connector.list!({ signal })[Symbol.asyncIterator]().next(),
};

describe.each(Object.entries(operations))('%s of a Keyv whose backend is gone', (_, operate) => {
  let server: RedisServer;
  let store: KeyvRedis<unknown>;
  let keyv: Keyv;
  beforeEach(async () => {
    server = await redisServer();
    store = new KeyvRedis(server.url, { throwOnErrors: true });
    keyv = new Keyv({ store, namespace: 'outage', throwOnErrors: true });
    // Said to who listens as well, or printed.
    keyv.on('error', () => undefined);
  });
  afterEach(async () => {
    // It would try to connect for good.
    await store.disconnect(true);
    await server[Symbol.asyncDispose]();
  });

  it('fails within its time, and lets the connector be closed', async () => {
    const connector = new KeyvConnector({ keyv, ownsKeyv: true, operationTimeout: 200 });
    const key = await connector.put([]);
    await server.kill();
    const error = await rejection(operate(connector, key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect((error as Error).message).toMatch(/within 200 ms|See "cause"/);
    // Disconnecting may fail, too; it does not wait for good.
    await connector.close().catch((failure: unknown) => expect(failure).toBeInstanceOf(ConnectorError));
  });

  it('ends by its signal', async () => {
    const connector = new KeyvConnector({ keyv, ownsKeyv: true, operationTimeout: 500 });
    const key = await connector.put([]);
    await server.pause();
    const controller = new AbortController();
    const outcome = rejection(operate(connector, key, controller.signal));
    const reason = new Error('It takes too long.');
    setImmediate(() => controller.abort(reason));
    expect(await outcome).toBe(reason);
    server.resume();
    await connector.close();
  });
});

it('a put that is given up leaves nothing behind when its backend answers after all', async () => {
  let answer!: (stored: boolean) => void;
  const keyv = new Keyv({ throwOnErrors: true });
  const stored = new Map<string, unknown>();
  const removed = new Promise<string>((resolve) => {
    keyv.set = (key: string, value: unknown) =>
      new Promise((fulfil) => {
        answer = (given) => {
          stored.set(key, value);
          fulfil(given);
        };
      });
    keyv.delete = async (key: string) => {
      stored.delete(key);
      resolve(key);
      return true;
    };
  });
  const connector = new KeyvConnector({
    keyv: keyv,
    operationTimeout: 5,
  });
  expect(await rejection(connector.put([]))).toMatchObject({
    message: expect.stringContaining('within 5 ms') as string,
  });
  answer(true);
  await removed;
  expect(stored.size).toBe(0);
});

it.each([0, -1, NaN, 2 ** 31, '100', null])('refuses %p for a time limit', (operationTimeout) => {
  const keyv = new Keyv({ throwOnErrors: true });
  expect(
    caught(() => new KeyvConnector({ keyv, operationTimeout: operationTimeout as number })),
  ).toMatchObject({
    name: 'ConnectorError',
    message: expect.stringContaining('"operationTimeout"') as string,
  });
});

it('a put that is aborted in the turn in which it ends is done, or was never there', async () => {
  for (let turns = 0; turns < 40; turns += 1) {
    const keyv = new Keyv({ throwOnErrors: true });
    const connector = new KeyvConnector({ keyv });
    const controller = new AbortController();
    const putting = connector.put([new Uint8Array(1)], controller).catch((error: unknown) => {
      expect(error).toBe(controller.signal.reason);
    });
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    controller.abort();
    const key = await putting;
    // What is taken back has been by then; all that could come after it has come a turn later.
    await new Promise(setImmediate);
    const listed = [];
    for await (const found of connector.list!()) listed.push(found);
    expect(listed).toEqual(key === undefined ? [] : [key]);
  }
});
