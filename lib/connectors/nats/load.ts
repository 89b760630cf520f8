/** Loads the package that speaks to NATS. */

import { ConnectorError } from '../../errors.js';
import type { ClientPackage } from './client.js';

/**
 * Loads @nats-io/transport-node, which is an optional peer of this package.
 *
 * @throws ConnectorError when it is not installed; says how to.
 */
export async function loadNats(): Promise<ClientPackage> {
  try {
    // The package's types say more than is used, and take headers of its own class only, which its own function makes.
    return (await import('@nats-io/transport-node')) as unknown as ClientPackage;
  } catch (cause) {
    throw new ConnectorError(
      'The package @nats-io/transport-node, which a NATS connector speaks through, cannot be loaded. Install it: npm install @nats-io/transport-node',
      { connector: 'nats', cause },
    );
  }
}
