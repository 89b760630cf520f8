import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as lmdb from 'lmdb';
import { LmdbConnector } from '../../../lib/connectors/lmdb.js';
import type { Parts } from '../../../lib/connectors/protocol.js';
import type { UUIDKey } from '../../../lib/connectors/uuid-key.js';
import { caught, rejection } from '../../caught.js';
import { ConnectorError } from '../../../lib/errors.js';
import { compiledLibrary } from '../../compiled-library.js';
import { runScript, RunningScript } from '../child-script.js';
import { Mount } from '../mount.js';
import { TemporaryDirectory } from '../temporary-directory.js';

const bytes = Uint8Array.of(1, 2, 3);
const blockSize = 64 * 1024;
const tooLarge: Parts = [bytes, new Uint8Array(4 * 1024 * 1024)];
const block = (number: number): Parts => [new Uint8Array(blockSize).fill(number)];
const library = (): string =>
  `const { LmdbConnector } = require(${JSON.stringify(join(compiledLibrary(), 'connectors/lmdb.js'))});`;

/** What the system says of a write that did not fit at all, and LMDB of one that did in part. */
const codesOfFullDisk = [28, 5];

beforeAll(() => {
  // A process uses the first copy of the package's code that it has loaded. Where another test file has, what that copy
  // prints would go to a console that is no more, which jest takes for a failure.
  (lmdb as unknown as { nativeAddon: { open?: unknown } }).nativeAddon.open = undefined;
});

// The package prints what it rejects with.
let printed: jest.SpyInstance;
beforeEach(() => {
  printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  printed.mockRestore();
});

/** Checks what it is that an operation on a full disk fails with. */
function expectFull(error: unknown): void {
  expect(error).toBeInstanceOf(ConnectorError);
  const { message, connector, cause } = error as ConnectorError;
  expect(connector).toBe('lmdb');
  expect(message).toMatch(/The disk is full(\.|, or it fails\.) Make room on it, or evict objects/);
  expect(message).toContain('What was stored before is whole, and nothing was changed.');
  expect(codesOfFullDisk).toContain((cause as { code: unknown }).code);
}

/** Not by toEqual, which takes seconds for as many bytes. */
function isBlock(found: Uint8Array | undefined, number: number): boolean {
  return found?.byteLength === blockSize && found.every((byte) => byte === number);
}

/** Stores blocks until there is no room for another. */
async function fill(connector: LmdbConnector): Promise<UUIDKey[]> {
  const keys: UUIDKey[] = [];
  for (;;) {
    try {
      keys.push(await connector.put(block(keys.length)));
    } catch (error) {
      expectFull(error);
      return keys;
    }
  }
}

/** Takes all that is left of a disk. */
function takeTheRest(disk: Mount): Disposable {
  const file = join(disk.path, 'rest');
  expect(() => {
    writeFileSync(file, new Uint8Array(4 * 1024 * 1024));
  }).toThrow('ENOSPC');
  return {
    [Symbol.dispose]() {
      rmSync(file);
    },
  };
}

/** Has a transaction read in another process. */
async function reading(path: string, [uuid]: UUIDKey): Promise<RunningScript> {
  const process = new RunningScript(`
    const { open } = require(${JSON.stringify(require.resolve('lmdb'))});
    const root = open({ path: ${JSON.stringify(path)}, noSubdir: false, maxDbs: 4 });
    const objects = root.openDB({ name: 'objects', encoding: 'binary' });
    const transaction = root.useReadTransaction();
    const found = objects.doesExist(${JSON.stringify(uuid)}, undefined, { transaction });
    process.on('message', () => transaction.done());
    process.send(found);
  `);
  expect(await process.next()).toBe(true);
  return process;
}

