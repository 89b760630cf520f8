/** The worker of blocking connectors, compiled: a thread of its own is not run by jest. */

import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';

/** What the option `worker` takes. */
export function compiledWorker(): string {
  return join(compiledLibrary(), 'connectors', 'blocking', 'worker.js');
}
