/**
 * Where the worker's code is. A CommonJS file in both builds, because only `__dirname` compiles in both: of the ES
 * modules this gives the worker that is one, of the CommonJS build its own.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The file; `undefined` where it is not beside this one, as in a bundle. */
export function workerFile(): string | undefined {
  // In a bundle of ES modules there is no such variable.
  if (typeof __dirname === 'undefined') return undefined;
  const file = join(__dirname, 'worker.js');
  return existsSync(file) ? file : undefined;
}
