/** The methods and accessors of a target, found on its prototype chain by reflection. */

/* eslint-disable -- asks everything of everything: what is wrong for most values is the point */

import { isBookkeeping } from './description.js';
import type { Context, Operation } from './operations.js';

/** What methods are called with: enough that each one finds something that it accepts. */
const argumentLists: readonly (readonly [string, (p: any, context: Context) => readonly unknown[]])[] = [
  ['', () => []],
  ['0', () => [0]],
  ['1', () => [1]],
  ['-1', () => [-1]],
  ["'a'", () => ['a']],
  ["'a', 'b'", () => ['a', 'b']],
  ['1, 2', () => [1, 2]],
  ['2n', () => [2n]],
  ['0, 2n', () => [0, 2n]],
  ['null', () => [null]],
  ['{}', () => [{}]],
  ["{ a: 1 }, 'x'", () => [{ a: 1 }, 'x']],
  ['[0, 1]', () => [[0, 1]]],
  ['[], 1', () => [[], 1]],
  ["/a/g, 'x'", () => [/a/g, 'x']],
  ['function', (_, { spy }) => [spy((x) => x)]],
  ['function, 0', (_, { spy }) => [spy((a, b) => `${typeof a} ${typeof b}`), 0]],
  ["'a', function", (_, { spy }) => ['a', spy(() => 'called')]],
  ['another', (_, { other }) => [other]],
  ['itself', (p) => [p]],
];

/**
 * Members that answer anew each time, or by who asks: V8 lets some callers write the poisoned `callee` of strict
 * arguments.
 *
 * @param key - The member's key.
 */
export function isCapricious(key: PropertyKey): boolean {
  return key === 'stack' || key === 'callee' || isBookkeeping(key);
}

/**
 * What can be done with the members of a target.
 *
 * @param target - The raw value.
 */
export function operationsOnMembers(target: object): Operation[] {
  const all: Operation[] = [];
  for (const [key, descriptor] of membersOf(target)) {
    const name = typeof key === 'symbol' ? `[${String(key)}]` : `.${key}`;
    const k = key as string;
    all.push({ name: `${name} twice`, run: (p) => [p[k] === p[k], typeof p[k]] });
    if (typeof descriptor.value === 'function') all.push(...callsOf(name, k, descriptor.value));
    else if (!('value' in descriptor)) all.push(...accessesOf(name, k));
  }
  return all;
}

/** Node 20 ends the process where it is to slice a Blob at what is no number; Date, called, tells the time of the call. */
function isSafe(method: unknown, list: string): boolean {
  if (method === Date) return false;
  return method !== Blob.prototype.slice || /^[-\d, ]*$/.test(list);
}

function callsOf(name: string, key: string, method: unknown): Operation[] {
  return [
    ...argumentLists.filter(([list]) => isSafe(method, list)).map(
      ([list, make]): Operation => ({
        name: `${name}(${list})`,
        run: (p, context) => p[key](...make(p, context)),
        ...(list === 'itself' && { equivalent: (raw, _, proxy) => raw[key](proxy) }),
      }),
    ),
    { name: `${name}, what it is`, run: (p) => [p[key].name, p[key].length, Reflect.ownKeys(p[key]).map(String), Object.getPrototypeOf(p[key]) === Object.getPrototypeOf(Object(p)[key])] },
    { name: `${name}, what it does for another`, run: (p, { other }) => p[key].call(Object(other), 1) },
    { name: `${name}, detached`, run: (p) => { const method = p[key]; return method(1); }, equivalent: (raw) => raw[key](1) },
    { name: `${name}, once all has been read`, run: (p) => { Object.values(p); return p[key](1); } },
    { name: `${name}, borrowed by its prototype`, run: (p) => ownerOf(p, key)[key].call(p, 1) },
    { name: `${name}, inherited`, run: (p) => Object.create(p)[key](1) },
    { name: `${name}, as that of its prototype`, run: (p) => p[key] === ownerOf(p, key)[key] },
    { name: `new ${name}`, run: (p) => new p[key](1) },
  ]; // prettier-ignore
}

function accessesOf(name: string, key: string): Operation[] {
  return [
    { name: `${name}`, run: (p) => p[key] },
    { name: `${name} = 1`, run: (p) => { p[key] = 1; return p[key]; } },
    { name: `${name} = 'a'`, run: (p) => { p[key] = 'a'; return p[key]; } },
    { name: `${name} = -1`, run: (p) => { p[key] = -1; return p[key]; } },
    { name: `Reflect.set ${name}`, run: (p) => Reflect.set(p, key, 1) },
    { name: `${name}, borrowed by its prototype`, run: (p) => Object.getOwnPropertyDescriptor(ownerOf(p, key), key)?.get?.call(p) },
    { name: `${name}, inherited`, run: (p) => Object.create(p)[key] },
  ]; // prettier-ignore
}

/** The object of the prototype chain that has the member. */
function ownerOf(p: any, key: PropertyKey): any {
  let owner = p;
  while (!Object.hasOwn(owner, key)) owner = Object.getPrototypeOf(owner);
  return owner;
}

function membersOf(target: object): Map<string | symbol, PropertyDescriptor> {
  const members = new Map<string | symbol, PropertyDescriptor>();
  for (
    let owner: object | null = target;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    for (const key of Reflect.ownKeys(owner)) {
      if (!members.has(key) && !isCapricious(key))
        members.set(key, Object.getOwnPropertyDescriptor(owner, key)!);
    }
  }
  return members;
}
