/**
 * The one handler of all proxies: the thirteen traps.
 *
 * A trap asks the target directly where the engine allows it. Where a proxy invariant would be violated by a true
 * answer (a property that cannot be configured, an object that cannot be extended), the shadow is given the same
 * property or state first, so that the answer may stand.
 */

import { methodOf } from './methods.js';
import { isQuiet, QuietProxy } from './quiet.js';
import { dropMissing, lockShadow, mirror, stateOfShadow } from './shadow.js';
import { stateSymbol } from './state.js';
import type { ProxyState } from './state.js';

/** Read by `util.inspect` only of the shadow, but by others of the proxy. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** The traps that are not on the path of a plain read. */
const otherTraps: ProxyHandler<object> = {
  set(shadow, key, value, receiver) {
    const state = stateOfShadow(shadow);
    const target = state.resolveSync();
    // With the target as receiver a setter finds its private fields. An object that inherits from the proxy is
    // a receiver of its own.
    return Reflect.set(target, key, value, receiver === state.proxy ? target : receiver);
  },

  has(shadow, key) {
    return Reflect.has(current(shadow, key), key);
  },

  deleteProperty(shadow, key) {
    const deleted = Reflect.deleteProperty(stateOfShadow(shadow).resolveSync(), key);
    if (deleted) Reflect.deleteProperty(shadow, key);
    return deleted;
  },

  ownKeys(shadow) {
    const target = stateOfShadow(shadow).resolveSync();
    syncExtensible(shadow);
    return Reflect.ownKeys(target);
  },

  getOwnPropertyDescriptor(shadow, key) {
    current(shadow, key);
    const descriptor = describe(stateOfShadow(shadow), key);
    if (descriptor?.configurable === false) mirror(shadow, key, descriptor);
    return descriptor;
  },

  defineProperty(shadow, key, descriptor) {
    const state = stateOfShadow(shadow);
    const defined = Reflect.defineProperty(state.resolveSync(), key, descriptor);
    if (defined) {
      const actual = describe(state, key);
      if (actual?.configurable === false) mirror(shadow, key, actual);
    }
    return defined;
  },

  getPrototypeOf(shadow) {
    return Reflect.getPrototypeOf(stateOfShadow(shadow).resolveSync());
  },

  setPrototypeOf(shadow, prototype) {
    return Reflect.setPrototypeOf(stateOfShadow(shadow).resolveSync(), prototype);
  },

  isExtensible(shadow) {
    const extensible = Reflect.isExtensible(stateOfShadow(shadow).resolveSync());
    syncExtensible(shadow);
    return extensible;
  },

  preventExtensions(shadow) {
    const prevented = Reflect.preventExtensions(stateOfShadow(shadow).resolveSync());
    syncExtensible(shadow);
    return prevented;
  },

  apply(shadow, self, args: unknown[]) {
    const state = stateOfShadow(shadow);
    const target = state.resolveSync() as (...args: unknown[]) => unknown; // only a function shadow gets here
    const result = Reflect.apply(target, self, args);
    return result === target ? state.proxy : result;
  },

  construct(shadow, args, newTarget) {
    const state = stateOfShadow(shadow);
    const target = state.resolveSync() as new (...args: unknown[]) => object; // as above
    return Reflect.construct(target, args, newTarget === state.proxy ? target : newTarget);
  },
};

/**
 * The handler of every proxy. The `get` trap is its only own property: the engine looks the trap up at each read,
 * and finds it 2 ns faster on an object of one property than among thirteen.
 */
export const handler: ProxyHandler<object> = Object.assign(
  Object.create(otherTraps) as ProxyHandler<object>,
  {
    get(shadow: object, key: PropertyKey, receiver: unknown): unknown {
      const state = stateOfShadow(shadow);
      let target = state.target as Readonly<Record<PropertyKey, unknown>> | undefined;
      if (target === undefined) {
        if (answersUnresolved(state, key)) return unresolvedProperty(state, key);
        target = state.resolveSync() as Readonly<Record<PropertyKey, unknown>>;
      }
      if (receiver !== state.proxy) return inherited(state, target, key, receiver);
      const value = target[key];
      if (typeof value === 'function') {
        if (key === 'constructor') return isQuiet() ? QuietProxy : value;
        if (key === 'toJSON') return toJSON(state) ?? methodOf(state, value);
        return methodOf(state, value);
      }
      if (value === undefined) return absentProperty(state, key);
      // An object that refers to itself refers to its proxy.
      return value === target ? receiver : value;
    },
  },
);

/** Whether reading a property of a proxy that is not resolved is answered without resolving it. */
function answersUnresolved(state: ProxyState, key: PropertyKey): boolean {
  return (
    key === 'then' ||
    key === stateSymbol ||
    key === inspectCustom ||
    (key === 'toJSON' && state.factory.toJSON !== undefined) ||
    (key === 'constructor' && isQuiet())
  );
}

function unresolvedProperty(state: ProxyState, key: PropertyKey): unknown {
  if (key === stateSymbol) return state;
  if (key === 'toJSON') return toJSON(state);
  // No `then`: a promise that is resolved with the proxy takes it as its value and does not resolve it.
  return key === 'constructor' ? QuietProxy : undefined;
}

/** What a resolved proxy has where its target has nothing. */
function absentProperty(state: ProxyState, key: PropertyKey): unknown {
  if (key === stateSymbol) return state;
  if (key === 'toJSON') return toJSON(state) ?? primitiveToJSON(state);
  return key === 'constructor' && isQuiet() ? QuietProxy : undefined;
}

/** The method that writes the reference, where the factory has one to write. */
function toJSON(state: ProxyState): (() => unknown) | undefined {
  const { factory } = state;
  if (factory.toJSON === undefined) return undefined;
  return () => factory.toJSON?.();
}

/** JSON knows a wrapper object by its internal slot, which a proxy of it has not. */
function primitiveToJSON(state: ProxyState): (() => unknown) | undefined {
  return state.value === state.target ? undefined : () => state.value;
}

/** Reading through an object that inherits from the proxy: its own `this`, and nothing bound. */
function inherited(state: ProxyState, target: object, key: PropertyKey, receiver: unknown): unknown {
  const value: unknown = Reflect.get(target, key, receiver);
  return value === target ? state.proxy : value;
}

/** The target's own property, with its value as the proxy gives it. */
function describe(state: ProxyState, key: PropertyKey): PropertyDescriptor | undefined {
  const target = state.resolveSync();
  const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
  if (descriptor === undefined || !('value' in descriptor)) return descriptor;
  const value: unknown = descriptor.value;
  if (value === target) descriptor.value = state.proxy;
  else if (typeof value === 'function' && key !== 'constructor') descriptor.value = methodOf(state, value);
  return descriptor;
}

/** The target, after the shadow of a non-extensible one has lost a property that the target has lost. */
function current(shadow: object, key: PropertyKey): object {
  const target = stateOfShadow(shadow).resolveSync();
  if (!Object.isExtensible(shadow) && !Object.hasOwn(target, key)) Reflect.deleteProperty(shadow, key);
  return target;
}

/** Makes the shadow of a non-extensible target non-extensible, with the properties that the target has. */
function syncExtensible(shadow: object): void {
  const state = stateOfShadow(shadow);
  const target = state.resolveSync();
  if (Object.isExtensible(target)) return;
  if (Object.isExtensible(shadow)) lockShadow(shadow, target, (key) => describe(state, key));
  else dropMissing(shadow, target);
}
