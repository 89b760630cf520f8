/**
 * The thirteen traps. Each proxy has a handler of its own, which is its state: a trap finds the state as `this`, in one
 * step and in one hidden class, whatever the proxy stands for (docs/adr/0002-state-as-the-handler.md).
 *
 * A trap asks the target directly where the engine allows it. Where a true answer would violate an invariant that the
 * engine checks against the shadow (a property that cannot be configured, an object that cannot be extended), the
 * shadow is given the same property or state first.
 */

import { assign } from './assign.js';
import { stateOf, stateSymbol } from './brand.js';
import { inspectCustom, inspectProxy } from './inspect.js';
import type { InspectOptions } from './inspect.js';
import { factoryMethod, fixFunction, keepFunction, methodOf, originalOf, valueWriter } from './methods.js';
import { isQuiet, QuietProxy } from './quiet.js';
import { dropIfMissing, dropMissing, lockShadow } from './shadow.js';
import { ProxyState } from './state.js';

/** The state of a proxy and the handler of its traps. */
export class ProxyTraps extends ProxyState implements ProxyHandler<object> {
  /** The functions of the target, as the proxy hands them out. Made with the first one. */
  methods: WeakMap<object, unknown> | undefined = undefined;
  /** The functions that are given as they are by a certain key. Made with the first one, which is seldom. */
  fixed: Map<PropertyKey, object> | undefined = undefined;
  /** Whether the shadow is non-extensible, and has to have just the properties that the target has. */
  locked = false;
  /** An own property, and the last one: that is where the engine, which looks it up at each read, looks first. */
  readonly get = get;

  set(_shadow: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    const target = this.resolveSync();
    // An object that inherits from the proxy is a receiver of its own.
    if (receiver !== this.proxy) return Reflect.set(target, key, value, receiver);
    if (value === receiver) return assign(target, key, target);
    return assign(target, key, typeof value === 'function' ? taken(this, value) : value);
  }

  has(shadow: object, key: PropertyKey): boolean {
    const target = this.resolveSync();
    if (this.locked) dropIfMissing(shadow, target, key);
    return key in target;
  }

  deleteProperty(shadow: object, key: PropertyKey): boolean {
    const deleted = Reflect.deleteProperty(this.resolveSync(), key);
    if (deleted && this.locked) Reflect.deleteProperty(shadow, key);
    return deleted;
  }

  ownKeys(shadow: object): (string | symbol)[] {
    const target = this.resolveSync();
    if (this.locked) dropMissing(shadow, target);
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(shadow: object, key: PropertyKey): PropertyDescriptor | undefined {
    const target = this.resolveSync();
    if (this.locked) dropIfMissing(shadow, target, key);
    const descriptor = describe(this, target, key);
    if (descriptor?.configurable === false) Reflect.defineProperty(shadow, key, descriptor);
    return descriptor;
  }

  defineProperty(shadow: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    const target = this.resolveSync();
    const given: unknown = descriptor.value;
    let value = given;
    if (given === this.proxy) value = target;
    else if (typeof given === 'function') value = taken(this, given);
    if (!Reflect.defineProperty(target, key, value === given ? descriptor : { ...descriptor, value }))
      return false;
    // What is asked for so, the engine compares with what it finds on the shadow.
    if (typeof value === 'function' && value === given && descriptor.configurable === false) {
      if (Reflect.getOwnPropertyDescriptor(target, key)?.writable === false) fixFunction(this, key, value);
    }
    // The engine compares what was asked for with what the shadow has, if that has it or must have it.
    if (descriptor.configurable === false || Object.hasOwn(shadow, key)) {
      Reflect.defineProperty(shadow, key, { ...describe(this, target, key) });
    }
    return true;
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.resolveSync());
  }

  setPrototypeOf(_shadow: object, prototype: object | null): boolean {
    const target = this.resolveSync();
    // The engine looks for circles, but not beyond a proxy: it would run in them.
    return !inherits(prototype, this.proxy) && Reflect.setPrototypeOf(target, prototype);
  }

  isExtensible(shadow: object): boolean {
    const target = this.resolveSync();
    const extensible = Reflect.isExtensible(target);
    if (!extensible) lock(this, shadow, target);
    return extensible;
  }

  preventExtensions(shadow: object): boolean {
    const target = this.resolveSync();
    const prevented = Reflect.preventExtensions(target);
    if (prevented) lock(this, shadow, target);
    return prevented;
  }

  apply(_shadow: object, self: unknown, args: unknown[]): unknown {
    const target = this.resolveSync() as (...args: unknown[]) => unknown; // only a function shadow is called
    const result = Reflect.apply(target, self, args);
    return result === target ? this.proxy : result;
  }

  construct(_shadow: object, args: unknown[], newTarget: new (...args: unknown[]) => unknown): object {
    const target = this.resolveSync() as new (...args: unknown[]) => object; // as above
    const made: unknown = Reflect.construct(target, args, newTarget === this.proxy ? target : newTarget);
    return (made === target ? this.proxy : made) as object; // what a constructor gives is one, and so is the proxy
  }

