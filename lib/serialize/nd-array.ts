/** Numeric arrays of any rank. */

import { arrayClassOf, dtypeOf, holds, isDType } from './dtype.js';
import type { ArrayOfDType, DType, ElementOfDType } from './dtype.js';

/** Elements in arrays of arrays, as deep as there are dimensions; the element itself where there are none. */
export type Nested<E> = E | readonly Nested<E>[];

/** How the elements follow each other: the last index changes fastest (`'C'`), or the first one does (`'F'`). */
export type Order = 'C' | 'F';

/** What an {@link NdArray} is made of. */
export interface NdArrayInit<D extends DType = DType> {
  /** The elements. Kept as it is, not copied. */
  readonly data: ArrayOfDType[D];
  /** The length of each dimension; empty for a single element. At most 64 of them. */
  readonly shape: readonly number[];
  /** The type of the elements. Default: that of the class of `data`, where a `Uint8Array` has numbers, not booleans. */
  readonly dtype?: D | undefined;
  /** How the elements follow each other in `data`. Default `'C'`. */
  readonly order?: Order | undefined;
}

/** As many dimensions as NumPy allows. */
const maximumRank = 64;

const brand = Symbol.for('proxystore.NdArray');

/**
 * A numeric array with a shape: what NumPy's `ndarray` is when it is stored, both ways. `instanceof` also recognises
 * one that another copy of this package in the process has made.
 *
 * @typeParam D - The type of its elements.
 * @example
 * ```ts
 * const image = new NdArray({ data: new Float32Array(480 * 640), shape: [480, 640] });
 * const matrix = NdArray.from([[1, 2], [3, 4]]);
 * matrix.get(1, 0); // 3
 * ```
 */
export class NdArray<D extends DType = DType> {
  /** The elements, in {@link NdArray.order}. */
  readonly data: ArrayOfDType[D];
  /** The length of each dimension. Frozen. */
  readonly shape: readonly number[];
  /** The type of the elements, in NumPy's notation. */
  readonly dtype: D;
  /** How the elements follow each other. */
  readonly order: Order;

  /**
   * @param init - The elements and how they are laid out.
   * @throws TypeError when the elements are not in a typed array of the class that the element type asks for.
   * @throws RangeError when the shape does not ask for as many elements as there are.
   */
  constructor(init: NdArrayInit<D>) {
    const { data, shape } = init;
    // As they are, and not as their types say: they may come from outside.
    const dtype: unknown = init.dtype ?? dtypeOf(data);
    const order: unknown = init.order ?? 'C';
    if (!isDType(dtype)) {
      throw new TypeError(
        dtype === undefined
          ? 'The data of an NdArray is a typed array of numbers or bigints that NumPy has an element type for.'
          : `NdArray has no element type ${JSON.stringify(dtype)}.`,
      );
    }
    if (!holds(data, dtype)) {
      throw new TypeError(`The elements of type ${dtype} are not in the typed array that is for them.`);
    }
    if (order !== 'C' && order !== 'F') {
      throw new TypeError(`The order of an NdArray is "C" or "F", not ${JSON.stringify(order)}.`);
    }
    const count = countOf(shape);
    if (count !== data.length) {
      throw new RangeError(
        `An NdArray of shape [${shape.join(', ')}] has ${count} elements, and ${data.length} were given.`,
      );
    }
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype as D; // given as such, or found for the data
    this.order = order;
  }

  /**
   * Makes an array of elements in nested arrays.
   *
   * @param nested - The elements; one that is no array gives an array without dimensions.
   * @param dtype - Their type. Default `'<f8'`; integers of 64 bits are bigints, and those of `'|b1'` booleans.
   * @returns A new array, in `'C'` order. The shape is read from the first of each level.
   * @throws TypeError for an element that is not of the type, or where the runtime has no array for it.
   * @throws RangeError for arrays of one level that differ in length, and for an integer that the type cannot hold.
   */
  static from<D extends DType = '<f8'>(nested: Nested<ElementOfDType<D>>, dtype?: D): NdArray<D> {
    const type: DType = dtype ?? '<f8';
    const shape = shapeOf(nested);
    const elements: unknown[] = [];
    collect(nested, shape, 0, elements);
    const data = allocate(type, countOf(shape));
    elements.forEach((element, index) => {
      data[index] = checkedElement(element, type);
      if (isInteger(type) && data[index] !== element) {
        throw new RangeError(`${String(element)} is not in the range of ${type}.`);
      }
    });
    return new NdArray({ data: data as unknown as ArrayOfDType[D], shape, dtype: type as D }); // allocated for it
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    if (this !== NdArray) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && brand in value;
  }

