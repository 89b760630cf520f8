/**
 * All that the language can do to a value: the thirteen traps by syntax, `Reflect` and `Object`, and what the built-in
 * functions do with a value that they are given.
 */

/* eslint-disable -- asks everything of everything: what is wrong for most values is the point */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { types } from 'node:util';
import { isProxy } from '../../../lib/proxy/proxy.js';

/** What an operation is given beside the subject. */
export interface Context {
  /** Another value of the same kind, raw. */
  readonly other: any;
  /** A function that keeps a record of its calls, which is part of the outcome. */
  spy(answer: (...args: any[]) => unknown): (...args: any[]) => unknown;
}

/** Sloppy: it has `arguments` of its own, with some versions of the engine. */
export const sloppyFunction = (): ((...args: any[]) => any) =>
  sloppy('a,b', 'return typeof a === "function" ? a() : [typeof this, a, b];');

/** Something that can be done to a value. */
export interface Operation {
  readonly name: string;
  run(p: any, context: Context): unknown;
  /** `false`: it needs the value only and nothing of what it holds, so that a proxy must not be resolved by it. */
  readonly resolves?: false;
  /**
   * What the page says that it does on a proxy, done on the raw value: a difference is known only as far as the outcome
   * is that of this.
   */
  equivalent?(raw: any, context: Context, proxy: any): unknown;
}

/** Without `new Function` no code of this file could be sloppy. */
const sloppy = (parameters: string, body: string): ((...args: any[]) => any) =>
  new Function(...parameters.split(','), body) as never;

const sloppySet = sloppy('p,k,v', 'p[k] = v; return p[k];');
const sloppyDelete = sloppy('p,k', 'return delete p[k];');
const sloppyWith = sloppy('p', 'with (p) { return typeof a; }');

const operation = (name: string, run: Operation['run'], equivalent?: Operation['equivalent']): Operation => ({
  name,
  run,
  ...(equivalent && { equivalent }),
});

/** Must not resolve. */
const passing = (name: string, run: Operation['run']): Operation => ({ name, run, resolves: false });

/** Names a key as it is written. */
const written = (key: PropertyKey): string =>
  typeof key === 'symbol' ? `[${String(key)}]` : `.${String(key)}`;

