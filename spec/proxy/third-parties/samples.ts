/** What the packages are given, each raw and proxied. Two of one kind are equal, for packages that compare. */

import type { Target } from '../conformance/targets.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

const callback = (x: number): number => x;

/** In the words of the page. */
export const samples: readonly Target[] = [
  { name: 'object', make: () => ({ a: 1, b: { c: [2, null] }, d: 'x' }) },
  { name: 'null-prototype object', make: () => Object.assign(Object.create(null) as object, { a: 1 }) },
  { name: 'frozen object', make: () => Object.freeze({ a: 1, b: Object.freeze([1]) }) },
  { name: 'instance of a class', make: () => new Point(1, 2) },
  { name: 'array', make: () => [3, 1, 2] },
  { name: 'array of objects', make: () => [{ a: 1 }, { a: 2 }] },
  { name: 'function', make: () => callback },
  { name: 'class', make: () => Point },
  { name: 'Map', make: () => new Map([['a', { b: 1 }]]) },
  { name: 'Set', make: () => new Set([1, 'a']) },
  { name: 'Date', make: () => new Date(1001) },
  { name: 'RegExp', make: () => /a/g },
  { name: 'Error', make: () => new TypeError('e') },
  { name: 'string', make: () => 'text' },
  { name: 'number', make: () => 2.5 },
  { name: 'bigint', make: () => 7n },
  { name: 'typed array', make: () => Float64Array.of(3, 1, 2) },
  { name: 'Buffer', make: () => Buffer.alloc(3, 'abc') },
  { name: 'ArrayBuffer', make: () => Uint8Array.of(1, 2).buffer },
  { name: 'URL', make: () => new URL('https://example.org/a') },
];
