/** Views of objects through which nothing can be changed. */

import { ReferenceNotOwnedError } from '../errors.js';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** Methods that only read, of the objects whose content is in internal slots, where no trap sees a write. */
const readingMethods: readonly (readonly [
  abstract new (...args: never[]) => object,
  readonly PropertyKey[],
])[] = [
  [Map, ['get', 'has', 'keys', 'values', 'entries', 'forEach', 'size', Symbol.iterator]],
  [
    Set,
    [
      ...['has', 'keys', 'values', 'entries', 'forEach', 'size', 'union', 'intersection', 'difference'],
      ...['symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom', Symbol.iterator],
    ],
  ],
  [WeakMap, ['get', 'has']],
  [WeakSet, ['has']],
  [WeakRef, ['deref']],
  [
    RegExp,
    [
      'toString',
      'source',
      'flags',
      'global',
      'ignoreCase',
      'multiline',
      'dotAll',
      'unicode',
      'sticky',
      'hasIndices',
    ],
  ],
  [ArrayBuffer, ['byteLength', 'maxByteLength', 'resizable', 'detached', 'slice']],
  [SharedArrayBuffer, ['byteLength', 'maxByteLength', 'growable', 'slice']],
];

/** The methods that read, by the prototype they are found on. */
const reading = new Map<object, ReadonlySet<PropertyKey>>(
  readingMethods.map(([constructor, names]) => [constructor.prototype as object, new Set(names)]),
);

/** Reads of every Date; what it is set by begins with `set`. */
const isDateReading = (key: PropertyKey): boolean => !(typeof key === 'string' && key.startsWith('set'));

/** Reads of typed arrays that change nothing and hand out no bytes that can be written. */
const typedArrayReadings: ReadonlySet<PropertyKey> = new Set<PropertyKey>([
  ...[
    'length',
    'byteLength',
    'byteOffset',
    'at',
    'entries',
    'every',
    'filter',
    'find',
    'findIndex',
    'findLast',
  ],
  ...[
    'findLastIndex',
    'forEach',
    'includes',
    'indexOf',
    'join',
    'keys',
    'lastIndexOf',
    'map',
    'reduce',
    'reduceRight',
  ],
  ...[
    'slice',
    'some',
    'toLocaleString',
    'toReversed',
    'toSorted',
    'toString',
    'values',
    'with',
    'equals',
    'compare',
  ],
  ...['toJSON', Symbol.iterator, Symbol.toStringTag],
]);

/** The views that were made, so that one object has one view. */
const views = new WeakMap<object, object>();
/** What a view shows. */
const originals = new WeakMap<object, object>();

/**
 * A view of a value through which, and through whatever is read from which, nothing can be changed.
 *
 * Methods of plain objects and classes run on the view, so what they write is refused as well; private fields cannot be
 * reached through it. Of what keeps its content in internal slots (Map, Set, Date, typed arrays, …) the methods that
 * only read are there.
 *
 * @param value - Anything. A primitive and a function that belongs to no object are themselves.
 * @returns The view; the same one for the same object.
 */
export function readOnly(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || originals.has(value)) return value;
  let view = views.get(value);
  if (view === undefined) {
    // The engine compares what a trap says with the proxy's own target. A shadow that has nothing to compare with
    // lets the traps wrap what is frozen, too; only an array's must be one, for Array.isArray.
    view = new Proxy(Array.isArray(value) ? [] : {}, new ReadOnlyTraps(value));
    views.set(value, view);
    originals.set(view, value);
  }
  return view;
}

function refused(): never {
  throw new ReferenceNotOwnedError(
    'A borrowed object can only be read. Borrow it mutably (mutBorrow) to change it, or make a copy of your own (clone).',
  );
}

class ReadOnlyTraps implements ProxyHandler<object> {
  readonly #original: object;
  readonly #methods = new Map<unknown, unknown>();

  constructor(original: object) {
    this.#original = original;
  }

  get(_shadow: object, key: PropertyKey, view: unknown): unknown {
    const original = this.#original;
    if (hasSlots(original)) return this.#getOfSlots(key);
    const value: unknown = Reflect.get(original, key, view);
    return readOnly(value);
  }

  has(_shadow: object, key: PropertyKey): boolean {
    return Reflect.has(this.#original, key);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#original);
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#original);
  }

  getOwnPropertyDescriptor(shadow: object, key: PropertyKey): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.#original, key);
    if (descriptor === undefined) return undefined;
    if ('value' in descriptor) descriptor.value = readOnly(descriptor.value);
    if (descriptor.set !== undefined) descriptor.set = refused;
    if (descriptor.configurable === false) Reflect.defineProperty(shadow, key, descriptor);
    return descriptor;
  }

  isExtensible(): boolean {
    // As far as it can be told without making the shadow what it could then not stop to be.
    return true;
  }

  set(): never {
    return refused();
  }

  defineProperty(): never {
    return refused();
  }

  deleteProperty(): never {
    return refused();
  }

  setPrototypeOf(): never {
    return refused();
  }

  preventExtensions(): never {
    return refused();
  }

  #getOfSlots(key: PropertyKey): unknown {
    const original = this.#original as Readonly<Record<PropertyKey, unknown>>;
    const value = original[key];
    const reads = key === 'constructor' || Object.hasOwn(original, key) || isReading(original, key);
    if (typeof value === 'function') {
      if (key === 'constructor') return value;
      // What every object has, such as hasOwnProperty, changes nothing; what is not known to, might.
      return this.#method(reads || key in Object.prototype ? (value as AnyFunction) : refused);
    }
    // Such as a typed array's buffer, whose bytes anybody could write.
    return reads || typeof value !== 'object' ? readOnly(value) : refused();
  }

  /** A method that runs on the original and is given, and gives, views. */
  #method(method: AnyFunction): unknown {
    let wrapped = this.#methods.get(method);
    if (wrapped === undefined) {
      const original = this.#original;
      wrapped = (...args: unknown[]): unknown =>
        viewOfResult(Reflect.apply(method, original, args.map(argument)));
      this.#methods.set(method, wrapped);
    }
    return wrapped;
  }
}

/** A callback is given views, and a view that is passed in stands for its object. */
function argument(value: unknown): unknown {
  if (typeof value === 'function') {
    return function (this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(value, this, args.map(readOnly));
    };
  }
  return typeof value === 'object' && value !== null ? (originals.get(value) ?? value) : value;
}

/** Iterators are read on the spot; what they give is wrapped. */
function viewOfResult(value: unknown): unknown {
  if (!isIterator(value)) return readOnly(value);
  return (function* () {
    for (const member of value) yield readOnly(member);
  })();
}

function isIterator(value: unknown): value is IterableIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}

/** Whether an object's content is in internal slots, which its methods find on the object itself only. */
function hasSlots(value: object): boolean {
  if (ArrayBuffer.isView(value) || value instanceof Date) return true;
  for (const [constructor] of readingMethods) if (value instanceof constructor) return true;
  return false;
}

function isReading(value: object, key: PropertyKey): boolean {
  if (value instanceof Date) return isDateReading(key);
  if (value instanceof DataView)
    return typeof key === 'string' && (key.startsWith('get') || key.startsWith('byte'));
  if (ArrayBuffer.isView(value)) return typedArrayReadings.has(key) || isIndex(key);
  for (const [prototype, names] of reading) {
    if (Object.prototype.isPrototypeOf.call(prototype, value)) return names.has(key);
  }
  return false;
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key);
}
