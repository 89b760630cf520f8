/**
 * What was thrown in the worker as plain data, and plain data as what was thrown: structured clone keeps neither the
 * class of an error nor its properties.
 *
 * Kept are the names of an error's classes, its message, stack, `code` and `cause`, and those of its own properties that
 * are primitives, errors, or plain arrays and objects of such. What else it holds, such as a socket or the bytes that
 * could not be stored, stays in the worker.
 */

import * as packageErrors from '../../errors.js';

/** A value in a description. An error goes by its place among all of them, so that neither depth nor a cycle is a limit. */
type ValueData =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'error'; readonly place: number }
  | { readonly is: 'array'; readonly elements: readonly ValueData[] }
  | { readonly is: 'object'; readonly members: readonly (readonly [string, ValueData])[] };

interface ErrorData {
  /** The names of its class and of those that this extends. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly properties: readonly PropertyData[];
}

interface PropertyData {
  readonly name: string;
  readonly enumerable: boolean;
  readonly data: ValueData;
}

/** What was thrown, as plain data. */
export interface ThrownData {
  readonly thrown: ValueData;
  readonly errors: readonly ErrorData[];
}

/** An error, and what can be read of any. */
type AnyError = Error & Readonly<Record<string, unknown>>;

/** Properties that have members of their own in {@link ErrorData}, and one that must not be set. */
const toldElsewhere: readonly string[] = ['name', 'message', 'stack', '__proto__'];

/** How deep arrays and objects are looked into, and how many values are kept of all of them. */
const deepest = 4;
const mostValues = 1000;

/** The classes of the language that an error may be of. `DOMException` cannot be made without its constructor. */
const standardNames: readonly string[] = [
  ...['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['AggregateError', 'SuppressedError'],
];

/**
 * Describes what was thrown.
 *
 * @param thrown - Anything.
 */
export function describeThrown(thrown: unknown): ThrownData {
  const found: AnyError[] = [];
  let values = 0;
  const describe = (value: unknown, depth = 0): ValueData | undefined => {
    if ((values += 1) > mostValues) return undefined;
    if (isPrimitive(value)) return { is: 'value', value };
    if (isError(value)) {
      const place = found.indexOf(value);
      return { is: 'error', place: place === -1 ? found.push(value) - 1 : place };
    }
    if (depth === deepest) return undefined;
    if (Array.isArray(value)) {
      return {
        is: 'array',
        elements: value.map((element) => describe(element, depth + 1) ?? { is: 'value', value: undefined }),
      };
    }
    if (!isPlainObject(value)) return undefined;
    const members = Object.entries(value).map(
      ([name, member]) => [name, describe(member, depth + 1)] as const,
    );
    return { is: 'object', members: members.filter(isDescribed) };
  };
  const first = describe(thrown) ?? { is: 'value', value: textOf(thrown) };
  const errors: ErrorData[] = [];
  // Grows while it is read.
  for (const error of found) errors.push(describeError(error, describe));
  return { thrown: first, errors };
}

/**
 * Makes again what was thrown. Each error is an instance of the first of its classes that is one of this package or of
 * the language.
 *
 * @param data - What {@link describeThrown} gave.
 */
export function reviveThrown({ thrown, errors: descriptions }: ThrownData): unknown {
  const errors = descriptions.map(emptyError);
  const revive = (data: ValueData): unknown => {
    switch (data.is) {
      case 'value':
        return data.value;
      case 'error':
        return errors[data.place];
      case 'array':
        return data.elements.map(revive);
      case 'object':
        return Object.fromEntries(data.members.map(([name, member]) => [name, revive(member)]));
    }
  };
  for (const [place, { name, message, stack, properties }] of descriptions.entries()) {
    // There is one for each.
    const error = errors[place] as AnyError;
    define(error, 'message', message, false);
    define(error, 'stack', stack, false);
    if (error.name !== name) define(error, 'name', name, false);
    for (const property of properties)
      define(error, property.name, revive(property.data), property.enumerable);
  }
  return revive(thrown);
}

function describeError(error: AnyError, describe: (value: unknown) => ValueData | undefined): ErrorData {
  const properties: PropertyData[] = [];
  for (const name of new Set([...Object.getOwnPropertyNames(error), 'code'])) {
    const data = toldElsewhere.includes(name) ? undefined : describe(error[name]);
    // A code that stands with the class comes along with it, and else by this.
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, name);
    if (data !== undefined && (Object.hasOwn(error, name) || error[name] !== undefined))
      properties.push({ name, enumerable, data });
  }
  return {
    classes: classNamesOf(error),
    name: textOf(error.name),
    message: textOf(error.message),
    stack: textOf(error.stack),
    properties,
  };
}

function classNamesOf(error: Error): string[] {
  const names: string[] = [];
  let prototype = Object.getPrototypeOf(error) as object | null;
  while (prototype !== null) {
    names.push(textOf(prototype.constructor.name));
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return names;
}

/** An error of the right class, without anything in it. */
function emptyError({ classes, message, name }: ErrorData): Error {
  for (const className of classes) {
    const prototype = prototypeOf(className);
    // Not by the constructor, which may want anything. It is an error all the same, to whoever looks inside.
    if (prototype !== undefined) return Object.setPrototypeOf(new Error(message), prototype) as Error; // it gives what it was given
  }
  return Object.assign(new Error(message), { name });
}

function prototypeOf(className: string): object | undefined {
  // Both have classes by their names; their own types do not let them be looked up by a text.
  const known = (standardNames.includes(className) ? globalThis : packageErrors) as unknown as Readonly<
    Record<string, { readonly prototype: object } | undefined>
  >;
  // Some runtimes lack the newer ones of the language.
  return Object.hasOwn(known, className) ? known[className]?.prototype : undefined;
}

function define(error: Error, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, name, { value, enumerable, writable: true, configurable: true });
}

function isDescribed(
  member: readonly [string, ValueData | undefined],
): member is readonly [string, ValueData] {
  return member[1] !== undefined;
}

function isPrimitive(value: unknown): boolean {
  return value === null || !['object', 'function', 'symbol'].includes(typeof value);
}

function isError(value: unknown): value is AnyError {
  return (
    value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
  );
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A text for what should be one. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
}
