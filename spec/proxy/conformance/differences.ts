/**
 * Where a proxy cannot be told to be the real thing, and why: every deviation that the suite finds is one of these.
 * docs/transparency.md is made of this list.
 */

import type { Deviation } from './comparison.js';

/** A difference that is known, and stays. */
export interface Difference {
  /** What is written. */
  readonly code: string;
  /** What happens. */
  readonly onProxy: string;
  /** What stands in the way. */
  readonly because: string;
  /** What to write in its place. */
  readonly instead: string;
  /** Whether a deviation that the suite has found is this one. */
  explains(deviation: Deviation): boolean;
}

/** Functions that look for an internal slot of what they are given. */
const slotReaders =
  /^(Atomics\.load|TextDecoder|Buffer\.(from|concat|compare|byteLength)|new (DataView|Blob|Uint8Array|Float64Array)\(\)|(for )?an argument of its own kind|Promise\.resolve)$/;

/** What calls a method of the target: by its name, or by iterating. */
const runsMethod =
  /^\.|^\[Symbol|^(dispatchEvent|.* spread|.*destructuring|for…of.*|Array\.from|yield\*|for await|call optionally .*|.*methods|new (Map|Set)\(\)|join|iterat.*|Object\.fromEntries|Array\.prototype\.(concat of itself|flat))$/;

const throws = (error: string, { proxied }: Deviation): boolean => proxied.result === `throws ${error}`;

/** Whether the outcomes are the same but for a raw value in the place of its proxy. */
function differsByTarget({ raw, proxied }: Deviation): boolean {
  const named = (text: string): string => text.replaceAll('<target>', '<itself>');
  return (
    raw.result === named(proxied.result) &&
    raw.effect === named(proxied.effect) &&
    raw.calls.join() === named(proxied.calls.join())
  );
}

/** In the order of the page. The first that explains a deviation takes it. */
export const differences: readonly Difference[] = [
  {
    code: '`typeof p`, `p === "text"`, `p ? a : b`, `switch (p)`, `Number.isInteger(p)` of a primitive’s proxy',
    onProxy: 'is what it is for the wrapper object: `"object"`, never equal, always true',
    because: 'only objects and functions can be proxied',
    instead: '`extract(p)`, or `p.valueOf()`',
    explains: ({ state }) => state === 'against the primitive',
  },
  {
    code: '`structuredClone(p)`, `port.postMessage(p)`, `v8.serialize(p)`, also of what holds `p`',
    onProxy: 'throws `DataCloneError`',
    because: 'the clone algorithm refuses every proxy',
    instead: '`pack(value)` to send the reference, `extract(p)` to send the data',
    explains: ({ operation }) => operation.startsWith('structuredClone'),
  },
  {
    code: '`util.types.isProxy(p)`',
    onProxy: '`true`',
    because: 'it asks the engine',
    instead: '`isProxy(p)` of this package, where it is these proxies that are meant',
    explains: ({ operation }) => operation === 'util.types.isProxy',
  },
  {
    code: '`util.types.isDate(p)` and its like, `ArrayBuffer.isView(p)`, `Error.isError(p)`, `#field in p`',
    onProxy: '`false`',
    because: 'they look for an internal slot or private field, which a proxy has not',
    instead: '`p instanceof Date`, `Array.isArray(p)`, `Object.prototype.toString.call(p)`; or ask `extract(p)`',
    explains: ({ operation, proxied }) =>
      /^(util\.types\.|ArrayBuffer\.isView|Error\.isError|#private in|\.isAccount\()/.test(operation) &&
      proxied.result === 'boolean false',
  },
  {
    code: '`Map.prototype.get.call(p, key)`: a built-in method or getter, or one that reads private fields, that is not read off `p`; `Function.prototype.toString.call(p)`',
    onProxy: 'throws `TypeError`; gives no source',
    because: 'as above',
    instead: '`p.get(key)`',
    explains: (deviation) =>
      /borrowed by its prototype$|then calling the getter/.test(deviation.operation) &&
      (/^(promise that )?throws TypeError$|unreadable|^string function \(\) \{ \[/.test(deviation.proxied.result) || deviation.operation.includes('Symbol.toStringTag')),
  },
  {
    code: '`new DataView(p)`, `new Uint8Array(p)`, `Buffer.concat([p])`, `decoder.decode(p)`, `new Blob([p])`, `Atomics.load(p, 0)`, `other.equals(p)`: what reads the memory or the private fields of an argument',
    onProxy: 'throws `TypeError`, or takes it for an ordinary object',
    because: 'as above',
    instead: 'pass `extract(p)`',
    explains: ({ operation }) => slotReaders.test(operation),
  },
  {
    code: '`p.equals(p)`, `list.push(list)`: a proxy that is an argument of its own method',
    onProxy: 'arrives as the proxy, and is kept as the proxy',
    because: 'arguments are not looked into',
    instead: 'pass `extract(p)`',
    explains: ({ operation }) => operation.endsWith('(itself)'),
  },
  {
    code: '`p.method === Class.prototype.method`, `String(p.method)`, `p.method.prototype.constructor`',
    onProxy: '`p.method` is the same each time, but a bound function and not the method; its source is not that of the method',
    because: 'a method must find the internal slots and private fields of its target',
    instead: '`extract(p).method`',
    explains: ({ operation, raw, proxied }) =>
      operation.endsWith('as that of its prototype') ||
      (operation.startsWith('+= ') && raw.result.startsWith('string') && proxied.result.startsWith('string')) ||
      /^(\(Array 0:ecw)?\(Function constructor/.test(raw.result),
  },
  {
    code: '`const { method } = p; method()`',
    onProxy: 'works as `p.method()`',
    because: 'a bound function has its receiver',
    instead: 'nothing; where the method fails with no receiver, this one does not',
    explains: ({ operation }) => operation.endsWith(', detached'),
  },
  {
    code: '`p.map((item, index, list) => …)`, `p.on(name, function () { this })`, `event.target`; `[...p]` and `p.slice()` where `p` holds itself',
    onProxy: 'the target itself is what a method hands to a function, or puts into what it makes: `list`, `this`, `event.target` are not `p`',
    because: 'methods run on the target, which is what makes them fast',
    instead: 'use `p` inside of the function',
    explains: (deviation) =>
      (differsByTarget(deviation) &&
        (deviation.proxied.calls.length > 0 || runsMethod.test(deviation.operation)) &&
        !deviation.operation.includes('.prototype')) ||
      // The engine joins an array in itself once, and takes the array and its proxy for two.
      (deviation.target === 'array that refers to itself' && deviation.operation.endsWith('borrowed by its prototype')),
  },
  {
    code: '`p.prototype.constructor === p` of a class’s proxy',
    onProxy: '`false`: it is the class itself',
    because: 'what a target holds is not proxied',
    instead: '`instance instanceof p`, which works',
    explains: (deviation) => differsByTarget(deviation) && /prototype|Object\.getOwnPropertyDescriptors/.test(deviation.operation),
  },
  {
    code: '`new p()`, `class extends p`, `Reflect.construct(Other, [], p)` of an arrow function’s, method’s or async function’s proxy',
    onProxy: 'as `new.target`, it passes for a constructor; to call it by `new` throws `TypeError` as it should',
    because: 'what can be constructed is decided when the proxy is made',
    instead: '—',
    explains: ({ operation }) => operation === 'Reflect.construct as another target',
  },
  {
    code: '`p[Symbol.toStringTag]` of a Date, RegExp, Error or primitive',
    onProxy: '`"Date"`, `"RegExp"`, `"Error"`, `"String"` … and not `undefined`',
    because: '`Object.prototype.toString.call(p)` shall give `[object Date]`, and asks this property of a proxy',
    instead: '—',
    explains: ({ operation, target }) =>
      operation === 'Symbol.toStringTag' || (target === 'arguments' && /^\.to(Locale)?String, inherited$/.test(operation)),
  },
  {
    code: '`JSON.stringify(p, replacer)` of a primitive’s proxy',
    onProxy: 'the replacer sees the primitive, and not its wrapper object',
    because: 'it is written by a `toJSON` of the proxy',
    instead: '—',
    explains: ({ operation }) => operation === 'JSON.stringify by a replacer',
  },
  {
    code: '`p.then`, `await p`, while `p` is not resolved and its target has a `then`',
    onProxy: '`undefined`; `await p` gives `p`',
    because: 'a promise that is resolved with a proxy, as every `async` function that returns one does, shall not resolve it',
    instead: '`await resolve(p)`, then `p.then`',
    explains: ({ operation, state, target }) =>
      (state === 'resolved by use' || state === 'not resolvable in place') &&
      /^(thenable|Promise|object with then that is no function)$/.test(target) &&
      /\bthen\b|^(await|return from async|Promise\.(resolve|all|reject))$/.test(operation),
  },
  {
    code: '`p[util.inspect.custom]`, while `p` is not resolved',
    onProxy: '`undefined`',
    because: 'what logs a proxy shall not resolve it',
    instead: '`util.inspect(p)`',
    explains: ({ operation, state }) =>
      (state === 'resolved by use' || state === 'not resolvable in place') &&
      operation.includes('nodejs.util.inspect.custom'),
  },
  {
    code: '`for (const key in Object.create(p))`',
    onProxy: 'leaves out what is inherited',
    because: 'V8 does so for every proxy in a prototype chain',
    instead: '`for (const key in p)`, which works',
    explains: ({ operation }) => operation === 'for…in by inheritance',
  },
  {
    code: '`Object.seal(p)` of a typed array; `Object.freeze(p)` of a sealed array',
    onProxy: 'throws `TypeError`',
    because: 'V8 seals a typed array though its elements stay configurable, and makes the elements of a sealed array configurable again when one of them is made read-only; of a proxy it demands what the language does',
    instead: 'do it to `extract(p)`',
    explains: (deviation) => /seal|freeze|frozen/i.test(deviation.operation) && throws('TypeError', deviation),
  },
  {
    code: '`Object.isFrozen(Object.seal(p))` of a function’s or empty array’s proxy',
    onProxy: '`false`',
    because: 'its `prototype` or `length` can still be written; of the target itself V8 says `true` all the same',
    instead: '—',
    explains: ({ operation, target, proxied }) => /function|class|method|empty array/.test(target) && operation === 'Object.isFrozen of what is sealed' && proxied.result === 'boolean false',
  },
  {
    code: '`new Headers(p)`, and whatever else takes a record and asks whether it is a proxy',
    onProxy: 'may see fewer properties than of the target, or more',
    because: 'Node’s `fetch` classes treat proxies otherwise than objects: of those they skip what is not enumerable',
    instead: '`new Headers(Object.entries(p))`',
    explains: ({ operation }) => operation === 'new Headers()',
  },
]; // prettier-ignore
