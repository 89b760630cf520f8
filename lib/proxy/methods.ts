/** The functions of a target, as its proxy hands them out. */

import '../resources/symbols.js';
import { stateOf } from './brand.js';
import type { ProxyTraps } from './handler.js';

// Taken once: they are compared with at each call of a method.
const { dispose, asyncDispose } = Symbol;

/** The tags of the wrapper objects that JSON writes as what they wrap. */
const wrappers: ReadonlySet<string> = new Set(['String', 'Number', 'Boolean', 'BigInt']);

/** The functions that proxies' methods stand for. */
const originals = new WeakMap<object, object>();

/** Any function; how it is called is its caller's business. */
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * What a proxy gives for a function that it read off its target. It is the same each time, and by whatever name.
 *
 * A method comes bound to the target, so that internal slots and private fields are found, and gives the proxy where
 * it would give its `this`. What is no method comes as it is: a function that is an enumerable own property (a callback
 * in an options object, an element of an array) or that a getter gave is data, unless it is a method by another name;
 * a class is called by `new`, a proxy binds its own, and the methods of `Object.prototype`, which work on anything, are
 * known by their identity to many who compare objects.
 *
 * @param state - The proxy's state; it is resolved.
 * @param key - The key that it was read by.
 * @param method - The function that was read.
 */
export function methodOf(state: ProxyTraps, key: PropertyKey, method: object): unknown {
  if (state.fixed?.get(key) === method) return method;
  const methods = (state.methods ??= new WeakMap());
  let given = methods.get(method);
  if (given === undefined) {
    given = method;
    if (isMethod(state.resolveSync(), key, method)) originals.set((given = bind(state, method)), method);
    methods.set(method, given);
  }
  return given;
}

/**
 * What a proxy puts on its target for a function that it is given: its method, if that is what it gives for that.
 *
 * @param state - The proxy's state.
 * @param given - The function.
 */
export function originalOf(state: ProxyTraps, given: object): object {
  const method = originals.get(given);
  return method !== undefined && state.methods?.get(method) === given ? method : given;
}

/**
 * Has a proxy give a function that is put on its target as it is, unless the target has it as a method already: then it
 * has to be called on the target, whatever it is called by.
 *
 * @param state - The proxy's state; it is resolved.
 * @param method - The function, before it is put there.
 */
export function keepFunction(state: ProxyTraps, method: object): void {
  const methods = (state.methods ??= new WeakMap());
  if (!methods.has(method) && !isAlias(state.resolveSync(), method)) methods.set(method, method);
}

/**
 * Has a proxy give a function as it is by one key for good: that of a property that can neither be configured nor
 * written, which the engine holds the proxy to.
 *
 * @param state - The proxy's state; it is resolved.
 * @param key - The key of the property.
 * @param method - The function.
 */
export function fixFunction(state: ProxyTraps, key: PropertyKey, method: object): void {
  (state.fixed ??= new Map()).set(key, method);
}

/**
 * A method that a proxy has of its factory, whatever its target has under that key, resolved or not: its JSON form and
 * its disposal.
 *
 * @param state - The proxy's state.
 * @param key - The key that is read.
 * @returns The method; `undefined` where the factory has none to give.
 */
export function factoryMethod(state: ProxyTraps, key: PropertyKey): unknown {
  if (key !== 'toJSON' && key !== dispose && key !== asyncDispose) return undefined;
  const factory = state.factory as object as Partial<Record<PropertyKey, () => unknown>>; // all three are called without arguments
  const method = factory[key];
  return method && cached(state, method, () => () => method.call(factory));
}

/**
 * The `toJSON` of the proxy of a primitive, or of its wrapper object: JSON knows that by its internal slot, which a
 * proxy has not.
 *
 * @param state - The proxy's state; it is resolved.
 * @returns The method; `undefined` for what is an object to JSON, as the wrapper of a symbol is.
 */
