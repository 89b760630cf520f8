/** lodash as a judge: every function of it, found by reflection, is given a proxy. */

import lodash from 'lodash';
import { sameUnresolved } from '../conformance/comparison.js';
import type { Context, Operation } from '../conformance/operations.js';
import { targets } from '../conformance/targets.js';
import type { Target } from '../conformance/targets.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** Chance, time, or the library itself: nothing that could be compared. */
const impure =
  /^(random|shuffle|sample|sampleSize|uniqueId|now|delay|defer|debounce|throttle|runInContext|noConflict|mixin|bindAll)$/;

const functions = Object.entries(lodash as unknown as Record<string, AnyFunction>).filter(
  ([name, value]) => typeof value === 'function' && !impure.test(name),
);

/** What a function is given beside the proxy, before it or after it. */
const companions: readonly (readonly [string, (context: Context) => unknown])[] = [
  ['1', () => 1],
  ["'a'", () => 'a'],
  ['function', ({ spy }) => spy((x) => x)],
  ['another', ({ other }) => other as unknown],
  ['{ a: 1 }', () => ({ a: 1 })],
  ['[1, 2]', () => [1, 2]],
];

const given: ReadonlySet<string> = new Set(['plain object', 'null-prototype object', 'frozen object', 'array', 'array of objects', 'array with holes', 'array-like', 'arguments', 'Map', 'Set', 'Date', 'RegExp', 'Error', 'string', 'number', 'Uint8Array', 'frozen array', 'object of another realm', 'Map with other properties', 'global RegExp', 'String object', 'bigint', 'arrow function', 'class', 'instance']); // prettier-ignore

/** What lodash is given. A primitive's proxy is compared with its wrapper object. */
export const lodashSamples: readonly Target[] = targets.filter(({ name }) => given.has(name));

const copying = ['clone', 'cloneDeep', 'cloneDeepWith', 'cloneWith'];

/** The functions of lodash, by sample, that notice that they have a proxy before them. */
export const lodashExceptions: Readonly<Record<string, readonly string[]>> = {
  Map: [...copying, 'isMap'],
  'Map with other properties': [...copying, 'isMap'],
  Set: [...copying, 'isSet'],
  Date: ['isDate'],
  RegExp: ['split', 'isRegExp'],
  'global RegExp': ['split', 'isRegExp'],
  Uint8Array: ['transform', 'isEqual', 'isEqualWith', 'isTypedArray'],
  'arrow function': ['isNative'],
  class: ['isNative'],
};

/**
 * Gives a sample to every function of lodash.
 *
 * @returns The functions that did otherwise with its proxy, and how often that was tried.
 */
export async function judgeByLodash(sample: Target): Promise<{ noticed: string[]; count: number }> {
  const noticed: string[] = [];
  let count = 0;
  for (const [name, call] of functions) {
    let same = true;
    for (const operation of operationsOf(call)) {
      count += 1;
      same &&= await sameUnresolved(sample, operation, true);
    }
    if (!same) noticed.push(name);
  }
  return { noticed, count };
}

function operationsOf(call: AnyFunction): Operation[] {
  return [
    { name: 'alone', run: (p) => call(p) },
    ...companions.flatMap(([name, make]): Operation[] => [
      { name: `before ${name}`, run: (p, context) => call(p, make(context)) },
      { name: `after ${name}`, run: (p, context) => call(make(context), p) },
    ]),
  ];
}
