/** Self-made TLS certificates. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The names of the files that {@link makeCertificate} writes, in PEM. */
export const certificateFiles = { certificate: 'certificate.pem', key: 'key.pem' } as const;

/**
 * Makes a certificate that is its own authority.
 *
 * @param directory - Where its files are written.
 * @param names - What it is valid for, as OpenSSL writes it. By default this machine's own names.
 * @returns What a client that is to trust it gives as `ca`, in PEM.
 */
export async function makeCertificate(
  directory: string,
  names = 'DNS:localhost,IP:127.0.0.1',
): Promise<string> {
  const certificate = join(directory, certificateFiles.certificate);
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=proxystore test'],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-addext', `subjectAltName=${names}`],
    ...['-out', certificate, '-keyout', join(directory, certificateFiles.key)],
  ]);
  return await readFile(certificate, 'utf8');
}
