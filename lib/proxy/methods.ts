/** The functions of a target, as its proxy hands them out. */

import type { ProxyState } from './state.js';

/** Any function; how it is called is its caller's business. */
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/**
 * What a proxy gives for a function that it read off its target: the same each time, bound to the target so that
 * internal slots and private fields are found, and giving the proxy where the function gives its `this`. Classes
 * are handed out as they are.
 *
 * @param state - The proxy's state; it is resolved.
 * @param method - The function that was read.
 */
export function methodOf(state: ProxyState, method: object): unknown {
  const methods = (state.methods ??= new WeakMap());
  let bound = methods.get(method);
  if (bound === undefined) {
    bound = isClass(method) ? method : bind(state, method as AnyFunction);
    methods.set(method, bound);
  }
  return bound;
}

/** A class, own or built in, has a `prototype` that cannot be written. Those of plain functions can be. */
function isClass(method: object): boolean {
  return Object.getOwnPropertyDescriptor(method, 'prototype')?.writable === false;
}

function bind(state: ProxyState, method: AnyFunction): unknown {
  const proxy = state.proxy;
  const target = state.target;
  // A detached method has no receiver; it keeps the target, as a bound function does.
  const call = (self: unknown, args: unknown[]): unknown => {
    const result = Reflect.apply(method, self === proxy || self === undefined ? target : self, args);
    return result === target ? proxy : result;
  };
  if (Reflect.ownKeys(method).length > 2) {
    // Has more than a name and a length, such as a `prototype` to construct with: only a proxy has all that, too.
    return new Proxy(method, { apply: (_, self, args: unknown[]) => call(self, args) });
  }
  // A shorthand method is no constructor and has no prototype, as the methods it stands for.
  const { bound } = {
    bound(this: unknown, ...args: unknown[]): unknown {
      return call(this, args);
    },
  };
  for (const name of ['name', 'length'] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(method, name);
    if (descriptor !== undefined) Object.defineProperty(bound, name, descriptor);
  }
  return bound;
}