describe('LmdbConnector on a disk that is full', () => {
  it('stores nothing of an object, and goes on when one was evicted', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path);
    const keys = await fill(connector);
    expect(keys.length).toBeGreaterThan(10);
    const absent = connector.newKey();
    for (const operation of [
      () => connector.put(tooLarge),
      () => connector.set(absent, tooLarge),
      () => connector.set(absent, tooLarge, { ifAbsent: true }),
      () => connector.set(keys[0]!, tooLarge),
    ]) {
      expectFull(await rejection(operation()));
    }
    for (const operation of [
      () => connector.sync.put(tooLarge),
      () => connector.sync.set(absent, tooLarge),
      () => connector.sync.set(absent, tooLarge, { ifAbsent: true }),
      () => connector.sync.set(keys[0]!, tooLarge),
    ]) {
      expectFull(caught(operation));
    }
    expect(await connector.exists(absent)).toBe(false);
    for (const [number, key] of keys.entries()) {
      expect(isBlock(await connector.get(key), number)).toBe(true);
    }
    await connector.evict(keys[0]!);
    const stored = await connector.put(block(255));
    expect(isBlock(await connector.get(stored), 255)).toBe(true);
  });

  it('stores nothing of a batch', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path);
    const kept = await connector.put([bytes]);
    const batch = [...Array.from({ length: 8 }, (_, number) => block(number)), tooLarge, [bytes]];
    expectFull(await rejection(connector.putBatch(batch)));
    expectFull(caught(() => connector.sync.putBatch(batch)));
    const listed: UUIDKey[] = [];
    for await (const key of connector.list()) listed.push(key);
    expect(listed).toEqual([kept]);
    expect(await connector.putBatch(batch.slice(0, 8))).toHaveLength(8);
  });

  it('goes on when there is room again', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path);
    const key = await connector.put([bytes]);
    {
      using rest = takeTheRest(disk);
      expect(rest).toBeDefined();
      expectFull(await rejection(connector.put(block(1))));
      expectFull(caught(() => connector.sync.put(block(1))));
      expect(connector.sync.get(key)).toEqual(Buffer.from(bytes));
    }
    const stored = await connector.put(block(1));
    expect(isBlock(connector.sync.get(stored), 1)).toBe(true);
  });

  it('fails each of several that are stored at once, and lets those that fit be stored', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path);
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => connector.put(tooLarge)));
    for (const outcome of outcomes) expectFull((outcome as PromiseRejectedResult).reason);
    await expect(connector.list().next()).resolves.toMatchObject({ done: true });
    expect(await connector.putBatch([block(1), block(2)])).toHaveLength(2);
  });

  it('can be closed after the last thing that it did has failed', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    const connector = new LmdbConnector(disk.path);
    const key = await connector.put([bytes]);
    expectFull(await rejection(connector.put(tooLarge)));
    await connector.close();
    await using again = new LmdbConnector(disk.path);
    expect(await again.get(key)).toEqual(Buffer.from(bytes));
  });

  it('flushes a durable object also when another fails at the same time', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path, { durable: true });
    const stored: Promise<UUIDKey>[] = [];
    for (let round = 0; round < 20; round += 1) {
      stored.push(connector.put([bytes]));
      // Begun when the former has been committed, and not been flushed yet.
      await new Promise((resolve) => setImmediate(resolve));
      stored.push(connector.put(tooLarge));
    }
    const outcomes = await Promise.allSettled(stored);
    // One that is committed together with one that fails, fails with it.
    for (const [index, { status }] of outcomes.entries())
      if (index % 2 === 1) expect(status).toBe('rejected');
    expect(await connector.exists(await connector.put([bytes]))).toBe(true);
  });

  it('says that closing could not clear it, and lets go of it nevertheless', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    const connector = new LmdbConnector(disk.path, { clear: true });
    const first = await connector.put([bytes]);
    const keys = [first];
    {
      // While it lasts, no page is used again that has been in use since; these objects use up the others.
      await using reader = await reading(disk.path, first);
      expect(reader).toBeDefined();
      for (let count = 0; count < 20; count += 1) keys.push(await connector.put([bytes]));
      using rest = takeTheRest(disk);
      expect(rest).toBeDefined();
      expectFull(await rejection(connector.close()));
    }
    await using again = new LmdbConnector(disk.path);
    for (const key of keys) expect(await again.get(key)).toEqual(bytes);
  });

  it('can be opened by a second process, which reads, fails to store, and goes on', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    await using connector = new LmdbConnector(disk.path);
    const keys = await fill(connector);
    // Nothing handles what nobody waits for: that would end the process with another status.
    const { status, stdout } = runScript(`
      ${library()}
      console.error = () => undefined;
      const keys = ${JSON.stringify(keys)};
      (async () => {
        const connector = new LmdbConnector(${JSON.stringify(disk.path)});
        for (const [number, key] of keys.entries()) {
          const found = await connector.get(key);
          if (found.length !== ${blockSize} || found.some((byte) => byte !== number)) throw new Error('Not whole');
        }
        for (let time = 0; time < 3; time += 1) {
          await connector.put([Buffer.alloc(${4 * 1024 * 1024})]).catch((error) => console.log(error.code));
        }
        connector.sync.evict(keys[0]);
        console.log((await connector.get(await connector.put([Buffer.alloc(${blockSize})]))).length);
        await connector.close();
      })();
    `);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${'ERR_PROXYSTORE_CONNECTOR\n'.repeat(3)}${blockSize}\n`,
    });
    expect(await connector.exists(keys[0]!)).toBe(false);
    expect(isBlock(await connector.get(keys[4]!), 4)).toBe(true);
  });

  it('is told of as an error where the environment has to be made, which can be when there is room', async () => {
    using place = new TemporaryDirectory();
    using disk = Mount.memory(place.path, 'size=2m');
    {
      using rest = takeTheRest(disk);
      expect(rest).toBeDefined();
      // In a process of its own: LMDB by itself would end it.
      const { status, stdout } = runScript(`
        ${library()}
        try { new LmdbConnector(${JSON.stringify(disk.path)}); } catch (error) {
          console.log(error.code, error.cause.code, error.message);
        }
      `);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^ERR_PROXYSTORE_CONNECTOR ENOSPC .*The disk is full\. Make room/);
      expect(readdirSync(disk.path)).toEqual(['rest']);
    }
    await using connector = new LmdbConnector(disk.path);
    expect(await connector.exists(await connector.put([bytes]))).toBe(true);
    expect(readdirSync(disk.path).sort()).toEqual(['data.mdb', 'lock.mdb']);
  });

  it.each([0, 8, 64, 128, 248, 256, 264, 272, 288, 320])(
    'is an error or none, and never the end of the process, where %i KB are left',
    async (kilobytes) => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=2m');
      const rest = join(disk.path, 'rest');
      writeFileSync(rest, new Uint8Array((2048 - kilobytes) * 1024));
      const { status } = runScript(`
        ${library()}
        try { new LmdbConnector(${JSON.stringify(disk.path)}); } catch (error) {
          if (error.code !== 'ERR_PROXYSTORE_CONNECTOR') throw error;
        }
      `);
      expect(status).toBe(0);
      rmSync(rest);
      await using connector = new LmdbConnector(disk.path);
      expect(await connector.exists(await connector.put([bytes]))).toBe(true);
    },
  );
});
