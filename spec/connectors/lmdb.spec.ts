import { join } from 'node:path';
import { LmdbConnector } from '../../lib/connectors/lmdb.js';
import { ConnectorError, Store, resolve } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { runScript, RunningScript } from './child-script.js';
import { TemporaryDirectory } from './temporary-directory.js';

const bytes = Uint8Array.of(1, 2, 3);
const library = (): string =>
  `const { LmdbConnector } = require(${JSON.stringify(join(compiledLibrary(), 'connectors/lmdb.js'))});`;

describe('LmdbConnector', () => {
  it('shares objects with other processes, both ways', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const key = await connector.put([bytes]);
    const { stdout } = runScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      const found = connector.sync.get(${JSON.stringify(key)});
      const key = connector.sync.put([Buffer.from([...found].reverse())]);
      connector.close().then(() => console.log(JSON.stringify(key)));
    `);
    const other = connector.checkKey(JSON.parse(stdout));
    await expect(connector.get(other)).resolves.toEqual(Buffer.from([3, 2, 1]));
    expect(connector.sync.get(other)).toEqual(Buffer.from([3, 2, 1]));
  });

  it('shares objects with worker threads', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const key = await connector.put([bytes]);
    const { stdout } = runScript(`
      const { Worker } = require('node:worker_threads');
      const source = ${JSON.stringify(`${library()}
        const { parentPort, workerData } = require('node:worker_threads');
        const connector = new LmdbConnector(workerData.path);
        const sum = connector.sync.get(workerData.key).reduce((a, b) => a + b);
        connector.close().then(() => parentPort.postMessage(sum));
      `)};
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      const workerData = { path: ${JSON.stringify(place.path)}, key: ${JSON.stringify(key)} };
      const worker = new Worker(source, { eval: true, workerData });
      worker.on('message', (sum) => { console.log(sum); connector.close(); });
    `);
    expect(stdout).toBe('6\n');
  });

  it('gives an object to one of the processes that take it at once', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const keys = await connector.putBatch(Array.from({ length: 200 }, () => [bytes]));
    const script = `
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      process.on('message', async ({ keys }) => {
        let taken = 0;
        for (const key of keys) if ((await connector.take(key)) !== undefined) taken += 1;
        process.send(taken);
      });
      process.send('ready');
    `;
    await using first = new RunningScript(script);
    await using second = new RunningScript(script);
    const both = [first, second];
    for (const process of both) await process.next();
    for (const process of both) process.send({ keys });
    const counts = await Promise.all(both.map((process) => process.next() as Promise<number>));
    expect(counts[0]! + counts[1]!).toBe(keys.length);
  });

  it('survives a process that is killed while it writes: no part of an object, and no lock, is left', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    await using writer = new RunningScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      const size = 1024 * 1024;
      (async () => {
        for (let number = 0; ; number = (number + 1) % 256) {
          const key = await connector.put([Buffer.alloc(size, number), Buffer.alloc(size, number)]);
          process.send(key);
        }
      })();
    `);
    const acknowledged = [];
    for (let count = 0; count < 5; count += 1) acknowledged.push(connector.checkKey(await writer.next()));
    await writer.kill();
    for (const key of acknowledged) expect(connector.sync.exists(key)).toBe(true);
    for await (const key of connector.list()) {
      const found = connector.sync.get(key);
      expect(found?.byteLength).toBe(2 * 1024 * 1024);
      expect(found?.every((byte) => byte === found[0])).toBe(true);
    }
    const key = await connector.put([bytes]);
    await expect(connector.get(key)).resolves.toEqual(Buffer.from(bytes));
  });

  it('drops objects of a process that has died', async () => {
    using place = new TemporaryDirectory();
    const { stdout } = runScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      const key = connector.sync.put([Buffer.from('leased')]);
      connector.expire(key, 300).then(() => {
        console.log(JSON.stringify(key));
        process.kill(process.pid, 'SIGKILL');
      });
    `);
    await using connector = new LmdbConnector(place.path);
    const key = connector.checkKey(JSON.parse(stdout));
    while (await connector.exists(key)) await new Promise((resolve) => setImmediate(resolve));
    expect(connector.sync.get(key)).toBeUndefined();
  });

  it('tells of an object that another process stores, to who waits for it', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const key = connector.newKey();
    const stored = connector.watch(key);
    runScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      connector.sync.set(${JSON.stringify(key)}, [Buffer.from('later')]);
      connector.close();
    `);
    await stored;
    expect(connector.sync.exists(key)).toBe(true);
  });

  it('keeps objects after it was closed, and clears them where it is told to', async () => {
    using place = new TemporaryDirectory();
    const first = new LmdbConnector(place.path, { durable: true });
    const key = await first.put([bytes]);
    await first.close();
    const second = new LmdbConnector(place.path, { clear: true });
    await expect(second.exists(key)).resolves.toBe(true);
    expect(second.config()).toEqual({
      kind: 'lmdb',
      options: { path: place.path, durable: false, clear: false },
    });
    await second.close();
    await using third = new LmdbConnector(place.path);
    await expect(third.exists(key)).resolves.toBe(false);
  });

  it('takes back what is aborted while it is being committed', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const controller = new AbortController();
    const stored = connector.put([bytes], { signal: controller.signal });
    controller.abort(new Error('no longer wanted'));
    await expect(stored).rejects.toThrow('no longer wanted');
    await expect(connector.list().next()).resolves.toMatchObject({ done: true });
  });

  it('resolves proxies in place', async () => {
    using place = new TemporaryDirectory();
    await using store = new Store('lmdb', new LmdbConnector(place.path));
    const proxy = await store.proxy(new Float64Array([1, 2]), { populateTarget: false });
    expect(proxy.length).toBe(2);
    await expect(resolve(proxy)).resolves.toEqual(new Float64Array([1, 2]));
  });

  it.each([
    ['an empty path', ''],
    ['no path', undefined],
    ['a file in the way', __filename],
  ])('refuses %s', (_, path) => {
    expect(() => new LmdbConnector(path!)).toThrow(ConnectorError);
  });

  it.each([NaN, '7'])('refuses to expire after %p', async (milliseconds) => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    await expect(connector.expire(connector.newKey(), milliseconds as number)).rejects.toBeInstanceOf(
      RangeError,
    );
  });

  it('names the package where it is missing', () => {
    // Its absence cannot be had here but by a mock: the tests above need it.
    jest.isolateModules(() => {
      jest.doMock('lmdb', () => {
        throw new Error("Cannot find module 'lmdb'");
      });
      const isolated = jest.requireActual<{ LmdbConnector: typeof LmdbConnector }>(
        '../../lib/connectors/lmdb.js',
      );
      using place = new TemporaryDirectory();
      expect(() => new isolated.LmdbConnector(place.path)).toThrow('npm install lmdb');
    });
    jest.dontMock('lmdb');
  });
});
