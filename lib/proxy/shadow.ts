/**
 * The shadow: the object that the engine calls a proxy's target. It carries the proxy's state and what the engine
 * must find on it for the proxy's invariants, and answers `typeof` and `Array.isArray` by its own kind. The real
 * target is in the state.
 */

import type { ProxyKind } from './types.js';
import type { ProxyState } from './state.js';
import { inspectProxy } from './inspect.js';
import { stateOf } from './state.js';

/** Where `util.inspect` and `console.log` look for an object's own form. They ask the shadow and not the proxy. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** A constructor that returns its argument, so that a derived class can put private fields on any object. */
const Returning = function (object: object): object {
  return object;
} as unknown as new (object: object) => object; // a plain function is a constructor, which its type does not say

/**
 * Puts the state on a shadow as a private field. That is as fast as a named property and, being none, can neither
 * clash with a property that the shadow mirrors nor be missing from what a non-extensible proxy must report.
 */
class Shadow extends Returning {
  readonly #state: ProxyState;

  constructor(object: object, state: ProxyState) {
    super(object);
    this.#state = state;
  }

  static stateOf(shadow: object): ProxyState {
    return (shadow as Shadow).#state; // the handler is given shadows only
  }

  static isShadow(object: object): boolean {
    return #state in object;
  }
}

/** The shadow of objects and of boxed primitives. */
class ObjectShadow {}

/** The shadow of arrays. Has a `length` that cannot be configured, as every array. */
class ArrayShadow extends Array<unknown> {}

/** What function shadows inherit: functions, but for how they are logged. */
const functionShadowPrototype: object = Object.create(Function.prototype) as object;

for (const prototype of [ObjectShadow.prototype, ArrayShadow.prototype, functionShadowPrototype]) {
  Object.defineProperty(prototype, inspectCustom, {
    value(this: object, ...args: Parameters<typeof inspectWith>): unknown {
      return inspectWith.apply(this, args);
    },
  });
}

function inspectWith(this: object, depth: number, options: object, inspect?: unknown): unknown {
  // `this` is the proxy, except where inspect shows proxies as such and hands over the shadow.
  const state = Shadow.isShadow(this) ? Shadow.stateOf(this) : stateOf(this);
  return state === undefined ? this : inspectProxy(state, depth, options, inspect);
}

/**
 * The state of a shadow.
 *
 * @param shadow - What a trap was given as its target.
 */
export const stateOfShadow: (shadow: object) => ProxyState = Shadow.stateOf;

/**
 * Makes the shadow of a proxy.
 *
 * @param state - The proxy's state, carried by the shadow.
 * @param kind - Decides what `typeof` and `Array.isArray` say.
 */
export function createShadow(state: ProxyState, kind: ProxyKind): object {
  let shadow: object;
  if (kind === 'array') {
    shadow = new ArrayShadow();
  } else if (kind === 'function') {
    // A bound function can be called and constructed and has no `prototype` that could not be configured.
    shadow = Object.setPrototypeOf(uncalled.bind(undefined), functionShadowPrototype) as object;
  } else {
    shadow = new ObjectShadow();
  }
  return new Shadow(shadow, state) && shadow;
}

/* istanbul ignore next -- the traps answer in its place */
function uncalled(): void {
  // What a function shadow is bound to.
}

/**
 * Makes the shadow non-extensible with the target's properties and prototype, as the engine wants it before a
 * proxy may say that it is.
 *
 * @param shadow - The shadow.
 * @param target - The non-extensible target.
 * @param describe - The target's property as the proxy reports it.
 */
export function lockShadow(
  shadow: object,
  target: object,
  describe: (key: PropertyKey) => PropertyDescriptor | undefined,
): void {
  // Own properties of the shadow that are none of the target's (a function's name) would have to be reported.
  dropMissing(shadow, target);
  for (const key of Reflect.ownKeys(target)) mirror(shadow, key, describe(key));
  Object.setPrototypeOf(shadow, Object.getPrototypeOf(target) as object | null);
  Object.preventExtensions(shadow);
}

/**
 * Takes from the shadow what the target has no longer.
 *
 * @param shadow - The shadow.
 * @param target - The target.
 */
export function dropMissing(shadow: object, target: object): void {
  for (const key of Reflect.ownKeys(shadow)) {
    if (!Object.hasOwn(target, key)) Reflect.deleteProperty(shadow, key);
  }
}

/**
 * Gives the shadow a property as the proxy reports it.
 *
 * @param shadow - The shadow.
 * @param key - The property's key.
 * @param descriptor - The property; nothing is done where there is none.
 */
export function mirror(shadow: object, key: PropertyKey, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor !== undefined) Reflect.defineProperty(shadow, key, descriptor);
}