export function valueWriter(state: ProxyTraps): unknown {
  const { target } = state;
  const tag = Object.prototype.toString.call(target).slice(8, -1);
  if (!wrappers.has(tag)) return undefined;
  return cached(state, state, () => () => (target as { valueOf(): unknown }).valueOf());
}

/** A function of the proxy's own, kept under the object that it belongs to, which is none of the target's methods. */
function cached(state: ProxyTraps, owner: object, make: () => unknown): unknown {
  const methods = (state.methods ??= new WeakMap());
  let own = methods.get(owner);
  if (own === undefined) methods.set(owner, (own = make()));
  return own;
}

function isMethod(target: object, key: PropertyKey, method: object): boolean {
  if (stateOf(method) !== undefined || isClass(method)) return false;
  for (let owner: object | null = target; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor === undefined) continue;
    if (descriptor.value === method) {
      if (isObjectPrototype(owner)) return false;
      if (owner !== target || descriptor.enumerable === false) return true;
    }
    break;
  }
  return isAlias(target, method);
}

/**
 * Whether a function is a method of the target by any name: it, too, looks for the target's private fields or slots.
 * So is a method that a constructor has put in a field, or that a getter gives.
 */
function isAlias(target: object, method: object): boolean {
  // The static methods of a class are its own; what another object has of its own is no method, or found by its key.
  const first = typeof target === 'function' ? target : Reflect.getPrototypeOf(target);
  try {
    for (let owner: object | null = first; owner !== null; owner = Reflect.getPrototypeOf(owner)) {
      // A proxy has none of its own, and would be resolved by being asked.
      if (stateOf(owner) !== undefined || isObjectPrototype(owner)) return false;
      for (const key of Reflect.ownKeys(owner)) {
        if (key === 'constructor') continue;
        const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
        if (descriptor?.value === method && (owner !== target || descriptor.enumerable === false))
          return true;
      }
    }
  } catch {
    // Another library's proxy that cannot be looked through. Who reads a function has not asked for that.
  }
  return false;
}

/** Whether an object is the `Object.prototype` of this or another realm. */
function isObjectPrototype(owner: object): boolean {
  return Reflect.getPrototypeOf(owner) === null && Object.hasOwn(owner, 'isPrototypeOf');
}

/** A class, own or built in, has a `prototype` that cannot be written. Those of plain functions can be. */
function isClass(method: object): boolean {
  return Object.getOwnPropertyDescriptor(method, 'prototype')?.writable === false;
}

function bind(state: ProxyTraps, method: object): object {
  const { proxy, target } = state;
  // A detached method has no receiver; it keeps the target, as a bound function does.
  const receiverOf = (self: unknown): unknown =>
    self === proxy || self === undefined ? target : (stateOf(self)?.resolveSync() ?? self);
  const call = method as AnyFunction; // typeof has said so
  if (!isPlain(method)) {
    // Has more than a name and a length, such as a `prototype` to construct with: only a proxy has all that, too.
    return new Proxy(call, {
      apply(_, self, args: unknown[]) {
        const result = Reflect.apply(call, receiverOf(self), args);
        return result === target ? proxy : result;
      },
    });
  }
  // A shorthand method is no constructor and has no prototype, as the methods it stands for.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- takes its `this` from the caller
  const bound = {
    method(this: unknown, ...args: unknown[]): unknown {
      const result = Reflect.apply(call, this === proxy ? target : receiverOf(this), args);
      return result === target ? proxy : result;
    },
  }.method;
  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(bound, name, { ...Object.getOwnPropertyDescriptor(method, name) });
  }
  return bound;
}

/** Whether a function is what a shorthand method is: a method of a class, or one that is built in. */
function isPlain(method: object): boolean {
  const keys = Reflect.ownKeys(method);
  return (
    keys.length === 2 &&
    keys.includes('name') &&
    keys.includes('length') &&
    Object.getPrototypeOf(method) === Function.prototype
  );
}
