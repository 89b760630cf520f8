/** The functions of a target, as its proxy hands them out. */

import '../resources/symbols.js';
import { stateOf } from './brand.js';
import type { ProxyTraps } from './handler.js';

// Taken once: they are compared with at each call of a method.
const { dispose, asyncDispose } = Symbol;

/** Any function; how it is called is its caller's business. */
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * What a proxy gives for a function that it read off its target. It is the same each time.
 *
 * A method comes bound to the target, so that internal slots and private fields are found, and gives the proxy where
 * it would give its `this`. What is no method comes as it is: a function that is an enumerable own property is data
 * (a callback in an options object, an element of an array), a class is called by `new`, and a proxy binds its own.
 *
 * @param state - The proxy's state; it is resolved.
 * @param key - The key that it was read by.
 * @param method - The function that was read.
 */
export function methodOf(state: ProxyTraps, key: PropertyKey, method: object): unknown {
  const methods = (state.methods ??= new WeakMap());
  let given = methods.get(method);
  if (given === undefined) {
    given =
      isData(state, key) || stateOf(method) !== undefined || isClass(method) ? method : bind(state, method);
    methods.set(method, given);
  }
  return given;
}

/**
 * Has a proxy give a function as it is, from now on.
 *
 * @param state - The proxy's state; it is resolved.
 * @param method - The function.
 */
export function keepFunction(state: ProxyTraps, method: object): void {
  const methods = (state.methods ??= new WeakMap());
  if (!methods.has(method)) methods.set(method, method);
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
 * The `toJSON` of the proxy of a primitive: JSON knows a wrapper object by its internal slot, which a proxy of it has
 * not.
 *
 * @param state - The proxy's state; it is resolved.
 * @returns The method; `undefined` for an object, and for a symbol, whose wrapper is an object to JSON.
 */
export function valueWriter(state: ProxyTraps): unknown {
  const { target, value } = state;
  if (value === target || typeof value === 'symbol') return undefined;
  return cached(state, state, () => () => value);
}

/** A function of the proxy's own, kept under the object that it belongs to, which is none of the target's methods. */
function cached(state: ProxyTraps, owner: object, make: () => unknown): unknown {
  const methods = (state.methods ??= new WeakMap());
  let own = methods.get(owner);
  if (own === undefined) methods.set(owner, (own = make()));
  return own;
}

function isData(state: ProxyTraps, key: PropertyKey): boolean {
  return Object.prototype.propertyIsEnumerable.call(state.target, key);
}

/** A class, own or built in, has a `prototype` that cannot be written. Those of plain functions can be. */
function isClass(method: object): boolean {
  return Object.getOwnPropertyDescriptor(method, 'prototype')?.writable === false;
}

function bind(state: ProxyTraps, method: object): unknown {
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
