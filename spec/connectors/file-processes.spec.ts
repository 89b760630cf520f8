import fs, { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { FileConnector } from '../../lib/connectors/file.js';
import { ownerOf, stateOf, temporaryName } from '../../lib/connectors/file/temporary-names.js';
import { isUUID, type UUIDKey } from '../../lib/connectors/uuid-key.js';
import { disposableConstructors } from '../../lib/resources/disposable-stack.js';
import { runScript, RunningScript } from './child-script.js';
import { TemporaryDirectory } from './temporary-directory.js';

const hour = 60 * 60 * 1000;

describe('FileConnector, shared by processes', () => {
  it('shows each of them the objects of the other, whole', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    await using other = new RunningScript(`
      process.once('message', async ({ config, key }) => {
        const connector = FileConnector.fromConfig(config);
        const got = await connector.get(key);
        await connector.evict(key);
        process.send({ got, answer: await connector.put([got, Buffer.from(' and back')]) });
        await connector.close();
        process.disconnect();
      });
    `);
    const key = await connector.put([Buffer.from('there')]);
    other.send({ config: connector.config().options, key });
    const { got, answer } = (await other.next()) as { got: Uint8Array; answer: UUIDKey };
    expect(Buffer.from(got).toString()).toBe('there');
    expect(await connector.exists(key)).toBe(false);
    expect(Buffer.from((await connector.get(answer))!).toString()).toBe('there and back');
  });

  it('wakes one that waits for an object of another', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    await using other = new RunningScript(`
      process.once('message', async ({ directory, key, other }) => {
        const connector = new FileConnector(directory);
        const wait = connector.watch(key);
        process.send('waiting');
        await wait;
        process.send(await connector.get(key));
        await connector.set(other, [Buffer.from('pong')]);
      });
    `);
    const [key, answer] = [connector.newKey(), connector.newKey()];
    const wait = connector.watch(answer);
    other.send({ directory: place.path, key, other: answer });
    expect(await other.next()).toBe('waiting');
    await connector.set(key, [Buffer.from('ping')]);
    expect(Buffer.from((await other.next()) as Uint8Array).toString()).toBe('ping');
    await wait;
    expect(Buffer.from((await connector.get(answer))!).toString()).toBe('pong');
  });

  it('lets one of several take each object', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    await using stack = newStack();
    const takers = Array.from({ length: 4 }, (_, index) =>
      stack.use(
        new RunningScript(`
          process.once('message', async ({ directory, keys }) => {
            const connector = new FileConnector(directory);
            process.send('ready');
            process.once('message', async () => {
              const taken = ${index === 0 ? 'keys.map((key) => connector.sync.take(key))' : 'await Promise.all(keys.map((key) => connector.take(key)))'};
              process.send(taken.flatMap((bytes, index) => (bytes === undefined ? [] : [{ index, text: Buffer.from(bytes).toString() }])));
            });
          });
        `),
      ),
    );
    const objects = Array.from({ length: 300 }, (_, index) => `object ${index}`);
    const keys = await connector.putBatch(objects.map((object) => [Buffer.from(object)]));
    for (const taker of takers) taker.send({ directory: place.path, keys });
    for (const taker of takers) expect(await taker.next()).toBe('ready');
    for (const taker of takers) taker.send({});
    const taken = (await Promise.all(takers.map((taker) => taker.next()))).flat() as {
      index: number;
      text: string;
    }[];
    taken.sort((a, b) => a.index - b.index);
    expect(taken).toEqual(objects.map((text, index) => ({ index, text })));
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('lets one of several set an object that is to be absent', async () => {
    using place = new TemporaryDirectory();
    await using connector = new FileConnector(place.path);
    await using stack = newStack();
    const setters = Array.from({ length: 4 }, (_, index) =>
      stack.use(
        new RunningScript(`
          process.once('message', async ({ directory, keys }) => {
            const connector = new FileConnector(directory);
            process.send('ready');
            process.once('message', async () => {
              const data = [Buffer.from('setter ${index}')];
              process.send(await Promise.all(keys.map((key) => connector.set(key, data, { ifAbsent: true }))));
            });
          });
        `),
      ),
    );
    const keys = Array.from({ length: 100 }, () => connector.newKey());
    for (const setter of setters) setter.send({ directory: place.path, keys });
    for (const setter of setters) expect(await setter.next()).toBe('ready');
    for (const setter of setters) setter.send({});
    const answers = (await Promise.all(setters.map((setter) => setter.next()))) as boolean[][];
    for (const [index, key] of keys.entries()) {
      const winners = answers.flatMap((answer, setter) =>
        answer[index] === true ? [`setter ${setter}`] : [],
      );
      expect([Buffer.from((await connector.get(key))!).toString()]).toEqual(winners);
    }
    expect(readdirSync(place.path)).toHaveLength(keys.length);
  });

  describe('one of which is killed while it writes', () => {
    it('shows no part of an object, and what it leaves behind is removed by the next connector', async () => {
      using place = new TemporaryDirectory();
      const length = 32 * 1024 * 1024;
      // Killed at another point of its work each time.
      for (const size of [0, 1, length / 2]) {
        await using writer = new RunningScript(writeForEver(place.path, length));
        await temporaryFile(place.path, size);
        await writer.kill();
      }
      const names = readdirSync(place.path);
      for (const name of names.filter(isUUID)) expect(statSync(join(place.path, name)).size).toBe(length);
      const leftovers = names.filter((name) => !isUUID(name));
      expect(leftovers.map((name) => stateOf(ownerOf(name)!))).toEqual(leftovers.map(() => 'ended'));
      expect(leftovers.length).toBeGreaterThan(0);
      await new FileConnector(place.path).close();
      expect(readdirSync(place.path).sort()).toEqual(names.filter(isUUID).sort());
    });

    it('does not lose the file of another, which is only slow', async () => {
      using place = new TemporaryDirectory();
      // So long that it is stopped before the end.
      const length = 512 * 1024 * 1024;
      await using writer = new RunningScript(writeForEver(place.path, length));
      await temporaryFile(place.path, 1);
      writer.process.kill('SIGSTOP');
      const [written] = readdirSync(place.path).filter((name) => !isUUID(name));
      // As if it had not moved for a month.
      const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 30 * 24 * hour);
      try {
        await new FileConnector(place.path).close();
      } finally {
        now.mockRestore();
      }
      expect(readdirSync(place.path)).toContain(written);
      const stored = new Set(readdirSync(place.path).filter(isUUID));
      writer.process.kill('SIGCONT');
      const next = await newObject(place.path, stored);
      expect(statSync(join(place.path, next)).size).toBe(length);
    });
  });

  describe('the temporary files of which', () => {
    it('are told apart by machine, process and start of the process', () => {
      const name = temporaryName();
      const owner = ownerOf(name)!;
      expect(owner).toEqual({
        machine: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        process: process.pid,
        start: expect.stringMatching(/^[1-9][0-9]*$/) as string,
      });
      expect(temporaryName()).not.toBe(name);
      expect(stateOf(owner)).toBe('running');
      expect(stateOf({ ...owner, start: '1' })).toBe('ended');
      expect(stateOf({ ...owner, process: 2 ** 22 + 1 })).toBe('ended');
      expect(stateOf({ ...owner, machine: '0123456789abcdef' })).toBe('unknown');
      expect(stateOf({ ...owner, machine: '0' })).toBe('unknown');
      for (const other of [
        '',
        `x${name}`,
        `${name}x`,
        name.replace('.', ''),
        name.replace(/-[0-9]+-/, '--'),
      ]) {
        expect(ownerOf(other)).toBeUndefined();
      }
    });

    it('are left alone where it is of another user and cannot be signalled', () => {
      using place = new TemporaryDirectory();
      chmodSync(place.path, 0o777);
      const name = temporaryName();
      writeFileSync(join(place.path, name), '');
      const { status } = runScript(`
        process.setgid(65534);
        process.setuid(65534);
        new FileConnector(${JSON.stringify(place.path)}).close();
      `);
      expect(status).toBe(0);
      expect(readdirSync(place.path)).toEqual([name]);
    });

    it('say nothing of it where the system has no /proc', () => {
      const refuse = (path: unknown): void => {
        if (String(path).startsWith('/proc/')) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      };
      const { readFileSync } = fs;
      const read = jest.spyOn(fs, 'readFileSync');
      read.mockImplementation((...given) => {
        refuse(given[0]);
        return readFileSync(...given);
      });
      try {
        jest.isolateModules(() => {
          const names = jest.requireActual<{
            temporaryName: typeof temporaryName;
            ownerOf: typeof ownerOf;
            stateOf: typeof stateOf;
          }>('../../lib/connectors/file/temporary-names.js');
          const owner = names.ownerOf(names.temporaryName())!;
          expect(owner).toEqual({ machine: '0', process: process.pid, start: '0' });
          expect(names.stateOf(owner)).toBe('unknown');
        });
        // That a process runs can be told; since when, it cannot.
        expect(stateOf({ ...ownerOf(temporaryName())!, start: '1' })).toBe('running');
      } finally {
        read.mockRestore();
      }
    });

    it('are removed after a day where their process cannot be asked', async () => {
      using place = new TemporaryDirectory();
      const elsewhere = temporaryName().replace(/(?<=^\.proxystore-)[0-9a-f]+/, 'feedfeedfeedfeed');
      const reused = temporaryName().replace(/-[0-9]+(?=(-[0-9a-f]+){5}$)/, '-1');
      for (const name of [elsewhere, reused, 'notes.txt']) writeFileSync(join(place.path, name), '');
      const now = jest.spyOn(Date, 'now');
      try {
        now.mockReturnValue(Date.now() + 23 * hour);
        await new FileConnector(place.path).close();
        expect(readdirSync(place.path).sort()).toEqual([elsewhere, 'notes.txt'].sort());
        now.mockRestore();
        jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * hour);
        await new FileConnector(place.path).close();
        expect(readdirSync(place.path)).toEqual(['notes.txt']);
      } finally {
        jest.restoreAllMocks();
      }
    });
  });
});

