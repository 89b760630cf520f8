/** What of an error is written. */

import type { StandardErrorName } from './standard-errors.js';

/** Names and values of an error's properties. */
export interface ErrorProperties {
  /** Those that are not enumerated, as the message and the stack. */
  readonly hidden: readonly (readonly [name: string, value: unknown])[];
  /** Those that are, such as the `code` of an error of Node's. */
  readonly visible: readonly (readonly [name: string, value: unknown])[];
}

/**
 * The properties of an error: its own, and the name and code that it has of its class, where the class that it comes
 * back as would give it others.
 *
 * @param error - The error.
 * @param base - The standard class that it comes back as; `undefined` where it comes back as one of its own class.
 */
export function errorProperties(error: Error, base: StandardErrorName | undefined): ErrorProperties {
  const hidden: [string, unknown][] = [];
  const visible: [string, unknown][] = [];
  for (const name of Object.getOwnPropertyNames(error)) {
    // Not by its descriptor: newer runtimes have an accessor here.
    if (name === 'stack') continue;
    const isVisible = Object.prototype.propertyIsEnumerable.call(error, name);
    (isVisible ? visible : hidden).push([name, (error as unknown as Record<string, unknown>)[name]]);
  }
  if (typeof error.stack === 'string') hidden.push(['stack', error.stack]);
  for (const [name, given] of base === undefined ? [] : givenBy(base)) {
    const value = (error as unknown as Record<string, unknown>)[name];
    const isText = typeof value === 'string' || typeof value === 'number';
    if (isText && value !== given && !Object.hasOwn(error, name)) hidden.push([name, value]);
  }
  return { hidden, visible };
}

/** What an instance of a standard class has of its class, where that is worth comparing. */
function givenBy(base: StandardErrorName): readonly (readonly [name: string, value: unknown])[] {
  // A DOMException is given message and name when it is made, and has its code by its name.
  if (base === 'DOMException')
    return [
      ['message', undefined],
      ['name', undefined],
    ];
  return [
    ['message', ''],
    ['name', base],
    ['code', undefined],
  ];
}
