/** Keys that nobody made. */

import type { ConnectorKey } from '../connectors/protocol.js';

/** Keys that nobody made, among them those that a connector of this kind might mistake for its own. */
export function wrongKeys(key: ConnectorKey): unknown[] {
  const [first, ...rest] = key;
  const name = typeof first === 'string' ? first : JSON.stringify(first);
  const names = [
    '',
    '.',
    '..',
    '../x',
    '/etc/passwd',
    'a/b',
    'a\0b',
    '\0',
    'constructor',
    '__proto__',
    'x'.repeat(5000),
  ];
  return [
    undefined,
    null,
    0,
    true,
    'name',
    Symbol('key'),
    () => key,
    {},
    { ...key },
    { 0: name, length: 1 },
    [],
    [undefined],
    [null],
    [0],
    [{}],
    [key],
    ...names,
    ...names.map((name) => [name, ...rest]),
    [`${name}\n`, ...rest],
    [` ${name}`, ...rest],
    [`${name}/../x`, ...rest],
    [...key, 'more'],
    [...key, undefined],
    Object.create(key),
    Object.setPrototypeOf([], key),
    Object.setPrototypeOf(new Array(key.length), key),
  ];
}
