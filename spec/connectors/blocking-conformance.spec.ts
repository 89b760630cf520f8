import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import fastCheck from 'fast-check';
import { Keyv } from 'keyv';
import { BlockingConnector } from '../../lib/connectors/blocking.js';
import { registerConnector } from '../../lib/connectors/connector-classes.js';
import { FileConnector } from '../../lib/connectors/file.js';
import { KeyvConnector } from '../../lib/connectors/keyv.js';
import { MultiConnector } from '../../lib/connectors/multi.js';
import { capabilities } from '../../lib/connectors/protocol.js';
import { RedisConnector } from '../../lib/connectors/redis.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { compiledLibrary } from '../compiled-library.js';
import type { AnyServer } from '../servers/any-server.js';
import { anyRedisServer } from '../servers/redis-server.js';
import { compiledWorker } from './compiled-worker.js';
import { otherProcess } from './other-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

const place = new TemporaryDirectory();
const worker = compiledWorker();
let server: AnyServer;
let opened = 0;

beforeAll(async () => {
  // What is opened from a config has the worker of these tests, too.
  registerConnector(BlockingConnector.with({ worker }));
  server = await anyRedisServer();
});

afterAll(async () => {
  place[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const newDirectory = (): string => join(place.path, String((opened += 1)));

describeConnector({ describe, it, fastCheck }, 'BlockingConnector of files', {
  capabilities: ['sync', 'deferred', 'take', 'watch', 'list'],
  open: () => new BlockingConnector(new FileConnector(newDirectory()), { worker }),
  otherProcess,
});

describeConnector({ describe, it, fastCheck }, 'BlockingConnector of Redis', {
  capabilities: ['sync', 'deferred', 'take', 'expire', 'watch', 'list'],
  open: () => new BlockingConnector(new RedisConnector({ url: server.url, name: randomUUID() }), { worker }),
  otherProcess,
  heavy: true,
});

describeConnector({ describe, it, fastCheck }, 'BlockingConnector of Redis and files, from a config', {
  capabilities: ['sync', 'deferred', 'take', 'watch', 'list'],
  open: () => {
    const small = { kind: 'redis', options: { url: server.url, name: randomUUID() } };
    const large = new FileConnector(newDirectory());
    const multi = new MultiConnector({
      small: { connector: small, policy: { maxSizeBytes: 100, priority: 1 } },
      large: { connector: large },
    });
    return new BlockingConnector(multi, { worker });
  },
});

describe('with a module that opens it', () => {
  const module = join(place.path, 'keyv.cjs');
  /** The Keyv of a namespace, in this thread. */
  const open = (namespace: string): BlockingConnector => {
    const keyv = new Keyv({
      store: new KeyvRedis(server.url, { throwOnErrors: true }),
      namespace,
      throwOnErrors: true,
    });
    const connector = new KeyvConnector({ keyv, ownsKeyv: true });
    const blocking = new BlockingConnector(connector, {
      worker,
      module,
      secrets: { url: server.url, namespace },
    });
    namespaces.set(blocking, namespace);
    return blocking;
  };
  const namespaces = new WeakMap<object, string>();

  beforeAll(() => {
    const path = (name: string): string => JSON.stringify(join(compiledLibrary(), 'connectors', name));
    const dependency = (name: string): string => JSON.stringify(require.resolve(name));
    writeFileSync(
      module,
      `
        const KeyvRedis = require(${dependency('@keyv/redis')}).default;
        const { Keyv } = require(${dependency('keyv')});
        const { KeyvConnector } = require(${path('keyv.js')});
        const { registerConnector } = require(${path('connector-classes.js')});
        registerConnector({
          kind: 'keyv',
          fromConfig({ url, namespace }) {
            const keyv = new Keyv({ store: new KeyvRedis(url, { throwOnErrors: true }), namespace, throwOnErrors: true });
            return new KeyvConnector({ keyv, ownsKeyv: true });
          },
        });
      `,
    );
  });

  describeConnector({ describe, it, fastCheck }, 'BlockingConnector of a Keyv', {
    capabilities: ['sync', 'list'],
    open: () => open(randomUUID()),
    reopen: (connector) => open(namespaces.get(connector)!),
  });
});

it('shows what its connector shows, and sync', async () => {
  await using files = new BlockingConnector(new FileConnector(newDirectory()), { worker });
  expect([...capabilities(files)]).toEqual(['sync', 'deferred', 'take', 'watch', 'list']);
  expect(files.sync.set).toBeDefined();
  expect(files.sync.take).toBeDefined();
  const keyv = new Keyv({ throwOnErrors: true });
  await using keyvs = new BlockingConnector(new KeyvConnector({ keyv }), { module: worker });
  expect([...capabilities(keyvs)].filter((capability) => capability !== 'list')).toEqual(['sync']);
  expect(keyvs.sync.set).toBeUndefined();
  expect(keyvs.sync.take).toBeUndefined();
  const few = Object.assign(new FileConnector(newDirectory()), { list: undefined, watch: undefined });
  await using fewer = new BlockingConnector(few, { worker });
  expect([...capabilities(fewer)]).toEqual(['sync', 'deferred', 'take']);
});
