/** Values as text, so that what an operation gives on the raw value and on its proxy can be compared. */

/* eslint-disable @typescript-eslint/no-deprecated -- Error.isError is newer than the oldest runtime that runs this */

import { types } from 'node:util';
import { extract, isProxy } from '../../../lib/proxy/proxy.js';

/** What is being operated on. */
export interface Subject {
  /** What the operation was given: the raw value, or the proxy. */
  readonly itself: unknown;
  /** The raw value. */
  readonly target: unknown;
}

const deepest = 4;
const longest = 40;

/** Host objects that keep their content out of reach; their own symbols are the host's business. */
const hostContents: ReadonlyMap<string, (value: never) => unknown> = new Map<
  string,
  (value: never) => unknown
>([
  ['URL', (url: URL) => url.href],
  ['URLSearchParams', (parameters: URLSearchParams) => [...parameters]],
  ['Headers', (headers: Headers) => [...headers]],
  ['Blob', (blob: Blob) => [blob.size, blob.type]],
  ['TextDecoder', (decoder: TextDecoder) => [decoder.encoding, decoder.fatal]],
  [
    'AbortController',
    (controller: AbortController): unknown[] => [controller.signal.aborted, controller.signal.reason],
  ],
  ['AbortSignal', (signal: AbortSignal): unknown[] => [signal.aborted, signal.reason]],
  ['Request', (request: Request) => [request.method, request.url, [...request.headers], request.bodyUsed]],
  ['Response', (response: Response) => [response.status, [...response.headers], response.bodyUsed]],
  ['FormData', (form: FormData) => [...form]],
  ['DOMException', (error: DOMException) => [error.name, error.message]],
  ['EventTarget', () => []],
  ['ReadableStream', () => []],
  ['Promise', () => []],
]);

/**
 * A value as text: all that can be seen of it, to some depth. Iterators are run.
 *
 * @param value - Anything.
 * @param subject - Is named where it appears in the value.
 */
export function describeValue(value: unknown, subject: Subject): string {
  return new Describer(subject).describe(value, 0);
}

/**
 * The subject's raw value as text, with all its properties, to see what an operation did to it.
 *
 * @param subject - The subject. Its proxy has no business in it: what refers to itself refers to the raw value.
 */
export function describeTarget({ itself, target }: Subject): string {
  const names = itself === target ? { itself, target } : { itself: target, target: itself };
  return new Describer(names).describeParts(target as object, 0);
}

class Describer {
  readonly #subject: Subject;
  readonly #seen = new Map<object, number>();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  describe(value: unknown, depth: number): string {
    if (value === this.#subject.itself && isObject(value)) return '<itself>';
    if (value === this.#subject.target && isObject(value)) return '<target>';
    if (!isObject(value)) return primitive(value);
    if (value === globalThis) return '<global>'; // the counters of a coverage run are in it
    if (isProxy(value)) return this.describe(extract(value), depth);
    return this.describeParts(value, depth);
  }

  /** An object, though it be the subject. */
  describeParts(value: object, depth: number): string {
    const number = this.#seen.get(value);
    if (number !== undefined) return `<seen ${number}>`;
    this.#seen.set(value, this.#seen.size);
    const name = className(value);
    if (depth > deepest) return name;
    const parts = [
      name,
      ...this.#readableContents(value, name, depth),
      ...this.#properties(value, name, depth),
    ];
    if (!Object.isExtensible(value)) parts.push('non-extensible');
    return `(${parts.join(' ')})`;
  }

  #all(values: Iterable<unknown>, depth: number): string[] {
    return [...take(values)].map((each) => this.describe(each, depth + 1));
  }

