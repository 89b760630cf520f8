import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { capabilities } from '../../lib/connectors/protocol.js';
import { NatsConnector, type NatsConnection } from '../../lib/connectors/nats.js';
import { describeConnector } from '../../lib/testing/testing.js';
import type { AnyServer } from '../servers/any-server.js';
import { anyNATSServer } from '../servers/nats-server.js';
import { otherProcess } from './other-process.js';

const shown = ['deferred', 'take', 'watch', 'list'] as const;

let server: AnyServer;
const names: string[] = [];

/** Each test has a bucket of its own; those of a server that goes on running are deleted at the end. */
function newName(): string {
  const name = randomUUID();
  names.push(name);
  return name;
}

beforeAll(async () => {
  server = await anyNATSServer();
});

afterAll(async () => {
  for (const name of names) {
    await new NatsConnector({ servers: server.url, name, clear: true }).close();
  }
  await server[Symbol.asyncDispose]();
});

describeConnector({ describe, it }, 'NatsConnector', {
  capabilities: shown,
  open: () => new NatsConnector({ servers: server.url, name: newName() }),
  otherProcess,
  heavy: true,
});

describeConnector({ describe, it }, 'NatsConnector of a bucket in memory with a time to live', {
  capabilities: shown,
  open: () =>
    NatsConnector.open({
      servers: server.url,
      name: newName(),
      storage: 'memory',
      ttl: 3_600_000,
    }),
});

describe('with the connection of its user', () => {
  let connection: NatsConnection;

  beforeAll(async () => {
    connection = await connect({ servers: new URL(server.url).host });
  });

  afterAll(() => connection.close());

  describeConnector({ describe, it }, 'NatsConnector', {
    capabilities: shown,
    open: () => new NatsConnector({ connection, name: newName() }),
  });
});

it('shows what it can', () => {
  expect([...capabilities(new NatsConnector())]).toEqual(shown);
});
