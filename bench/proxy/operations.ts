/**
 * What is done to an object and to its proxies. Each contender imports a copy of this module of its own, so that the
 * engine's inline caches in it see one kind of object and not all of them.
 */

/** How many operations one call of a function here is, unless it goes through a thousand items. */
export const operations = 1000;

export class Counter {
  value: number;
  readonly inner = { deeper: { value: 1 } };

  constructor(value: number) {
    this.value = value;
  }

  plus(other: number): number {
    return this.value + other;
  }
}

export function readProperty(object: Counter, times = operations): number {
  let sum = 0;
  for (let i = 0; i < times; i += 1) sum += object.value;
  return sum;
}

/** Objects of so many shapes that no inline cache holds them, the ones inside a trap neither. */
export function readProperties(objects: readonly { readonly value: number }[]): number {
  let sum = 0;
  for (let i = 0; i < operations; i += 1) sum += objects[i % objects.length]?.value ?? 0;
  return sum;
}

export function readNested(object: Counter): number {
  let sum = 0;
  for (let i = 0; i < operations; i += 1) sum += object.inner.deeper.value;
  return sum;
}

export function writeProperty(object: Counter): void {
  for (let i = 0; i < operations; i += 1) object.value = i;
}

export function callMethod(object: Counter): number {
  let sum = 0;
  for (let i = 0; i < operations; i += 1) sum += object.plus(i);
  return sum;
}

export function askIn(object: Counter): number {
  let found = 0;
  for (let i = 0; i < operations; i += 1) if ('value' in object) found += 1;
  return found;
}

export function listKeys(object: object): number {
  let count = 0;
  for (let i = 0; i < operations; i += 1) count += Object.keys(object).length;
  return count;
}

export function getFromMap(map: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (let i = 0; i < operations; i += 1) sum += map.get('key') ?? 0;
  return sum;
}

export function reduceItems(items: readonly number[]): number {
  return items.reduce((sum, item) => sum + item, 0);
}

export function iterateItems(items: readonly number[]): number {
  let sum = 0;
  for (const item of items) sum += item;
  return sum;
}

/** The length is the caller's: a `Proxy` without traps cannot be asked for that of a typed array. */
export function indexNumbers(numbers: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += numbers[i] ?? 0;
  return sum;
}
