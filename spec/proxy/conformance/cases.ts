/** What is done to which target. */

import { isHostState } from './description.js';
import { isCapricious, operationsOnMembers } from './methods.js';
import { operations, operationsOnProperty } from './operations.js';
import type { Operation } from './operations.js';

/** Keys that are looked at though a target has nothing there, or nothing of its own. */
const commonKeys = ['missing', 'constructor', 'then', '__proto__', Symbol.iterator] as const;

/** So many own properties have everything done to them; of a target that has more, the first and the last. */
const mostKeys = 12;

/**
 * All that is done to a target.
 *
 * @param target - The raw value.
 */
export function operationsOn(target: object): Operation[] {
  const own = Reflect.ownKeys(target).filter((key) => !isCapricious(key) && !isHostState(target, key));
  const tried = own.length > mostKeys ? [...own.slice(0, mostKeys - 4), ...own.slice(-4)] : own;
  const prototype = Object.getPrototypeOf(target) as object | null;
  const inherited = prototype === null ? [] : Reflect.ownKeys(prototype).slice(1, 2);
  const keys = new Set([...tried, ...inherited, ...commonKeys]);
  return [...operations, ...operationsOnMembers(target), ...[...keys].flatMap(operationsOnProperty)];
}
