/** What msgpackr keeps exactly as it is. */

import { builtInPrototypes } from './built-ins.js';
import type { BuiltIn } from './built-ins.js';
import { substitution } from './substitution.js';
import { isWellFormed } from './text.js';

/** From this size on, binary data is worth a part of its own. */
export const liftedLength = 256 * 1024;

/**
 * What msgpackr knows a typed array by. A test runner that puts classes of its own realm beside those of Node can have
 * typed arrays that do not extend it.
 */
const TypedArrayClass = Object.getPrototypeOf(Uint8Array) as abstract new () => unknown;

/** Deeper values go where depth is no limit. Each level takes a good part of a kilobyte of stack in msgpackr. */
const maximumDepth = 100;

/**
 * Whether msgpackr writes a value in a way that it reads it back the same, with none of its extensions for references.
 *
 * That is a tree of plain objects, dense arrays, Maps, Sets and leaves: an object that is in it twice, or in itself, is
 * none, nor is anything below that msgpackr changes: `-0`, text that is not well formed, holes in arrays. What cannot
 * be serialized at all is no plain tree either. An accessor is read once here and once more by msgpackr.
 *
 * @param value - Any value. A proxy of a store in it is not touched.
 */
export function isPlainTree(value: unknown): boolean {
  return isPlain(value, new Set(), 0);
}

/** Whether msgpackr keeps a text: it is well formed, and has no byte order mark, which TextDecoder takes for one. */
export function isPlainText(text: string): boolean {
  return isWellFormed(text) && text.charCodeAt(0) !== 0xfeff;
}

/**
 * Whether msgpackr keeps the name of a property. It renames `__proto__`, and its table of the shapes of objects has a
 * property `__keys__` of its own: one object with such a name would spoil all later ones.
 */
export function isPlainName(name: string): boolean {
  return name !== '__proto__' && name !== '__keys__' && isPlainText(name);
}

function isPlain(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return isPlainText(value);
    case 'number':
      return isPlainNumber(value);
    case 'object':
      return value === null || isPlainObject(value, seen, depth);
    case 'symbol':
    case 'function':
      return false;
    default:
      return true;
  }
}

function isPlainNumber(value: number): boolean {
  return value !== 0 || 1 / value > 0;
}

function isPlainObject(value: object, seen: Set<object>, depth: number): boolean {
  if (substitution?.matches(value) === true || depth > maximumDepth) return false;
  if (seen.size === seen.add(value).size) return false; // it was there already
  const prototype = Object.getPrototypeOf(value) as object;
  if (prototype === Object.prototype) return isPlainRecord(value as Record<string, unknown>, seen, depth);
  const builtIn = builtInPrototypes.get(prototype);
  return builtIn !== undefined && isPlainBuiltIn(value, builtIn, seen, depth);
}

function isPlainRecord(record: Record<string, unknown>, seen: Set<object>, depth: number): boolean {
  // Inherited names are none of its own, but then somebody has put them on Object.prototype.
  for (const name in record) {
    if (!isPlainName(name)) return false;
    const value = record[name];
    if (typeof value === 'number' ? !isPlainNumber(value) : !isPlain(value, seen, depth + 1)) return false;
  }
  return true;
}

function isPlainBuiltIn(value: object, builtIn: BuiltIn, seen: Set<object>, depth: number): boolean {
  // The casts: a prototype tells what its instances are. One that was only made to look so throws further on.
  switch (builtIn) {
    case 'Array':
      return isPlainArray(value as unknown[], seen, depth);
    case 'Map':
      return !hasOwnConstructor(value) && isPlainMap(value as Map<unknown, unknown>, seen, depth);
    case 'Set':
      return !hasOwnConstructor(value) && isPlainArray([...(value as Set<unknown>)], seen, depth);
    case 'Date':
    case 'RegExp':
      return true;
    // Boxed primitives, and what msgpackr knows no code for.
    case 'Object':
    case 'String':
    case 'Number':
    case 'Boolean':
    case 'BigInt':
    case 'Float16Array':
      return false;
    case 'ArrayBuffer':
    case 'DataView':
      return (value as ArrayBuffer | DataView).byteLength < liftedLength;
    default:
      return isPlainTypedArray(value as ArrayBufferView);
  }
}

function isPlainArray(array: readonly unknown[], seen: Set<object>, depth: number): boolean {
  for (let index = 0; index < array.length; index += 1) {
    const element = array[index];
    // Numbers are not handed to a function first, for which the engine would have to box those of an array of them.
    if (typeof element === 'number') {
      if (!isPlainNumber(element)) return false;
    } else if (!isPlain(element, seen, depth + 1) || (element === undefined && !(index in array))) {
      return false;
    }
  }
  return true;
}

function isPlainMap(map: ReadonlyMap<unknown, unknown>, seen: Set<object>, depth: number): boolean {
  for (const [key, value] of map) {
    if (!isPlain(key, seen, depth + 1) || !isPlain(value, seen, depth + 1)) return false;
  }
  return true;
}

function isPlainTypedArray(array: ArrayBufferView): boolean {
  return array.byteLength < liftedLength && array instanceof TypedArrayClass && !hasOwnConstructor(array);
}

/** Whether an object has a constructor of its own: msgpackr goes by that where it should go by the class. */
function hasOwnConstructor(value: object): boolean {
  return Object.hasOwn(value, 'constructor');
}