  override unresolve(): void {
    super.unresolve();
    this.methods = undefined;
    this.fixed = undefined;
  }

  /** For who shows a proxy as it is made (`util.inspect` with `showProxy`): the handler is one of the parts. */
  [inspectCustom](depth: number, options: InspectOptions, inspect: unknown): unknown {
    return inspectProxy(this, depth, options, inspect);
  }
}

/** The trap of a read. All others together are not used as much. */
function get(this: ProxyTraps, shadow: object, key: PropertyKey, receiver: unknown): unknown {
  const target = this.target as Readonly<Record<PropertyKey, unknown>> | undefined;
  if (target === undefined) return getUnresolved(this, shadow, key, receiver);
  if (receiver !== this.proxy) return getInherited(this, target, key, receiver);
  const value = target[key];
  return value === undefined || typeof value === 'function' || value === target
    ? given(this, target, key, value)
    : value;
}

function getUnresolved(state: ProxyTraps, shadow: object, key: PropertyKey, receiver: unknown): unknown {
  // No `then`: a promise that is resolved with the proxy takes it as its value and does not resolve it.
  if (key === 'then') return undefined;
  // Whoever asks an object that inherits from the proxy, or another proxy of it, sees that this is not its state.
  if (key === stateSymbol) return state;
  if (receiver === state.proxy) {
    if (key === inspectCustom) return undefined;
    if (key === 'constructor' && isQuiet()) return QuietProxy;
    const method = factoryMethod(state, key);
    if (method !== undefined) return method;
  }
  state.resolveSync();
  return get.call(state, shadow, key, receiver);
}

/** A read by an object that inherits from the proxy: with its own `this`, and nothing bound. */
function getInherited(state: ProxyTraps, target: object, key: PropertyKey, receiver: unknown): unknown {
  const value: unknown = Reflect.get(target, key, receiver);
  return value === target ? state.proxy : value;
}

/** What the proxy gives for a value of its target that it may not give as it is. */
function given(state: ProxyTraps, target: object, key: PropertyKey, value: unknown): unknown {
  // An object that refers to itself refers to its proxy.
  if (value === target) return state.proxy;
  const method = factoryMethod(state, key);
  if (method !== undefined) return method;
  if (typeof value === 'function') {
    if (key !== 'constructor') return methodOf(state, key, value);
    return isQuiet() && !Object.hasOwn(target, key) ? QuietProxy : value;
  }
  if (value !== undefined) return value;
  const made = givenForNothing(state, target, key);
  return made !== undefined && key in target ? undefined : made;
}

/** What the proxy has where its target has nothing. */
function givenForNothing(state: ProxyTraps, target: object, key: PropertyKey): unknown {
  if (key === stateSymbol) return state;
  if (key === 'toJSON') return valueWriter(state);
  if (key === 'constructor' && isQuiet()) return QuietProxy;
  return key === Symbol.toStringTag ? builtinTag(state, target) : undefined;
}

/**
 * What `Object.prototype.toString` finds in the internal slots of a Date, RegExp, Error, or boxed primitive. A proxy has
 * none of them; without this it would be an `[object Object]` to everybody who tells values apart that way. Arrays and
 * functions it knows by themselves.
 */
function builtinTag({ kind }: ProxyTraps, target: object): string | undefined {
  if (kind === 'array' || kind === 'function') return undefined;
  const tag = Object.prototype.toString.call(target).slice(8, -1);
  return tag === 'Object' ? undefined : tag;
}

/** Whether an object is, or inherits from, a proxy. Other proxies are not asked: they might be resolved by that. */
function inherits(object: object | null, proxy: unknown): boolean {
  let ancestor = object;
  while (ancestor !== null && stateOf(ancestor) === undefined) ancestor = Reflect.getPrototypeOf(ancestor);
  return ancestor === proxy;
}

/** A function that is put on the target through the proxy. It comes back as it is. */
function taken(state: ProxyTraps, given: object): object {
  const method = originalOf(state, given);
  keepFunction(state, method);
  return method;
}

/** The target's own property, with its value as the proxy gives it. */
function describe(state: ProxyTraps, target: object, key: PropertyKey): PropertyDescriptor | undefined {
  const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
  if (descriptor !== undefined && 'value' in descriptor) {
    descriptor.value = given(state, target, key, descriptor.value);
  }
  return descriptor;
}

/** Makes the shadow of a non-extensible target non-extensible: the engine wants both to say the same. */
function lock(state: ProxyTraps, shadow: object, target: object): void {
  if (state.locked) return;
  lockShadow(shadow, target, (key) => ({ ...describe(state, target, key) }));
  // Not before: the target may refuse to describe a property, as one of a module that has not been evaluated yet.
  state.locked = true;
}
