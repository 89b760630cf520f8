/** Removes what connectors have made, and nothing else. */

import { readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isUUID } from '../uuid-key.js';
import { codeOf, fileError } from './errors.js';
import { removeLeftovers } from './leftovers.js';

/**
 * Removes all objects of a directory, by their names, and then the directory where nothing else is in it.
 *
 * @param directory - Absolute. One that is not there has been cleared by somebody else.
 * @throws ConnectorError when a file cannot be removed.
 */
export async function clearDirectory(directory: string): Promise<void> {
  try {
    await removeLeftovers(directory);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isFile() && isUUID(entry.name))
        await unlink(join(directory, entry.name)).catch(unless('ENOENT'));
    }
    await rmdir(directory).catch(unless('ENOTEMPTY', 'EEXIST'));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw fileError('remove the objects', directory, error);
  }
}

/** Passes over an error that says that there is nothing to do. */
function unless(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  };
}