  /**
   * One element.
   *
   * @param index - One number for each dimension, from 0.
   * @throws RangeError for another number of indices than of dimensions, or one beyond its dimension.
   */
  get(...index: readonly number[]): ElementOfDType<D> {
    const { shape } = this;
    if (index.length !== shape.length) {
      throw new RangeError(`An array of shape [${shape.join(', ')}] has no element [${index.join(', ')}].`);
    }
    let position = 0;
    // Horner's scheme, from the slowest dimension to the fastest.
    for (let step = 0; step < shape.length; step += 1) {
      const dimension = this.order === 'C' ? step : shape.length - 1 - step;
      const at = index[dimension] ?? 0; // there is one for each dimension
      const length = shape[dimension] ?? 0;
      if (!Number.isInteger(at) || at < 0 || at >= length) {
        throw new RangeError(`An array of shape [${shape.join(', ')}] has no element [${index.join(', ')}].`);
      }
      position = position * length + at;
    }
    return this.#element(position);
  }

  /**
   * The elements in nested arrays.
   *
   * @returns New arrays, as deep as there are dimensions; the element where there are none.
   */
  toArray(): Nested<ElementOfDType<D>> {
    return this.#nested(0, 0);
  }

  #nested(dimension: number, position: number): Nested<ElementOfDType<D>> {
    const length = this.shape[dimension];
    if (length === undefined) return this.#element(position);
    const stride = this.#stride(dimension);
    return Array.from({ length }, (_, at) => this.#nested(dimension + 1, position + at * stride));
  }

  #stride(dimension: number): number {
    const inner = this.order === 'C' ? this.shape.slice(dimension + 1) : this.shape.slice(0, dimension);
    return inner.reduce((product, length) => product * length, 1);
  }

  #element(position: number): ElementOfDType<D> {
    const element: number | bigint | undefined = this.data[position];
    // Both casts: the class of the data goes with the type of the elements.
    return (this.dtype === '|b1' ? element !== 0 : element) as ElementOfDType<D>;
  }

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }
}

/**
 * Whether a value is an array of the class itself, of whatever copy of this package, and not of one that extends it.
 *
 * @param value - Any value but a proxy of a store.
 */
export function isNdArray(value: unknown): value is NdArray {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype !== null && Object.hasOwn(prototype, brand);
}

/**
 * How many elements a shape asks for.
 *
 * @param shape - The length of each dimension.
 * @throws TypeError when it is no list of lengths.
 * @throws RangeError for more than 64 dimensions, or more elements than can be counted exactly. An empty dimension does
 *   not excuse the others.
 */
export function countOf(shape: unknown): number {
  if (!Array.isArray(shape) || !shape.every(isLength)) {
    throw new TypeError('The shape of an array is a list of whole numbers from 0.');
  }
  if (shape.length > maximumRank) {
    throw new RangeError(`An array has at most ${maximumRank} dimensions, not ${shape.length}.`);
  }
  const product = shape.reduce((total, length) => total * (length || 1), 1);
  if (!Number.isSafeInteger(product)) throw new RangeError(`The shape [${shape.join(', ')}] is too large.`);
  return shape.includes(0) ? 0 : product;
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0; // a safe integer is a number
}

function shapeOf(nested: unknown): number[] {
  const shape: number[] = [];
  for (let level = nested; Array.isArray(level); level = level[0] as unknown) {
    if (shape.length === maximumRank) throw new RangeError(`An array has at most ${maximumRank} dimensions.`);
    shape.push(level.length);
  }
  return shape;
}

function collect(nested: unknown, shape: readonly number[], dimension: number, elements: unknown[]): void {
  const length = shape[dimension];
  if (length === undefined) {
    elements.push(nested);
    return;
  }
  if (!Array.isArray(nested) || nested.length !== length) {
    throw new RangeError(`All arrays of a level are of one length, here ${length}, as the first of them is.`);
  }
  for (const inner of nested) collect(inner, shape, dimension + 1, elements);
}

function allocate(dtype: DType, count: number): Record<number, unknown> & ArrayBufferView {
  const ArrayClass = arrayClassOf(dtype) as (new (length: number) => ArrayBufferView) | undefined;
  if (ArrayClass === undefined) {
    throw new TypeError(`This runtime has no array for elements of type ${dtype}.`);
  }
  return new ArrayClass(count) as Record<number, unknown> & ArrayBufferView; // every typed array is so
}

function isInteger(dtype: DType): boolean {
  return dtype.startsWith('i', 1) || dtype.startsWith('u', 1);
}

function checkedElement(element: unknown, dtype: DType): number | bigint {
  const expected = dtype === '|b1' ? 'boolean' : dtype === '<i8' || dtype === '<u8' ? 'bigint' : 'number';
  if (typeof element !== expected) {
    throw new TypeError(`An element of type ${dtype} is a ${expected}, not ${describe(element)}.`);
  }
  return typeof element === 'boolean' ? Number(element) : (element as number | bigint); // as was just checked
}

function describe(element: unknown): string {
  return Array.isArray(element) ? 'an array' : `a ${typeof element}`;
}
