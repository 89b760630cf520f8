/** Loads the package that speaks to Redis. */

import { ConnectorError } from '../../errors.js';
import type { ClientPackage } from './client.js';

/**
 * Loads ioredis, which is an optional peer of this package.
 *
 * @throws ConnectorError when it is not installed; says how to.
 */
export async function loadIORedis(): Promise<ClientPackage> {
  try {
    // The types of ioredis say more than is used, and Command says less: sendCommand takes what extends it.
    return (await import('ioredis')) as unknown as ClientPackage;
  } catch (cause) {
    throw new ConnectorError(
      'The package ioredis, which a Redis connector speaks through, cannot be loaded. Install it: npm install ioredis',
      { connector: 'redis', cause },
    );
  }
}