/** What is done to one property. */
export function operationsOnProperty(key: PropertyKey): Operation[] {
  const k = key as string;
  const named = (name: string, run: Operation['run']): Operation => operation(`${name} ${written(key)}`, run);
  return [
    named('get', (p) => p[k]),
    named('get twice', (p) => p[k] === p[k]),
    named('optional get', (p) => p?.[k]?.length),
    named('Reflect.get', (p) => Reflect.get(p, k)),
    named('Reflect.get with a receiver', (p, { other }) => Reflect.get(p, k, Object(other))),
    named('get by inheritance', (p) => Object.create(p)[k]),
    named('set', (p) => { p[k] = 5; return p[k]; }),
    named('set to a function', (p, { spy }) => { const f = spy(() => 1); p[k] = f; return p[k] === f; }),
    named('set to itself', (p) => { p[k] = p; return p[k]; }),
    named('sloppy set', (p) => sloppySet(p, k, 5)),
    named('Reflect.set', (p) => Reflect.set(p, k, 5)),
    named('Reflect.set with a receiver', (p) => { const receiver = {}; return [Reflect.set(p, k, 5, receiver), receiver]; }),
    named('set by inheritance', (p) => { const child = Object.create(p); child[k] = 5; return [Object.hasOwn(child, k), child[k]]; }),
    named('+=', (p) => { p[k] += 1; return p[k]; }),
    named('++', (p) => p[k]++),
    named('??=', (p) => (p[k] ??= 1)),
    named('delete', (p) => delete p[k]),
    named('sloppy delete', (p) => sloppyDelete(p, k)),
    named('Reflect.deleteProperty', (p) => Reflect.deleteProperty(p, k)),
    named('in', (p) => k in p),
    named('in by inheritance', (p) => k in Object.create(p)),
    named('Object.hasOwn', (p) => Object.hasOwn(p, k)),
    named('hasOwnProperty', (p) => Object.prototype.hasOwnProperty.call(p, k)),
    named('propertyIsEnumerable', (p) => Object.prototype.propertyIsEnumerable.call(p, k)),
    named('getOwnPropertyDescriptor', (p) => Object.getOwnPropertyDescriptor(p, k)),
    named('getOwnPropertyDescriptor of what is got', (p) => { const d = Object.getOwnPropertyDescriptor(p, k); return d && 'value' in d ? d.value === p[k] : undefined; }),
    named('getOwnPropertyDescriptor, then calling the getter', (p) => Object.getOwnPropertyDescriptor(p, k)?.get?.call(p)),
    named('defineProperty of a value', (p) => Object.defineProperty(p, k, { value: 5 })),
    named('defineProperty of all', (p) => Object.defineProperty(p, k, { value: 5, writable: true, enumerable: true, configurable: true })),
    named('defineProperty for good', (p) => Object.defineProperty(p, k, { value: 5, writable: false, enumerable: false, configurable: false })),
    named('defineProperty of a function for good', (p, { spy }) => { const f = spy(() => 1); Object.defineProperty(p, k, { value: f, writable: false, configurable: false }); return p[k] === f; }),
    named('defineProperty of an accessor', (p) => { Object.defineProperty(p, k, { get: () => 6, configurable: false }); return p[k]; }),
    named('defineProperty to hide', (p) => Object.defineProperty(p, k, { enumerable: false })),
    named('Reflect.defineProperty', (p) => Reflect.defineProperty(p, k, { value: 5 })),
    named('delete what was defined', (p) => { Reflect.defineProperty(p, k, { value: 5, configurable: true }); return Reflect.deleteProperty(p, k); }),
    named('getOwnPropertyDescriptor when frozen', (p) => { Object.freeze(p); return Object.getOwnPropertyDescriptor(p, k); }),
    named('get when frozen', (p) => { Object.freeze(p); return [p[k], p[k] === p[k]]; }),
    named('set when sealed', (p) => { Object.seal(p); return Reflect.set(p, k, 5); }),
    named('delete when non-extensible', (p) => { Object.preventExtensions(p); return [Reflect.deleteProperty(p, k), k in p]; }),
    named('call optionally', (p) => p[k]?.(...[])),
    named('__lookupGetter__', (p) => p.__lookupGetter__(k)),
  ];
} // prettier-ignore

/** What tells a primitive from its wrapper object. */
export const operationsOnPrimitives: readonly Operation[] = [
  operation('typeof', (p) => typeof p),
  operation('=== what it wraps', (p) => p === p.valueOf()),
  operation('=== another', (p, { other }) => p === other),
  operation('== another', (p, { other }) => p == other),
  operation('switch', (p, { other }) => {
    switch (p) {
      case other:
        return 'found';
      default:
        return 'not found';
    }
  }),
  operation('truthiness', (p) => (p ? 1 : 2)),
  operation('as a key', (p) => Reflect.ownKeys({ [p]: 1 })),
  operation('+ 1', (p) => p + 1),
  operation('template', (p) => `${String(p)}`),
  operation('Number.isInteger', (p) => Number.isInteger(p)),
  operation('JSON.stringify', (p) => JSON.stringify([p])),
  operation('Set member', (p, { other }) => new Set([p, other]).size),
  operation('valueOf', (p) => p.valueOf()),
];