/** Node before 24 has no stacks of its own. */
function newStack(): AsyncDisposableStack {
  const { AsyncDisposableStack } = disposableConstructors();
  return new AsyncDisposableStack();
}

/** A script that stores objects of one length, one after the other, until it is killed. */
function writeForEver(directory: string, length: number): string {
  return `
    (async () => {
      const connector = new FileConnector(${JSON.stringify(directory)});
      const parts = new Array(16).fill(Buffer.alloc(${length / 16}, 1));
      for (;;) await connector.put(parts);
    })();
  `;
}

/** Waits until a temporary file in a directory has at least so many bytes. */
async function temporaryFile(directory: string, size: number): Promise<void> {
  await change(directory, () =>
    readdirSync(directory).some((name) => {
      if (ownerOf(name) === undefined) return false;
      const status = statSync(join(directory, name), { throwIfNoEntry: false });
      return status !== undefined && status.size >= size;
    }),
  );
}

/** Waits until there is an object that has not been there before. */
async function newObject(directory: string, before: ReadonlySet<string>): Promise<string> {
  let found: string | undefined;
  await change(directory, () => {
    found = readdirSync(directory).find((name) => isUUID(name) && !before.has(name));
    return found !== undefined;
  });
  return found!;
}

/** Waits for a change of a directory, or of a file in it, after which a condition holds. */
async function change(directory: string, holds: () => boolean): Promise<void> {
  const changes = watch(directory);
  const next = changes[Symbol.asyncIterator]();
  for (let told = next.next(); !holds(); told = next.next()) await told;
  await next.return?.();
}
