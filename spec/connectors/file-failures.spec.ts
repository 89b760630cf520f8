import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileConnector } from '../../lib/connectors/file.js';
import type { Parts } from '../../lib/connectors/protocol.js';
import { ConnectorError } from '../../lib/errors.js';
import { runScript } from './child-script.js';
import { Mount } from './mount.js';
import { TemporaryDirectory } from './temporary-directory.js';

const bytes = Uint8Array.of(1, 2, 3);
const kilobyte = new Uint8Array(1024);
const tooLarge: Parts = [bytes, new Uint8Array(2 * 1024 * 1024)];

describe('FileConnector', () => {
  describe('on a disk that is full', () => {
    it('stores nothing of an object that does not fit, and goes on with one that does', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      await using connector = new FileConnector(disk.path);
      await expect(connector.put(tooLarge)).rejects.toMatchObject(failure('ENOSPC'));
      await expect(connector.put(tooLarge)).rejects.toThrow('The disk is full.');
      expect(() => connector.sync.put(tooLarge)).toThrow(failure('ENOSPC'));
      expect(readdirSync(disk.path)).toEqual([]);
      const key = await connector.put([kilobyte]);
      expect(await connector.get(key)).toEqual(kilobyte);
    });

    it('stores nothing of a batch', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      await using connector = new FileConnector(disk.path);
      const kept = await connector.put([kilobyte]);
      const batch = [...Array.from({ length: 30 }, () => [kilobyte]), tooLarge, [kilobyte]];
      await expect(connector.putBatch(batch)).rejects.toMatchObject(failure('ENOSPC'));
      expect(readdirSync(disk.path)).toEqual([...kept]);
      expect(() => connector.sync.putBatch(batch)).toThrow(failure('ENOSPC'));
      expect(readdirSync(disk.path)).toEqual([...kept]);
    });

    it('stores nothing of a batch that needs more files than there can be', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m,nr_inodes=20');
      await using connector = new FileConnector(disk.path);
      const batch = Array.from({ length: 40 }, () => [bytes]);
      await expect(connector.putBatch(batch)).rejects.toMatchObject(failure('ENOSPC'));
      expect(() => connector.sync.putBatch(batch)).toThrow(failure('ENOSPC'));
      expect(readdirSync(disk.path)).toEqual([]);
    });

    it('keeps the object that another one would have replaced', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      await using connector = new FileConnector(disk.path);
      const key = await connector.put([bytes]);
      await expect(connector.set(key, tooLarge)).rejects.toMatchObject(failure('ENOSPC', { key }));
      expect(() => connector.sync.set(key, tooLarge)).toThrow(failure('ENOSPC'));
      const absent = connector.newKey();
      await expect(connector.set(absent, tooLarge, { ifAbsent: true })).rejects.toMatchObject(
        failure('ENOSPC'),
      );
      expect(readdirSync(disk.path)).toEqual([...key]);
      expect(await connector.get(key)).toEqual(bytes);
    });

    it('can still be read, taken from and evicted from', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      await using connector = new FileConnector(disk.path);
      const keys = await connector.putBatch([[bytes], [bytes], [bytes]]);
      expect(() => {
        writeFileSync(join(disk.path, 'rest'), new Uint8Array(1024 * 1024));
      }).toThrow('ENOSPC');
      expect(await connector.take(keys[0]!)).toEqual(bytes);
      await connector.evict(keys[1]!);
      expect(await connector.get(keys[2]!)).toEqual(bytes);
    });
  });

  describe('on a disk that is read-only', () => {
    it('fetches, and refuses all else without touching it', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      const directory = join(disk.path, 'objects');
      await using writer = new FileConnector(directory);
      const key = await writer.put([bytes]);
      await writer.close();
      disk.setReadOnly(true);
      await using connector = new FileConnector(directory, { durable: true });
      expect(await connector.get(key)).toEqual(bytes);
      expect(connector.sync.get(key)).toEqual(bytes);
      expect(await connector.exists(key)).toBe(true);
      const { sync } = connector;
      for (const operation of [
        () => connector.put([bytes]),
        () => connector.putBatch([[bytes], [bytes]]),
        () => connector.set(key, [bytes]),
        () => connector.set(connector.newKey(), [bytes], { ifAbsent: true }),
        () => connector.evict(key),
        () => connector.evictBatch([key, key]),
        () => connector.take(key),
      ]) {
        await expect(operation()).rejects.toMatchObject(failure('EROFS'));
        await expect(operation()).rejects.toThrow('The file system is read-only.');
      }
      for (const operation of [
        () => sync.put([bytes]),
        () => sync.putBatch([[bytes]]),
        () => sync.set(key, [bytes]),
        () => sync.evict(key),
        () => sync.evictBatch([key, key]),
        () => sync.take(key),
      ]) {
        expect(operation).toThrow(failure('EROFS'));
      }
      expect(readdirSync(directory)).toEqual([...key]);
    });

    it('cannot be opened where the directory has to be made', () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m,ro');
      const directory = join(disk.path, 'a/b');
      expect(() => new FileConnector(directory)).toThrow(failure('EROFS'));
      expect(() => new FileConnector(directory)).toThrow(
        `"${directory}" (EROFS). The file system is read-only.`,
      );
    });

    it('cannot be cleared, which every close() says', async () => {
      using place = new TemporaryDirectory();
      using disk = Mount.memory(place.path, 'size=1m');
      const connector = new FileConnector(disk.path, { clear: true });
      const key = await connector.put([bytes]);
      disk.setReadOnly(true);
      await expect(connector.close()).rejects.toMatchObject(failure('EROFS'));
      await expect(connector.close()).rejects.toThrow('Could not remove the objects');
      expect(readdirSync(disk.path)).toEqual([...key]);
    });
  });

  it('evicts what it can of a batch before it says what it could not', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    const keys = await connector.putBatch([[bytes], [bytes], [bytes]]);
    const stuck = connector.newKey();
    mkdirSync(join(place.path, stuck[0]));
    await expect(connector.evictBatch([keys[0]!, stuck, keys[1]!])).rejects.toMatchObject({ key: stuck });
    expect(() => {
      connector.sync.evictBatch([stuck, keys[2]!]);
    }).toThrow(ConnectorError);
    expect(readdirSync(place.path)).toEqual([...stuck]);
  });

  it('says where it has no permission', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    const [readable, secret] = await connector.putBatch([[bytes], [bytes]]);
    chmodSync(join(place.path, secret![0]), 0o600);
    chmodSync(place.path, 0o755);
    const { status, stdout } = runScript(`
      const nobody = 65534;
      process.setgid(nobody);
      process.setuid(nobody);
      const directory = ${JSON.stringify(place.path)};
      const [readable, secret] = ${JSON.stringify([readable, secret])};
      const say = (error) => console.log(error.code, error.cause.code, error.message.includes('no permission'));
      (async () => {
        const connector = new FileConnector(directory);
        console.log((await connector.get(readable)).length);
        for (const operation of ['get', 'take', 'evict']) await connector[operation](secret).catch(say);
        await connector.put([]).catch(say);
        try { connector.sync.put([]); } catch (error) { say(error); }
        try { new FileConnector(directory + '/inner'); } catch (error) { say(error); }
        await connector.close();
      })();
    `);
    const refused = 'ERR_PROXYSTORE_CONNECTOR EACCES true\n';
    expect({ status, stdout }).toEqual({ status: 0, stdout: `3\n${refused.repeat(6)}` });
    expect(readdirSync(place.path).sort()).toEqual([readable![0], secret![0]].sort());
  });

  it('refuses a file that ends before its end, instead of handing over what is in memory there', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    const key = await connector.put([]);
    // Says of itself that it has a page of bytes, and has a few.
    using file = Mount.bound(join(place.path, key[0]), '/sys/kernel/uevent_seqnum');
    await expect(connector.get(key)).rejects.toThrow('Its file of 4096 bytes ended after');
    expect(() => connector.sync.get(key)).toThrow('Its file of 4096 bytes ended after');
    expect(file.path).toBe(join(place.path, key[0]));
  });

  it('gives undefined, and never fails, when an object is evicted while it is fetched', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    for (let round = 0; round < 100; round += 1) {
      const key = await connector.put([bytes]);
      const fetches = Array.from({ length: 4 }, () => connector.get(key));
      await connector.evict(key);
      for (const got of await Promise.all(fetches)) expect([undefined, bytes]).toContainEqual(got);
    }
  });
});

/** What a failure of the file system looks like, as properties. */
function failure(code: string, named: { readonly key?: unknown } = {}): Error {
  // Compared by its properties, so that it serves toThrow and toMatchObject alike.
  return expect.objectContaining({
    code: 'ERR_PROXYSTORE_CONNECTOR',
    connector: 'file',
    ...named,
    cause: expect.objectContaining({ code }) as unknown,
  }) as Error;
}
