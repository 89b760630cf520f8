import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalConnector, StaticLifetime, Store } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { stubGlobals } from '../stub-globals.js';

/** A process that stores an object under a StaticLifetime and then does what the test is about. */
function program(options: {
  readonly directory: string;
  readonly sync: boolean;
  readonly then: string;
}): string {
  const library = compiledLibrary();
  return `
    const { StaticLifetime, Store } = require(${JSON.stringify(join(library, 'index.js'))});
    const { FileConnector } = require(${JSON.stringify(join(library, 'connectors/file.js'))});
    const connector = new FileConnector(${JSON.stringify(options.directory)});
    if (!${String(options.sync)}) Object.defineProperty(connector, 'sync', { value: undefined });
    const store = new Store('static', connector);
    const life = new StaticLifetime(store);
    store.put('an object', { lifetime: life }).then(() => {
      const keepAlive = () => setInterval(() => {}, 1000);
      ${options.then}
    });
  `;
}

async function run(
  options: { readonly sync: boolean; readonly then: string },
  signal?: NodeJS.Signals,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; objects: string[]; errors: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-static-'));
  try {
    const child = spawn(process.execPath, ['-e', program({ ...options, directory })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    if (signal !== undefined) {
      await once(child.stdout, 'data');
      child.kill(signal);
    }
    const [code, killedBy] = await closed;
    return { code, signal: killedBy, objects: await readdir(directory), errors };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

describe('StaticLifetime', () => {
  it.each([true, false])('evicts when there is nothing left to do (synchronous store: %s)', async (sync) => {
    await expect(run({ sync, then: '' })).resolves.toEqual({
      code: 0,
      signal: null,
      objects: [],
      errors: '',
    });
  });

  it('evicts objects of a synchronous store on process.exit()', async () => {
    await expect(run({ sync: true, then: 'process.exit(3);' })).resolves.toMatchObject({
      code: 3,
      objects: [],
    });
  });

  it('evicts objects of a synchronous store when an error is not caught', async () => {
    const then = "setImmediate(() => { throw new Error('not caught'); });";
    await expect(run({ sync: true, then })).resolves.toMatchObject({ code: 1, objects: [] });
  });

  it('cannot evict objects of an asynchronous store on process.exit(), as documented', async () => {
    const { objects } = await run({ sync: false, then: 'process.exit(0);' });
    expect(objects).toHaveLength(1);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'evicts on %s, which then ends the process as it would have',
    async (signal) => {
      const then = "keepAlive(); process.stdout.write('ready');";
      await expect(run({ sync: false, then }, signal)).resolves.toMatchObject({ signal, objects: [] });
    },
  );

  it('leaves the end to whoever else handles the signal', async () => {
    const then = `
      keepAlive();
      process.on('SIGTERM', () => life.close().then(() => process.exit(7)));
      process.stdout.write('ready');
    `;
    await expect(run({ sync: false, then }, 'SIGTERM')).resolves.toMatchObject({ code: 7, objects: [] });
  });

  it('warns of what could not be evicted', async () => {
    const { errors, objects } = await run({ sync: true, then: 'store.close();' });
    expect(errors).toContain('StoreClosedError');
    expect(objects).toHaveLength(1);
  });

  it('listens from its first object until its end, and not otherwise', async () => {
    await using store = new Store('static', new LocalConnector());
    const before = process.listenerCount('SIGTERM');
    const life = new StaticLifetime(store);
    expect(process.listenerCount('SIGTERM')).toBe(before);
    await store.put(1, { lifetime: life });
    await store.put(2, { lifetime: life });
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await life.close();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('ends by close() only, in a runtime that has no process', async () => {
    await using store = new Store('static', new LocalConnector());
    const before = process.listenerCount('SIGTERM');
    {
      using _stub = stubGlobals({ process: undefined });
      const life = new StaticLifetime(store);
      await store.put(1, { lifetime: life });
      await life.close();
    }
    expect(process.listenerCount('SIGTERM')).toBe(before);
    await expect(store.connector.list().next()).resolves.toMatchObject({ done: true });
  });

  describe('in this process, by the listeners that it adds', () => {
    /** A lifetime with one object, and the listener that it adds for an event. */
    async function listenerOf(
      event: string,
      store: Store,
    ): Promise<{ life: StaticLifetime; listener: (...args: unknown[]) => void }> {
      const life = new StaticLifetime(store);
      await store.put(1, { lifetime: life });
      const listener = process.listeners(event as NodeJS.Signals).at(-1) as (...args: unknown[]) => void;
      return { life, listener };
    }

    it('evicts before the exit', async () => {
      await using store = new Store('static', new LocalConnector());
      const { listener } = await listenerOf('beforeExit', store);
      listener();
      await store.connector.evict(store.connector.newKey());
      await expect(store.connector.list().next()).resolves.toMatchObject({ done: true });
    });

    it('evicts at the exit what can be evicted in place, and warns of what cannot', async () => {
      const store = new Store('static', new LocalConnector());
      const { life, listener } = await listenerOf('exit', store);
      listener();
      await expect(store.connector.list().next()).resolves.toMatchObject({ done: true });
      const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      await store.close();
      listener();
      expect(emitWarning.mock.calls[0]?.[0]).toContain('The process ends');
      // It has let go of the signals, too, which the next test counts.
      await expect(life.close()).rejects.toThrow('closed');
      expect(process.listeners('exit')).not.toContain(listener);
    });

    it('passes over at the exit what cannot be evicted in place', async () => {
      const connector = new LocalConnector();
      Object.defineProperty(connector, 'sync', { value: undefined });
      await using store = new Store('static', connector);
      const { life, listener } = await listenerOf('exit', store);
      listener();
      await expect(connector.list().next()).resolves.toMatchObject({ done: false });
      await life.close();
    });

    it('leaves the signal to who else listens', async () => {
      await using store = new Store('static', new LocalConnector());
      const { life, listener } = await listenerOf('SIGHUP', store);
      const other = (): void => undefined;
      process.on('SIGHUP', other);
      const kill = jest.spyOn(process, 'kill').mockImplementation(() => true);
      try {
        listener('SIGHUP');
        await life.close();
        await new Promise((resolve) => setImmediate(resolve));
        expect(kill).not.toHaveBeenCalled();
      } finally {
        kill.mockRestore();
        process.off('SIGHUP', other);
      }
    });

    it('sends itself the signal again when nobody else listens', async () => {
      await using store = new Store('static', new LocalConnector());
      const { listener } = await listenerOf('SIGHUP', store);
      const killed = new Promise((resolve) => {
        jest.spyOn(process, 'kill').mockImplementationOnce((...args) => {
          resolve(args);
          return true;
        });
      });
      listener('SIGHUP');
      await expect(killed).resolves.toEqual([process.pid, 'SIGHUP']);
      await expect(store.connector.list().next()).resolves.toMatchObject({ done: true });
    });
  });
});
