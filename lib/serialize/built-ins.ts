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

/** Whether a class is of the runtime, of whatever realm, and not of a script. */
export function isNative(constructor: unknown): constructor is abstract new () => object {
  return (
    typeof constructor === 'function' &&
    /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(constructor))
  );
}

/**
 * Tells a built-in of another realm from a class that only has its name: by its class, which is no script's, and by
 * what no other object can do. The functions used for that look at what is the same in every realm.
 */
function foreignBuiltIn(value: object, prototype: object): BuiltIn | undefined {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name = typeof constructor === 'function' ? (constructor.name as BuiltIn) : undefined; // or any other name
  const isInstance = name && foreignChecks.get(name);
  if (isInstance === undefined || !isNative(constructor)) return undefined;
  try {
    return isInstance(value) ? name : undefined;
  } catch {
    return undefined;
  }
}

const typedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** By class: what throws or gives false for an object that is no instance of it. */
const foreignChecks: ReadonlyMap<BuiltIn, (value: object) => boolean> = new Map<
  BuiltIn,
  (value: object) => boolean
>([
  ['Object', (value) => Object.getPrototypeOf(Object.getPrototypeOf(value)) === null],
  ['Array', Array.isArray],
  ['Map', isNoError(getterOf(Map.prototype, 'size'))],
  ['Set', isNoError(getterOf(Set.prototype, 'size'))],
  ['Date', isNoError((value) => Date.prototype.getTime.call(value))],
  ['RegExp', isNoError(getterOf(RegExp.prototype, 'source'))],
  ['ArrayBuffer', isNoError(getterOf(ArrayBuffer.prototype, 'byteLength'))],
  ['DataView', isNoError(getterOf(DataView.prototype, 'byteLength'))],
  ...Array.from(
    typedArrays.keys(),
    (name) => [name, (value: object): boolean => typedArrayName(value) === name] as const,
  ),
]);

/** A getter as a function of the object that it looks at. */
function getterOf(prototype: object, name: PropertyKey): (value: object) => unknown {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  return (value) => property?.get?.call(value) as unknown;
}

function isNoError(look: (value: object) => unknown): (value: object) => boolean {
  return (value) => {
    look(value);
    return true;
  };
}
