/** Element types of numeric arrays, in NumPy's notation, and the typed arrays that hold them. */

import { builtInOf, typedArrays } from './built-ins.js';
import type { TypedArrayConstructor, TypedArrayName } from './built-ins.js';

/** An array of half-precision floats: a `Float16Array`, which older runtimes lack. */
export interface HalfFloats extends ArrayBufferView {
  readonly length: number;
  [index: number]: number;
}

/** The typed array that holds the elements, by element type. */
export interface ArrayOfDType {
  '|b1': Uint8Array;
  '|i1': Int8Array;
  '|u1': Uint8Array;
  '<i2': Int16Array;
  '<u2': Uint16Array;
  '<i4': Int32Array;
  '<u4': Uint32Array;
  '<i8': BigInt64Array;
  '<u8': BigUint64Array;
  '<f2': HalfFloats;
  '<f4': Float32Array;
  '<f8': Float64Array;
}

/** An element type: byte order (`|` where there is none), kind and bytes of an element, as in `'<f8'`. */
export type DType = keyof ArrayOfDType;

/** What an element is to JavaScript, by element type. */
export type ElementOfDType<D extends DType> = D extends '|b1'
  ? boolean
  : D extends '<i8' | '<u8'
    ? bigint
    : number;

const namesOfArrays: ReadonlyMap<string, TypedArrayName> = new Map<DType, TypedArrayName>([
  ['|b1', 'Uint8Array'],
  ['|i1', 'Int8Array'],
  ['|u1', 'Uint8Array'],
  ['<i2', 'Int16Array'],
  ['<u2', 'Uint16Array'],
  ['<i4', 'Int32Array'],
  ['<u4', 'Uint32Array'],
  ['<i8', 'BigInt64Array'],
  ['<u8', 'BigUint64Array'],
  ['<f2', 'Float16Array'],
  ['<f4', 'Float32Array'],
  ['<f8', 'Float64Array'],
]);

/** The last of a name is meant: of bytes, it is unsigned integers that a `Uint8Array` holds unless told otherwise. */
const dtypesOfArrays: ReadonlyMap<unknown, DType> = new Map(
  Array.from(namesOfArrays, ([dtype, name]) => [name, dtype as DType]),
);

/** Whether something is an element type, known to this runtime or not. */
export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && namesOfArrays.has(value);
}

/** The class of the arrays that hold an element type; `undefined` where the runtime has none. */
export function arrayClassOf(dtype: DType): TypedArrayConstructor | undefined {
  const name = namesOfArrays.get(dtype);
  return name && typedArrays.get(name);
}

/**
 * The element type of a typed array.
 *
 * @param value - Any value but a proxy of a store.
 * @returns `'|u1'` for a `Uint8Array`; `undefined` for what is no typed array, or one that NumPy has no type for.
 */
export function dtypeOf(value: unknown): DType | undefined {
  return typeof value === 'object' && value !== null ? dtypesOfArrays.get(builtInOf(value)) : undefined;
}

/** Whether a typed array is of the class that holds an element type. */
export function holds(value: unknown, dtype: DType): boolean {
  return typeof value === 'object' && value !== null && namesOfArrays.get(dtype) === builtInOf(value);
}
