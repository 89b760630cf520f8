import '../../lib/resources/symbols.js';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Keyv } from 'keyv';
import { BlockingConnector, type BlockingConnectorOptions } from '../../lib/connectors/blocking.js';
import { checkReachable, loadKnownConnectors } from '../../lib/connectors/blocking/known-connectors.js';
import { SharedState } from '../../lib/connectors/blocking/messages.js';
import { connectorFromConfig, registerConnector } from '../../lib/connectors/connector-classes.js';
import { FileConnector } from '../../lib/connectors/file.js';
import { KeyvConnector } from '../../lib/connectors/keyv.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import { MultiConnector } from '../../lib/connectors/multi.js';
import type { Connector, ConnectorConfig } from '../../lib/connectors/protocol.js';
import { RedisConnector } from '../../lib/connectors/redis.js';
import { newUUIDKey } from '../../lib/connectors/uuid-key.js';
import {
  ConnectorClosedError,
  ConnectorError,
  InvalidKeyError,
  MultiConnectorError,
  ProxyStoreError,
} from '../../lib/errors.js';
import { extract, isResolved, resolve } from '../../lib/proxy/proxy.js';
import type { ObjectProxy } from '../../lib/proxy/types.js';
import { getStore, storeRegistration } from '../../lib/store/registered-stores.js';
import { Store } from '../../lib/store/store.js';
import { caught, rejection } from '../caught.js';
import type { AnyServer } from '../servers/any-server.js';
import { redisServer, anyRedisServer } from '../servers/redis-server.js';
import { stubGlobals } from '../stub-globals.js';
import { compiledWorker } from './compiled-worker.js';
import { FaultyPlace } from './faulty-connector.js';
import { TemporaryDirectory } from './temporary-directory.js';

const worker = compiledWorker();
const place = new TemporaryDirectory();
const faulty = new FaultyPlace();
let server: AnyServer;

beforeAll(async () => {
  server = await anyRedisServer();
});

