import { execFileSync } from 'node:child_process';
import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open, watch } from 'node:fs/promises';
import { constants } from 'node:buffer';
import { join, relative } from 'node:path';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { FileConnector } from '../../lib/connectors/file.js';
import { temporaryName } from '../../lib/connectors/file/temporary-names.js';
import { newUUIDKey, type UUIDKey } from '../../lib/connectors/uuid-key.js';
import { ConnectorError, InvalidKeyError } from '../../lib/errors.js';
import { runScript } from './child-script.js';
import { TemporaryDirectory } from './temporary-directory.js';

const bytes = Uint8Array.of(1, 2, 3);
/** Of many pieces, each of which is one system call: there is time to abort in between. */
const large = new Array<Uint8Array>(32).fill(new Uint8Array(16 * 1024 * 1024));

describe('FileConnector', () => {
  describe('the directory', () => {
    it('is made, with those above it, when the connector is', async () => {
      using place = new TemporaryDirectory();
      const directory = join(place.path, 'a/b/c');
      await using connector = new FileConnector(directory);
      expect(statSync(directory).isDirectory()).toBe(true);
      expect(connector.directory).toBe(directory);
    });

    it('stays the same when the process goes to another one', () => {
      using place = new TemporaryDirectory();
      const { stdout } = runScript(`
        process.chdir(${JSON.stringify(place.path)});
        const connector = new FileConnector('objects');
        process.chdir('/');
        console.log(Buffer.from(connector.sync.get(connector.sync.put([Buffer.from('here')]))).toString());
        console.log(connector.config().options.directory);
      `);
      expect(stdout).toBe(`here\n${join(place.path, 'objects')}\n`);
    });

    it('holds each object as a file under its key, and nothing else', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const [first] = await connector.put([bytes]);
      const [second] = connector.sync.put([bytes]);
      const [third] = connector.newKey();
      await connector.set([third], [bytes], { ifAbsent: true });
      await connector.set([third], [bytes], { ifAbsent: true });
      connector.sync.set([third], [bytes], { ifAbsent: true });
      const taken = await connector.putBatch([[bytes], [bytes]]);
      await connector.take(taken[0]!);
      connector.sync.take(taken[1]!);
      expect(readdirSync(place.path).sort()).toEqual([first, second, third].sort());
      expect(new Uint8Array(readFileSync(join(place.path, first)))).toEqual(bytes);
    });

    it.each([
      ['is given as an empty path', () => ''],
      ['cannot be a path', () => '/tmp/\0'],
      ['is a file', (place: string) => join(place, 'file')],
      ['is in a file', (place: string) => join(place, 'file', 'objects')],
      ['is where nobody can make one', () => '/proc/objects'],
    ])('is told at once when it %s', (_, path) => {
      using place = new TemporaryDirectory();
      writeFileSync(join(place.path, 'file'), '');
      expect(() => new FileConnector(path(place.path))).toThrow(ConnectorError);
      expect(readFileSync(join(place.path, 'file'), 'utf8')).toBe('');
    });

    it('is missed when it is removed', async () => {
      using place = new TemporaryDirectory();
      const directory = join(place.path, 'objects');
      await using connector = new FileConnector(directory);
      const key = await connector.put([bytes]);
      fs.rmSync(directory, { recursive: true });
      const { sync } = connector;
      for (const operation of [
        () => connector.put([bytes]),
        () => connector.set(key, [bytes]),
        () => connector.get(key),
        () => connector.exists(key),
        () => connector.evict(key),
        () => connector.take(key),
        () => connector.watch(key),
        () => connector.list()[Symbol.asyncIterator]().next(),
      ]) {
        await expect(operation()).rejects.toThrow(ConnectorError);
        await expect(operation()).rejects.toThrow(`"${directory}" (ENOENT). The directory`);
      }
      for (const operation of [
        () => sync.put([bytes]),
        () => sync.set(key, [bytes]),
        () => sync.get(key),
        () => sync.exists(key),
        () => sync.evict(key),
        () => sync.take(key),
      ]) {
        expect(operation).toThrow(ConnectorError);
        expect(operation).toThrow(`"${directory}" (ENOENT). The directory`);
      }
    });
  });

  describe('keys', () => {
    it('cannot lead out of the directory', async () => {
      using place = new TemporaryDirectory();
      const outside = join(place.path, newUUIDKey()[0]);
      writeFileSync(outside, 'secret');
      await using connector = new FileConnector(join(place.path, 'objects'));
      const name = relative(connector.directory, outside);
      for (const wrong of [name, outside, `./${name}`, `${newUUIDKey()[0]}/../${name}`]) {
        await expect(connector.get([wrong])).rejects.toBeInstanceOf(InvalidKeyError);
        await expect(connector.evict([wrong])).rejects.toBeInstanceOf(InvalidKeyError);
        expect(() => connector.sync.set([wrong], [bytes])).toThrow(InvalidKeyError);
      }
      expect(readFileSync(outside, 'utf8')).toBe('secret');
    });

    it('are no proxies, no objects that inherit from a key, and no subclasses of arrays', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.sync.put([bytes]);
      class Key extends Array<string> {}
      for (const wrong of [
        new Proxy(key, {}),
        new Proxy(key, { get: () => '../x' }),
        Object.create(key) as UUIDKey,
        Object.setPrototypeOf([key[0]], ['']) as UUIDKey,
        Object.setPrototypeOf([key[0]], null) as UUIDKey,
        new Key(key[0]) as unknown as UUIDKey,
        [key[0].toUpperCase()] as const,
        [`${key[0]}\n`] as const,
        [newUUIDKey()[0].replace(/(?<=^.{14})./, '1')] as const,
      ]) {
        expect(() => connector.checkKey(wrong)).toThrow(InvalidKeyError);
        await expect(connector.evict(wrong)).rejects.toBeInstanceOf(InvalidKeyError);
        expect(() => {
          connector.sync.evictBatch([key, wrong]);
        }).toThrow(InvalidKeyError);
      }
      expect(connector.sync.exists(key)).toBe(true);
    });
  });

  describe('what is no object', () => {
    it('is a link, which is not followed', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(join(place.path, 'objects'));
      writeFileSync(join(place.path, 'secret'), 'secret');
      const key = connector.newKey();
      symlinkSync('../secret', join(connector.directory, key[0]));
      expect(await connector.exists(key)).toBe(false);
      expect(connector.sync.exists(key)).toBe(false);
      for (const operation of [() => connector.get(key), () => connector.take(key)]) {
        await expect(operation()).rejects.toThrow('A symbolic link of that name stands there');
      }
      for (const operation of [() => connector.sync.get(key), () => connector.sync.take(key)]) {
        expect(operation).toThrow('A symbolic link of that name stands there');
      }
      expect(readdirSync(connector.directory)).toEqual([...key]);
      expect(readlinkSync(join(connector.directory, key[0]))).toBe('../secret');
    });

    it.each([
      ['a directory', (path: string) => mkdirSync(path)],
      ['a pipe, which is not waited for', (path: string) => execFileSync('mkfifo', [path])],
    ])('is %s', async (_, make) => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.newKey();
      make(join(place.path, key[0]));
      expect(await connector.exists(key)).toBe(false);
      expect(connector.sync.exists(key)).toBe(false);
      for (const operation of [() => connector.get(key), () => connector.take(key)]) {
        await expect(operation()).rejects.toThrow('What stands under its name is not a file.');
      }
      for (const operation of [() => connector.sync.get(key), () => connector.sync.take(key)]) {
        expect(operation).toThrow('What stands under its name is not a file.');
      }
      expect(readdirSync(place.path)).toEqual([...key]);
      for await (const listed of connector.list()) throw new Error(`listed: ${String(listed)}`);
    });

    it('is a file of another name, which list() passes over', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      for (const name of ['notes.txt', temporaryName(), '.hidden']) writeFileSync(join(place.path, name), '');
      const key = await connector.put([]);
      const listed = [];
      for await (const found of connector.list()) listed.push(found);
      expect(listed).toEqual([key]);
    });
  });

  describe('bytes', () => {
    it('come out with what is behind their tag at a multiple of eight bytes, in memory of their own', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = await connector.put([new Uint8Array(100)]);
      for (const got of [await connector.get(key), connector.sync.get(key), await connector.take(key)]) {
        expect(Buffer.isBuffer(got)).toBe(false);
        expect(got).toHaveLength(100);
        expect(got!.byteOffset).toBe(5);
        expect(got!.buffer.byteLength).toBe(105);
      }
    });

    it('that are more than one buffer can hold stay stored, and the failure says so', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.sync.put([]);
      const path = join(place.path, key[0]);
      // A file of nothing but a hole. Newer runtimes have no limit that a file could reach, but no such memory either.
      const size = Math.min(constants.MAX_LENGTH, 8 * 1024 ** 4);
      truncateSync(path, size);
      for (const operation of [() => connector.get(key), () => connector.take(key)]) {
        await expect(operation()).rejects.toBeInstanceOf(ConnectorError);
        await expect(operation()).rejects.toMatchObject({ key, cause: expect.anything() as unknown });
      }
      expect(() => connector.sync.get(key)).toThrow(ConnectorError);
      expect(() => connector.sync.take(key)).toThrow(ConnectorError);
      expect(readdirSync(place.path)).toEqual([...key]);
      expect(statSync(path).size).toBe(size);
    });

    it('are not needed any more, and no file is open, when an operation has settled', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = await connector.put([bytes]);
      await connector.get(key);
      connector.sync.get(connector.sync.put([bytes]));
      await connector.take(key);
      await connector.get(key);
      for await (const listed of connector.list()) expect(connector.checkKey(listed)).toBe(listed);
      for await (const listed of connector.list()) {
        expect(connector.checkKey(listed)).toBe(listed);
        break;
      }
      const listing = connector.list()[Symbol.asyncIterator]();
      await listing.next();
      await connector.close();
      expect(openFiles(place.path)).toEqual([]);
    });

    it('can be asked for by a thousand at once, with few files open', () => {
      using place = new TemporaryDirectory();
      const { status, stdout } = runScript(
        `
        (async () => {
          const connector = new FileConnector(${JSON.stringify(place.path)});
          const keys = await Promise.all(Array.from({ length: 1000 }, (_, index) => connector.put([Buffer.from(String(index))])));
          const got = await Promise.all(keys.map((key) => connector.get(key)));
          console.log(got.every((bytes, index) => Buffer.from(bytes).toString() === String(index)));
          console.log((await connector.getBatch(keys)).length);
          await connector.close();
        })();
      `,
        { openFiles: 60 },
      );
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'true\n1000\n' });
    });
  });

  describe('a signal that is aborted under way', () => {
    it.each([
      ['put', (connector: FileConnector, signal: AbortSignal) => connector.put(large, { signal })],
      [
        'set',
        (connector: FileConnector, signal: AbortSignal) =>
          connector.set(connector.newKey(), large, { signal }),
      ],
      [
        'putBatch',
        (connector: FileConnector, signal: AbortSignal) =>
          connector.putBatch([[bytes], large, [bytes]], { signal }),
      ],
    ])('stops %s, which leaves nothing behind', async (_, operation) => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const controller = new AbortController();
      const begun = fileAppears(place.path);
      const end = expect(operation(connector, controller.signal)).rejects.toBe('enough');
      await begun;
      controller.abort('enough');
      await end;
      expect(readdirSync(place.path)).toEqual([]);
      expect(openFiles(place.path)).toEqual([]);
    });

    it('stops get', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.sync.put([]);
      truncateSync(join(place.path, key[0]), 1024 ** 3);
      const controller = new AbortController();
      const end = expect(connector.get(key, controller)).rejects.toBe('enough');
      setImmediate(() => {
        controller.abort('enough');
      });
      await end;
      expect(openFiles(place.path)).toEqual([]);
    });

    it('stops take, which puts the object back', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.sync.put([]);
      truncateSync(join(place.path, key[0]), 1024 ** 3);
      const controller = new AbortController();
      const begun = fileAppears(place.path);
      const end = expect(connector.take(key, controller)).rejects.toBe('enough');
      await begun;
      controller.abort('enough');
      await end;
      expect(readdirSync(place.path)).toEqual([...key]);
      expect(statSync(join(place.path, key[0])).size).toBe(1024 ** 3);
    });

    it('stops take, which leaves an object that was stored meanwhile', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const key = connector.sync.put([]);
      truncateSync(join(place.path, key[0]), 1024 ** 3);
      const controller = new AbortController();
      const begun = fileAppears(place.path);
      const end = expect(connector.take(key, controller)).rejects.toBe('enough');
      await begun;
      connector.sync.set(key, [bytes]);
      controller.abort('enough');
      await end;
      expect(readdirSync(place.path)).toEqual([...key]);
      expect(connector.sync.get(key)).toEqual(bytes);
    });

    it('stops what waits in line, without a file being made', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const controller = new AbortController();
      const puts = Array.from({ length: 100 }, () => connector.put([bytes], controller));
      const ends = Promise.all(puts.map((put) => expect(put).rejects.toBe('enough')));
      controller.abort('enough');
      await ends;
      expect(readdirSync(place.path)).toEqual([]);
    });
  });

  describe('watch()', () => {
    it('finds what the system does not tell of: the directory is another one', async () => {
      using place = new TemporaryDirectory();
      const directory = join(place.path, 'objects');
      await using connector = new FileConnector(directory);
      const key = connector.newKey();
      const wait = connector.watch(key);
      // As on a network file system: what happens in the new directory is not what is being watched.
      renameSync(directory, join(place.path, 'former'));
      await using other = new FileConnector(directory);
      await other.set(key, [bytes]);
      await wait;
      expect(await connector.get(key)).toEqual(bytes);
    });

    it('fails when the directory is removed while it waits', async () => {
      using place = new TemporaryDirectory();
      const directory = join(place.path, 'objects');
      await using connector = new FileConnector(directory);
      const wait = connector.watch(connector.newKey());
      const end = expect(wait).rejects.toThrow(`"${directory}" (ENOENT)`);
      fs.rmdirSync(directory);
      await end;
    });

    it('watches the directory once, and only while somebody waits', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path);
      const watches = jest.spyOn(fs, 'watch');
      try {
        const keys = Array.from({ length: 5 }, () => connector.newKey());
        const waits = keys.map((key) => connector.watch(key));
        expect(watches).toHaveBeenCalledTimes(1);
        const watcher = watches.mock.results[0]!.value as fs.FSWatcher;
        const close = jest.spyOn(watcher, 'close');
        for (const key of keys.slice(1)) await connector.set(key, [bytes]);
        await Promise.all(waits.slice(1));
        expect(close).not.toHaveBeenCalled();
        await connector.set(keys[0]!, [bytes]);
        await waits[0];
        expect(close).toHaveBeenCalledTimes(1);
        const again = connector.newKey();
        const wait = connector.watch(again);
        expect(watches).toHaveBeenCalledTimes(2);
        connector.sync.set(again, [bytes]);
        await wait;
      } finally {
        watches.mockRestore();
      }
    });

    it('keeps no process alive', () => {
      using place = new TemporaryDirectory();
      const { status, stdout } = runScript(`
        const connector = new FileConnector(${JSON.stringify(place.path)});
        connector.watch(connector.newKey());
        process.on('exit', () => console.log('ended by itself'));
      `);
      expect({ status, stdout }).toEqual({ status: 0, stdout: 'ended by itself\n' });
    });
  });

  describe('the option clear', () => {
    it('is off, so that closing leaves the objects', async () => {
      using place = new TemporaryDirectory();
      const connector = new FileConnector(place.path);
      const key = await connector.put([bytes]);
      await connector.close();
      expect(readdirSync(place.path)).toEqual([...key]);
    });

    it('removes all objects and the directory', async () => {
      using place = new TemporaryDirectory();
      const directory = join(place.path, 'objects');
      await using other = new FileConnector(directory);
      await other.put([bytes]);
      const connector = new FileConnector(directory, { clear: true });
      const late = connector.put([bytes]);
      await connector.close();
      await late;
      expect(existsSync(directory)).toBe(false);
    });

    it('removes nothing else, and no file that is being written', async () => {
      using place = new TemporaryDirectory();
      const connector = new FileConnector(place.path, { clear: true });
      await connector.put([bytes]);
      const [directory] = newUUIDKey();
      mkdirSync(join(place.path, directory));
      const written = temporaryName();
      for (const name of ['notes.txt', `${newUUIDKey()[0]}.bak`, written])
        writeFileSync(join(place.path, name), '');
      const before = readdirSync(place.path).length;
      await connector.close();
      expect(readdirSync(place.path)).toHaveLength(before - 1);
      expect(readdirSync(place.path)).toEqual(expect.arrayContaining(['notes.txt', directory, written]));
    });

    it('has nothing to do where somebody else was faster', async () => {
      using place = new TemporaryDirectory();
      const connector = new FileConnector(join(place.path, 'objects'), { clear: true });
      fs.rmdirSync(connector.directory);
      await connector.close();
    });

    it('does not travel: another process must not empty the directory of this one', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path, { clear: true, durable: true });
      const key = await connector.put([bytes]);
      const config = connector.config();
      expect(config).toEqual({
        kind: 'file',
        options: { directory: place.path, durable: true, clear: false },
      });
      await connectorFromConfig(config).close();
      expect(await connector.get(key)).toEqual(bytes);
    });

    it('works from a config that somebody has written', async () => {
      using place = new TemporaryDirectory();
      await using connector = FileConnector.fromConfig({ directory: join(place.path, 'objects') });
      expect(await connector.get(await connector.put([bytes]))).toEqual(bytes);
    });
  });

  describe('fromConfig()', () => {
    it.each([
      ['no object', null],
      ['no directory', {}],
      ['a directory of another type', { directory: 1 }],
      ['an empty directory', { directory: '' }],
      ['a relative directory', { directory: 'objects' }],
      ['durable of another type', { directory: '/tmp/never-made', durable: 1 }],
      ['clear of another type', { directory: '/tmp/never-made', clear: 'true' }],
      ['an option of another version', { directory: '/tmp/never-made', compress: true }],
    ])('refuses %s', (_, options) => {
      expect(() => FileConnector.fromConfig(options as never)).toThrow(ConnectorError);
      expect(() => FileConnector.fromConfig(options as never)).toThrow(
        'The config of a file connector is wrong.',
      );
      expect(existsSync('/tmp/never-made')).toBe(false);
    });
  });

  describe('the option durable', () => {
    it('writes out the file, its name, and the names of new directories', async () => {
      using place = new TemporaryDirectory();
      const handle = await open(place.path);
      const sync = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
      await handle.close();
      const fsync = jest.spyOn(fs, 'fsyncSync');
      try {
        const directory = join(place.path, 'a/b');
        await using connector = new FileConnector(directory, { durable: true });
        expect(fsync).toHaveBeenCalledTimes(2);
        const key = await connector.put([bytes]);
        expect(sync).toHaveBeenCalledTimes(2);
        await connector.putBatch([[bytes], [bytes], [bytes]]);
        expect(sync).toHaveBeenCalledTimes(2 + 4);
        await connector.set(key, [bytes]);
        expect(sync).toHaveBeenCalledTimes(6 + 2);
        connector.sync.put([bytes]);
        expect(fsync).toHaveBeenCalledTimes(2 + 2);
        await using other = new FileConnector(directory);
        other.sync.put([bytes]);
        await other.put([bytes]);
        expect(sync).toHaveBeenCalledTimes(8);
        expect(fsync).toHaveBeenCalledTimes(4);
      } finally {
        sync.mockRestore();
        fsync.mockRestore();
      }
    });

    it('fails with the disk, and a put leaves nothing behind', async () => {
      using place = new TemporaryDirectory();
      await using connector = new FileConnector(place.path, { durable: true });
      const key = connector.newKey();
      const handle = await open(place.path);
      const sync = jest.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
      await handle.close();
      // No disk can be had that fails. It does so when the directory is written out, after the file.
      const failure = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
      try {
        sync.mockResolvedValueOnce().mockRejectedValueOnce(failure);
        await expect(connector.put([bytes])).rejects.toMatchObject({ connector: 'file', cause: failure });
        expect(readdirSync(place.path)).toEqual([]);
        sync.mockResolvedValueOnce().mockRejectedValueOnce(failure);
        await expect(connector.set(key, [bytes])).rejects.toThrow('Could not make sure that a crash');
        expect(readdirSync(place.path)).toEqual([...key]);
      } finally {
        sync.mockRestore();
      }
      const fsync = jest.spyOn(fs, 'fsyncSync');
      try {
        const fail = (): never => {
          throw failure;
        };
        fsync.mockImplementationOnce(() => undefined).mockImplementationOnce(fail);
        expect(() => connector.sync.put([bytes])).toThrow('Could not store an object');
        fsync.mockImplementationOnce(() => undefined).mockImplementationOnce(fail);
        expect(() => connector.sync.set(key, [bytes])).toThrow('Could not make sure that a crash');
        expect(readdirSync(place.path)).toEqual([...key]);
      } finally {
        fsync.mockRestore();
      }
    });
  });
});

/** Waits until a file that is being written, or taken, is in a directory. */
async function fileAppears(directory: string): Promise<void> {
  for await (const { filename } of watch(directory)) {
    if (filename?.startsWith('.proxystore-') === true) return;
  }
}

/** The files of a directory that this process has open. */
function openFiles(directory: string): string[] {
  const targets = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      // The one that the directory was read with.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(directory));
}
