/**
 * The form of a value that is no plain tree: a flat table of nodes, one for each object, that refer to each other by
 * their index. Sharing and cycles are what they are in it, and no depth of the value is one of the table.
 *
 * The table is an array. Its first element is the field of the whole value, and each further one a node:
 *
 * - a plain object whose values are fields: a plain object;
 * - an array that begins with a {@link NodeKind}: as is told there;
 * - anything else that msgpackr keeps, such as a Date: itself.
 *
 * A field is a value or the place of one. A primitive stands for itself, an array of one index for the node there, and
 * an empty array for `-0`.
 */

/** What kind of node an array in the table is, with the elements that follow it. */
export const NodeKind = {
  /** The fields of an array's elements. */
  array: 0,
  /** An array's length, then an index and a field by turns: an array with holes. */
  sparse: 1,
  /** {@link Properties} in pairs, of a plain object with a name that msgpackr does not keep. */
  object: 2,
  /** {@link Properties} of an object without a prototype. */
  bare: 3,
  /** Fields of keys and values by turns. */
  map: 4,
  /** Fields of the members. */
  set: 5,
  /** The code units of a text that msgpackr does not keep, as bytes, the lower one first. */
  text: 6,
  /** The field of a primitive in an object of its own, such as `new String('text')`. */
  boxed: 7,
  /**
   * The name of the standard class; the name of the registered class, or null; hidden and enumerable
   * {@link Properties}, both in pairs.
   */
  error: 8,
  /** The name of a registered class and {@link Properties} of the instance. */
  instance: 9,
  /** The name of a registered class and the field of what its `toData` gave. */
  data: 10,
  /** The field of what the substitution wrote. */
  substitute: 11,
  /** Element type, order, the field of the elements and the shape, dimension by dimension, of an `NdArray`. */
  ndArray: 12,
  /** Name of the class and the bytes of small binary data. */
  bytes: 13,
  /** Name of the class, offset and length in bytes of binary data that stands behind the table. */
  binary: 14,
} as const;

/** One of {@link NodeKind}. */
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

/** The place of a node in its table. */
export type Reference = readonly [index: number];

/** A value in a node: see the form of the table. */
export type Field = string | number | bigint | boolean | null | undefined | Reference | readonly [];

/** An object's properties: an object of fields, or names and fields by turns where a name is none that is kept. */
export type Properties = Record<string, Field> | Field[];

/** Binary data begins at a multiple of it, so that any typed array can be a view of it. */
export const binaryAlignment = 8;
