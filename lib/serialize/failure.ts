/** What is thrown when something else has failed. */

import { ProxyStoreError, SerializationError } from '../errors.js';

/**
 * The error for a serialization that failed.
 *
 * @param what - What failed; the message goes on with why.
 * @param tag - The codec that was at work.
 * @param error - What was thrown, of any type.
 * @returns The error itself where it is one of this package's, else a new one with it as its cause.
 */
export function serializationFailure(what: string, tag: string, error: unknown): ProxyStoreError {
  if (error instanceof ProxyStoreError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new SerializationError(`${what}: ${why}`, { tag, cause: error });
}