afterAll(async () => {
  place[Symbol.dispose]();
  faulty[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);
const files = (): FileConnector => new FileConnector(place.path);

describe('a store of a Redis server', () => {
  const stored = { rows: [1, 2, 3], name: 'table' };

  it('has proxies that resolve in place, by plain use', async () => {
    await using store = new Store('blocking', new BlockingConnector(redis(), { worker }), { cacheSize: 0 });
    using _registration = storeRegistration(store);
    expect(getStore('blocking')).toBe(store);
    const key = await store.put(stored);
    const proxied = (): ObjectProxy<typeof stored> => store.proxyFromKey<typeof stored>(key);
    expect(isResolved(proxied())).toBe(false);
    expect(proxied().rows.length).toBe(3);
    expect(Object.keys(proxied())).toEqual(['rows', 'name']);
    expect({ ...proxied() }).toEqual(stored);
    expect('rows' in proxied()).toBe(true);
    expect(JSON.stringify(extract(proxied()))).toBe(JSON.stringify(stored));
    const list = store.proxyFromKey<number[]>(await store.put([1, 2, 3]), { kind: 'array' });
    expect([...list]).toEqual([1, 2, 3]);
    expect(await resolve(proxied())).toEqual(stored);
  });

  it('writes references of proxies that are not resolved, which another store of its name resolves in place', async () => {
    const connector = redis();
    let message: string;
    {
      await using store = new Store('blocking', new BlockingConnector(connector.config(), { worker }));
      message = JSON.stringify(await store.proxy(stored, { populateTarget: false }));
      expect(message.length).toBeLessThan(200);
    }
    await using store = new Store('blocking', new BlockingConnector(connector, { worker }));
    const { key } = JSON.parse(message) as { key: ReturnType<typeof newUUIDKey> };
    expect(store.proxyFromKey<typeof stored>(key).name).toBe('table');
  });

  it('takes the object of a one-shot proxy in place', async () => {
    await using store = new Store('blocking', new BlockingConnector(redis(), { worker }));
    const key = store.putSync(stored);
    expect(store.proxyFromKey<typeof stored>(key, { evict: true }).name).toBe('table');
    expect(store.existsSync(key)).toBe(false);
  });
});

describe('bytes', () => {
  it('of 64 MB come back whole, in memory of the caller', async () => {
    await using connector = new BlockingConnector(files(), { worker });
    const large = new Uint8Array(randomBytes(1 << 20).buffer.slice(0, 1 << 20));
    const parts = Array.from({ length: 64 }, () => large);
    const key = connector.sync.put([bytes('BS\n'), ...parts]);
    expect(large.length).toBe(1 << 20);
    const got = connector.sync.get(key)!;
    expect(got.length).toBe((64 << 20) + 3);
    expect(Buffer.compare(got.subarray(3 + (63 << 20)), large)).toBe(0);
    expect(Buffer.compare(got, (await connector.get(key))!)).toBe(0);
    structuredClone(got, { transfer: [got.buffer as ArrayBuffer] });
    expect(got.length).toBe(0);
    connector.sync.evict(key);
  });

  it('that were given are the caller’s still, also those of shared memory', async () => {
    await using connector = new BlockingConnector(files(), { worker });
    const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
    const given = new Uint8Array(100_000).fill(1);
    const keys = connector.sync.putBatch([[given, shared], [given.subarray(5)], []]);
    given.fill(2);
    const [first, second, third] = connector.sync.getBatch(keys);
    expect([first!.length, first![0], first![100_002]]).toEqual([100_003, 1, 7]);
    expect([second!.length, second![0]]).toEqual([99_995, 1]);
    expect(third!.length).toBe(0);
    structuredClone(first, { transfer: [first!.buffer as ArrayBuffer] });
    expect(second!.length).toBe(99_995);
  });

  it('for which there is no memory are refused', async () => {
    await using connector = new BlockingConnector(files(), { worker });
    const part = { byteLength: 2 ** 53, length: 2 ** 53 } as Uint8Array;
    expect(() => connector.sync.put([part])).toThrow(/no memory to send 9007199254740992 bytes/);
  });
});

describe('a key', () => {
  it('that is wrong is refused before the worker is started, as it was given', async () => {
    await using connector = new BlockingConnector(files(), { worker: pathToFileURL(worker) });
    const wrong = ['../x'] as never;
    const error = caught(() => connector.sync.get(wrong));
    expect(error).toBeInstanceOf(InvalidKeyError);
    expect((error as InvalidKeyError).key).toBe(wrong);
  });

  it('that says something else when it is read again is checked again in the worker', async () => {
    await using connector = new BlockingConnector(files(), { worker });
    const key = [...newUUIDKey()];
    Object.defineProperty(key, 'toJSON', { value: () => ['../x'] });
    expect(() => connector.sync.get(key as never)).toThrow(InvalidKeyError);
  });
});

describe('what the worker throws', () => {
  it('comes back with its class, properties and cause, and who has asked', async () => {
    await using connector = faulty.open({ get: 'fail' });
    const error = caught(function whoHasAsked() {
      connector.sync.get(newUUIDKey());
    }) as MultiConnectorError;
    expect(error).toBeInstanceOf(MultiConnectorError);
    expect(error).toBeInstanceOf(ProxyStoreError);
    expect(error).toMatchObject({
      name: 'MultiConnectorError',
      code: 'ERR_PROXYSTORE_MULTI_CONNECTOR',
      message: 'several',
      connector: 'faulty',
      key: ['k'],
    });
    const cause = error.cause as RangeError & { errno: number };
    expect(cause).toBeInstanceOf(RangeError);
    expect(cause).toMatchObject({ message: 'deep', errno: -7 });
    expect(cause.cause).toBe(cause);
    expect(error.failures).toEqual({ a: cause });
    expect(error.stack).toMatch(/MultiConnectorError: several\n[\s\S]*asked by\n[\s\S]*whoHasAsked/);
  });

  it('is what was thrown, where that is no error', async () => {
    await using connector = faulty.open({ get: 'failWithText' });
    expect(caught(() => connector.sync.get(newUUIDKey()))).toBe('a text');
  });

  it('comes back as that it cannot be described, where it cannot', async () => {
    await using connector = faulty.open({ get: 'failToBeDescribed' });
    expect(() => connector.sync.get(newUUIDKey())).toThrow(/cannot be described: Error: no/);
  });

  it('is told where the result cannot be sent', async () => {
    await using connector = faulty.open({ get: 'notClonable' });
    expect(() => connector.sync.get(newUUIDKey())).toThrow(/could not be cloned/);
    expect(connector.sync.exists(newUUIDKey())).toBe(false);
  });

  it('is that its connector cannot be opened, until it can', async () => {
    await using own = await redisServer({ password: 'right' });
    await using connector = new BlockingConnector(
      new RedisConnector({ url: own.url, connectTimeout: 1000, whenOffline: 'fail' }),
      { worker },
    );
    const key = await connector.put([bytes('object')]);
    const error = caught(() => connector.sync.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'redis' });
    expect(String(error)).not.toContain('right');
  });

  it('is that its module cannot be imported', async () => {
    const module = join(place.path, 'none.mjs');
    await using connector = new BlockingConnector(files(), { worker, module });
    const error = caught(() => connector.sync.get(newUUIDKey())) as ConnectorError;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error.message).toMatch(/The module file:.*none\.mjs.* cannot be imported/);
    expect(error.cause).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
  });
});

