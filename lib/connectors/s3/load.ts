/** Loads the package that speaks to S3. */

import { ConnectorError } from '../../errors.js';
import type { ClientPackage } from './client.js';

/**
 * Loads the AWS SDK's client of S3, which is an optional peer of this package.
 *
 * @throws ConnectorError when it is not installed; says how to.
 */
export async function loadClientPackage(): Promise<ClientPackage> {
  try {
    // The package's own types tie commands to clients of the same copy; ours are of what is used, and its inputs.
    return (await import('@aws-sdk/client-s3')) as unknown as ClientPackage;
  } catch (cause) {
    throw new ConnectorError(
      'The package @aws-sdk/client-s3, which an S3 connector speaks through, cannot be loaded. Install it: npm install @aws-sdk/client-s3',
      { connector: 's3', cause },
    );
  }
}
