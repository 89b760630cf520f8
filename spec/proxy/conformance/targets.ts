/** What the proxies of the conformance suite stand for: one of every kind that the language and Node have. */

import { EventEmitter } from 'node:events';
import { createContext, runInContext, runInThisContext } from 'node:vm';
import * as vm from 'node:vm';
import { disposableConstructors } from '../../../lib/resources/disposable-stack.js';
import { sloppyFunction } from './operations.js';

/** A kind of target. */
export interface Target {
  readonly name: string;
  /** Makes one; each is equal to every other and shares no mutable part with it. */
  make(): unknown;
}

class Account {
  #balance = 7;
  owner = 'o';
  readonly self: unknown = this;
  readonly callback = (): number => this.#balance;
  constructor(balance = 7) {
    this.#balance = balance;
  }
  get balance(): number {
    return this.#balance;
  }
  set balance(value: number) {
    if (value < 0) throw new RangeError('overdrawn');
    this.#balance = value;
  }
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- an accessor is what is tested
  get writeOnce(): number {
    return 1;
  }
  deposit(amount: number): this {
    this.#add(amount);
    return this;
  }
  equals(other: Account): boolean {
    return this.#balance === other.#balance;
  }
  isAccount(other: object): boolean {
    return #balance in other;
  }
  async settled(): Promise<this> {
    return this;
  }
  each(use: (account: this) => unknown): unknown {
    return use(this);
  }
  async later(): Promise<number> {
    return this.#balance;
  }
  *digits(): Generator<number> {
    yield this.#balance;
  }
  async *slowDigits(): AsyncGenerator<number> {
    yield this.#balance;
  }
  #add(amount: number): void {
    this.#balance += amount;
  }
  [Symbol.toPrimitive](hint: string): string | number {
    return hint === 'string' ? 'account' : this.#balance;
  }
}

class SavingsAccount extends Account {
  #rate = 2;
  get rate(): number {
    return this.#rate;
  }
  override deposit(amount: number): this {
    return super.deposit(amount * this.#rate);
  }
  override get balance(): number {
    return super.balance;
  }
  override set balance(value: number) {
    super.balance = value * 2;
  }
}

/** Has its private method and field under other names, too. */
class Aliased {
  #balance = 7;
  readonly alias = this.read;
  callback = function (this: Aliased): number {
    return this.#balance;
  };
  declare also: () => number;
  read(): number {
    return this.#balance;
  }
  write(balance: number): this {
    this.#balance = balance;
    return this;
  }
}

Aliased.prototype.also = Aliased.prototype.read;

/** Has its static method under another name, too. */
const makeAliasedClass = (): unknown =>
  class AliasedClass {
    static #count = 1;
    static next(): number {
      return (AliasedClass.#count += this.#count);
    }
    static readonly alias = AliasedClass.next;
    static data = function (this: typeof AliasedClass): number {
      return this.#count;
    };
  };

class Registry extends Map<string, number> {
  static override get [Symbol.species](): MapConstructor {
    return Map;
  }
  #reads = 0;
  override get(key: string): number | undefined {
    this.#reads += 1;
    return super.get(key);
  }
  get reads(): number {
    return this.#reads;
  }
}

class Tags extends Set<string> {
  override add(tag: string): this {
    return super.add(tag);
  }
}

class Task extends Promise<number> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }
}

class Samples extends Uint8Array {
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
  mean(): number {
    return this.reduce((a, b) => a + b, 0) / this.length;
  }
}

class Chunk extends Float64Array {}

class Stack extends Array<number> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  top(): number | undefined {
    return this[this.length - 1];
  }
}

class Matrix extends Array<number> {
  sum(): number {
    return this.reduce((a, b) => a + b, 0);
  }
}

/** Made anew for each comparison, because its static members change. */
const makeRegister = (): unknown =>
  class Register {
    static #count = 0;
    static kept: unknown[] = [];
    static get count(): number {
      return this.#count;
    }
    static add(entry: unknown): typeof Register {
      this.#count += 1;
      this.kept.push(entry);
      return this;
    }
    static of(name: string): Register {
      return new this(name);
    }
    constructor(readonly name: string) {}
    greet(): string {
      return `I am ${this.name}`;
    }
  };

