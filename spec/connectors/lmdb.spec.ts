import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { LmdbConnector } from '../../lib/connectors/lmdb.js';
import { ConnectorError, Store, resolve } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { runScript, RunningScript } from './child-script.js';
import { Mount } from './mount.js';
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

  it('refuses an object whose memory goes away before it is stored, and stores nothing of it', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const { buffer } = new Uint8Array(3_000_000).fill(7);
    const putting = connector.putBatch([[bytes], [new Uint8Array(buffer)]]);
    // As when it is sent to another thread.
    structuredClone(buffer, { transfer: [buffer] });
    await expect(putting).rejects.toThrow(ConnectorError);
    for await (const key of connector.list()) throw new Error(`${key[0]} was stored.`);
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

  it('survives a process that is killed in a transaction: none of its objects, and no lock, is left', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const kept = await connector.put([bytes]);
    await using other = new RunningScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      process.on('message', ({ key }) => connector.get(key).then((found) => process.send(found.length)));
    `);
    // It dies when the second object of the batch is put together, when the first has been written.
    const { status } = runScript(`
      ${library()}
      const connector = new LmdbConnector(${JSON.stringify(place.path)});
      const part = Buffer.alloc(100);
      const last = Object.assign([part], { [Symbol.iterator]: () => process.kill(process.pid, 'SIGKILL') });
      connector.putBatch([[part], last]);
    `);
    expect(status).toBeNull();
    const keys: unknown[] = [];
    for await (const key of connector.list()) keys.push(key);
    expect(keys).toEqual([kept]);
    const key = await connector.put([bytes]);
    other.send({ key });
    expect(await other.next()).toBe(bytes.length);
    expect(connector.sync.take(kept)).toEqual(Buffer.from(bytes));
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

  it('has an object expire no more when that is cancelled', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const [kept, lost] = await connector.putBatch([[bytes], [bytes]]);
    for (const key of [kept!, lost!]) expect(await connector.expire(key, 100)).toBe(true);
    expect(await connector.expire(kept!, Infinity)).toBe(true);
    while (connector.sync.exists(lost!)) await new Promise((resolve) => setImmediate(resolve));
    expect(connector.sync.take(lost!)).toBeUndefined();
    expect(connector.sync.take(kept!)).toEqual(Buffer.from(bytes));
  });

  it('gives the room of expired objects back when it is opened', async () => {
    using place = new TemporaryDirectory();
    const stored = (): string[] => {
      const root = open({ path: place.path, noSubdir: false, maxDbs: 4 });
      return ['objects', 'expiries'].flatMap((name) => [...root.openDB({ name }).getKeys()].map(String));
    };
    const connector = new LmdbConnector(place.path);
    const key = await connector.put([bytes]);
    await connector.expire(key, 50);
    while (connector.sync.exists(key)) await new Promise((resolve) => setImmediate(resolve));
    await connector.close();
    expect(stored()).toEqual([...key, ...key]);
    await new LmdbConnector(place.path).close();
    expect(stored()).toEqual([]);
  });

  it('leaves an object that is stored over an expired one, while the room of that is given back', async () => {
    using place = new TemporaryDirectory();
    await using first = new LmdbConnector(place.path);
    const key = await first.put([bytes]);
    await first.expire(key, 50);
    while (first.sync.exists(key)) await new Promise((resolve) => setImmediate(resolve));
    // It has looked for what is expired, and has not removed it yet.
    await using second = new LmdbConnector(place.path);
    second.sync.set(key, [bytes]);
    await second.put([bytes]);
    expect(second.sync.get(key)).toEqual(bytes);
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

  it('keeps objects apart that are stored one right behind the other, whatever their size', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const megabyte = 1024 * 1024;
    const sizes = [0, 7, 2048, 5000, 3 * megabyte, 2 * megabyte, 3 * megabyte, 17 * megabyte];
    const objects = sizes.map((size, index) => [Buffer.alloc(size, index), Buffer.from('end')]);
    const expected = objects.map((parts) => Buffer.concat(parts));
    const equal = (found: readonly (Uint8Array | undefined)[]): boolean =>
      expected.every((object, index) => object.equals(found[index]!));
    const one = await Promise.all(objects.map((parts) => connector.put(parts)));
    expect(equal(await connector.getBatch(one))).toBe(true);
    const several = await connector.putBatch(objects);
    expect(equal(several.map((key) => connector.sync.take(key)))).toBe(true);
  });

  it('leaves nothing of a large object that is removed or stored over', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const root = open({ path: place.path, noSubdir: false, maxDbs: 4 });
    const left = (): number =>
      ['objects', 'pieces'].reduce((sum, name) => sum + [...root.openDB({ name }).getKeys()].length, 0);
    const large = [Buffer.alloc(700_000, 1), Buffer.alloc(700_000, 2)];
    const key = connector.newKey();
    await connector.set(key, large);
    expect(left()).toBeGreaterThan(4);
    const smaller = Buffer.alloc(300_000, 3);
    connector.sync.set(key, [smaller]);
    expect(smaller.equals((await connector.get(key))!)).toBe(true);
    expect(left()).toBe(3);
    await connector.set(key, [bytes]);
    expect(await connector.get(key)).toEqual(bytes);
    expect(left()).toBe(1);
    const [taken, evicted] = await connector.putBatch([large, large]);
    const cleared = connector.sync.put(large);
    expect(Buffer.concat(large).equals((await connector.take(taken!))!)).toBe(true);
    await connector.evictBatch([key, evicted!]);
    await connector.expire(cleared, 0);
    expect(left()).toBe(0);
    await root.close();
  });

  it('takes large objects of any memory, and leaves no mark at it', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const parts = [new ArrayBuffer(600_000), new SharedArrayBuffer(600_000)].map((memory, index) =>
      new Uint8Array(memory, 8, 555_555).fill(index + 1),
    );
    Object.freeze(parts[0]!.buffer);
    const expected = Buffer.concat([...parts, ...parts]);
    for (const key of [await connector.put([...parts, ...parts]), connector.sync.put([...parts, ...parts])])
      expect(expected.equals((await connector.get(key))!)).toBe(true);
    const part = new Uint8Array(1_000_000);
    await connector.put([part]);
    expect(Reflect.ownKeys(part.buffer)).toEqual([]);
  });

  it('says of a large object that it is damaged, and gives no part of it', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const key = await connector.put([new Uint8Array(1_000_000)]);
    const root = open({ path: place.path, noSubdir: false, maxDbs: 4 });
    await root.openDB({ name: 'pieces' }).remove(`${key[0]}/2`);
    await root.close();
    await expect(connector.get(key)).rejects.toThrow(/A piece of it is missing or damaged: number 2 of/);
    await expect(connector.get(key)).rejects.toBeInstanceOf(ConnectorError);
  });

  it('hands out bytes in memory of their own, where a typed array behind the tag is aligned', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    for (const size of [100, 100_000, 1_000_000]) {
      const key = await connector.put([new Uint8Array(size)]);
      for (const found of [await connector.get(key), await connector.get(key), await connector.take(key)]) {
        expect([(found!.byteOffset + 3) % 8, found!.buffer.byteLength]).toEqual([
          0,
          found!.byteOffset + size,
        ]);
        found!.fill(1);
      }
    }
  });

  it('refuses an object that LMDB cannot write, before it stores anything', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    // As many times the same part: nothing is put together of an object that is refused.
    const part = new Uint8Array(1024 * 1024);
    const tooLarge = Array.from({ length: 2048 }, () => part);
    const refused = 'LMDB takes objects of up to 2147418048 bytes, and this one has 2147483648.';
    await expect(connector.put(tooLarge)).rejects.toThrow(refused);
    await expect(connector.putBatch([[bytes], tooLarge])).rejects.toThrow(refused);
    await expect(connector.set(connector.newKey(), tooLarge)).rejects.toThrow(ConnectorError);
    await expect(connector.set(connector.newKey(), tooLarge, { ifAbsent: true })).rejects.toThrow(refused);
    expect(() => connector.sync.put(tooLarge)).toThrow(refused);
    expect(() => connector.sync.set(connector.newKey(), tooLarge, { ifAbsent: true })).toThrow(refused);
    await expect(connector.list().next()).resolves.toMatchObject({ done: true });
  });

  it('stores nothing of a batch where one of its objects has gone to another thread', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path);
    const gone = new Uint8Array(8);
    structuredClone(gone, { transfer: [gone.buffer] });
    await expect(connector.putBatch([[bytes], [gone]])).rejects.toThrow(ConnectorError);
    await expect(connector.putBatch([[new Uint8Array(1_000_000)], [gone]])).rejects.toThrow(ConnectorError);
    await expect(connector.put([new Uint8Array(1_000_000), gone])).rejects.toThrow(ConnectorError);
    expect(() => connector.sync.putBatch([[bytes], [gone]])).toThrow(ConnectorError);
    await expect(connector.list().next()).resolves.toMatchObject({ done: true });
  });

  it('maps more than it is told to begin with, where it is needed', async () => {
    using place = new TemporaryDirectory();
    await using connector = new LmdbConnector(place.path, { mapSize: 64 * 1024 });
    const key = await connector.put([new Uint8Array(1024 * 1024).fill(7)]);
    expect((await connector.get(key))?.every((byte) => byte === 7)).toBe(true);
  });

  it('refuses a data.mdb that LMDB has not made, or not finished, instead of ending the process', async () => {
    using place = new TemporaryDirectory();
    const file = join(place.path, 'data.mdb');
    await new LmdbConnector(place.path).close();
    const whole = readFileSync(file);
    for (const content of ['Not of LMDB. '.repeat(1000), Buffer.alloc(32_768), whole.subarray(0, 4096)]) {
      writeFileSync(file, content);
      expect(() => new LmdbConnector(place.path)).toThrow(`The file "${file}" is no LMDB environment`);
      expect(() => new LmdbConnector(place.path)).toThrow(ConnectorError);
    }
    writeFileSync(file, whole);
    await using connector = new LmdbConnector(place.path);
    expect(connector.sync.exists(connector.sync.put([bytes]))).toBe(true);
  });

  it('makes the data where only the lock file is there', async () => {
    using place = new TemporaryDirectory();
    await new LmdbConnector(place.path).close();
    rmSync(join(place.path, 'data.mdb'));
    await using connector = new LmdbConnector(place.path);
    expect(connector.sync.exists(connector.sync.put([bytes]))).toBe(true);
    expect(readdirSync(place.path).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });

  it('says where it has no permission, and when the file system is read-only', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    const connector = new LmdbConnector(disk.path);
    const key = await connector.put([bytes]);
    await connector.close();
    const { stdout } = runScript(`
      ${library()}
      process.setgid(65534);
      process.setuid(65534);
      for (const path of [${JSON.stringify(disk.path)}, '/'])
        try { new LmdbConnector(path); } catch (error) { console.log(error.code, error.message); }
    `);
    expect(stdout.match(/ERR_PROXYSTORE_CONNECTOR .*This process has no permission\./g)).toHaveLength(2);
    disk.setReadOnly(true);
    expect(() => new LmdbConnector(disk.path)).toThrow('The file system is read-only.');
    disk.setReadOnly(false);
    await using again = new LmdbConnector(disk.path);
    expect(again.sync.exists(key)).toBe(true);
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
