import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import fastCheck from 'fast-check';
import { capabilities, type Connector } from '../../lib/connectors/protocol.js';
import { NatsConnector, type NatsConnection } from '../../lib/connectors/nats.js';
import { describeConnector } from '../../lib/testing/testing.js';
import { accessOf, type AnyServer } from '../servers/any-server.js';
import { anyNATSServer, natsServer, type NATSServer } from '../servers/nats-server.js';
import { paused } from '../servers/paused.js';
import { otherProcess } from './other-process.js';

const shown = ['deferred', 'take', 'watch', 'list'] as const;

let server: AnyServer;
/** One that the tests may keep from answering. */
let ownServer: NATSServer;
const names: string[] = [];

/** Each test has a bucket of its own; those of a server that goes on running are deleted at the end. */
function newName(): string {
  const name = randomUUID();
  names.push(name);
  return name;
}

/** What connections need and no config says. A token is a user without a password in the server's URL. */
function access(): { readonly token?: string; readonly user?: string; readonly pass?: string } {
  const { user, pass } = accessOf(server.url);
  if (user === undefined) return {};
  return pass === undefined ? { token: user } : { user, pass };
}

function reopen(connector: Connector): NatsConnector {
  return NatsConnector.fromConfig({ ...connector.config().options, ...access() });
}

beforeAll(async () => {
  server = await anyNATSServer();
  ownServer = await natsServer({ jetstream: true });
});

afterAll(async () => {
  for (const name of names) {
    await new NatsConnector({ servers: server.url, name, clear: true }).close();
  }
  await server[Symbol.asyncDispose]();
  await ownServer[Symbol.asyncDispose]();
});

describeConnector({ describe, it, fastCheck }, 'NatsConnector', {
  capabilities: shown,
  open: () => new NatsConnector({ servers: server.url, name: newName() }),
  reopen,
  otherProcess: (connector) => otherProcess(connector, access()),
  heavy: true,
});

describeConnector({ describe, it, fastCheck }, 'NatsConnector of a bucket in memory with a time to live', {
  capabilities: shown,
  open: () =>
    NatsConnector.open({
      servers: ownServer.url,
      name: randomUUID(),
      storage: 'memory',
      ttl: 3_600_000,
    }),
  stall: () => paused(ownServer),
});

describe('with the connection of its user', () => {
  let connection: NatsConnection;

  beforeAll(async () => {
    connection = await connect({ servers: new URL(server.url).host, ...access() });
  });

  afterAll(() => connection.close());

  describeConnector({ describe, it, fastCheck }, 'NatsConnector', {
    capabilities: shown,
    open: () => new NatsConnector({ connection, name: newName() }),
    reopen,
  });
});

it('shows what it can', () => {
  expect([...capabilities(new NatsConnector())]).toEqual(shown);
});
