import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import { ConnectorClosedError, ConnectorError } from '../../lib/errors.js';
import { compiledLibrary } from '../compiled-library.js';
import { runScript } from './child-script.js';

const day = 24 * 60 * 60 * 1000;
const bytes = Uint8Array.of(1, 2, 3);

describe('LocalConnector', () => {
  describe('objects', () => {
    it('are copied within the call, so that the caller may change its bytes at once', async () => {
      await using connector = new LocalConnector();
      const data = Uint8Array.of(1, 2, 3);
      const put = connector.put([data]);
      const key = connector.newKey();
      const set = connector.set(key, [data]);
      data.fill(0);
      await set;
      expect(await connector.get(await put)).toEqual(bytes);
      expect(await connector.get(key)).toEqual(bytes);
    });

    it('come out with what is behind their tag at a multiple of eight bytes', async () => {
      await using connector = new LocalConnector();
      const key = await connector.put([new Uint8Array(1000)]);
      expect((await connector.get(key))!.byteOffset % 8).toBe(5);
      expect((await connector.take(key))!.byteOffset % 8).toBe(5);
    });

    it('for which there is no memory are refused, with all of their batch', async () => {
      await using connector = new LocalConnector();
      // 256 TiB by what it says, a gigabyte that is never touched by what it takes.
      const tooLarge = new Array<Uint8Array>(2 ** 18).fill(new Uint8Array(2 ** 30));
      for (const attempt of [connector.put(tooLarge), connector.putBatch([[bytes], tooLarge])]) {
        const error: unknown = await attempt.catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ConnectorError);
        expect(error).toHaveProperty('message', expect.stringContaining('281474976710656 bytes'));
        expect(error).toHaveProperty('connector', 'local');
        expect(error).toHaveProperty('cause.name', 'RangeError');
      }
      for await (const key of connector.list()) throw new Error(`left behind: ${String(key)}`);
    });
  });

  describe('config()', () => {
    it('finds the same objects as long as one of its connectors is open', async () => {
      const first = new LocalConnector();
      const config = first.config();
      const second = connectorFromConfig(config);
      expect(second.config()).toEqual(config);
      const key = await first.put([bytes]);
      await first.close();
      expect(await second.get(key)).toEqual(bytes);
      await using third = LocalConnector.fromConfig(config.options);
      await second.close();
      expect(await third.get(key)).toEqual(bytes);
    });

    it('finds nothing once all are closed, and asking for it then does not bring it back', async () => {
      const connector = new LocalConnector();
      await connector.close();
      const { options } = connector.config();
      expect(() => LocalConnector.fromConfig(options)).toThrow(ConnectorError);
      expect(() => LocalConnector.fromConfig(options)).toThrow(
        'A local connector cannot be reached from another process or thread',
      );
    });

    it('is of one connector: two have different objects', async () => {
      await using first = new LocalConnector();
      await using second = new LocalConnector();
      expect(first.config()).not.toEqual(second.config());
      expect(await second.get(await first.put([bytes]))).toBeUndefined();
    });

    it('finds the objects of another copy of the package in this thread', async () => {
      let copy: typeof LocalConnector | undefined;
      jest.isolateModules(() => {
        ({ LocalConnector: copy } = jest.requireActual<{ LocalConnector: typeof LocalConnector }>(
          '../../lib/connectors/local.js',
        ));
      });
      expect(copy).not.toBe(LocalConnector);
      await using here = new LocalConnector();
      await using there = copy!.fromConfig(here.config().options);
      const key = here.newKey();
      const wait = there.watch(key);
      here.sync.set(key, [bytes]);
      await wait;
      expect(there.sync.get(key)).toEqual(bytes);
    });

    it('finds nothing in another thread', async () => {
      await using connector = new LocalConnector();
      const script = `
        const { parentPort, workerData } = require('node:worker_threads');
        const { LocalConnector } = require(workerData.module);
        try { LocalConnector.fromConfig(workerData.options); } catch ({ code, message }) { parentPort.postMessage({ code, message }); }
      `;
      const module = join(compiledLibrary(), 'connectors/local.js');
      const worker = new Worker(script, {
        eval: true,
        workerData: { module, options: connector.config().options },
      });
      expect(await once(worker, 'message')).toEqual([
        {
          code: 'ERR_PROXYSTORE_CONNECTOR',
          message: expect.stringContaining('cannot be reached from another process or thread') as string,
        },
      ]);
    });

    it.each([
      ['no object', null],
      ['no object', 'id'],
      ['an array', []],
      ['no id', {}],
      ['an id of another type', { id: 1 }],
      ['an id that nobody made', { id: '../x' }],
      ['an option of another version', { id: '00000000-0000-4000-8000-000000000000', size: 1 }],
    ])('is checked on its way in: %s', (_, options) => {
      expect(() => LocalConnector.fromConfig(options as never)).toThrow(ConnectorError);
      expect(() => LocalConnector.fromConfig(options as never)).toThrow(
        'The config of a local connector is wrong.',
      );
    });
  });

  describe('close()', () => {
    it('ends the waits of this connector only', async () => {
      const first = new LocalConnector();
      await using second = LocalConnector.fromConfig(first.config().options);
      const key = second.newKey();
      const [ended, waiting] = [first.watch(key), second.watch(key)];
      const end = expect(ended).rejects.toBeInstanceOf(ConnectorClosedError);
      await first.close();
      await end;
      second.sync.set(key, [bytes]);
      await waiting;
    });
  });

  describe('expire()', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('waits longer than one timer can', async () => {
      await using connector = new LocalConnector();
      const key = connector.sync.put([bytes]);
      expect(await connector.expire(key, 100 * day)).toBe(true);
      jest.advanceTimersByTime(100 * day - 1);
      expect(connector.sync.exists(key)).toBe(true);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(1);
      expect(connector.sync.exists(key)).toBe(false);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('waits no less than a fraction of a millisecond', async () => {
      await using connector = new LocalConnector();
      const key = connector.sync.put([bytes]);
      await connector.expire(key, 0.5);
      expect(connector.sync.exists(key)).toBe(true);
      jest.advanceTimersByTime(1);
      expect(connector.sync.exists(key)).toBe(false);
    });

    it('has one timer a key, which goes with the expiry, the object or the connector', async () => {
      const connector = new LocalConnector();
      const keys = connector.sync.putBatch([[bytes], [bytes], [bytes], [bytes], [bytes]]);
      const [evicted, taken, replaced, kept] = keys;
      for (const key of keys) await connector.expire(key, day);
      for (const key of keys) await connector.expire(key, 2 * day);
      expect(jest.getTimerCount()).toBe(5);
      connector.sync.evict(evicted!);
      expect(jest.getTimerCount()).toBe(4);
      connector.sync.take(taken!);
      expect(jest.getTimerCount()).toBe(3);
      connector.sync.set(replaced!, [bytes]);
      expect(jest.getTimerCount()).toBe(2);
      expect(await connector.expire(kept!, Infinity)).toBe(true);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(3 * day);
      expect(keys.map((key) => connector.sync.exists(key))).toEqual([false, false, true, true, false]);
      await connector.expire(kept!, day);
      await connector.close();
      expect(jest.getTimerCount()).toBe(0);
    });

    it('shows no object whose time has come to those who list, set or wait', async () => {
      jest.useRealTimers();
      await using connector = new LocalConnector();
      const keys = connector.sync.putBatch([[bytes], [bytes], [bytes], [bytes], [bytes]]);
      const [got, looked, set, taken, listed] = keys;
      await Promise.all(keys.map((key) => connector.expire(key, 5)));
      // No timer fires while this loop runs.
      for (const end = performance.now() + 10; performance.now() < end;);
      expect(connector.sync.get(got!)).toBeUndefined();
      expect(connector.sync.exists(looked!)).toBe(false);
      expect(connector.sync.set(set!, [], { ifAbsent: true })).toBe(true);
      expect(connector.sync.take(taken!)).toBeUndefined();
      const left = connector.list()[Symbol.asyncIterator]();
      expect(await left.next()).toEqual({ done: false, value: set });
      expect(await left.next()).toEqual({ done: true, value: undefined });
      expect(connector.sync.exists(listed!)).toBe(false);
    });

    it.each([NaN, undefined, '20'])('takes a number only, which %p is not', async (milliseconds) => {
      await using connector = new LocalConnector();
      const key = connector.sync.put([bytes]);
      await expect(connector.expire(key, milliseconds as number)).rejects.toThrow(RangeError);
      expect(connector.sync.exists(key)).toBe(true);
    });
  });

  it('keeps no process alive', () => {
    const { status, stdout } = runScript(`
      const connector = new LocalConnector();
      const key = connector.sync.put([new Uint8Array(1)]);
      connector.expire(key, 100 * 24 * 60 * 60 * 1000);
      connector.watch(connector.newKey());
      process.on('exit', () => console.log('ended by itself'));
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ended by itself\n' });
  });

  it('is collected, with its objects and its id, when nobody closes it', () => {
    const { status, stdout } = runScript(
      `
      const { setImmediate: turn } = require('node:timers/promises');
      (async () => {
        let connector = new LocalConnector();
        const space = new WeakRef(connector);
        const { options } = connector.config();
        await connector.expire(connector.sync.put([new Uint8Array(1)]), 60 * 60 * 1000);
        connector = undefined;
        while (space.deref() !== undefined) { await turn(); gc(); }
        for (;;) {
          await turn();
          gc();
          try { await LocalConnector.fromConfig(options).close(); } catch (error) { console.log(error.code); break; }
        }
        const table = globalThis[Symbol.for('proxystore.memorySpaces')];
        while (table.size > 0) { await turn(); gc(); }
      })();
    `,
      { nodeArguments: ['--expose-gc'] },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ERR_PROXYSTORE_CONNECTOR\n' });
  });
});
