/**
 * Where a proxy cannot be told to be the real thing, and why: every deviation that the suite finds is one of these.
 * docs/transparency.md is made of this list.
 */

import { equal } from './comparison.js';
import type { Deviation, Outcome } from './comparison.js';
import { sloppyFunction } from './operations.js';

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
  /** Whether the suite can meet it in this runtime. Default: yes. */
  readonly isHere?: boolean;
  /** Whether a deviation that the suite has found is this one. */
  explains(deviation: Deviation): boolean;
}

/** Functions that look for an internal slot of what they are given. */
const slotReaders =
  /^(Atomics\.load|TextDecoder|Buffer\.(from|concat|compare|byteLength)|new DataView\(\)|for an argument of its own kind|new Request\(\)|crypto\.Hash\.update|fs\.writeFile|AbortSignal\.any of it)$/;

/** Those that take what has no such slot for an ordinary object. */
const slotGuessers = /^new (Blob|Uint8Array|Float64Array|Response|Intl\.NumberFormat)\(\)$/;

/** What calls a method of the target: by its name, or by iterating. */
const runsMethod =
  /^\.|^\[Symbol|^(dispatchEvent|.* spread|.*destructuring|for…of.*|Array\.from|yield\*|for await|call optionally .*|.*methods|new (Map|Set)\(\)|join|iterat.*|Object\.fromEntries|Iterator\.from|Array\.prototype\.(concat of itself|flat))$/;

/** What is the same as for an array or function unless a proxy does not know to be one. */
const needsKind =
  /^(typeof( of what it wraps)?|Array\.(isArray|prototype\.(concat|concat of itself|flat|slice\.call|map\.call))|JSON\.stringify( inside| (as|by) a replacer)?|Buffer\.from|\.(concat|splice|slice|map|filter|flat|flatMap|of|bind|call|apply|toString), (borrowed by its prototype|inherited)|call( as a method)?|new(, then .*)?|Reflect\.(apply|construct( (with|as) another target)?)|extends(, then .*)?|tagged template|its arguments while it runs|as a .*|as an executor)$/;

/** What a primitive's proxy gives where the primitive gives something else. */
const asWrapper: Readonly<Record<string, string>> = {
  typeof: 'string object',
  '=== what it wraps': 'boolean false',
  '=== another': 'boolean false',
  switch: 'string not found',
  truthiness: 'number 1',
  'Number.isInteger': 'boolean false',
  'Set member': 'number 2',
};

/** The same for a symbol, which knows more of it. */
const asSymbolWrapper: Readonly<Record<string, string>> = {
  template: 'throws TypeError',
  'JSON.stringify': 'string [{}]',
};

/** Whether the proxy did as a `Proxy` without traps does. */
function asBare({ proxied, bare }: Deviation): boolean {
  return equal(proxied, bare);
}

/** Whether the proxy did as the operation's equivalent does. */
function asEquivalent({ proxied, equivalent }: Deviation): boolean {
  return equivalent !== undefined && equal(proxied, equivalent);
}

/** Whether the outcomes are the same but for a raw value in the place of its proxy. */
function differsByTarget({ raw, proxied }: Deviation): boolean {
  const named = (text: string): string => text.replaceAll('<target>', '<itself>');
  return (
    raw.result === named(proxied.result) &&
    raw.effect === proxied.effect &&
    raw.calls.join() === named(proxied.calls.join())
  );
}

/** Whether a callback was given the target, or it is a part of the result. To be all of the result is another thing. */
function handsOutTarget({ calls, result }: Outcome): boolean {
  return calls.join().includes('<target>') || (result.includes('<target>') && result !== '<target>');
}

/** Whether what was read was not there: nothing came out of it, and nothing could be called. */
function readNothing({ proxied }: Deviation): boolean {
  return /^(undefined undefined|number (NaN|1)|boolean false|throws TypeError|\(Array 0:ecwboolean true 1:ecwstring undefined length:--wnumber 2\))$/.test(
    proxied.result,
  );
}

const isBeforeResolution = ({ state }: Deviation): boolean =>
  state !== 'resolved' && state !== 'resolved by await';

/** Whether it is the text of a method that differs, in what comes out and in what is kept, and that only. */
function differsBySource({ raw, proxied }: Deviation): boolean {
  const source = /^string ((?:method\(\.\.\.args\) \{|function \(\) \{ \[native code\] \})[^]*)$/.exec(
    proxied.result,
  )?.[1];
  if (source === undefined || !raw.result.startsWith('string ')) return false;
  return raw.effect === proxied.effect.replaceAll(source, () => raw.result.slice('string '.length));
}

/** Whether what was read is a function whose `prototype` names another as its constructor, and that only. */
function differsByConstructor({ raw, proxied, operation }: Deviation): boolean {
  const [head, ...parts] = raw.result.split(/( prototype:)/);
  return (
    /^(get|Reflect\.get|get by inheritance|get when frozen|\?\?=|getOwnPropertyDescriptor( when frozen)?) /.test(
      operation,
    ) &&
    parts.length > 0 &&
    head === proxied.result.split(' prototype:')[0] &&
    raw.effect === proxied.effect
  );
}

/** The targets that a promise could take for another. */
const hasThen =
  /^(thenable|Promise|subclass of Promise with a species|object with then that is no function)$/;

/** In the order of the page. The first that explains a deviation takes it. */
export const differences: readonly Difference[] = [
  {
    code: '`typeof p`, `p === "text"`, `p ? a : b`, `switch (p)`, `Number.isInteger(p)` of a primitive’s proxy',
    onProxy: 'is what it is for the wrapper object: `"object"`, never equal, always true',
    because: 'only objects and functions can be proxied',
    instead: '`extract(p)`, or `p.valueOf()`',
    explains: ({ state, target, operation, proxied }) =>
      state === 'against the primitive' &&
      (proxied.result === asWrapper[operation] || (target === 'symbol' && proxied.result === asSymbolWrapper[operation])),
  },
  {
    code: '`structuredClone(p)`, `port.postMessage(p)`, `v8.serialize(p)`, also of what holds `p`; `{ transfer: [p] }`',
    onProxy: 'throws `DataCloneError`; for `transfer`, with Node 20, `TypeError`',
    because: 'the clone algorithm refuses every proxy',
    instead: '`pack(value)` to send the reference, `extract(p)` to send the data',
    explains: ({ operation, proxied }) =>
      (/^structuredClone( inside)?$/.test(operation) && proxied.result === 'throws DataCloneError') ||
      // Node 20 says it otherwise.
      (operation === 'structuredClone, transferred' && /^throws (DataCloneError|TypeError)$/.test(proxied.result)),
  },
  {
    code: '`util.types.isProxy(p)`',
    onProxy: '`true`',
    because: 'it asks the engine',
    instead: '`isProxy(p)` of this package, where it is these proxies that are meant',
    explains: ({ operation, proxied }) => operation === 'util.types.isProxy' && proxied.result === 'boolean true',
  },
  {
    code: '`util.types.isDate(p)` and its like, `ArrayBuffer.isView(p)`, `Error.isError(p)`, `#field in p`',
    onProxy: '`false`',
    because: 'they look for an internal slot or private field, which a proxy has not',
    instead: '`p instanceof Date`, `Array.isArray(p)`, `Object.prototype.toString.call(p)`; or ask `extract(p)`',
    explains: (deviation) =>
      /^(util\.types\.|ArrayBuffer\.isView|Error\.isError|#private in)/.test(deviation.operation) &&
      deviation.proxied.result === 'boolean false' &&
      asBare(deviation),
  },
  {
    code: '`Map.prototype.get.call(p, key)`: a built-in method or getter, or one that reads private fields, that is not read off `p`; `Function.prototype.toString.call(p)`',
    onProxy: 'throws `TypeError`; gives no source',
    because: 'as above',
    instead: '`p.get(key)`',
    explains: (deviation) => /borrowed by its prototype$|then calling the getter/.test(deviation.operation) && asBare(deviation),
  },
  {
    code: '`new DataView(p)`, `new Uint8Array(p)`, `Buffer.concat([p])`, `decoder.decode(p)`, `new Blob([p])`, `new Response(p)`, `new Request(p)`, `fs.writeFile(path, p)`, `hash.update(p)`, `Atomics.load(p, 0)`, `AbortSignal.any([p])`, `new Intl.NumberFormat(p)`, `JSON.stringify(p)` of what `JSON.rawJSON` gave, `other.equals(p)`: what reads the memory, the slots or the private fields of an argument',
    onProxy: 'throws `TypeError`, or takes it for an ordinary object',
    because: 'as above',
    instead: 'pass `extract(p)`',
    explains: (deviation) =>
      (slotReaders.test(deviation.operation) && deviation.proxied.result === 'throws TypeError') ||
      (slotGuessers.test(deviation.operation) && asEquivalent(deviation)) ||
      (deviation.target === 'raw JSON' && deviation.operation.startsWith('JSON.stringify') && asBare(deviation)),
  },
  {
    code: '`p.equals(p)`, `list.push(list)`: a proxy that is an argument of its own method',
    onProxy: 'arrives as the proxy, and is kept as the proxy',
    because: 'arguments are not looked into',
    instead: 'pass `extract(p)`',
    explains: (deviation) => /\(itself\)$|^Array\.prototype\.concat of itself$/.test(deviation.operation) && asEquivalent(deviation),
  },
  {
    code: '`p.method === Class.prototype.method`, `String(p.method)`, `p.method.prototype.constructor`',
    onProxy: '`p.method` is the same each time, but a bound function and not the method; its source is not that of the method',
    because: 'a method must find the internal slots and private fields of its target',
    instead: '`extract(p).method`',
    explains: (deviation) =>
      (deviation.operation.endsWith('as that of its prototype') && deviation.proxied.result === 'boolean false') ||
      (deviation.operation.startsWith('+= ') && differsBySource(deviation)) ||
      differsByConstructor(deviation) ||
      // What is read off the proxy and put onto it, or shown, is the bound function.
      (deviation.target.includes(' alias') && deviation.operation === 'new URLSearchParams()') ||
      (deviation.target === 'array with a function that is its method' && /^\.(copyWithin|join|toLocaleString), borrowed/.test(deviation.operation)),
  },
  {
    code: '`const { method } = p; method()`',
    onProxy: 'works as `p.method()`',
    because: 'a bound function has its receiver',
    instead: 'nothing; where the method fails with no receiver, this one does not',
    explains: (deviation) =>
      deviation.operation.endsWith(', detached') &&
      /^(promise that )?throws TypeError$|^(promise of )?undefined undefined$|unreadable/.test(deviation.raw.result) &&
      asEquivalent(deviation),
  },
  {
    code: '`p.map((item, index, list) => …)`, `p.on(name, function () { this })`, `event.target`; `p.bind(self)()` of a function that returns itself; `[...p]` and `p.slice()` where `p` holds itself',
    onProxy: 'the target itself is what a method hands to a function, or puts into what it makes: `list`, `this`, `event.target` are not `p`; nor is what a promise holds that an `async` method returns its `this` by',
    because: 'methods run on the target, which is what makes them fast',
    instead: 'use `p` inside of the function',
    explains: (deviation) =>
      (differsByTarget(deviation) && handsOutTarget(deviation.proxied) && (deviation.proxied.calls.length > 0 || runsMethod.test(deviation.operation))) ||
      (deviation.target === 'function that gives itself' && deviation.operation === 'Function.prototype.bind' && differsByTarget(deviation)) ||
      // The engine joins an array in itself once, and takes the array and its proxy for two.
      (deviation.target === 'array that refers to itself' && deviation.operation.endsWith('borrowed by its prototype')),
  },
  {
    code: '`p.callback()` of a function in an enumerable property of its own, `p.constructor()`: a function that looks for the slots or private fields of its `this`',
    onProxy: 'finds the proxy there: throws `TypeError`, or marks the proxy in the place of the target',
    because: 'such a function is taken for data and comes as it is',
    instead: 'make it an arrow function or a method; `extract(p).callback()`',
    explains: (deviation) =>
      /( alias|Stack$)/.test(deviation.target) && /^(call optionally )?\.(callback|data|constructor)\b/.test(deviation.operation) && asBare(deviation),
  },
  {
    code: '`p.prototype.constructor === p` of a class’s proxy',
    onProxy: '`false`: it is the class itself',
    because: 'what a target holds is not proxied',
    instead: '`instance instanceof p`, which works',
    explains: (deviation) => differsByTarget(deviation) && deviation.proxied.result.includes('constructor:-cw<target>'),
  },
  {
    code: '`new p()`, `class extends p`, `Reflect.construct(Other, [], p)` of an arrow function’s, method’s or async function’s proxy',
    onProxy: 'as `new.target`, it passes for a constructor; to call it by `new` throws `TypeError` as it should',
    because: 'what can be constructed is decided when the proxy is made',
    instead: '—',
    explains: (deviation) => deviation.operation === 'Reflect.construct as another target' && deviation.raw.result === 'throws TypeError' && asEquivalent(deviation),
  },
  {
    code: '`p[Symbol.toStringTag]` of a Date, RegExp, Error or primitive',
    onProxy: '`"Date"`, `"RegExp"`, `"Error"`, `"String"` … and not `undefined`',
    because: '`Object.prototype.toString.call(p)` shall give `[object Date]`, and asks this property of a proxy',
    instead: '—',
    explains: (deviation) =>
      (deviation.operation === 'Symbol.toStringTag' && asEquivalent(deviation)) ||
      (/^\.to(Locale)?String, inherited$/.test(deviation.operation) && deviation.proxied.result === 'string [object Arguments]'),
  },
  {
    code: '`JSON.stringify(p, replacer)` of a primitive’s proxy',
    onProxy: 'the replacer sees the primitive, and not its wrapper object',
    because: 'it is written by a `toJSON` of the proxy',
    instead: '—',
    explains: (deviation) => deviation.operation === 'JSON.stringify by a replacer' && asEquivalent(deviation),
  },
  {
    code: '`p.then`, `await p`, while `p` is not resolved and its target has a `then`',
    onProxy: '`undefined`; `await p` gives `p`',
    because: 'a promise that is resolved with a proxy, as every `async` function that returns one does, shall not resolve it',
    instead: '`extract(p)` or `resolveSync(p)`, then `p.then`; `await resolve(p)` waits for what that `then` gives, as long as it takes',
    explains: (deviation) =>
      isBeforeResolution(deviation) &&
      ((/\bthen\b/.test(deviation.operation) && readNothing(deviation)) || deviation.proxied.result.includes('<itself>')) &&
      hasThen.test(deviation.target),
  },
  {
    code: '`p[util.inspect.custom]`, while `p` is not resolved',
    onProxy: '`undefined`',
    because: 'what logs a proxy shall not resolve it',
    instead: '`util.inspect(p)`',
    explains: (deviation) =>
      isBeforeResolution(deviation) && deviation.operation.includes('nodejs.util.inspect.custom') && readNothing(deviation),
  },
  {
    code: '`for (const key in Object.create(p))`',
    onProxy: 'leaves out what is inherited',
    because: 'V8 does so for every proxy in a prototype chain',
    instead: '`for (const key in p)`, which works',
    explains: (deviation) => deviation.operation === 'for…in by inheritance' && asBare(deviation),
  },
  {
    code: '`Object.seal(p)` of a typed array; `Object.freeze(p)` of a sealed array',
    onProxy: 'throws `TypeError`',
    because: 'V8 seals a typed array though its elements stay configurable, and makes the elements of a sealed array configurable again when one of them is made read-only; of a proxy it demands what the language does',
    instead: 'do it to `extract(p)`',
    explains: (deviation) =>
      deviation.proxied.result === 'throws TypeError' &&
      (deviation.target === 'sealed array' ? /freeze|frozen/.test(deviation.operation) : deviation.operation.includes('seal') && asBare(deviation)),
  },
  {
    code: '`Object.isFrozen(Object.seal(p))` of a function’s or empty array’s proxy',
    onProxy: '`false`',
    because: 'its `prototype` or `length` can still be written; of the target itself V8 says `true` all the same',
    instead: '—',
    explains: (deviation) => deviation.operation === 'Object.isFrozen of what is sealed' && deviation.proxied.result === 'boolean false' && asBare(deviation),
  },
  {
    code: '`new Headers(p)`, and whatever else takes a record and asks whether it is a proxy',
    onProxy: 'may see fewer properties than of the target, or more',
    because: 'Node’s `fetch` classes treat proxies otherwise than objects: of those they skip what is not enumerable',
    instead: '`new Headers(Object.entries(p))`',
    explains: (deviation) => deviation.operation === 'new Headers()' && asBare(deviation),
  },
  {
    code: '`new Date(p)`',
    onProxy: 'loses the milliseconds',
    because: 'of what is no Date by its internal slot it reads the text',
    instead: '`new Date(p.getTime())`',
    explains: (deviation) => deviation.operation === 'new Date()' && asEquivalent(deviation),
  },
  {
    code: '`Error.captureStackTrace(p)`',
    onProxy: 'throws `TypeError`',
    because: 'the engine puts the `stack` on no proxy',
    instead: '`Error.captureStackTrace(extract(p))`',
    explains: (deviation) => deviation.operation === 'Error.captureStackTrace' && deviation.proxied.result === 'throws TypeError' && asBare(deviation),
  },
  {
    code: '`Promise.resolve(p) === p` of a promise’s proxy',
    onProxy: '`false`: it is another promise that does as `p`',
    because: 'it knows a promise by its internal slot',
    instead: '—',
    explains: (deviation) => deviation.operation === 'Promise.resolve' && asEquivalent(deviation),
  },
  {
    code: '`Array.isArray(p)`, `JSON.stringify(p)`, `list.concat(p)`, `[p].flat()`, `Array.prototype.map.call(p, f)` of an array’s proxy; `typeof p`, `p()`, `new p()`, `class extends p`, `list.map(p)`, `JSON.stringify(p)` of a function’s: of one that was made without its `kind`',
    onProxy: 'is what it is for an object that has the same properties: `false`, `{"0":…}`, one item, a plain array; `"object"`, throws `TypeError`',
    because: 'what the engine takes a proxy for is decided when it is made',
    instead: '`createProxy(factory, { kind: "array" })`; the proxies of a store know their kind',
    explains: ({ state, operation, proxied, asObject }) =>
      state === 'resolved by use, of no kind' && needsKind.test(operation) && asObject !== undefined && equal(proxied, asObject),
  },
  {
    code: '`p.arguments` of a sloppy function’s proxy while it runs, once its descriptor was asked for; `p.__lookupGetter__("arguments")`',
    onProxy: 'throws `TypeError`, with some versions of the engine; `undefined`',
    because: 'the engine gives the property other values while it says that it cannot change',
    instead: '`extract(p).arguments`, or a rest parameter',
    isHere: Object.hasOwn(sloppyFunction(), 'arguments'),
    explains: (deviation) =>
      deviation.target === 'sloppy function' &&
      ((deviation.operation === 'its arguments while it runs' && deviation.proxied.result === 'throws TypeError') ||
        (/^__lookupGetter__ \.(arguments|caller)$/.test(deviation.operation) && deviation.proxied.result === 'undefined undefined' && asBare(deviation))),
  },
]; // prettier-ignore
