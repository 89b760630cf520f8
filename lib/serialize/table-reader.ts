/** Makes values of tables of nodes. */

import { SerializationError } from '../errors.js';
import { typedArrays } from './built-ins.js';
import type { TypedArrayName } from './built-ins.js';
import { classOfName } from './classes.js';
import type { RegisteredClass } from './classes.js';
import { completionOrder } from './completion-order.js';
import type { ArrayOfDType, DType } from './dtype.js';
import { NdArray } from './nd-array.js';
import type { Order } from './nd-array.js';
import { NodeKind } from './node-table.js';
import { createStandardError, isStandardErrorName } from './standard-errors.js';
import { substitution } from './substitution.js';

const tag = 'MP';

/** In the place of an object that can only be made when its data is complete. */
const pending = Symbol('pending');

/** As many code units are made into text at a time; the stack holds so many arguments. */
const unitsAtOnce = 4096;

/**
 * Makes the value of a table. Needs no stack that grows with the value.
 *
 * @param table - What msgpackr has read: anything, for it may come from outside. Plain objects in it are changed and
 *   become part of the value.
 * @param binary - The bytes behind the table; the value may hold views of them.
 * @throws SerializationError for a malformed table, and for instances of a class that is not registered here.
 */
export function readTable(table: unknown, binary: Uint8Array): unknown {
  if (!Array.isArray(table) || table.length === 0) throw malformed('it has no table');
  return new TableReader(table, binary).read();
}

class TableReader {
  readonly #table: readonly unknown[];
  readonly #binary: Uint8Array;
  #binaryEnd = 0;
  /** The objects of the nodes, by index. Index 0 is the value as a whole, which has no node. */
  readonly #objects: unknown[];

  constructor(table: readonly unknown[], binary: Uint8Array) {
    this.#table = table;
    this.#binary = binary;
    this.#objects = table.map(() => pending);
  }

