import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import KeyvRedis from '@keyv/redis';
import fastCheck from 'fast-check';
import { Keyv } from 'keyv';
import { KeyvConnector } from '../../lib/connectors/keyv.js';
import type { Connector } from '../../lib/connectors/protocol.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { compiledLibrary } from '../compiled-library.js';
import type { AnyServer } from '../servers/any-server.js';
import { anyRedisServer } from '../servers/redis-server.js';
import { otherProcess } from './other-process.js';
import { TemporaryDirectory } from './temporary-directory.js';

const place = new TemporaryDirectory();
let server: AnyServer;

beforeAll(async () => {
  server = await anyRedisServer();
});

afterAll(async () => {
  place[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

describe('of a Map', () => {
  const keyvs = new WeakMap<Connector, Keyv>();
  const open = (keyv: Keyv): KeyvConnector => {
    const connector = new KeyvConnector({ keyv });
    keyvs.set(connector, keyv);
    return connector;
  };

  describeConnector({ describe, it, fastCheck }, 'KeyvConnector', {
    capabilities: ['list'],
    open: () => open(new Keyv({ throwOnErrors: true })),
    reopen: (connector) => open(keyvs.get(connector)!),
    heavy: true,
  });
});

describe('of Redis', () => {
  const namespaces = new WeakMap<Connector, string>();
  const open = (namespace: string): KeyvConnector => {
    const store = new KeyvRedis(server.url, { throwOnErrors: true });
    const connector = new KeyvConnector({
      keyv: new Keyv({ store, namespace, throwOnErrors: true }),
      ownsKeyv: true,
    });
    namespaces.set(connector, namespace);
    return connector;
  };
  const module = join(place.path, 'keyv.cjs');

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
            const store = new KeyvRedis(url, { throwOnErrors: true });
            return new KeyvConnector({ keyv: new Keyv({ store, namespace, throwOnErrors: true }), ownsKeyv: true });
          },
        });
      `,
    );
  });

  describeConnector({ describe, it, fastCheck }, 'KeyvConnector', {
    capabilities: ['list'],
    open: () => open(randomUUID()),
    reopen: (connector) => open(namespaces.get(connector)!),
    // Where a Keyv leads to is in no config of its connector.
    otherProcess: (connector) =>
      otherProcess(connector, { url: server.url, namespace: namespaces.get(connector)! }, module),
    heavy: true,
  });
});