const makeDerivedClass = (): unknown =>
  class Derived extends (makeRegister() as new (name: string) => object) {
    own = 1;
  };

const bytes = (): ArrayBuffer => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 250).buffer;

/** The `maxByteLength` option is not in the compiler's library for ES2023. */
const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;

/** Another global object, with classes of its own. */
const realm = createContext({});
const inRealm = (code: string): (() => unknown) => runInContext(`() => (${code})`, realm) as () => unknown;

/** Where the runtime has the constructor that is named. */
const where = (name: string, target: () => Target): readonly Target[] =>
  name in globalThis ? [target()] : [];

interface ModernGlobals {
  readonly JSON: { rawJSON?: (text: string) => unknown };
  readonly Float16Array: { of(...items: number[]): unknown };
  readonly Iterator: { from(values: Iterable<unknown>): { map(f: (x: unknown) => unknown): unknown } };
}
/** What is newer than the compiler's library for ES2023. */
const modern = globalThis as unknown as ModernGlobals;

const { DisposableStack, AsyncDisposableStack, SuppressedError } = disposableConstructors();

/** Two that are equal. Nothing can be done to them, so that they may be used again and again. */
const namespaces: unknown[] = [];
let namespacesGiven = 0;

/** Loads what cannot be had at once. To be waited for before any target is made. */
export async function prepareTargets(): Promise<void> {
  // The constant is of Node 21.7 and 20.12. No test runner compiles what is imported by this.
  const { USE_MAIN_CONTEXT_DEFAULT_LOADER: loader } = vm.constants;
  for (const note of ['one', 'two']) {
    const code = `export let a = 1; export function f() { return this; } export default class {} // ${note}`;
    const source = `import(${JSON.stringify(`data:text/javascript,${encodeURIComponent(code)}`)})`;
    namespaces.push(await runInThisContext(source, { importModuleDynamically: loader }));
  }
}

const view = (name: string, make: () => unknown): Target => ({ name, make });

