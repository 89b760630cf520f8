import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import fastCheck from 'fast-check';
import { capabilities, type Connector } from '../../lib/connectors/protocol.js';
import { S3Connector } from '../../lib/connectors/s3.js';
import { describeConnector, type ConnectorSubject } from '../../lib/testing/testing.js';
import { paused } from '../servers/paused.js';
import { anyS3Server, bucket, placeOf, s3Server, type S3Place, type S3Server } from '../servers/s3-server.js';
import { TestServer } from '../servers/test-server.js';
import { otherProcess } from './other-process.js';

const shown = ['deferred', 'list'] as const;

// Ten thousand objects are some seconds' work of the AWS SDK and of the server, which runs beside it, and more on a busy
// machine; heavily tested they are stored and fetched four times.
jest.setTimeout(600_000);

let server: Awaited<ReturnType<typeof anyS3Server>>;

/** One that the tests may keep from answering. */
let ownServer: S3Server;
const names: string[] = [];

/** Each test has a place of its own; those of a server that goes on running are cleared at the end. */
function newName(): string {
  const name = randomUUID();
  names.push(name);
  return name;
}

beforeAll(async () => {
  server = await anyS3Server();
  ownServer = await s3Server();
});

afterAll(async () => {
  if (!(server instanceof TestServer)) {
    for (const name of names) await new S3Connector({ ...server.place, name, clear: true }).close();
  }
  await server[Symbol.asyncDispose]();
  await ownServer[Symbol.asyncDispose]();
});

/** What a config leads to with the credentials that it does not have. */
function configured(connector: Connector, { credentials }: S3Place): ReturnType<Connector['config']> {
  const { kind, options } = connector.config();
  return { kind, options: { ...options, ...(credentials !== undefined && { credentials }) } };
}

const subjectAt = (place: () => S3Place): Omit<ConnectorSubject, 'open'> => ({
  capabilities: shown,
  reopen: (connector) => S3Connector.fromConfig(configured(connector, place()).options),
  otherProcess: (connector) => {
    const config = (): ReturnType<Connector['config']> => configured(connector, place());
    return otherProcess(Object.create(connector, { config: { value: config } }) as Connector);
  },
});

describeConnector({ describe, it, fastCheck }, 'S3Connector', {
  ...subjectAt(() => server.place),
  open: () => S3Connector.open({ ...server.place, name: newName() }),
  heavy: true,
});

describe('with the client of its user', () => {
  let client: S3Client;

  beforeAll(() => {
    const { endpoint, region, forcePathStyle, credentials } = placeOf(ownServer);
    client = new S3Client({ endpoint, region, forcePathStyle, ...(credentials && { credentials }) });
  });

  afterAll(() => client.destroy());

  describeConnector({ describe, it, fastCheck }, 'S3Connector', {
    ...subjectAt(() => placeOf(ownServer)),
    open: () => {
      const { endpoint, region, forcePathStyle } = placeOf(ownServer);
      return new S3Connector({ bucket, endpoint, region, forcePathStyle, client, name: randomUUID() });
    },
    stall: () => paused(ownServer),
  });
});

it('shows what it can', () => {
  expect([...capabilities(new S3Connector({ bucket }))]).toEqual(shown);
});
