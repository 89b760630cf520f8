/** Buckets that cannot be reached, or are refused: each fails within the connect timeout, and says why. */

import '../../../lib/resources/symbols.js';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { S3Connector, type S3ConnectionOptions } from '../../../lib/connectors/s3.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { credentials, placeOf, s3Server, type S3Server } from '../../servers/s3-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';

let plain: S3Server;
let secure: S3Server;
/** Accepts connections, and says nothing. */
let silent: Server;

beforeAll(async () => {
  plain = await s3Server();
  secure = await s3Server({ tls: true });
  silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});

afterAll(async () => {
  for (const server of [plain, secure]) await server[Symbol.asyncDispose]();
  silent.close();
});

function at(url: string, options: Partial<S3ConnectionOptions> = {}): S3ConnectionOptions {
  return { ...placeOf({ url }), ...options };
}

function silentURL(): string {
  return `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

describe.each<[string, () => S3ConnectionOptions, RegExp]>([
  [
    'a bucket that is not there',
    () => at(plain.url, { bucket: 'elsewhere' }),
    /the bucket "elsewhere" at .*NoSuchBucket: .* Make the bucket/,
  ],
  [
    'a user that the service does not know',
    () => at(plain.url, { credentials: { ...credentials, accessKeyId: 'SOMEBODY' } }),
    /InvalidAccessKeyId: .* Give the credentials of a user/,
  ],
  [
    'a wrong secret',
    () => at(plain.url, { credentials: { ...credentials, secretAccessKey: 'a guess' } }),
    /SignatureDoesNotMatch: .* Give the credentials of a user/,
  ],
  [
    'credentials that cannot be had',
    () => at(plain.url, { credentials: () => Promise.reject(new Error('The credentials are at home')) }),
    /The credentials are at home/,
  ],
  [
    'a port at which nothing listens',
    () => at('http://127.0.0.1:1'),
    /ECONNREFUSED.* Is the service running, and is this its port\?/,
  ],
  [
    'a host that is not there',
    () => at('http://minio.invalid'),
    /(ENOTFOUND|EAI_AGAIN).* Is the name of the host right\?/,
  ],
  [
    'TLS with a service that speaks none',
    () => at(plain.url.replace('http:', 'https:')),
    /(EPROTO|SSL).* Does the service speak TLS at this port\?/,
  ],
  [
    'a service of TLS without it',
    () => at(secure.url.replace('https:', 'http:')),
    /(socket hang up|ECONNRESET|HPE_).* Is TLS used at both ends or at neither\?/,
  ],
  [
    'a certificate of an unknown authority',
    () => at(secure.url),
    /self-signed certificate.* NODE_EXTRA_CA_CERTS/,
  ],
  [
    'a service that never answers',
    () => at(silentURL(), { connectTimeout: 300, requestTimeout: 200, maxAttempts: 1 }),
    /timed out after 200 ms.* Is this the right endpoint/,
  ],
])('%s', (_title, options, message) => {
  it('fails open()', async () => {
    expectError(await rejection(S3Connector.open(options())), message);
  });

  it('fails operations, each by trying', async () => {
    await using connector = new S3Connector(options());
    const key = connector.newKey();
    const operations = [
      connector.put([]),
      connector.set(key, [], { ifAbsent: true }),
      connector.get(key),
      connector.exists(key),
      connector.evict(key),
      connector.evictBatch([key, connector.newKey()]),
      connector.list().next(),
    ];
    for (const error of await Promise.all(operations.map((operation) => rejection(operation)))) {
      expectError(error, message);
    }
  });
});

describe('the time for connecting', () => {
  it('is that of open(), with all that it tries', async () => {
    const error = await rejection(S3Connector.open(at(silentURL(), { connectTimeout: 300 })));
    expectError(error, /No answer came within 300 ms.* Is this the right endpoint/);
  });
});

describe('a connector that could not connect', () => {
  it('connects when it can', async () => {
    await using proxy = await TCPProxy.start(plain.port);
    proxy.refuse();
    await using connector = new S3Connector(at(`http://127.0.0.1:${proxy.port}`, { maxAttempts: 1 }));
    await expect(connector.put([])).rejects.toBeInstanceOf(ConnectorError);
    proxy.accept();
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });
});

function expectError(error: unknown, message: RegExp): void {
  expect(error).toBeInstanceOf(ConnectorError);
  const { connector, cause, message: text } = error as ConnectorError;
  expect(connector).toBe('s3');
  // An error of Node is of another realm here.
  expect(cause).toMatchObject({ message: expect.any(String) });
  expect(text).toMatch(/^Could not .+ in the bucket /);
  expect(text).toMatch(message);
  expect(text).not.toContain('a guess');
}
