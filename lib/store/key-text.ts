/** Keys as map keys. */

import type { ConnectorKey } from '../connectors/protocol.js';

/**
 * A text that two keys have in common only if they are equal. Most keys are one string, which is its own text.
 *
 * @param key - The key.
 */
export function keyText(key: ConnectorKey): string {
  const first = key[0];
  return key.length === 1 && typeof first === 'string' && !first.startsWith('[')
    ? first
    : JSON.stringify(key);
}
