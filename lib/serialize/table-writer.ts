/** Writes a value of any form as a table of nodes. */

import { SerializationError } from '../errors.js';
import { builtInOf, isNative } from './built-ins.js';
import type { BuiltIn } from './built-ins.js';
import { classOfInstance } from './classes.js';
import type { RegisteredClass } from './classes.js';
import { completionOrder } from './completion-order.js';
import type { CircularNode } from './completion-order.js';
import { errorProperties } from './error-properties.js';
import { serializationFailure } from './failure.js';
import { isNdArray } from './nd-array.js';
import { NodeKind, binaryAlignment } from './node-table.js';
import type { Field, Properties, Reference } from './node-table.js';
import { isPlainName, isPlainText, liftedLength } from './plain-tree.js';
import { isError, standardErrorOf } from './standard-errors.js';
import { substitution } from './substitution.js';

const tag = 'MP';

/** A step into a value: the name of a property, an index, or what else is to be said of the way. */
type Step = string | number | { readonly text: string };

/** An object whose node is still to be written. */
interface Waiting {
  readonly value: object;
  readonly index: number;
  /** The way there: the object that it was found in, and the step from there. */
  readonly parent: Waiting | undefined;
  readonly step: Step | undefined;
}

/** More steps are not told in a message. */
const namedSteps = 16;

const negativeZero: readonly [] = Object.freeze([] as const);

/** A table, and the binary data that it refers to. */
export interface WrittenTable {
  /** The table; all of it is kept by msgpackr. */
  readonly table: readonly unknown[];
  /** To be written one after the other behind the table. Some are the caller's own arrays. */
  readonly binaries: readonly Uint8Array[];
}

/**
 * Writes a value as a table. Without recursion, so that depth is no limit.
 *
 * @param value - Any value.
 * @throws SerializationError for what cannot be serialized, naming where in the value it is.
 */
export function writeTable(value: unknown): WrittenTable {
  return new TableWriter().write(value);
}

class TableWriter {
  readonly #table: unknown[] = [undefined];
  readonly #binaries: Uint8Array[] = [];
  #binaryLength = 0;
  readonly #references = new Map<object, Reference>();
  readonly #waiting: Waiting[] = [];
  /** Where a reader makes an object of complete data. */
  readonly #madeComplete = new Set<number>();
  /** The object whose node is being written, and the step from it to what is looked at. */
  #current: Waiting | undefined;
  #step: Step | undefined;

  write(value: unknown): WrittenTable {
    try {
      this.#table[0] = this.#field(value);
      // Grows while it is gone through.
      for (const waiting of this.#waiting) {
        this.#current = waiting;
        this.#step = undefined;
        this.#table[waiting.index] = this.#node(waiting.value, waiting.index);
      }
    } catch (error) {
      throw serializationFailure(`The value${this.#where()} cannot be serialized`, tag, error);
    }
    if (this.#madeComplete.size > 0) this.#refuseCircularData();
    return { table: this.#table, binaries: this.#binaries };
  }

  #field(value: unknown): Field {
    switch (typeof value) {
      case 'string':
        return isPlainText(value) ? value : [this.#table.push([NodeKind.text, codeUnits(value)]) - 1];
      case 'number':
        return Object.is(value, -0) ? negativeZero : value;
      case 'symbol':
        throw this.#failure('is a symbol, which has no meaning elsewhere and cannot be serialized');
      case 'object':
        return value === null ? null : this.#reference(value);
      case 'function':
        return this.#reference(value);
      default:
        return value as undefined | boolean | bigint; // all that is left
    }
  }

  #fieldAt(step: Step, value: unknown): Field {
    this.#step = step;
    return this.#field(value);
  }

  #reference(value: object): Reference {
    let reference = this.#references.get(value);
    if (reference === undefined) {
      const index = this.#table.push(undefined) - 1;
      reference = [index];
      this.#references.set(value, reference);
      this.#waiting.push({ value, index, parent: this.#current, step: this.#step });
    }
    return reference;
  }

