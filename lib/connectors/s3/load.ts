/** Loads the packages that speak to S3, which are optional peers of this one. */

import { ConnectorError } from '../../errors.js';
import type { ClientPackage, PresignerPackage } from './client.js';

/**
 * Loads the AWS SDK's client of S3.
 *
 * @throws ConnectorError when it is not installed; says how to.
 */
export async function loadClientPackage(): Promise<ClientPackage> {
  try {
    // The package's own types tie commands to clients of the same copy; ours are of what is used, and its inputs.
    return (await import('@aws-sdk/client-s3')) as unknown as ClientPackage;
  } catch (cause) {
    throw missing('@aws-sdk/client-s3', 'which an S3 connector speaks through', cause);
  }
}

/**
 * Loads what makes URLs that are signed.
 *
 * @throws ConnectorError when it is not installed; says how to.
 */
export async function loadPresignerPackage(): Promise<PresignerPackage> {
  try {
    // As above.
    return (await import('@aws-sdk/s3-request-presigner')) as unknown as PresignerPackage;
  } catch (cause) {
    throw missing('@aws-sdk/s3-request-presigner', 'which presigns the URLs of an S3 connector', cause);
  }
}

function missing(name: string, purpose: string, cause: unknown): ConnectorError {
  return new ConnectorError(
    `The package ${name}, ${purpose}, cannot be loaded. Install it: npm install ${name}`,
    { connector: 's3', cause },
  );
}
