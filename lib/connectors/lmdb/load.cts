/** Loads the lmdb package when a connector is made, so that a missing one is told by its name. */

import type * as Lmdb from 'lmdb';

// From here, because the package declares its classes twice, and what is loaded here is of the CommonJS ones.
export type { Database, RootDatabase } from 'lmdb';

/** The package's module. Throws Node's MODULE_NOT_FOUND where it is not installed. */
export function loadLmdb(): typeof Lmdb {
  // eslint-disable-next-line no-useless-catch -- says to bundlers that the package need not be there to be bundled
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require loads synchronously everywhere
    return require('lmdb') as typeof Lmdb;
  } catch (error) {
    throw error;
  }
}
