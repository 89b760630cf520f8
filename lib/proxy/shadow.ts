/**
 * The shadow: the object that the engine calls a proxy's target. It has what the engine must find there for the proxy's
 * invariants, and answers `typeof` and `Array.isArray`. The real target is in the proxy's state.
 */

import { stateOf } from './brand.js';
import { inspectCustom, inspectProxy } from './inspect.js';
import type { InspectOptions } from './inspect.js';
import type { ProxyKind } from './types.js';

/** The shadow of objects and of boxed primitives. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- for its prototype
class ObjectProxy {}

/** The shadow of arrays. Has a `length` that cannot be configured, as every array. */
class ArrayProxy extends Array<unknown> {}

/** What function shadows inherit: functions, but for how they are logged. */
const functionShadowPrototype: object = Object.create(Function.prototype) as object;

// `util.inspect` and `console.log` look for an object's own form on the shadow, and not on the proxy.
for (const prototype of [ObjectProxy.prototype, ArrayProxy.prototype, functionShadowPrototype]) {
  Object.defineProperty(prototype, inspectCustom, {
    value(this: object, depth: number, options: InspectOptions, inspect: unknown): unknown {
      const state = stateOf(this);
      // A shadow is seen by itself where proxies are shown as they are made. It is the less interesting part.
      return state === undefined ? this : inspectProxy(state, depth, options, inspect);
    },
  });
}

/**
 * Makes the shadow of a proxy.
 *
 * @param kind - Decides what `typeof` and `Array.isArray` say.
 */
export function createShadow(kind: ProxyKind): object {
  switch (kind) {
    case 'array':
      return new ArrayProxy();
    case 'function':
      // A bound function can be called and constructed and has no `prototype` that could not be configured.
      return Object.setPrototypeOf(uncalled.bind(undefined), functionShadowPrototype) as object;
    default:
      return new ObjectProxy();
  }
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
  describe: (key: PropertyKey) => PropertyDescriptor,
): void {
  // Own properties of the shadow that are none of the target's (a function's name) would have to be reported.
  dropMissing(shadow, target);
  for (const key of Reflect.ownKeys(target)) Reflect.defineProperty(shadow, key, describe(key));
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
  for (const key of Reflect.ownKeys(shadow)) dropIfMissing(shadow, target, key);
}

/**
 * Takes one property from the shadow if the target has it no longer.
 *
 * @param shadow - The shadow.
 * @param target - The target.
 * @param key - The property's key.
 */
export function dropIfMissing(shadow: object, target: object, key: PropertyKey): void {
  if (!Object.hasOwn(target, key)) Reflect.deleteProperty(shadow, key);
}