  #node(value: object, index: number): unknown {
    // Before anything else touches the value, which would resolve a proxy.
    if (substitution?.matches(value) === true) {
      this.#madeComplete.add(index);
      return [NodeKind.substitute, this.#field(substitution.write(value))];
    }
    if (typeof value === 'function') {
      throw this.#failure('is a function, which cannot be serialized; leave it out');
    }
    const registered = classOfInstance(value);
    if (registered !== undefined) return this.#instance(value, registered, index);
    if (Object.getPrototypeOf(value) === null) return [NodeKind.bare, ...this.#pairs(Object.entries(value))];
    const builtIn = builtInOf(value);
    if (builtIn !== undefined) return this.#builtIn(value, builtIn);
    if (isNdArray(value)) {
      return [NodeKind.ndArray, value.dtype, value.order, this.#fieldAt('data', value.data), ...value.shape];
    }
    if (isError(value)) return this.#error(value, undefined);
    throw this.#refusal(value);
  }

  #builtIn(value: object, builtIn: BuiltIn): unknown {
    // The casts: the name tells what it is, in whatever realm it was made.
    switch (builtIn) {
      case 'Object': {
        const properties = this.#properties(value);
        return Array.isArray(properties) ? [NodeKind.object, ...properties] : properties;
      }
      case 'Array':
        return this.#array(value as unknown[]);
      case 'Map':
        return this.#map(value as Map<unknown, unknown>);
      case 'Set':
        return [
          NodeKind.set,
          ...Array.from(value as Set<unknown>, (item, at) => this.#fieldAt(nth('item', at), item)),
        ];
      case 'Date':
        return new Date(Date.prototype.getTime.call(value));
      case 'RegExp':
        return new RegExp((value as RegExp).source, (value as RegExp).flags);
      case 'String':
      case 'Number':
      case 'Boolean':
      case 'BigInt':
        return [NodeKind.boxed, this.#field((value as { valueOf(): unknown }).valueOf())];
      default: {
        const bytes = ArrayBuffer.isView(value)
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : new Uint8Array(value as ArrayBuffer);
        return this.#binary(bytes, builtIn);
      }
    }
  }

  #array(array: readonly unknown[]): unknown {
    const node: unknown[] = [NodeKind.array];
    for (let index = 0; index < array.length; index += 1) {
      const element = array[index];
      // The rest may be nothing but holes, four billion of them.
      if (element === undefined && !(index in array)) return this.#sparse(array);
      node.push(this.#fieldAt(index, element));
    }
    return node;
  }

  #sparse(array: readonly unknown[]): unknown {
    const node: unknown[] = [NodeKind.sparse, array.length];
    for (const name of Object.keys(array)) {
      const index = Number(name);
      const isIndex = Number.isInteger(index) && index >= 0 && index < array.length && String(index) === name;
      if (isIndex) node.push(index, this.#fieldAt(index, array[index]));
    }
    return node;
  }

  #map(map: ReadonlyMap<unknown, unknown>): unknown {
    const node: unknown[] = [NodeKind.map];
    let at = 0;
    for (const [key, value] of map) {
      node.push(this.#fieldAt(nth('key', at), key));
      node.push(
        this.#fieldAt(
          typeof key === 'string' ? { text: `.get(${JSON.stringify(key)})` } : nth('value', at),
          value,
        ),
      );
      at += 1;
    }
    return node;
  }

  #binary(bytes: Uint8Array, builtIn: BuiltIn): unknown {
    if (bytes.length >= liftedLength) return this.#lifted(bytes, builtIn);
    return builtIn === 'Uint8Array' ? bytes : [NodeKind.bytes, builtIn, bytes];
  }

  #lifted(bytes: Uint8Array, builtIn: BuiltIn): unknown {
    const padding = -this.#binaryLength & (binaryAlignment - 1);
    if (padding > 0) this.#binaries.push(new Uint8Array(padding));
    this.#binaries.push(bytes);
    const offset = this.#binaryLength + padding;
    this.#binaryLength = offset + bytes.length;
    return [NodeKind.binary, builtIn, offset, bytes.length];
  }

  #instance(value: object, registered: RegisteredClass, index: number): unknown {
    const { name, toData, fromData } = registered;
    if (fromData !== undefined) this.#madeComplete.add(index);
    if (toData !== undefined) return [NodeKind.data, name, this.#field(toData(value))];
    if (isError(value)) return this.#error(value, name);
    return [NodeKind.instance, name, this.#properties(value)];
  }

  #error(error: Error, className: string | undefined): unknown {
    const base = standardErrorOf(error);
    const { hidden, visible } = errorProperties(error, className === undefined ? base : undefined);
    return [NodeKind.error, base, className ?? null, this.#pairs(hidden), this.#pairs(visible)];
  }

  #properties(value: object): Properties {
    const names = Object.keys(value);
    if (!names.every(isPlainName)) return this.#pairs(Object.entries(value));
    const properties: Record<string, Field> = {};
    for (const name of names) {
      properties[name] = this.#fieldAt(name, (value as Record<string, unknown>)[name]);
    }
    return properties;
  }

  #pairs(entries: readonly (readonly [name: string, value: unknown])[]): Field[] {
    const pairs: Field[] = [];
    for (const [name, value] of entries) pairs.push(this.#field(name), this.#fieldAt(name, value));
    return pairs;
  }

  /** Refuses what nobody could read: data of an object in which the object itself is. */
  #refuseCircularData(): void {
    try {
      completionOrder(this.#table, (index) => this.#madeComplete.has(index));
    } catch (error) {
      const { index: circular } = error as CircularNode; // nothing else is thrown
      this.#current = this.#waiting.find(({ index }) => index === circular);
      this.#step = undefined;
      throw this.#failure('is in its own data, and could not be made of that before it is there');
    }
  }

  #refusal(value: object): SerializationError {
    const { constructor } = value as { constructor?: unknown };
    const name = typeof constructor === 'function' && constructor !== Object ? constructor.name : '';
    if (name === '') {
      return this.#failure(
        'has a prototype of its own, without the name of a class, and cannot be serialized',
      );
    }
    if (isNative(constructor)) {
      return this.#failure(`is of the class ${name}, whose state cannot be serialized`);
    }
    return this.#failure(
      `is of the class "${name}", which is not registered; call registerClass(${name}) here and where the value is read`,
    );
  }

  #failure(what: string): SerializationError {
    return new SerializationError(`The value${this.#where()} ${what}.`, { tag });
  }

  #where(): string {
    const path: Step[] = this.#step === undefined ? [] : [this.#step];
    for (let waiting = this.#current; waiting !== undefined; waiting = waiting.parent) {
      if (waiting.step !== undefined) path.push(waiting.step);
    }
    return path.length === 0 ? '' : ` at ${pathText(path.reverse())}`;
  }
}

function nth(what: string, index: number): Step {
  return { text: `<${what} ${index}>` };
}

/** The way into a value, as in `$.jobs[3].callback`. */
function pathText(path: readonly Step[]): string {
  const steps = path.slice(0, namedSteps).map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    if (typeof step === 'object') return step.text;
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${steps.join('')}${path.length > namedSteps ? '…' : ''}`;
}

function codeUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index += 1) {
    view.setUint16(2 * index, text.charCodeAt(index), true);
  }
  return bytes;
}
