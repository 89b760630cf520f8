/** Checks of what a store is made with, which may come from a config and with it from outside. */

import type { StoreOptions } from './store-options.js';

/**
 * Throws for what no store can be made of.
 *
 * @param name - The store's name.
 * @param connector - Its connector.
 * @param options - Its options.
 * @throws TypeError for a wrong type, or an empty name.
 * @throws RangeError for a `cacheSize` that is no number of objects.
 */
export function checkStoreArguments(name: unknown, connector: unknown, options: unknown): void {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError('A store takes a name, which is a string and not empty.');
  }
  const refuse = (what: string): never => {
    throw new TypeError(`The store "${name}" takes ${what}.`);
  };
  if (typeof (connector as { readonly put?: unknown } | null | undefined)?.put !== 'function') {
    refuse('a connector, such as new LocalConnector()');
  }
  if (typeof options !== 'object' || options === null) refuse('its options as an object');
  // An object of any members; each that counts is looked at below.
  const given = options as Readonly<Record<keyof StoreOptions, unknown>>;
  for (const option of ['serializer', 'deserializer'] as const) {
    if (given[option] !== undefined && typeof given[option] !== 'function') {
      refuse(`a function as its ${option}, not a value of type ${typeof given[option]}`);
    }
  }
  for (const option of ['metrics', 'populateTarget', 'register'] as const) {
    if (given[option] !== undefined && typeof given[option] !== 'boolean') {
      refuse(`true or false as ${option}, not a value of type ${typeof given[option]}`);
    }
  }
  const { cacheSize } = given;
  if (cacheSize !== undefined && !(Number.isSafeInteger(cacheSize) && (cacheSize as number) >= 0)) {
    throw new RangeError(
      `cacheSize is a whole number of objects, 0 or more, not ${typeof cacheSize === 'number' ? cacheSize : `a value of type ${typeof cacheSize}`}.`,
    );
  }
}