  /** All objects are made empty first, so that there is one to refer to from everywhere, and filled then. */
  read(): unknown {
    // From the end, for what an object is begun with, such as its text, stands behind it.
    for (let index = this.#table.length - 1; index > 0; index -= 1) {
      this.#objects[index] = this.#create(this.#table[index]);
    }
    for (const index of this.#order()) if (index > 0) this.#fill(this.#table[index], index);
    if (this.#binaryEnd !== this.#binary.length) throw malformed('there is more behind it than it refers to');
    return this.#value(this.#table[0]);
  }

  #order(): Iterable<number> {
    if (!this.#objects.includes(pending, 1)) return this.#table.keys();
    return completionOrder(this.#table, (index) => this.#objects[index] === pending);
  }

  #create(node: unknown): unknown {
    if (!Array.isArray(node)) return node;
    switch (node[0]) {
      case NodeKind.array:
        return [];
      case NodeKind.sparse:
        return arrayOfHoles(node[1]);
      case NodeKind.object:
        return {};
      case NodeKind.bare:
        return Object.create(null);
      case NodeKind.map:
        return new Map();
      case NodeKind.set:
        return new Set();
      case NodeKind.text:
        return textOf(bytesOf(node[1]));
      case NodeKind.boxed:
        return Object(this.#primitive(node[1]));
      case NodeKind.error:
        return this.#error(node);
      case NodeKind.instance:
      case NodeKind.data: {
        const registered = registeredClass(node[1]);
        return registered.fromData === undefined ? Object.create(registered.prototype) : pending;
      }
      case NodeKind.bytes:
        return viewOf(node[1], bytesOf(node[2]));
      case NodeKind.binary:
        return this.#binaryOf(node);
      case NodeKind.ndArray:
        return this.#ndArray(node);
      case NodeKind.substitute:
        return pending;
      default:
        throw malformed('it has a node of no known kind');
    }
  }

  #fill(node: unknown, index: number): void {
    const object = this.#objects[index];
    if (!Array.isArray(node)) {
      if (isPlainObject(node)) this.#fillPlain(node);
      return;
    }
    // The casts: #create made the object for this kind of node.
    switch (node[0]) {
      case NodeKind.array:
        for (let at = 1; at < node.length; at += 1) (object as unknown[]).push(this.#value(node[at]));
        break;
      case NodeKind.sparse:
        this.#fillSparse(object as unknown[], node);
        break;
      case NodeKind.object:
      case NodeKind.bare:
        this.#define(object as object, node.slice(1), true);
        break;
      case NodeKind.map:
        for (let at = 1; at < node.length; at += 2) {
          (object as Map<unknown, unknown>).set(this.#value(node[at]), this.#value(node[at + 1]));
        }
        break;
      case NodeKind.set:
        for (let at = 1; at < node.length; at += 1) (object as Set<unknown>).add(this.#value(node[at]));
        break;
      case NodeKind.error:
        this.#fillError(object as Error, node);
        break;
      case NodeKind.instance:
        this.#objects[index] = this.#instance(object, node);
        break;
      case NodeKind.data:
        this.#objects[index] = this.#ofData(object, node);
        break;
      case NodeKind.substitute:
        this.#objects[index] = substituteOf(this.#value(node[1]));
        break;
    }
  }

  #value(field: unknown): unknown {
    if (!Array.isArray(field)) return field;
    if (field.length === 0) return -0;
    const index: unknown = field[0];
    if (!isCount(index) || index >= this.#objects.length) {
      throw malformed('it refers to a node that is not there');
    }
    const object = this.#objects[index];
    if (object === pending) throw malformed('it refers to an object before that can be there');
    return object;
  }

  #primitive(field: unknown): unknown {
    const value = this.#value(field);
    if (typeof value === 'object' && value !== null) throw malformed('it has an object where none can be');
    return value;
  }

  #fillPlain(properties: Record<string, unknown>): void {
    for (const name of Object.keys(properties)) {
      const field = properties[name];
      if (Array.isArray(field)) properties[name] = this.#value(field);
    }
  }

  #fillSparse(array: unknown[], node: readonly unknown[]): void {
    for (let at = 2; at < node.length; at += 2) {
      const index = node[at];
      if (!isCount(index) || index >= array.length) {
        throw malformed('it has an element beyond the end of its array');
      }
      array[index] = this.#value(node[at + 1]);
    }
  }

  /** Gives an object properties, whatever setters it inherits. */
  #define(object: object, properties: unknown, enumerable: boolean): void {
    for (const [name, value] of this.#entries(properties)) {
      define(object, name, value, enumerable);
    }
  }

  #entries(properties: unknown): [name: string, value: unknown][] {
    if (isPlainObject(properties)) {
      return Object.keys(properties).map((name) => [name, this.#value(properties[name])]);
    }
    if (!Array.isArray(properties)) throw malformed('it has an object without properties');
    const entries: [string, unknown][] = [];
    for (let at = 0; at < properties.length; at += 2) {
      const name = this.#value(properties[at]);
      if (typeof name !== 'string') throw malformed('it has a property whose name is no text');
      entries.push([name, this.#value(properties[at + 1])]);
    }
    return entries;
  }

  #fillError(error: Error, node: readonly unknown[]): void {
    for (const [name, value] of this.#entries(node[3])) {
      // A DOMException got these when it was made.
      const isGiven =
        node[1] === 'DOMException' && (name === 'message' || name === 'name') && error[name] === value;
      if (!isGiven) define(error, name, value, false);
    }
    this.#define(error, node[4], true);
  }

  #instance(object: unknown, node: readonly unknown[]): unknown {
    const registered = registeredClass(node[1]);
    if (registered.fromData === undefined) {
      this.#define(object as object, node[2], true); // #create made an empty instance
      return object;
    }
    const data = {};
    this.#define(data, node[2], true);
    return registered.fromData(data);
  }

  #ofData(object: unknown, node: readonly unknown[]): unknown {
    const data = this.#value(node[2]);
    const { fromData } = registeredClass(node[1]);
    if (fromData !== undefined) return fromData(data);
    if (typeof data !== 'object' || data === null) {
      throw malformed('it has data of a class that makes no instance of it');
    }
    for (const [name, value] of Object.entries(data)) define(object as object, name, value, true); // see #create
    return object;
  }