describe('a secret', () => {
  it('is given to the worker and in no config', async () => {
    await using own = await redisServer({ password: 'secret-word' });
    const { port } = new URL(own.url);
    const secrets = { password: 'secret-word' };
    await using connector = new BlockingConnector(
      { kind: 'redis', options: { url: `redis://127.0.0.1:${port}` } },
      { worker, secrets },
    );
    secrets.password = 'changed since';
    const key = await connector.put([bytes('object')]);
    expect(text(connector.sync.get(key))).toBe('object');
    expect(JSON.stringify(connector.config())).not.toContain('secret-word');
    registerConnector(BlockingConnector.with({ worker, secrets: { password: 'secret-word' } }));
    const config = JSON.parse(JSON.stringify(connector.config())) as ConnectorConfig;
    await using again = connectorFromConfig(config);
    expect(text(again.sync!.get(key))).toBe('object');
  });
});

describe('a worker that dies', () => {
  it.each([
    ['exit', /died during get\(\): its process\.exit\(\) was called, with the code 7/, undefined],
    ['throwLater', /died during get\(\): it threw RangeError: thrown later/, 'thrown later'],
    ['reject', /died during get\(\): it threw RangeError: rejected/, 'rejected'],
    ['throwNothing', /died during get\(\): it threw what is the cause of this error/, 'nothing'],
  ] as const)(
    'fails the call that waits for it, and the next has another: %s',
    async (fault, message, cause) => {
      using emitted = emittedWarnings();
      await using connector = faulty.open({ get: fault });
      const error = caught(() => connector.sync.get(newUUIDKey())) as ConnectorError;
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error.connector).toBe('blocking');
      expect(error.message).toMatch(message);
      expect(cause === 'nothing' ? error.cause : (error.cause as Error | undefined)?.message).toBe(cause);
      const key = connector.sync.put([bytes('after')]);
      expect(connector.sync.exists(key)).toBe(true);
      await connector.close();
      expect(emitted.messages).toEqual([]);
    },
  );

  it('of what its code handles does not die', async () => {
    await using connector = faulty.open({ exists: 'throwHandled' });
    expect(connector.sync.exists(newUUIDKey())).toBe(true);
  });

  it('while nobody waits is told by a warning, and the next call has another', async () => {
    using emitted = emittedWarnings();
    await using connector = faulty.open({ exists: 'throwSoon' });
    expect(connector.sync.exists(newUUIDKey())).toBe(true);
    await emitted.next();
    expect(emitted.messages).toEqual(['The worker of a blocking connector (faulty) has died: thrown soon']);
    expect(connector.sync.get(connector.sync.put([bytes('after')]))).toBeDefined();
  });

  it('while nobody waits and nothing can be heard is told when it is needed', async () => {
    using emitted = emittedWarnings();
    using own = new FaultyPlace();
    await using connector = own.open({ exists: 'throwSoon', evict: 'exitSoon' });
    connector.sync.exists(newUUIDKey());
    own.notedSync('thrown');
    expect(text(connector.sync.get(connector.sync.put([bytes('after')])))).toBe('after');
    expect(emitted.messages).toEqual(['The worker of a blocking connector (faulty) has died: thrown soon']);
    connector.sync.evict(newUUIDKey());
    own.notedSync('exited');
    expect(text(connector.sync.get(connector.sync.put([bytes('again')])))).toBe('again');
    expect(emitted.messages).toHaveLength(1);
  });

  it('fails a call by time where it cannot be heard', async () => {
    const broken = join(place.path, 'broken.cjs');
    writeFileSync(broken, 'this is no code');
    await using connector = new BlockingConnector(files(), { worker: broken });
    expect(() => connector.sync.get(newUUIDKey())).toThrow(
      /no reason is known; .* its file could not be run/,
    );
  });
});