const plain: readonly Target[] = [
  { name: 'plain object', make: () => ({ a: 1, b: { c: [2] }, m() { return this; }, f: (x: number) => x }) },
  { name: 'empty object', make: () => ({}) },
  { name: 'null-prototype object', make: () => Object.assign(Object.create(null) as object, { a: 1, b: 'x' }) },
  { name: 'object with symbol keys', make: () => ({ [Symbol.for('s')]: 1, [Symbol.for('t')]: { u: 2 } }) },
  { name: 'object with getters and setters', make: () => { let hidden = 1; return { get a() { return hidden; }, set a(v: number) { hidden = v; }, get only() { return this; }, set sink(_: number) { throw new RangeError('no'); } }; } },
  { name: 'object with accessors of its prototype', make: () => Object.create({ get a() { return this; }, set a(v: unknown) { (this as { b?: unknown }).b = v; } }) as unknown },
  { name: 'object with toJSON', make: () => ({ a: 1, toJSON: (key: unknown) => ({ key }) }) },
  { name: 'object with then that is no function', make: () => ({ then: 'and now' }) },
  { name: 'thenable', make: () => ({ then: (fulfil: (value: number) => void) => { fulfil(42); } }) },
  { name: 'object with constructor of its own', make: () => ({ constructor: 'yard', a: 1 }) },
  { name: 'object with __proto__ of its own', make: () => JSON.parse('{"__proto__": {"x": 1}, "a": 1}') as unknown },
  { name: 'object that refers to itself', make: () => { const o: Record<string, unknown> = { a: 1 }; o['self'] = o; return o; } },
  { name: 'object with toPrimitive', make: () => ({ [Symbol.toPrimitive]: (hint: string) => hint }) },
  { name: 'object with toStringTag', make: () => ({ [Symbol.toStringTag]: 'Tagged' }) },
  { name: 'object that cannot be configured', make: () => Object.defineProperties({}, { a: { value: 1 }, w: { value: 1, writable: true }, g: { get: () => 1 }, o: { value: {} } }) },
  { name: 'array-like', make: () => ({ 0: 'a', 1: 'b', length: 2 }) },
  { name: 'iterable', make: () => ({ *[Symbol.iterator]() { yield 1; yield 2; } }) },
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type, @typescript-eslint/no-unused-vars, prefer-rest-params -- the object that functions have had before rest parameters
  { name: 'arguments', make: function (this: void) { return (function (..._: unknown[]) { return arguments; })(1, 'a'); } },
  { name: 'frozen object', make: () => Object.freeze({ a: 1, b: { c: 2 }, f: () => 1 }) },
  { name: 'sealed object', make: () => Object.seal({ a: 1, b: { c: 2 } }) },
  { name: 'non-extensible object', make: () => Object.preventExtensions({ a: 1, b: { c: 2 } }) },
  { name: 'frozen array', make: () => Object.freeze([1, 2, 3]) },
  { name: 'sealed array', make: () => Object.seal([3, 1, 2]) },
  { name: 'non-extensible array', make: () => Object.preventExtensions([3, 1, 2]) },
  { name: 'proxy of somebody else', make: () => { const log: string[] = []; return new Proxy({ a: 1, refused: 2, log }, { set(target, key, value, receiver) { log.push(`set ${String(key)}`); return key !== 'refused' && Reflect.set(target, key, value, receiver); }, defineProperty(target, key, descriptor) { log.push(`define ${String(key)}`); return Reflect.defineProperty(target, key, descriptor); }, setPrototypeOf: () => false }); } },
  { name: 'proxy of somebody else that throws', make: () => { const log: string[] = []; return new Proxy({ log }, { set(_, key) { log.push(`set ${String(key)}`); throw new RangeError('no'); }, setPrototypeOf: () => false }); } },
  { name: 'module namespace', make: () => namespaces[(namespacesGiven += 1) % 2] },
  { name: 'object as the global one', make: () => { const all = { Map, parseInt, isNaN }; const hidden = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { value, writable: true, configurable: true }])); const o = Object.defineProperties({}, { ...hidden, undefined: { value: undefined }, NaN: { value: NaN } }); return Object.defineProperty(o, 'globalThis', { value: o, writable: true, configurable: true }); } },
  { name: 'object of another realm', make: inRealm('{ a: 1, b: [2], m() { return this; } }') },
  { name: 'object with many properties', make: () => Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`p${index}`, index])) },
  ...(modern.JSON.rawJSON === undefined ? [] : [{ name: 'raw JSON', make: () => modern.JSON.rawJSON?.('1') }]),
  { name: 'frozen instance', make: () => Object.freeze(new Account()) },
]; // prettier-ignore

const collections: readonly Target[] = [
  { name: 'array', make: () => [3, 1, 2] },
  { name: 'empty array', make: () => [] },
  { name: 'array of objects', make: () => [{ a: 1 }, [2], () => 3] },
  { name: 'array with holes', make: () => { const a = [1, 2, 3]; Reflect.deleteProperty(a, 1); return a; } },
  { name: 'array with other properties', make: () => Object.assign([1, 2], { index: 0, groups: undefined }) },
  { name: 'array that refers to itself', make: () => { const a: unknown[] = [1]; a.push(a); return a; } },
  { name: 'subclass of Array', make: () => Matrix.of(1, 2, 3) },
  { name: 'subclass of Array with a species', make: () => Stack.of(1, 2, 3) },
  { name: 'array with a function that is its method', make: () => [Array.prototype.map, 1] },
  { name: 'array of another realm', make: inRealm('[3, 1, 2]') },
  { name: 'Map of another realm', make: inRealm('new Map([["a", 1]])') },
  { name: 'frozen Map', make: () => Object.freeze(new Map([['a', 1]])) },
  { name: 'Map with other properties', make: () => Object.assign(new Map([['a', 1]]), { extra: 1, callback: (x: unknown) => x }) },
  { name: 'subclass of Map with a species', make: () => new Registry([['a', 1]]) },
  { name: 'subclass of Set', make: () => new Tags(['a', 'b']) },
  { name: 'Map', make: () => new Map<unknown, unknown>([['a', 1], [{}, [2]]]) },
  { name: 'Set', make: () => new Set<unknown>(['a', 1, 2]) },
  { name: 'WeakMap', make: () => new WeakMap([[Account, 1]]) },
  { name: 'WeakSet', make: () => new WeakSet([Account]) },
  { name: 'WeakRef', make: () => new WeakRef(Account) },
  { name: 'array iterator', make: () => [1, 2, 3].values() },
  { name: 'Map iterator', make: () => new Map([[1, 2]]).entries() },
  { name: 'string iterator', make: () => 'ab'[Symbol.iterator]() },
  { name: 'matchAll iterator', make: () => 'aba'.matchAll(/a/g) },
  { name: 'generator object', make: () => (function* () { const x: unknown = yield 1; yield x; return 3; })() },
  { name: 'generator object that has begun', make: () => { const g = (function* () { let x: unknown = 0; try { while (x !== undefined) x = yield [x]; yield [x]; } catch (error) { yield error; } finally { yield 'last'; } })(); g.next(); return g; } },
  ...where('Iterator', () => ({ name: 'iterator helper', make: () => modern.Iterator.from([1, 2, 3]).map((x) => [x]) })),
  { name: 'async generator object', make: () => (async function* () { yield 1; yield 2; })() },
]; // prettier-ignore