  #error(node: readonly unknown[]): unknown {
    const [, base, className, hidden] = node;
    if (!isStandardErrorName(base)) throw malformed('it has an error of no known class');
    if (!Array.isArray(hidden)) throw malformed('it has an error without properties');
    const textAt = (name: string): string => {
      // Only where it is needed: what of an error is no text may be an object that is not there yet.
      const at = base === 'DOMException' ? hidden.indexOf(name) : -1;
      return at < 0 ? '' : String(this.#primitive(hidden[at + 1]));
    };
    const error = createStandardError(base, { message: textAt('message'), name: textAt('name') });
    if (!hidden.includes('stack')) Reflect.deleteProperty(error, 'stack');
    if (className !== null) Object.setPrototypeOf(error, registeredClass(className).prototype);
    return error;
  }

  #ndArray(node: readonly unknown[]): NdArray {
    const [, dtype, order, elements, ...shape] = node;
    try {
      // The casts: the constructor checks all of it.
      return new NdArray({
        data: this.#value(elements) as ArrayOfDType[DType],
        shape: shape as number[],
        dtype: dtype as DType,
        order: order as Order,
      });
    } catch (cause) {
      throw malformed('it has an array that cannot be', cause);
    }
  }

  #binaryOf(node: readonly unknown[]): unknown {
    const [, name, offset, length] = node;
    if (!isCount(offset) || !isCount(length) || offset + length > this.#binary.length) {
      throw malformed('it refers to bytes that are not there');
    }
    this.#binaryEnd = Math.max(this.#binaryEnd, offset + length);
    return viewOf(name, this.#binary.subarray(offset, offset + length));
  }
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, writable: true, configurable: true });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a value is a whole number from 0. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0; // a safe integer is a number
}

function arrayOfHoles(length: unknown): unknown[] {
  if (!isCount(length) || length > 0xffff_ffff) throw malformed('it has an array of no possible length');
  const array: unknown[] = [];
  if (length > 0) {
    // An element that far off makes it a sparse array to the engine too, which setting the length would not do: it
    // would allocate what a few bytes of data only claim.
    array[length - 1] = undefined;
    Reflect.deleteProperty(array, length - 1);
  }
  return array;
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed('it has something else where bytes should be');
}

function viewOf(name: unknown, bytes: Uint8Array): unknown {
  if (name === 'ArrayBuffer') return bytes.slice().buffer;
  if (name === 'DataView') return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ArrayClass = typedArrays.get(name as TypedArrayName); // or anything else, which is not in the map
  if (ArrayClass === undefined) {
    throw malformed(`this runtime has no class ${JSON.stringify(name)} for the binary data in it`);
  }
  const size = ArrayClass.BYTES_PER_ELEMENT;
  if (bytes.length % size !== 0) throw malformed('it has an array with a part of an element');
  const { buffer, byteOffset, length } = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new ArrayClass(buffer, byteOffset, length / size);
}

function textOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const units = Array.from({ length: bytes.length / 2 }, (_, index) => view.getUint16(2 * index, true));
  let text = '';
  for (let start = 0; start < units.length; start += unitsAtOnce) {
    text += String.fromCharCode(...units.slice(start, start + unitsAtOnce));
  }
  return text;
}

function registeredClass(name: unknown): RegisteredClass {
  if (typeof name !== 'string') throw malformed('it has an instance of a class without a name');
  const registered = classOfName(name);
  if (registered === undefined) {
    throw new SerializationError(
      `The value has an instance of the class "${name}" in it, which is not registered here. Register it by registerClass() before the value is read.`,
      { tag },
    );
  }
  return registered;
}

function substituteOf(data: unknown): unknown {
  if (substitution === undefined) throw malformed('it has a reference in it, which nothing here can read');
  return substitution.read(data);
}

function malformed(why: string, cause?: unknown): SerializationError {
  return new SerializationError(`The value cannot be read: ${why}.`, { tag, cause });
}