describe('a call that takes too long', () => {
  it.each(['never', 'busy'] as const)('fails, and the connector can be closed: %s', async (fault) => {
    await using connector = faulty.open({ get: fault }, { timeout: 300 });
    const error = caught(() => connector.sync.get(newUUIDKey())) as ConnectorError;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'blocking' });
    expect(error.message).toMatch(/\(faulty\) has not done get\(\) within 300 ms.* Give a longer timeout/);
  });

  it('of a worker that is caught in a loop is the last of that worker', async () => {
    await using connector = faulty.open({ get: 'busy' }, { timeout: 1000 });
    expect(() => connector.sync.get(newUUIDKey())).toThrow(/has not done get/);
    expect(connector.sync.exists(newUUIDKey())).toBe(false);
    expect(() => connector.sync.get(newUUIDKey())).toThrow(/has not done get/);
    expect(connector.sync.exists(newUUIDKey())).toBe(false);
  });

  it('is aborted in the worker, which goes on', async () => {
    await using connector = faulty.open(
      { get: 'failLate', evict: 'untilAborted', take: 'count' },
      { timeout: 1000 },
    );
    const key = connector.sync.put([bytes('object')]);
    const before = connector.sync.take!(newUUIDKey());
    expect(() => connector.sync.evict(key)).toThrow(/has not done evict/);
    await faulty.noted('aborted');
    expect(() => connector.sync.get(key)).toThrow(/has not done get/);
    expect(connector.sync.exists(newUUIDKey())).toBe(false);
    // The same one, which counts on.
    expect([before, connector.sync.take!(newUUIDKey())]).toEqual([bytes('1'), bytes('2')]);
  });

  it.each(['put', 'putBatch'] as const)('leaves nothing behind that it stored: %s', async (operation) => {
    using own = new FaultyPlace();
    const undo = operation === 'put' ? 'evict' : 'evictBatch';
    await using connector = own.open({ [operation]: 'untilAborted', [undo]: 'note' }, { timeout: 1000 });
    const object = [bytes('object')];
    expect(() =>
      operation === 'put' ? connector.sync.put(object) : connector.sync.putBatch([object]),
    ).toThrow(/has not done put/);
    await own.noted(undo);
  });
});

describe('an answer that the worker has decided on in time', () => {
  /** A worker that takes the number of each request, and answers after a while or never. */
  const deciding = (answer: string): string => {
    const file = join(place.path, 'deciding.cjs');
    writeFileSync(
      file,
      `
        const { port, state } = require('node:worker_threads').workerData;
        port.on('message', ({ type, id }) => {
          if (type === 'close') port.close();
          if (type !== 'request') return;
          Atomics.compareExchange(state, ${SharedState.awaited}, id, 0);
          ${answer}
        });
      `,
    );
    return file;
  };

  it('is waited for', async () => {
    const later = `setTimeout(() => {
      port.postMessage({ type: 'result', result: true });
      Atomics.add(state, ${SharedState.said}, 1);
      Atomics.notify(state, ${SharedState.said});
    }, 400);`;
    await using connector = new BlockingConnector(files(), { worker: deciding(later), timeout: 200 });
    expect(connector.sync.exists(newUUIDKey())).toBe(true);
  });

  it('is not waited for without end', async () => {
    await using connector = new BlockingConnector(files(), { worker: deciding(''), timeout: 1 });
    expect(() => connector.sync.exists(newUUIDKey())).toThrow(/has not done exists\(\) within 1 ms/);
  });
});

