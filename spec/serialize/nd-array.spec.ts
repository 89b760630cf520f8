import fc from 'fast-check';
import type { DType } from '../../lib/serialize/dtype.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import type { NdArrayInit } from '../../lib/serialize/nd-array.js';

describe('NdArray', () => {
  it('holds what it was given', () => {
    const data = new Float32Array([0, 1, 2, 3, 4, 5]);
    const shape = [2, 3];
    const array = new NdArray({ data, shape });
    expect(array).toMatchObject({ shape: [2, 3], dtype: '<f4', order: 'C' });
    expect(array.data).toBe(data);
    shape.push(7);
    expect(array.shape).toEqual([2, 3]);
    expect(Object.isFrozen(array.shape)).toBe(true);
  });

  it.each<[ArrayBufferView, DType]>([
    [new Int8Array(1), '|i1'],
    [new Uint8Array(1), '|u1'],
    [Buffer.alloc(1), '|u1'],
    [new Int16Array(1), '<i2'],
    [new Uint16Array(1), '<u2'],
    [new Int32Array(1), '<i4'],
    [new Uint32Array(1), '<u4'],
    [new BigInt64Array(1), '<i8'],
    [new BigUint64Array(1), '<u8'],
    [new Float32Array(1), '<f4'],
    [new Float64Array(1), '<f8'],
  ])('finds the element type of %p', (data, dtype) => {
    expect(new NdArray({ data: data as Int8Array, shape: [1] }).dtype).toBe(dtype);
  });

  it('has booleans in bytes where it is told so', () => {
    const array = new NdArray({ data: Uint8Array.of(0, 1, 255), shape: [3], dtype: '|b1' });
    expect(array.toArray()).toEqual([false, true, true]);
    expect(array.get(0)).toBe(false);
  });

  it('counts elements by the last index first, or by the first index first', () => {
    const data = new Int16Array([0, 1, 2, 3, 4, 5]);
    const byRow = new NdArray({ data, shape: [2, 3] });
    const byColumn = new NdArray({ data, shape: [2, 3], order: 'F' });
    expect(byRow.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(byColumn.toArray()).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
    expect([byRow.get(1, 0), byColumn.get(1, 0)]).toEqual([3, 1]);
  });

  it('has one element where it has no dimensions, and none where one of them is empty', () => {
    const scalar = new NdArray({ data: new Float64Array([2.5]), shape: [] });
    expect([scalar.get(), scalar.toArray()]).toEqual([2.5, 2.5]);
    expect(new NdArray({ data: new Float64Array(0), shape: [2, 0] }).toArray()).toEqual([[], []]);
  });

  it('gets every element from where toArray puts it', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.constantFrom('C' as const, 'F' as const), (shape, order) => {
        const count = shape.reduce((product, length) => product * length, 1);
        const array = new NdArray({ data: Int32Array.from({ length: count }, (_, at) => at), shape, order });
        const walk = (nested: unknown, index: number[]): void => {
          if (Array.isArray(nested)) nested.forEach((inner, at) => walk(inner, [...index, at]));
          else expect(array.get(...index)).toBe(nested);
        };
        walk(array.toArray(), []);
        expect(new Set([array.toArray()].flat(5)).size).toBe(count);
      }),
    );
  });

  it.each([[[]], [[0]], [[0, 0, 0]], [[2, 0]], [[0, 3]], [[-1, 0]], [[0.5, 0]], [[NaN, 0]]])(
    'has no element %j in two rows of three',
    (index) => {
      const array = new NdArray({ data: new Int8Array(6), shape: [2, 3] });
      expect(() => array.get(...index)).toThrow(RangeError);
    },
  );

  it.each<[string, unknown, string]>([
    ['no typed array', { data: [1, 2], shape: [2] }, 'is a typed array'],
    ['nothing', { shape: [2] }, 'is a typed array'],
    ['a clamped array', { data: new Uint8ClampedArray(2), shape: [2] }, 'is a typed array'],
    ['an unknown type', { data: new Uint8Array(2), shape: [2], dtype: '<U1' }, 'no element type "<U1"'],
    ['another type', { data: new Uint8Array(2), shape: [2], dtype: '<f8' }, 'elements of type <f8'],
    ['an unknown order', { data: new Uint8Array(2), shape: [2], order: 'K' }, '"C" or "F", not "K"'],
    ['no shape', { data: new Uint8Array(2) }, 'a list of whole numbers'],
    ['a negative length', { data: new Uint8Array(2), shape: [-2] }, 'a list of whole numbers'],
    ['half a length', { data: new Uint8Array(2), shape: [0.5, 4] }, 'a list of whole numbers'],
    ['a text for a length', { data: new Uint8Array(2), shape: ['2'] }, 'a list of whole numbers'],
  ])('throws a TypeError for %s', (_, init, message) => {
    expect(() => new NdArray(init as NdArrayInit)).toThrow(TypeError);
    expect(() => new NdArray(init as NdArrayInit)).toThrow(message);
  });

  it.each<[readonly number[], string]>([
    [[3], 'shape [3] has 3 elements, and 2 were given'],
    [[], 'shape [] has 1 elements'],
    [[2, 2], '[2, 2] has 4 elements'],
    [[2 ** 52, 2 ** 52], 'too large'],
    [[0, 2 ** 52, 2 ** 52], 'too large'],
    [Array.from({ length: 65 }, () => 1), 'at most 64 dimensions, not 65'],
  ])('throws a RangeError for the shape %j', (shape, message) => {
    expect(() => new NdArray({ data: new Uint8Array(2), shape })).toThrow(RangeError);
    expect(() => new NdArray({ data: new Uint8Array(2), shape })).toThrow(message);
  });

  it('recognises an array of another copy of the package', () => {
    const brand = Symbol.for('proxystore.NdArray');
    class OfAnotherCopy {
      static {
        Object.defineProperty(this.prototype, brand, { value: true });
      }
    }
    expect(new OfAnotherCopy()).toBeInstanceOf(NdArray);
    for (const value of [{}, null, undefined, 7, []]) expect(value).not.toBeInstanceOf(NdArray);
  });

  it('leaves instanceof to a class that extends it', () => {
    class Matrix extends NdArray {}
    expect(new Matrix({ data: new Int8Array(1), shape: [1] })).toBeInstanceOf(Matrix);
    expect(new Matrix({ data: new Int8Array(1), shape: [1] })).toBeInstanceOf(NdArray);
    expect(new NdArray({ data: new Int8Array(1), shape: [1] })).not.toBeInstanceOf(Matrix);
  });
});

