/** Keys that are one random name: what a connector uses that is free to name its objects. */

import { platform } from '#platform';
import { InvalidKeyError } from '../errors.js';

/** A key of one version 4 UUID: 122 random bits (RFC 9562, section 5.4), in lower case. */
export type UUIDKey = readonly [uuid: string];

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The last one that was found to be a UUID: a store has a key checked, and then its connector reads it. */
let lastChecked: string | undefined;

/** A new key, which nobody can guess. */
export function newUUIDKey(): UUIDKey {
  const uuid = platform.randomUUID();
  // Node builds the string out of twenty pieces, and V8 keeps them, some 500 bytes a key, until one character is read.
  uuid.charCodeAt(0);
  return [uuid];
}

/**
 * Whether a name is of the form that {@link newUUIDKey} makes.
 *
 * @param name - Any string, such as the name of a file.
 */
export function isUUID(name: string): boolean {
  return uuidPattern.test(name);
}

/**
 * Reads the UUID out of a key, once: what the caller goes on with is the string that was checked, whatever the key
 * says when it is read again.
 *
 * @param key - Anything; it may have come from outside.
 * @param connector - Kind of the connector that was given the key, for the error.
 * @returns The UUID.
 * @throws InvalidKeyError for all but an array of one own element, which is a version 4 UUID in lower case.
 */
export function uuidOf(key: unknown, connector: string): string {
  if (isPlainArray(key) && key.length === 1 && Object.hasOwn(key, 0)) {
    const uuid = key[0];
    if (typeof uuid === 'string' && (uuid === lastChecked || uuidPattern.test(uuid)))
      return (lastChecked = uuid);
  }
  throw invalidKey(connector, key);
}

/**
 * What a wrong key is refused with.
 *
 * @param connector - Kind of the connector that was given the key.
 * @param key - The key, which is not looked into.
 */
export function invalidKey(connector: string, key: unknown): InvalidKeyError {
  return new InvalidKeyError(
    `This is not a key that a ${connector} connector makes, so nothing was touched. Use a key as put() or newKey() gave it, and with the connector that made it.`,
    { connector, key },
  );
}

/** Whether a value is an array that inherits from an `Array.prototype`, of this realm or another, and nothing else. */
function isPlainArray(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Array.prototype is an array itself, and the only one whose prototype is an Object.prototype.
  return Array.isArray(prototype) && Object.getPrototypeOf(Object.getPrototypeOf(prototype)) === null;
}