const values: readonly Target[] = [
  { name: 'Date', make: () => new Date(1001) },
  { name: 'invalid Date', make: () => new Date(NaN) },
  { name: 'RegExp', make: () => /a(?<n>b)?/ },
  { name: 'global RegExp', make: () => Object.assign(/a/gi, { lastIndex: 1 }) },
  { name: 'sticky RegExp', make: () => Object.assign(/a/y, { lastIndex: 1 }) },
  { name: 'Date of another realm', make: inRealm('new Date(1001)') },
  { name: 'Error of another realm', make: inRealm('new TypeError("e")') },
  { name: 'subclass of Promise with a species', make: () => Task.resolve(1) },
  { name: 'SuppressedError', make: () => new SuppressedError(new Error('a'), new Error('b'), 'c') },
  { name: 'DOMException', make: () => new DOMException('e', 'AbortError') },
  { name: 'empty string', make: () => '' },
  { name: 'zero', make: () => 0 },
  { name: 'String object', make: () => new String('abc') },
  { name: 'Boolean object', make: () => new Boolean(false) },
  { name: 'string', make: () => 'abc' },
  { name: 'number', make: () => 2.5 },
  { name: 'bigint', make: () => 10n },
  { name: 'symbol', make: () => Symbol.for('a') },
  { name: 'Error', make: () => new Error('e', { cause: { code: 1 } }) },
  { name: 'AggregateError', make: () => new AggregateError([new Error('a')], 'all') },
  ...[EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) =>
    view(Class.name, () => Object.assign(new Class('e'), { code: 'E_CODE' })),
  ),
  { name: 'Error of a class', make: () => { class CodedError extends Error { readonly code = 'E'; override readonly name = 'CodedError'; } return new CodedError('e'); } },
  { name: 'Promise', make: () => Promise.resolve(1) },
]; // prettier-ignore

const binary: readonly Target[] = [
  { name: 'ArrayBuffer', make: bytes },
  { name: 'resizable ArrayBuffer', make: () => new Resizable(4, { maxByteLength: 8 }) },
  { name: 'SharedArrayBuffer', make: () => new SharedArrayBuffer(4) },
  { name: 'DataView', make: () => new DataView(bytes(), 2, 4) },
  { name: 'Buffer', make: () => Buffer.alloc(8, 'abcdefgh') },
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array].map(
    (Class) => view(Class.name, () => Class.of(1, 2, 3)),
  ),
  ...where('Float16Array', () => ({ name: 'Float16Array', make: () => modern.Float16Array.of(1, 2, 3) })),
  { name: 'subclass of Uint8Array with a species', make: () => Samples.of(1, 2, 3) },
  { name: 'subclass of Float64Array', make: () => Chunk.of(1, 2, 3) },
  ...[BigInt64Array, BigUint64Array].map((Class) => view(Class.name, () => Class.of(1n, 2n))),
  { name: 'Uint8Array on a resizable ArrayBuffer', make: () => new Uint8Array(new Resizable(4, { maxByteLength: 8 })) },
]; // prettier-ignore