describe('NdArray.from', () => {
  it('reads the shape from the nesting', () => {
    const array = NdArray.from([
      [[1], [2], [3]],
      [[4], [5], [6]],
    ]);
    expect(array).toMatchObject({ shape: [2, 3, 1], dtype: '<f8', order: 'C' });
    expect(array.data).toEqual(new Float64Array([1, 2, 3, 4, 5, 6]));
    expect(NdArray.from(2.5)).toMatchObject({ shape: [] });
    expect(NdArray.from([])).toMatchObject({ shape: [0] });
    expect(NdArray.from([[], []])).toMatchObject({ shape: [2, 0] });
  });

  it('makes elements of the type that is asked for', () => {
    expect(NdArray.from([1n, -1n], '<i8').data).toEqual(new BigInt64Array([1n, -1n]));
    expect(NdArray.from([true, false], '|b1').data).toEqual(Uint8Array.of(1, 0));
    expect(NdArray.from([0.1], '<f4').data).toEqual(new Float32Array([0.1]));
    expect(NdArray.from([255], '|u1').toArray()).toEqual([255]);
  });

  it('gives back what toArray gives', () => {
    const rows = fc.array(fc.array(fc.double(), { minLength: 3, maxLength: 3 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, (nested) => {
        expect(NdArray.from(nested).toArray()).toEqual(nested);
      }),
    );
  });

  it.each<[unknown, DType, string]>([
    [[256], '|u1', '256 is not in the range of |u1'],
    [[-1], '<u2', '-1 is not in the range of <u2'],
    [[1.5], '<i4', '1.5 is not in the range of <i4'],
    [[NaN], '|i1', 'NaN is not in the range of |i1'],
    [[2n ** 63n], '<i8', '9223372036854775808 is not in the range of <i8'],
    [[[1, 2], [3]], '<f8', 'of one length, here 2'],
    [[[1, 2], 3], '<f8', 'of one length, here 2'],
  ])('throws a RangeError for %p as %s', (nested, dtype, message) => {
    expect(() => NdArray.from(nested as number[], dtype as '<f8')).toThrow(RangeError);
    expect(() => NdArray.from(nested as number[], dtype as '<f8')).toThrow(message);
  });

  it.each<[unknown, DType, string]>([
    [['1'], '<f8', 'is a number, not a string'],
    [[1n], '<f8', 'is a number, not a bigint'],
    [[1], '<i8', 'is a bigint, not a number'],
    [[1], '|b1', 'is a boolean, not a number'],
    [[1, [2]], '<f8', 'is a number, not an array'],
    [[undefined], '<f4', 'is a number, not a undefined'],
  ])('throws a TypeError for %p as %s', (nested, dtype, message) => {
    expect(() => NdArray.from(nested as number[], dtype as '<f8')).toThrow(TypeError);
    expect(() => NdArray.from(nested as number[], dtype as '<f8')).toThrow(message);
  });

  it('refuses arrays that are in themselves', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => NdArray.from(endless as number[])).toThrow('at most 64 dimensions');
  });

  it('throws a TypeError for a type that the runtime has no array for', () => {
    const hasHalfFloats = 'Float16Array' in globalThis;
    if (hasHalfFloats) expect(NdArray.from([1.5], '<f2').toArray()).toEqual([1.5]);
    else expect(() => NdArray.from([1.5], '<f2')).toThrow('no array for elements of type <f2');
  });
});