/** What is done to a value as a whole. */
export const operations: readonly Operation[] = [
  // What needs no more than the value.
  passing('typeof', (p) => typeof p),
  operation('typeof of what it wraps', (p) => typeof p.valueOf()),
  passing('===', (p) => p === p),
  passing('Object.is', (p) => Object.is(p, p)),
  passing('truthiness', (p) => (p ? 1 : 2)),
  passing('??', (p) => p ?? 1),
  passing('== null', (p) => p == null),
  passing('await', async (p) => await p),
  passing('return from async', async (p) => (async () => p)()),
  { name: 'Promise.resolve', run: (p) => Promise.resolve(p), resolves: false, equivalent: (raw) => raw.then((value: unknown) => value) },
  passing('Promise.all', (p) => Promise.all([p])),
  operation('yield*', (p) => [...(function* () { yield* p; })()]),
  operation('for await', async (p) => { const all = []; for await (const each of p) all.push(each); return all; }),
  passing('throw', (p) => { try { throw p; } catch (e) { return e; } }),
  passing('Map key', (p) => new Map([[p, 1]]).get(p)),
  passing('Set member', (p) => [...new Set([p, p])].length),
  passing('WeakMap key', (p) => new WeakMap([[p, 1]]).get(p)),
  passing('WeakRef', (p) => new WeakRef(p).deref()),
  passing('Object()', (p) => Object(p)),
  passing('in an array', (p) => [p].indexOf(p)),
  passing('as default', (p) => ((a = p) => a)()),
  passing('as an argument', (p) => ((...args: unknown[]) => args)(p)),
  passing('as a value', (p) => ({ a: p, b: [p], c: new Map([[1, p]]) })),
  passing('as a prototype', (p) => { Object.create(p); return 0; }),
  passing('optional chain', (p) => (p ?? undefined) === p),
  passing('ternary', (p) => (p ? p : 0) === p),
  passing('!', (p) => !p),
  passing('&&', (p) => p && 1),
  passing('Promise.allSettled', (p) => Promise.allSettled([p])),
  passing('Promise.race', (p) => Promise.race([p])),
  passing('Promise.any', (p) => Promise.any([p])),
  passing('then gives it', (p) => Promise.resolve(1).then(() => p)),
  passing('new Promise', (p) => new Promise((fulfil) => fulfil(p))),
  passing('yield from async', async (p) => { for await (const each of (async function* () { yield p; })()) return each; return 0; }),
  passing('yield', (p) => (function* () { yield p; })().next()),
  passing('WeakSet member', (p) => new WeakSet([p]).has(p)),
  passing('indexOf, lastIndexOf, find', (p) => [[p].indexOf(p), [p].lastIndexOf(p), [p].find((each) => each === p) === p]),
  passing('in a spread array', (p) => [...[p]].length),
  passing('Array.of', (p) => Array.of(p).length),
  passing('isProxy of a child', (p) => isProxy(Object.create(p))),
  passing('isProxy of a Proxy of it', (p) => isProxy(new Proxy(p, {}))),
  passing('FinalizationRegistry', (p) => { new FinalizationRegistry(() => 0).register(p, 1, p); return 0; }),

  // Own properties.
  operation('Object.keys', (p) => Object.keys(p)),
  operation('Object.values', (p) => Object.values(p)),
  operation('Object.entries', (p) => Object.entries(p)),
  operation('Object.getOwnPropertyNames', (p) => Object.getOwnPropertyNames(p).filter((name) => name !== 'stack')),
  operation('Object.getOwnPropertySymbols', (p) => Object.getOwnPropertySymbols(p).map(String)),
  operation('Object.getOwnPropertyDescriptors', (p) => { const all: any = Object.getOwnPropertyDescriptors(p); delete all.stack; return all; }),
  operation('Reflect.ownKeys', (p) => Reflect.ownKeys(p).map(String)),
  operation('for…in', (p) => { const keys = []; for (const key in p) keys.push(key); return keys; }),
  operation('for…in by inheritance', (p) => { const keys = []; for (const key in Object.create(p)) keys.push(key); return keys; }),
  operation('for…in over what shrinks', (p) => { const keys = []; for (const key in p) { keys.push(key); for (const other of Object.keys(p)) Reflect.deleteProperty(p, other); } return keys; }),
  operation('object spread', (p) => ({ ...p })),
  operation('object rest', (p) => { const { a, ...rest } = p; return [a, rest]; }),
  operation('Object.assign from', (p) => Object.assign({}, p)),
  operation('Object.assign to', (p) => Object.assign(p, { x: 1 })),
  operation('Object.assign to, what was read', (p) => Object.assign(p, p)),
  operation('Object.fromEntries', (p) => Object.fromEntries(p)),
  operation('Object.defineProperties', (p) => Object.defineProperties(p, { x: { value: 1 }, y: { get: () => 2, enumerable: true } })),
  operation('with', (p) => sloppyWith(p)),

  // Extensibility and prototype.
  operation('Object.isExtensible', (p) => [Object.isExtensible(p), Reflect.isExtensible(p)]),
  operation('Object.isFrozen', (p) => Object.isFrozen(p)),
  operation('Object.isSealed', (p) => Object.isSealed(p)),
  operation('Object.preventExtensions', (p) => Object.preventExtensions(p)),
  operation('Reflect.preventExtensions', (p) => [Reflect.preventExtensions(p), Reflect.isExtensible(p), Reflect.ownKeys(p).length]),
  operation('Object.seal', (p) => [Object.seal(p), Object.isSealed(p)]),
  operation('Object.isFrozen of what is sealed', (p) => Object.isFrozen(Object.seal(p))),
  operation('Object.freeze', (p) => [Object.freeze(p), Object.isFrozen(p)]),
  operation('Object.freeze, then all', (p) => { Object.freeze(p); return [Object.values(p), Reflect.set(p, 'x', 1), Reflect.deleteProperty(p, 'a'), Object.keys(p), 'a' in p, Object.isFrozen(p)]; }),
  operation('Object.getPrototypeOf', (p) => Object.getPrototypeOf(p) === Object.getPrototypeOf(Object(p))),
  operation('Object.getPrototypeOf of the constructor', (p) => Object.getPrototypeOf(p) === p.constructor?.prototype),
  operation('Reflect.getPrototypeOf', (p) => Reflect.getPrototypeOf(p)),
  operation('Object.setPrototypeOf null', (p) => { Object.setPrototypeOf(p, null); return [Object.getPrototypeOf(p), 'toString' in p]; }),
  operation('Reflect.setPrototypeOf', (p) => { const proto = { inherited: 1 }; return [Reflect.setPrototypeOf(p, proto), p.inherited]; }),
  operation('Object.setPrototypeOf itself', (p) => Object.setPrototypeOf(p, p)),
  operation('Object.setPrototypeOf when frozen', (p) => Reflect.setPrototypeOf(Object.freeze(p), null)),
  operation('__proto__', (p) => p.__proto__),
  operation('__proto__ =', (p) => { p.__proto__ = null; return Object.getPrototypeOf(p); }),
  operation('isPrototypeOf', (p) => Object.prototype.isPrototypeOf(p)),
  operation('isPrototypeOf of a child', (p) => Object.prototype.isPrototypeOf.call(p, Object.create(p))),
  operation('instanceof Object', (p) => p instanceof Object),
  operation('instanceof the constructor', (p) => p instanceof p.constructor),
  operation('constructor', (p) => p.constructor === Object(p).constructor),
  operation('Object.create', (p) => Object.getPrototypeOf(Object.create(p)) === p),

  // Calling and constructing.
  operation('call', (p) => p(1, 'a')),
  operation('call as a method', (p) => ({ p }).p(1)),
  operation('Function.prototype.call', (p) => p.call(7, 1)),
  operation('Function.prototype.apply', (p) => p.apply(null, [1])),
  operation('Function.prototype.bind', (p) => p.bind(7)(1)),
  operation('Function.prototype.bind, what it is', (p) => [p.bind(7).name, p.bind(7).length]),
  operation('its arguments while it runs', (p) => { Object.getOwnPropertyDescriptor(p, 'arguments'); return p(() => p.arguments?.length); }),
  operation('Reflect.apply', (p) => Reflect.apply(p, 7, [1])),
  operation('new', (p) => new p('a')),
  operation('new, then instanceof', (p) => new p('a') instanceof p),
  operation('new, then a method', (p) => new p('a').greet()),
  operation('Reflect.construct', (p) => Reflect.construct(p, ['a'])),
  operation('Reflect.construct with another target', (p) => Reflect.construct(p, ['a'], class Other {})),
  operation('Reflect.construct as another target', (p) => Reflect.construct(class Other {}, [], p), (raw) => Object.create(raw.prototype ?? Object.prototype)),
  operation('extends', (p) => { class Child extends p {} const child = new (Child as any)('a'); return [child instanceof Child, child instanceof p, Object.getPrototypeOf(Child) === p]; }),
  operation('extends, then super', (p) => { class Child extends p { greet(): unknown { return super.greet(); } } return new (Child as any)('a').greet(); }),
  operation('extends, then a static method', (p) => { class Child extends p {} return (Child as any).of('b') instanceof Child; }),
  operation('instanceof what was proxied', (p) => Object.create(Object(p).prototype ?? null) instanceof p),
  operation('tagged template', (p) => p`a${1}b`),
  operation('as a callback', (p) => [1, 2].map(p)),
  operation('as a comparator', (p) => [2, 1].sort(p)),
  operation('as an executor', (p) => new Promise(p).catch(() => 1).constructor === Promise),
  operation('as a then handler', (p) => Promise.resolve(1).then(p)),
  operation('as a getter', (p) => Object.defineProperty({}, 'a', { get: p } as any)),
  operation('as a replacer', (p) => 'abc'.replace(/b/, p)),

  // Conversion.
  operation('String()', (p) => String(p)),
  operation('template', (p) => `${p}`),
  operation('concatenation', (p) => '' + p),
  operation('Number()', (p) => Number(p)),
  operation('unary +', (p) => +p),
  operation('* 2', (p) => p * 2),
  operation('* 2n', (p) => p * 2n),
  operation('+ 1', (p) => p + 1),
  operation('+ 1n', (p) => p + 1n),
  operation('< 3', (p) => p < 3),
  operation('== what it wraps', (p) => p == p.valueOf()),
  operation('== 2.5', (p) => p == 2.5),
  operation('== "abc"', (p) => p == 'abc'),
  operation('- another', (p, { other }) => p - other),
  operation('|', (p) => p | 0),
  operation('BigInt()', (p) => BigInt(p)),
  operation('as a key', (p) => ({ [p]: 1 })),
  operation('as an index', (p) => [1, 2, 3][p]),
  operation('parseInt', (p) => parseInt(p)),
  operation('isNaN', (p) => isNaN(p)),
  operation('Number.isInteger', (p) => Number.isInteger(p)),
  operation('Math.max', (p) => Math.max(p, 1)),
  operation('Math.max spread', (p) => Math.max(...p)),
  operation('join', (p) => [p, p].join()),
  operation('sort', (p, { other }) => [p, other].sort().length),
  operation('encodeURIComponent', (p) => encodeURIComponent(p)),
  operation('JSON.stringify', (p) => JSON.stringify(p)),
  operation('JSON.stringify inside', (p) => JSON.stringify({ a: [p] }, null, 2)),
  operation('JSON.stringify by a replacer', (p) => JSON.stringify([p], (_, value) => (typeof value === 'number' ? value + 1 : value)), (raw) => JSON.stringify([raw.valueOf()], (_, value) => (typeof value === 'number' ? value + 1 : value))),
  operation('JSON.stringify as a replacer', (p) => JSON.stringify({ a: 1, b: 2 }, p)),
  operation('Object.prototype.toString', (p) => Object.prototype.toString.call(p)),
  operation('Symbol.toStringTag', (p) => p[Symbol.toStringTag], (raw) => Object.prototype.toString.call(raw).slice(8, -1)),
  operation('toString', (p) => p.toString()),
  operation('toLocaleString', (p) => p.toLocaleString('en', { timeZone: 'UTC' })),
  operation('valueOf', (p) => p.valueOf()),

  // Iteration and arrays.
  passing('Array.isArray', (p) => Array.isArray(p)),
  operation('array spread', (p) => [...p]),
  operation('argument spread', (p) => ((...args: unknown[]) => args)(...p)),
  operation('array destructuring', (p) => { const [a, , ...rest] = p; return [a, rest]; }),
  operation('for…of', (p) => { const all = []; for (const each of p) all.push(each); return all; }),
  operation('for…of, broken off', (p) => { for (const each of p) return each; return undefined; }),
  operation('for…of while it grows', (p) => { const all = []; for (const each of p) { all.push(each); if (all.length < 3) p.push?.(9); } return all; }),
  operation('Array.from', (p) => Array.from(p)),
  operation('Array.from mapped', (p) => Array.from(p, (x) => typeof x)),
  operation('Array.prototype.slice.call', (p) => Array.prototype.slice.call(p)),
  operation('Array.prototype.map.call', (p) => Array.prototype.map.call(p, (x) => typeof x)),
  operation('Array.prototype.push.call', (p) => Array.prototype.push.call(p, 1)),
  operation('Array.prototype.concat', (p) => ([] as unknown[]).concat(p, [1])),
  operation('Array.prototype.concat of itself', (p) => p.concat(p), (raw, _, proxy) => raw.concat(proxy)),
  operation('Array.prototype.flat', (p) => [p].flat()),
  passing('Array.prototype.includes', (p) => [p].includes(p)),
  operation('length =', (p) => { p.length = 1; return [p.length, p[1]]; }),
  operation('length = more', (p) => { p.length = 5; return p.length; }),
  operation('[length] =', (p) => { p[p.length] = 9; return p.length; }),
  operation('[100] =', (p) => { p[100] = 9; return [p.length, 50 in p]; }),
  operation('[-1]', (p) => p[-1]),
  operation('.at(-1)', (p) => p.at(-1)),
  operation('chained methods', (p) => p.map((x: unknown) => x).filter(() => true).slice(0, 2)),
  operation('what sort gives', (p) => p.sort() === p),
  operation('what reverse gives', (p) => p.reverse() === p),
  operation('what fill gives', (p) => p.fill(p[0]) === p),
  operation('what set gives', (p) => p.set('k', 1) === p),
  operation('what add gives', (p) => p.add('k') === p),
  operation('what deposit gives', (p) => p.deposit(1) === p),
  operation('iterator of itself', (p) => p[Symbol.iterator]() === p),

  // Built-in functions that look at what they are given.
  operation('new Map()', (p) => new Map(p)),
  operation('new Set()', (p) => new Set(p)),
  operation('new Date()', (p) => new Date(p).getTime(), (raw) => new Date(String(raw)).getTime()),
  operation('new RegExp()', (p) => new RegExp(p)),
  operation('RegExp', (p) => RegExp(p) === p),
  operation('match', (p) => 'xaby'.match(p)),
  operation('matchAll', (p) => [...'xabaay'.matchAll(p)].length),
  operation('replace', (p) => 'xabay'.replace(p, '-')),
  operation('search', (p) => 'xabay'.search(p)),
  operation('split', (p) => 'xabay'.split(p)),
  operation('includes', (p) => 'xabay'.includes(p)),
  operation('test twice', (p) => [p.test('aab'), p.lastIndex, p.test('aab'), p.lastIndex]),
  operation('new URL()', (p) => new URL(p).href),
  operation('new URLSearchParams()', (p) => [...new URLSearchParams(p)]),
  operation('new Headers()', (p) => [...new Headers(p)]),
  // Node 18 ends the process when it makes a Blob of shared memory.
  operation('new Blob()', (p) => (p?.[Symbol.toStringTag] === 'SharedArrayBuffer' ? 0 : new Blob(['a', p]).size), (raw) => new Blob(['a', String(raw)]).size),
  operation('new Uint8Array()', (p) => new Uint8Array(p), () => new Uint8Array({} as never)),
  operation('new Float64Array()', (p) => new Float64Array(p).length, () => 0),
  operation('new DataView()', (p) => new DataView(p).byteLength),
  operation('set of a typed array', (p) => { const to = new Uint8Array(16); to.set(p); return to; }),
  operation('Buffer.from', (p) => Buffer.from(p)),
  operation('Buffer.concat', (p) => Buffer.concat([p])),
  operation('Buffer.compare', (p, { other }) => Buffer.compare(p, other)),
  operation('Buffer.byteLength', (p) => Buffer.byteLength(p)),
  operation('TextDecoder', (p) => new TextDecoder().decode(p)),
  passing('ArrayBuffer.isView', (p) => ArrayBuffer.isView(p)),
  operation('Buffer.isBuffer', (p) => Buffer.isBuffer(p)),
  operation('Atomics.load', (p) => Atomics.load(p, 0)),
  passing('structuredClone', (p) => structuredClone(p)),
  passing('structuredClone inside', (p) => structuredClone({ p })),
  operation('Error.prototype.toString', (p) => Error.prototype.toString.call(p)),
  passing('as a cause', (p) => new Error('e', { cause: p }).cause),
  operation('stack', (p) => typeof p.stack),
  operation('Error.captureStackTrace', (p) => { Error.captureStackTrace(p); return typeof p.stack; }),
  // A form writes a boundary of its own each time.
  operation('new Response()', (p) => (p?.[Symbol.toStringTag] === 'FormData' ? 0 : new Response(p).text()), (raw) => new Response(String(raw)).text()),
  operation('new Request()', (p) => new Request(p).url),
  operation('crypto.Hash.update', (p) => createHash('md5').update(p).digest('hex')),
  operation('fs.writeFile', (p) => writeFileSync(devNull, p)),
  operation('structuredClone, transferred', (p) => structuredClone(1, { transfer: [p] })),
  operation('new Intl.NumberFormat()', (p) => new Intl.NumberFormat(p).format(1.5), () => new Intl.NumberFormat([]).format(1.5)),
  operation('Iterator.from', (p) => { const all = []; for (const each of (globalThis as any).Iterator?.from(p) ?? []) { if (all.push(each) > 9) break; } return all; }),
  operation('AbortSignal.any of it', (p) => AbortSignal.any([p]).aborted),
  passing('Promise.reject', async (p) => { try { await Promise.reject(p); } catch (e) { return e; } return undefined; }),
  operation('Intl.NumberFormat', (p) => new Intl.NumberFormat('en').format(p)),
  operation('Intl.DateTimeFormat', (p) => new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(p)),
  operation('AbortSignal.any', (p) => AbortSignal.any([p.signal]).aborted),
  operation('addEventListener', (p) => p.addEventListener('e', p)),
  operation('dispatchEvent', (p) => { let seen; p.addEventListener('e', (event: Event) => { seen = event.target; }); p.dispatchEvent(new Event('e')); return { seen }; }),
  operation('emit', (p, { spy }) => { p.on('e', spy(() => 1)); return p.emit('e', 1); }),
  operation('next', (p) => [p.next(), p.next()]),
  operation('return', (p) => [p.next(), p.return(9), p.next()]),
  operation('then', (p) => p.then((value: unknown) => value)),
  operation('#private in', (p, { other }) => other.isAccount(p)),
  operation('an argument of its own kind', (p, { other }) => p.equals(other)),
  operation('for an argument of its own kind', (p, { other }) => other.equals(p)),
  operation('Object.prototype.valueOf', (p) => Object.prototype.valueOf.call(p)),
  // Two of them are written in JavaScript and read properties.
  ...Object.entries(types).map(([name, is]) => (/^is(CryptoKey|KeyObject)$/.test(name) ? operation : passing)(`util.types.${name}`, (p) => is(p))),
  ...('isError' in Error ? [passing('Error.isError', (p) => (Error as any).isError(p))] : []),
]; // prettier-ignore