  /** What merely looks like one of its class, or has been given another prototype, has none. */
  #readableContents(value: object, name: string, depth: number): string[] {
    try {
      return this.#contents(value, name, depth);
    } catch (error) {
      if (types.isNativeError(error) && error.name === 'TypeError') return ['unreadable'];
      throw error;
    }
  }

  #contents(value: object, name: string, depth: number): string[] {
    if (typeof value === 'function') return [functionKind(value)];
    if (types.isMap(value) || types.isSet(value)) return this.#all(value, depth);
    if (types.isDate(value)) return [String(value.getTime())];
    if (types.isRegExp(value)) return [String(value)];
    if (types.isBoxedPrimitive(value)) return [primitive((value as { valueOf(): unknown }).valueOf())];
    if (types.isAnyArrayBuffer(value)) return [hex(new Uint8Array(value)), maximumOf(value)];
    if (types.isArrayBufferView(value)) {
      return [hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
    }
    if (types.isNativeError(value)) return [this.describe(value.message, depth + 1)];
    const host = hostContents.get(name);
    if (host !== undefined) return [this.describe(host(value as never), depth + 1)];
    if (isIterator(value)) return this.#all(value, depth);
    return [];
  }

  #properties(value: object, name: string, depth: number): string[] {
    const isHost = hostContents.has(name);
    return Reflect.ownKeys(value)
      .filter((key) => key !== 'stack' && !isBookkeeping(key) && !(isHost && typeof key === 'symbol'))
      .filter((key) => !types.isTypedArray(value) || typeof key === 'symbol' || Number.isNaN(Number(key)))
      .slice(0, longest)
      .map((key) => this.#property(value, key, depth));
  }

  #property(value: object, key: PropertyKey, depth: number): string {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) return '';
    const flags = `${descriptor.enumerable === true ? 'e' : '-'}${descriptor.configurable === true ? 'c' : '-'}`;
    if (!('value' in descriptor)) {
      const accessors = [descriptor.get, descriptor.set].map((each) => this.describe(each, depth + 1));
      return `${String(key)}:${flags}-${accessors.join('/')}`;
    }
    const writable = descriptor.writable === true ? 'w' : '-';
    return `${String(key)}:${flags}${writable}${this.describe(descriptor.value, depth + 1)}`;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * Whether a property is the host's bookkeeping, different for each object: what `node:async_hooks` puts on promises.
 *
 * @param key - The property's key.
 */
export function isBookkeeping(key: PropertyKey): boolean {
  return typeof key === 'symbol' && /async_id|kResourceStore/.test(key.description ?? '');
}

/**
 * Whether a property is the inside of a host object, which nobody is to touch: some of them run in circles then.
 *
 * @param value - The object.
 * @param key - The property's key.
 */
export function isHostState(value: object, key: PropertyKey): boolean {
  return typeof key === 'symbol' && hostContents.has(className(value));
}

function isIterator(value: object): value is Iterable<unknown> {
  const { next, [Symbol.iterator]: iterate } = value as { next?: unknown; [Symbol.iterator]?: unknown };
  return typeof next === 'function' && typeof iterate === 'function';
}

function* take(values: Iterable<unknown>): Iterable<unknown> {
  let count = 0;
  for (const value of values) {
    yield value;
    count += 1;
    if (count === longest) return;
  }
}

function primitive(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  return `${typeof value} ${String(value)}`;
}

function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return 'null-prototype';
  let name = classNames.get(prototype);
  if (name === undefined) {
    const owner = isProxy(prototype) ? (extract(prototype) as object) : prototype;
    const constructor: unknown = Object.getOwnPropertyDescriptor(owner, 'constructor')?.value;
    name = typeof constructor === 'function' ? constructor.name : 'anonymous';
    classNames.set(prototype, name);
  }
  return name;
}

const classNames = new WeakMap<object, string>();

/** Distinguishes what can be seen of a function without calling it. */
function functionKind(value: object): string {
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (prototype === undefined) return 'no constructor';
  return prototype.writable === true ? 'constructor' : 'class';
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function maximumOf(buffer: ArrayBufferLike): string {
  const { maxByteLength } = buffer as { maxByteLength?: number };
  return String(maxByteLength);
}