const platform: readonly Target[] = [
  { name: 'URL', make: () => new URL('https://u:p@example.org:8080/a?b=1#c') },
  { name: 'URLSearchParams', make: () => new URLSearchParams('a=1&b=2&a=3') },
  { name: 'Headers', make: () => new Headers({ a: '1', b: '2' }) },
  { name: 'Blob', make: () => new Blob(['abc'], { type: 'text/plain' }) },
  { name: 'Request', make: () => new Request('https://example.org/a', { headers: { a: '1' } }) },
  { name: 'Response', make: () => new Response('body', { status: 201, headers: { a: '1' } }) },
  {
    name: 'FormData',
    make: () => {
      const form = new FormData();
      form.append('a', '1');
      form.append('a', '2');
      return form;
    },
  },
  { name: 'AbortSignal', make: () => AbortSignal.abort('why') },
  { name: 'FinalizationRegistry', make: () => new FinalizationRegistry(() => undefined) },
  { name: 'DisposableStack', make: () => new DisposableStack() },
  { name: 'AsyncDisposableStack', make: () => new AsyncDisposableStack() },
  { name: 'Intl.Locale', make: () => new Intl.Locale('de-CH') },
  { name: 'Intl.DateTimeFormat', make: () => new Intl.DateTimeFormat('en', { timeZone: 'UTC' }) },
  { name: 'Intl.Collator', make: () => new Intl.Collator('de') },
  { name: 'Intl.Segmenter', make: () => new Intl.Segmenter('en', { granularity: 'word' }) },
  { name: 'Intl.PluralRules', make: () => new Intl.PluralRules('en') },
  { name: 'TextDecoder', make: () => new TextDecoder() },
  { name: 'AbortController', make: () => new AbortController() },
  { name: 'EventTarget', make: () => new EventTarget() },
  { name: 'EventEmitter', make: () => new EventEmitter() },
  { name: 'Intl.NumberFormat', make: () => new Intl.NumberFormat('en') },
];

const functions: readonly Target[] = [
  { name: 'function', make: () => function named(this: unknown, a: unknown, b: unknown) { return [this === undefined, a, b]; } },
  { name: 'constructor function', make: () => { const F = function (this: { a?: unknown }, a: unknown) { this.a = a; } as unknown as { prototype: Record<string, unknown> }; F.prototype['m'] = function (this: unknown) { return this; }; return F; } },
  { name: 'arrow function', make: () => Object.assign((a: unknown, b: unknown) => [a, b], { version: 1 }) },
  { name: 'bound function', make: () => function named(this: unknown, a: unknown) { return [this, a]; }.bind(7) },
  { name: 'async function', make: () => async function named(a: unknown) { return [a]; } },
  { name: 'generator function', make: () => function* named(a: unknown) { yield a; } },
  { name: 'async generator function', make: () => async function* named(a: unknown) { yield a; } },
  { name: 'method', make: () => ({ m(this: unknown, a: unknown) { return [a]; } }).m },
  { name: 'class', make: makeRegister },
  { name: 'derived class', make: makeDerivedClass },
  { name: 'function that gives itself', make: () => function self(this: unknown) { return self; } },
  { name: 'sloppy function', make: sloppyFunction },
  { name: 'function of another realm', make: inRealm('(function () { "use strict"; return function named(a) { return [a]; }; })()') },
  { name: 'class with a static alias', make: makeAliasedClass },
  { name: 'instance with aliases', make: () => new Aliased() },
  { name: 'instance', make: () => new Account() },
  { name: 'instance of a derived class', make: () => new SavingsAccount() },
  { name: 'prototype of a class', make: () => Object.create(Account.prototype) as unknown },
]; // prettier-ignore

/** All of them. */
export const targets: readonly Target[] = [
  ...plain,
  ...collections,
  ...values,
  ...binary,
  ...platform,
  ...functions,
];
