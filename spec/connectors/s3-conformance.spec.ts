import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import fastCheck from 'fast-check';
import { capabilities, type Connector } from '../../lib/connectors/protocol.js';
import { S3Connector } from '../../lib/connectors/s3.js';
import { describeConnector, type ConnectorSubject } from '../../lib/testing/testing.js';
import { anyS3Server, bucket } from '../servers/s3-server.js';
import { otherProcess } from './other-process.js';

const shown = ['deferred', 'list'] as const;

let server: Awaited<ReturnType<typeof anyS3Server>>;

beforeAll(async () => {
  server = await anyS3Server();
});

afterAll(() => server[Symbol.asyncDispose]());

/** What a config leads to with the credentials that it does not have. */
function configured(connector: Connector): ReturnType<Connector['config']> {
  const { credentials } = server.place;
  const { kind, options } = connector.config();
  return { kind, options: { ...options, ...(credentials !== undefined && { credentials }) } };
}

// Not `heavy`, by which each of the four batches of 10,000 objects is 20,000 requests: s3-large.spec.ts has one.
const subject: Omit<ConnectorSubject, 'open'> = {
  capabilities: shown,
  reopen: (connector) => S3Connector.fromConfig(configured(connector).options),
  otherProcess: (connector) =>
    otherProcess(Object.create(connector, { config: { value: () => configured(connector) } }) as Connector),
};

describeConnector({ describe, it, fastCheck }, 'S3Connector', {
  ...subject,
  open: () => S3Connector.open({ ...server.place, name: randomUUID() }),
});

describe('with the client of its user', () => {
  let client: S3Client;

  beforeAll(() => {
    const { endpoint, region, forcePathStyle, credentials } = server.place;
    client = new S3Client({ endpoint, region, forcePathStyle, ...(credentials && { credentials }) });
  });

  afterAll(() => client.destroy());

  describeConnector({ describe, it, fastCheck }, 'S3Connector', {
    ...subject,
    open: () => {
      const { endpoint, region, forcePathStyle } = server.place;
      return new S3Connector({ bucket, endpoint, region, forcePathStyle, client, name: randomUUID() });
    },
  });
});

it('shows what it can', () => {
  expect([...capabilities(new S3Connector({ bucket }))]).toEqual(shown);
});