describe('closing', () => {
  it('ends the worker, and waits for its connector', async () => {
    await using connector = faulty.open({ close: 'note' });
    connector.sync.exists(newUUIDKey());
    const closed = connector.close();
    await faulty.noted('close');
    await closed;
    expect(() => connector.sync.exists(newUUIDKey())).toThrow(ConnectorClosedError);
  });

  it('tells that the connector in the worker failed to close, when both are closed', async () => {
    const connector = faulty.open({ close: 'failToClose' });
    connector.sync.exists(newUUIDKey());
    await expect(connector.close()).rejects.toThrow('not closed');
  });

  it('of one whose worker could not open its connector, or was never started, has nothing to wait for', async () => {
    const module = join(place.path, 'none.mjs');
    const connector = new BlockingConnector(files(), { worker, module });
    expect(() => connector.sync.exists(newUUIDKey())).toThrow(/cannot be imported/);
    await connector.close();
    await new BlockingConnector(files(), { worker }).close();
  });

  it('of one whose worker has died has nothing to wait for', async () => {
    await using connector = faulty.open({ exists: 'exit' });
    expect(() => connector.sync.exists(newUUIDKey())).toThrow(/died/);
    await connector.close();
  });
});

describe('config()', () => {
  it('has the config of the connector, and the timeout', async () => {
    await using connector = new BlockingConnector(files(), { worker, timeout: 5000 });
    expect(connector.config()).toEqual({
      kind: 'blocking',
      options: { connector: files().config(), timeout: 5000 },
    });
    await using byDefault = BlockingConnector.fromConfig({ connector: files().config() as never });
    expect(byDefault.config().options['timeout']).toBe(60_000);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', 7, /The options are not an object/],
    ['another option', { connector: {}, module: '/x.js' }, /There is no option "module"/],
    ['no connector', {}, /"connector" must be a config/],
    ['a connector without a kind', { connector: { options: {} } }, /"connector" must be a config/],
    ['a connector without options', { connector: { kind: 'file' } }, /"connector" must be a config/],
    ['an array for options', { connector: { kind: 'file', options: [] } }, /"connector" must be a config/],
    [
      'no time',
      { connector: { kind: 'file', options: { directory: '/' } }, timeout: '1' },
      /"timeout" must be a number/,
    ],
    [
      'a wrong connector',
      { connector: { kind: 'file', options: {} } },
      /"directory" must be an absolute path/,
    ],
  ])('is refused where it is %s', (_title, options, message) => {
    const error = caught(() => BlockingConnector.fromConfig(options as never));
    expect(error).toBeInstanceOf(ConnectorError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('the options', () => {
  it.each<[string, BlockingConnectorOptions, RegExp]>([
    ['a time of 0', { timeout: 0 }, /"timeout" must be a number of milliseconds, from 1 to 2147483647/],
    ['a time without end', { timeout: Infinity }, /"timeout" must be a number/],
    ['no secrets', { secrets: null as never }, /"secrets" must be an object/],
    [
      'a secret that cannot be copied',
      { secrets: { password: () => 'x' } },
      /that structured clone can copy/,
    ],
    ['a module by its name', { module: 'some-package' }, /"module" must be an absolute path or a URL/],
    ['no module', { module: 7 as never }, /"module" must be an absolute path or a URL/],
    ['a worker by its name', { worker: './worker.js' }, /"worker" must be an absolute path or a URL/],
    ['a worker that is not there', { worker: '/there/is/none.js' }, /"worker" must be a file that exists/],
  ])('are refused at once: %s', async (_title, options, message) => {
    await using connector = files();
    const error = caught(() => new BlockingConnector(connector, options));
    expect(error).toBeInstanceOf(ConnectorError);
    expect((error as Error).message).toMatch(message);
    // It is its user's still.
    expect(await connector.exists(newUUIDKey())).toBe(false);
  });

  it('may name a worker that is no file', async () => {
    const code = `import(${JSON.stringify(pathToFileURL(worker).href)})`;
    await using connector = new BlockingConnector(files(), {
      worker: `data:text/javascript,${encodeURIComponent(code)}`,
    });
    expect(connector.sync.exists(newUUIDKey())).toBe(false);
  });

  it('name the worker where it is not beside this code', async () => {
    await using connector = new BlockingConnector(files());
    expect(() => connector.sync.exists(newUUIDKey())).toThrow(/import "proxystore\/blocking\/worker"/);
  });
});

describe('a connector', () => {
  it.each<[string, () => Connector | ConnectorConfig, RegExp]>([
    ['blocking', blocking, /cannot have another blocking connector/],
    [
      'a config of a blocking one',
      () => ({ kind: 'blocking', options: { connector: { kind: 'file', options: {} } } }),
      /cannot have another blocking connector/,
    ],
    [
      'one that has a blocking one among its children',
      () => {
        const inner = new MultiConnector({ innermost: { connector: blocking() } });
        return new MultiConnector({ first: { connector: files() }, second: { connector: inner } });
      },
      /cannot have another blocking connector inside/,
    ],
    ['local', () => new LocalConnector(), /keeps its objects in the memory of its own thread/],
    [
      'one that no config can carry',
      () => new KeyvConnector({ keyv: new Keyv({ throwOnErrors: true }) }),
      /does not know how to open a connector of kind "keyv".*\{ module: new URL/,
    ],
    [
      'one of a kind that is not of this package',
      () => ({ kind: 'constructor', options: {} }),
      /connector of kind "constructor"/,
    ],
  ])('that a worker cannot open is refused: %s', async (_title, make, message) => {
    const made = make();
    const error = caught(() => new BlockingConnector(made));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'blocking' });
    expect((error as Error).message).toMatch(message);
    // It is its user's still.
    if ('close' in made) await made.close();
  });

  it('is not made blocking in a worker of one', async () => {
    await using connector = faulty.open({ get: 'nest' });
    expect(() => connector.sync.get(newUUIDKey())).toThrow(/must not stand still itself/);
  });

  it('is not made blocking in a thread that must not wait', () => {
    const refuse = (): never => {
      throw new TypeError('Atomics.wait cannot be called in this context');
    };
    const connector = files();
    for (const values of [
      { Atomics: Object.create(Atomics, { wait: { value: refuse } }) as unknown },
      { SharedArrayBuffer: undefined },
    ]) {
      using _stubbed = stubGlobals(values);
      const error = caught(() => new BlockingConnector(connector)) as ConnectorError;
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error.message).toMatch(/the main thread of a browser must not/);
      expect(error.cause).toBeDefined();
    }
  });
});

describe('the worker', () => {
  it('runs where Node was told the format of what is no file', async () => {
    process.execArgv.push('--input-type=module');
    try {
      await using connector = blocking();
      expect(connector.sync.exists(newUUIDKey())).toBe(false);
    } finally {
      process.execArgv.pop();
    }
  });

  it('knows every connector that the package has and a config can open', async () => {
    const { exports } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
      exports: Record<string, { import?: { default: string } }>;
    };
    const kinds = Object.values(exports)
      .map((entry) => /^\.\/dist\/esm\/connectors\/(\w+)\.js$/.exec(entry.import?.default ?? '')?.[1])
      .filter((kind) => kind !== undefined);
    expect(kinds).toEqual(expect.arrayContaining(['blocking', 'file', 'keyv', 'redis']));
    for (const kind of kinds.filter((known) => known !== 'blocking' && known !== 'keyv')) {
      const config = { kind, options: {} };
      checkReachable(config, false);
      await loadKnownConnectors(config);
      // Its own error, or none: its class is known.
      const error = (() => {
        try {
          void connectorFromConfig(config).close();
          return undefined;
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(String(error)).not.toContain('No connector of kind');
    }
  });
});

describe('the asynchronous operations', () => {
  it('go to the connector in this thread, and start no worker', async () => {
    await using connector = new BlockingConnector(files());
    const key = connector.newKey!();
    const wait = connector.watch!(key);
    expect(await connector.set!(key, [bytes('object')], { ifAbsent: true })).toBe(true);
    await wait;
    expect(text(await connector.take!(key))).toBe('object');
    for await (const listed of connector.list!()) expect(listed).toBeDefined();
  });

  it('fail as they do there', async () => {
    await using connector = new BlockingConnector(files());
    const { signal } = new AbortController();
    const wait = rejection(connector.watch!(newUUIDKey(), { signal }));
    expect(await rejection(connector.watch!(['x'] as never))).toBeInstanceOf(InvalidKeyError);
    await connector.close();
    expect(await wait).toMatchObject({ connector: 'blocking', code: 'ERR_PROXYSTORE_CONNECTOR_CLOSED' });
  });
});

function blocking(): BlockingConnector {
  return new BlockingConnector(files(), { worker });
}

function redis(): RedisConnector {
  return new RedisConnector({ url: server.url, name: 'blocking' });
}

/** The warnings that are emitted until the end of the block. */
function emittedWarnings(): Disposable & { readonly messages: string[]; next(): Promise<void> } {
  const messages: string[] = [];
  const waiting: (() => void)[] = [];
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    messages.push(String(warning));
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    messages,
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}
