import { FileConnector } from '../../lib/connectors/file.js';
import { LmdbConnector } from '../../lib/connectors/lmdb.js';
import { RedisConnector } from '../../lib/connectors/redis.js';
import { FutureAlreadySetError, Store, StoreError, StoreFuture, pack } from '../../lib/index.js';
import { disposableConstructors } from '../../lib/resources/disposable-stack.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';
import { rejection } from '../caught.js';
import { anyRedisServer } from '../servers/redis-server.js';
import type { AnyServer } from '../servers/any-server.js';
import { runModule, startProcess } from './processes-with-futures.js';

let redis: AnyServer;
beforeAll(async () => {
  redis = await anyRedisServer();
});
afterAll(() => redis[Symbol.asyncDispose]());

/** The places that processes share. */
const connectors = {
  'a directory': (directory: string) => new FileConnector(directory),
  LMDB: (directory: string) => new LmdbConnector(directory),
  Redis: () => new RedisConnector({ url: redis.url, name: 'spec-futures', clear: true }),
};

let place: TemporaryDirectory;
beforeEach(() => {
  place = new TemporaryDirectory();
});
afterEach(() => place[Symbol.dispose]());

describe.each(Object.entries(connectors))('a future between processes, over %s', (_, open) => {
  let store: Store;
  beforeEach(() => {
    store = new Store('futures', open(place.path), { register: true });
  });
  afterEach(() => store.close());

  it('is set in another one', async () => {
    await using setter = startProcess(
      store.config(),
      `
        const { future, input } = JSON.parse(message, reviver);
        await future.setResult((await resolve(input)).map((x) => x * 2));
        return await future.state();
      `,
    );
    expect(await setter.next()).toBe('ready');
    const [future, input] = [store.future<number[]>(), store.future<number[]>()];
    const wait = future.result();
    setter.send(JSON.stringify({ future, input: input.proxy({ kind: 'array' }) }) as never);
    await input.setResult([1, 2, 3]);
    expect(await wait).toEqual([2, 4, 6]);
    expect(await setter.next()).toBe('resolved');
  });

  it('is waited for in another one, by itself and by its proxy', async () => {
    await using waiter = startProcess(
      store.config(),
      `
        const { future, proxy } = unpack(message);
        process.send('waiting');
        const [result, target] = await Promise.all([future.result(), resolve(proxy)]);
        return { result, rows: proxy.rows, same: result === target };
      `,
    );
    expect(await waiter.next()).toBe('ready');
    const future = store.future<{ rows: number[] }>();
    waiter.send(pack({ future, proxy: future.proxy() }));
    expect(await waiter.next()).toBe('waiting');
    await future.setResult({ rows: [1] });
    expect(await waiter.next()).toEqual({ result: { rows: [1] }, rows: [1], same: true });
  });

  it('brings an error with its class, code and cause', async () => {
    await using setter = startProcess(
      store.config(),
      `
        const cause = Object.assign(new RangeError('behind'), { code: 'E_BEHIND' });
        await unpack(message).setError(new proxystore.StoreError('in front', { cause, storeName: 'elsewhere' }));
        return 'set';
      `,
    );
    const future = store.future();
    setter.send(pack(future));
    const error = await rejection(future.result());
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      message: 'in front',
      code: 'ERR_PROXYSTORE_STORE',
      storeName: 'elsewhere',
      cause: { message: 'behind', code: 'E_BEHIND' },
    });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
    expect((error as Error).stack).toContain('script.cjs');
  });

  it('is set once, by one of all who try', async () => {
    const { AsyncDisposableStack } = disposableConstructors();
    await using processes = new AsyncDisposableStack();
    const script = `
      const { futures, name } = unpack(message);
      const outcomes = await Promise.all(futures.map((future) => future.setResult(name).then(() => name, (error) => error.name)));
      return { outcomes, seen: await Promise.all(futures.map((future) => future.result())) };
    `;
    const setters = ['a', 'b', 'c'].map((name) => ({
      name,
      process: processes.use(startProcess(store.config(), script)),
    }));
    for (const setter of setters) expect(await setter.process.next()).toBe('ready');
    const futures = Array.from({ length: 50 }, () => store.future<string>());
    for (const { name, process } of setters) process.send(pack({ futures, name }));
    const answers: { outcomes: string[]; seen: string[] }[] = [];
    for (const { process } of setters) {
      answers.push((await process.next()) as { outcomes: string[]; seen: string[] });
    }
    const results = await StoreFuture.all(futures);
    for (const { seen } of answers) expect(seen).toEqual(results);
    for (const [index, result] of results.entries()) {
      const outcomes = answers.map((answer) => answer.outcomes[index]);
      expect(outcomes.filter((outcome) => outcome === result)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'FutureAlreadySetError')).toHaveLength(2);
    }
    for (const future of futures)
      expect(await rejection(future.setResult('x'))).toBeInstanceOf(FutureAlreadySetError);
  });
});

describe('a process whose only task is to wait for a future', () => {
  it.each(['memory', ...Object.keys(connectors)])('ends by itself, over %s', async (name) => {
    const connector =
      name === 'memory'
        ? 'new proxystore.LocalConnector()'
        : await connectorExpression(name as keyof typeof connectors);
    const { status, stdout } = runModule(`
      const store = new proxystore.Store('futures', ${connector});
      const future = store.future();
      console.log('waiting');
      await Promise.race([
        future.result(),
        future.result({ timeout: 3_600_000 }),
        future.result({ signal: new AbortController().signal }),
        proxystore.resolve(future.proxy()),
        proxystore.StoreFuture.all([future, store.future()]),
      ]);
      console.log('never');
    `);
    // Node's code for a top-level await that never settles.
    expect({ status, stdout }).toEqual({ status: 13, stdout: 'waiting\n' });
  });

  it('ends by itself where it has to ask', () => {
    const { status } = runModule(`
      const inner = new proxystore.LocalConnector();
      const asked = new Proxy(inner, {
        get(target, name) {
          const value = name === 'watch' ? undefined : target[name];
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const future = new proxystore.Store('futures', asked).future();
      await Promise.race([future.result(), future.result({ timeout: 3_600_000 })]);
    `);
    expect(status).toBe(13);
  });

  it('ends without an error where nobody awaits it', () => {
    const { status, stderr } = runModule(`
      void new proxystore.Store('futures', new proxystore.LocalConnector()).future().result();
    `);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('waits as long as something else keeps it alive', () => {
    const { status, stdout } = runModule(`
      const store = new proxystore.Store('futures', new proxystore.LocalConnector());
      const future = store.future();
      setTimeout(() => future.setResult('set'), 50);
      console.log(await future.result());
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'set\n' });
  });
});

/** What makes a connector of the same place in another process. */
async function connectorExpression(name: keyof typeof connectors): Promise<string> {
  await using store = new Store('futures', connectors[name](place.path));
  return `proxystore.Store.fromConfig(${JSON.stringify(store.config())}).connector`;
}
