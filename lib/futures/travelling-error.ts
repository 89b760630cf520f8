/**
 * What was thrown as plain data, and plain data as what was thrown: what a future's `setError` sends.
 *
 * An error can hold anything, such as a socket, or a request with its credentials. So what travels is chosen, and every
 * error can be sent: the names of its classes, `name`, `message`, `stack`, `code`, `cause`, the errors of an
 * `AggregateError` or `SuppressedError`, and those of its own enumerable properties that are primitives, such as
 * `errno` or `status`.
 */

import * as packageErrors from '../errors.js';
import { isProxy } from '../proxy/proxy.js';
import { classOfInstance, classOfName } from '../serialize/classes.js';
import { serialize } from '../serialize/serialize.js';
import { isError, isStandardErrorName } from '../serialize/standard-errors.js';

/** An error, by its place among all of them; or anything else, as it is. */
type Link = { readonly error: number } | { readonly value: unknown };

type Primitive = string | number | bigint | boolean;

/** One error. Those that it refers to stand beside it, so that neither depth nor a cycle is a limit. */
interface ErrorData {
  /** The names of its class and of those that this extends. */
  readonly classes: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Those that are enumerable, and the `code` wherever it stands. */
  readonly properties: Readonly<Record<string, Primitive>>;
  /** What else went wrong, by the name of the property. */
  readonly links: Readonly<Record<string, Link>>;
  /** The errors of an aggregate. */
  readonly errors?: readonly Link[];
}

/** What was thrown, as plain data. */
export interface TravellingError {
  readonly thrown: Link;
  readonly errors: readonly ErrorData[];
}

/** The properties that refer to what else went wrong. */
const linkNames = ['cause', 'error', 'suppressed'] as const;

/** The properties that have a member of their own in {@link ErrorData}, and one that must not be copied. */
const toldElsewhere: ReadonlySet<string> = new Set([
  ...linkNames,
  'name',
  'message',
  'stack',
  'errors',
  '__proto__',
]);

/**
 * Describes what was thrown.
 *
 * @param thrown - Of any type. What is no error is sent as it is, and so is an error of a registered class that says
 *   itself how it is written.
 */
export function describeThrown(thrown: unknown): TravellingError {
  const found: Error[] = [];
  const places = new Map<Error, number>();
  const link = (value: unknown): Link => {
    if (!isDescribed(value)) return { value };
    let place = places.get(value);
    if (place === undefined) places.set(value, (place = found.push(value) - 1));
    return { error: place };
  };
  const first = link(thrown);
  const errors: ErrorData[] = [];
  // Grows while it is read.
  for (const error of found) errors.push(describe(error, link));
  return { thrown: first, errors };
}

/**
 * Makes again what was thrown. Each error is an instance of the first of its classes that is known here: a standard
 * one, one of this package, or one that is registered by `registerClass`. No constructor of the last two is run.
 *
 * @param data - What {@link describeThrown} gave.
 * @throws TypeError for anything else.
 */
export function reviveThrown({ thrown, errors: descriptions }: TravellingError): unknown {
  const revived = descriptions.map((data) => ({ data, error: emptyError(data) }));
  const linked = (link: Link): unknown => {
    if (!('error' in link)) return link.value;
    const place = revived[link.error];
    if (place === undefined) throw new TypeError('It refers to an error that it does not have.');
    return place.error;
  };
  for (const { data, error } of revived) complete(error, data, linked);
  return linked(thrown);
}

function isDescribed(value: unknown): value is Error {
  // A proxy is told apart first: any other look at it would resolve it.
  if (typeof value !== 'object' || value === null || isProxy(value) || !isError(value)) return false;
  return classOfInstance(value)?.toData === undefined;
}

function describe(error: Error, link: (value: unknown) => Link): ErrorData {
  const property = (name: string): unknown => (error as unknown as Readonly<Record<string, unknown>>)[name];
  const code = property('code');
  const errors = property('errors');
  // What is behind an error must not keep it from being sent.
  const linkBehind = (value: unknown): Link =>
    isSerializable(value) ? link(value) : { value: textOf(value) };
  const linkNamed = (name: string): [string, Link] => [name, linkBehind(property(name))];
  return {
    classes: classNamesOf(error),
    name: textOf(error.name),
    message: textOf(error.message),
    stack: textOf(error.stack),
    properties: {
      ...ownPrimitives(error),
      ...((typeof code === 'string' || typeof code === 'number') && { code }),
    },
    links: Object.fromEntries(linkNames.filter((name) => Object.hasOwn(error, name)).map(linkNamed)),
    ...(Array.isArray(errors) && { errors: errors.map(linkBehind) }),
  };
}

function ownPrimitives(error: Error): Record<string, Primitive> {
  const primitives: Record<string, Primitive> = {};
  for (const [name, { enumerable, value }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (enumerable === true && isPrimitive(value) && !toldElsewhere.has(name)) primitives[name] = value;
  }
  return primitives;
}

function isPrimitive(value: unknown): value is Primitive {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** Whether a value can be sent; an error always can. */
function isSerializable(value: unknown): boolean {
  if (isDescribed(value)) return true;
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}

/** A text for what cannot be sent, or should be a text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

function classNamesOf(error: Error): string[] {
  const names: string[] = [];
  for (
    let prototype = Object.getPrototypeOf(error) as object | null;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    // A registered class goes by the name that it is registered by.
    names.push(classOfInstance(Object.create(prototype) as object)?.name ?? prototype.constructor.name);
  }
  return names;
}

/** An error of the right class, without anything in it. */
function emptyError({ classes, message, name }: ErrorData): Error {
  for (const className of classes) {
    // It alone keeps these where only its constructor can put them.
    if (className === 'DOMException') return new DOMException(message, name);
    const prototype =
      standardPrototype(className) ?? packagePrototype(className) ?? registeredPrototype(className);
    // Not by the constructor, which may want anything. It is an error all the same, to whoever looks inside.
    if (prototype !== undefined) return Object.setPrototypeOf(new Error(), prototype) as Error; // it gives what it was given
  }
  return new Error();
}

function standardPrototype(className: string): object | undefined {
  if (!isStandardErrorName(className)) return undefined;
  // Some runtimes lack the newer ones.
  return (globalThis as unknown as Partial<Record<string, { readonly prototype: object }>>)[className]
    ?.prototype;
}

function packagePrototype(className: string): object | undefined {
  if (!Object.hasOwn(packageErrors, className)) return undefined;
  return packageErrors[className as keyof typeof packageErrors].prototype; // as was seen in the line above
}

function registeredPrototype(className: string): object | undefined {
  const registered = classOfName(className);
  const prototype = registered?.prototype;
  return prototype instanceof Error && registered?.fromData === undefined ? prototype : undefined;
}

function complete(error: Error, data: ErrorData, linked: (link: Link) => unknown): void {
  const hide = (name: string, value: unknown): void => {
    Object.defineProperty(error, name, { value, writable: true, configurable: true });
  };
  hide('stack', data.stack);
  for (const name of ['message', 'name'] as const) if (error[name] !== data[name]) hide(name, data[name]);
  for (const [name, value] of Object.entries(data.properties)) {
    if (toldElsewhere.has(name) || (error as unknown as Readonly<Record<string, unknown>>)[name] === value)
      continue;
    Object.defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
  }
  for (const name of linkNames) {
    const link = Object.hasOwn(data.links, name) ? data.links[name] : undefined;
    if (link !== undefined) hide(name, linked(link));
  }
  if (data.errors !== undefined) hide('errors', data.errors.map(linked));
}
