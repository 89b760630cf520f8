/** The classes of the language whose instances are data. */

/** Names of the typed arrays that every runtime has. */
const typedArrayNames = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

/** The name of a class of typed arrays. */
export type TypedArrayName = (typeof typedArrayNames)[number] | 'Float16Array';

/** The name of a class whose instances are data and no more. */
export type BuiltIn =
  | TypedArrayName
  | 'Object'
  | 'Array'
  | 'Map'
  | 'Set'
  | 'Date'
  | 'RegExp'
  | 'ArrayBuffer'
  | 'DataView'
  | 'String'
  | 'Number'
  | 'Boolean'
  | 'BigInt';

/** An instance of any class of typed arrays. */
export interface TypedArray extends ArrayBufferView {
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
}

/** A class of typed arrays. */
export interface TypedArrayConstructor {
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** The classes of typed arrays of this runtime; older ones have no `Float16Array`. */
export const typedArrays: ReadonlyMap<TypedArrayName, TypedArrayConstructor> = new Map(
  [...typedArrayNames, 'Float16Array' as const].flatMap((name) => {
    const constructor = (globalThis as unknown as Partial<Record<string, TypedArrayConstructor>>)[name];
    return constructor === undefined ? [] : [[name, constructor] as const];
  }),
);

/**
 * By the prototype of the instances. A prototype that is not here can still be a built-in's of another realm, such as
 * a `vm` context or a frame: see {@link builtInOf}.
 */
export const builtInPrototypes: ReadonlyMap<object, BuiltIn> = new Map<object, BuiltIn>([
  [Object.prototype, 'Object'],
  [Array.prototype, 'Array'],
  [Map.prototype, 'Map'],
  [Set.prototype, 'Set'],
  [Date.prototype, 'Date'],
  [RegExp.prototype, 'RegExp'],
  [ArrayBuffer.prototype, 'ArrayBuffer'],
  [DataView.prototype, 'DataView'],
  [String.prototype, 'String'],
  [Number.prototype, 'Number'],
  [Boolean.prototype, 'Boolean'],
  [BigInt.prototype, 'BigInt'],
  ...Array.from(typedArrays, ([name, { prototype }]) => [prototype as object, name] as const),
  ...(typeof Buffer === 'undefined' ? [] : [[Buffer.prototype, 'Uint8Array'] as const]),
]);

/**
 * Which built-in class an object is a direct instance of, in whatever realm it was made.
 *
 * @param value - Any object. Its prototype and that one's constructor are read.
 * @returns The class's name; `undefined` for instances of all other classes, also those that extend a built-in.
 */
export function builtInOf(value: object): BuiltIn | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return undefined;
  return builtInPrototypes.get(prototype) ?? foreignBuiltIn(value, prototype);
}

/**
 * Tells a built-in of another realm from a class that only has its name: by what no other object can do. All of the
 * functions used here look at internal slots, which are the same in every realm.
 */
function foreignBuiltIn(value: object, prototype: object): BuiltIn | undefined {
  const constructor = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as
    { name?: unknown } | undefined;
  const name = constructor?.name as BuiltIn | undefined; // one of these or anything else; the map tells
  const check = foreignChecks.get(name);
  if (check === undefined || !isForeign(prototype)) return undefined;
  try {
    return check(value) === false ? undefined : name;
  } catch {
    return undefined;
  }
}

/** Whether a prototype's chain ends in an `Object.prototype`, but not in the one of this realm. */
function isForeign(prototype: object): boolean {
  let root = prototype;
  for (
    let next = Object.getPrototypeOf(root) as object | null;
    next !== null;
    next = Object.getPrototypeOf(root) as object | null
  ) {
    root = next;
  }
  return root !== Object.prototype && Object.hasOwn(root, 'hasOwnProperty');
}

const nameOfTypedArray = getter(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** By class: what throws or gives false for an object that is no instance of it. */
const foreignChecks: ReadonlyMap<BuiltIn | undefined, (value: object) => unknown> = new Map<
  BuiltIn,
  (value: object) => unknown
>([
  ['Object', (value) => Object.prototype.toString.call(value) === '[object Object]'],
  ['Array', Array.isArray],
  ['Map', getter(Map.prototype, 'size')],
  ['Set', getter(Set.prototype, 'size')],
  ['Date', (value) => Date.prototype.getTime.call(value)],
  ['RegExp', getter(RegExp.prototype, 'source')],
  ['ArrayBuffer', getter(ArrayBuffer.prototype, 'byteLength')],
  ['DataView', getter(DataView.prototype, 'byteLength')],
  ...Array.from(
    typedArrays.keys(),
    (name) => [name, (value: object) => nameOfTypedArray(value) === name] as const,
  ),
]);

function getter(prototype: object, name: PropertyKey): (value: object) => unknown {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  return (value) => property?.get?.call(value) as unknown;
}
