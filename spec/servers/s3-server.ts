/** S3 servers for tests, each with one bucket. */

import { join } from 'node:path';
import { anyServer, type AnyServer } from './any-server.js';
import { certificateFiles, makeCertificate } from './certificates.js';
import { TestServer } from './test-server.js';

/** How an S3 server is started. */
export interface S3ServerOptions {
  /** Whether it speaks TLS, and nothing else. Default false. */
  readonly tls?: boolean;
}

/** A running S3 server. */
export interface S3Server extends TestServer {
  /** What a client that is to trust its certificate gives as `ca`. Absent without TLS. */
  readonly certificate: string | undefined;
}

/** The bucket of every server: the one that PROXYSTORE_TEST_S3_BUCKET names, or `proxystore`. */
export const bucket = process.env['PROXYSTORE_TEST_S3_BUCKET'] ?? 'proxystore';

/** Who a server of ours knows. */
export const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

/** Starts an S3 server. */
export async function s3Server({ tls = false }: S3ServerOptions = {}): Promise<S3Server> {
  let certificate: string | undefined;
  const server = await TestServer.start({
    name: 'node',
    async prepare(directory) {
      if (tls) certificate = await makeCertificate(directory);
    },
    arguments: (port, directory) => [
      '--openssl-legacy-provider',
      join(__dirname, 's3-server-process.cjs'),
      ...[String(port), join(directory, 'buckets'), bucket],
      ...(tls ? [certificateFiles.certificate, certificateFiles.key] : []),
    ],
    ready: /^ready$/m,
    url: (port) => `http${tls ? 's' : ''}://127.0.0.1:${port}`,
  });
  return Object.assign(server, { certificate });
}

/** Where a server's bucket is, as a connector is told it. */
export interface S3Place {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly forcePathStyle: boolean;
  /** Absent where the AWS SDK finds them. */
  readonly credentials?: typeof credentials | undefined;
}

/** The bucket of a server of ours. */
export function placeOf({ url }: Pick<AnyServer, 'url'>): S3Place {
  return { bucket, endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials };
}

/**
 * A bucket for tests that any server will do for: PROXYSTORE_TEST_S3_BUCKET at PROXYSTORE_TEST_S3_URL where that is set,
 * with the credentials and the region that the AWS SDK finds in the environment, else that of a server of their own. They
 * leave keys of other prefixes alone.
 */
export async function anyS3Server(): Promise<AnyServer & { readonly place: S3Place }> {
  const server = await anyServer('PROXYSTORE_TEST_S3_URL', s3Server);
  const place = placeOf(server);
  if (server instanceof TestServer) return Object.assign(server, { place });
  const region = process.env['AWS_REGION'] ?? place.region;
  return Object.assign(server, { place: { ...place, region, credentials: undefined } });
}
