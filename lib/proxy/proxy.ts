/** Making proxies, and everything that is done to a proxy and not to its target. */

import { stateOf } from './brand.js';
import type { SharedState } from './brand.js';
import { ProxyTraps } from './handler.js';
import { createShadow } from './shadow.js';
import { kindOf } from './state.js';
import type { Factory, ObjectProxy, ProxyKind, ProxyOf, ResolveOptions } from './types.js';

/** What {@link createProxy} takes beside the factory. */
export interface CreateProxyOptions<T> {
  /** What `typeof` and `Array.isArray` say before the proxy is resolved. Default: the target's, else `'object'`. */
  readonly kind?: ProxyKind | undefined;
  /** The target, where it is here already: the proxy is resolved from the start and the factory is not called. */
  readonly target?: T | undefined;
}

const kinds: ReadonlySet<string> = new Set<ProxyKind>([
  'object',
  'array',
  'function',
  'string',
  'number',
  'bigint',
  'symbol',
]);

/**
 * Makes a transparent proxy: it behaves as the target that its factory produces, which it does on first use.
 *
 * @param factory - Called once, when the target is needed. It belongs to the proxy from then on.
 * @param options - The kind and the target, where they are known.
 * @returns The proxy.
 * @throws TypeError for what is no factory, or an unknown kind.
 * @throws NonProxiableTypeError when the target is `null`, a boolean, or a Proxy that has been revoked.
 * @example
 * ```ts
 * const words = createProxy(new LambdaFactory(() => readFileSync('words.txt', 'utf8').split('\n')), { kind: 'array' });
 * words.length; // reads the file, now
 * ```
 */
export function createProxy<T>(factory: Factory<T>, options: CreateProxyOptions<T> = {}): ObjectProxy<T> {
  if (typeof (factory as Partial<Factory<T>> | null | undefined)?.resolve !== 'function') {
    throw new TypeError(
      'createProxy() takes a factory: an object with a resolve() method that gives the target.',
    );
  }
  // A target that is a proxy itself is the one behind it, which is not known as long as that one is not resolved.
  const inner = stateOf(options.target);
  const target: unknown = inner === undefined ? options.target : inner.value;
  const kind = options.kind ?? (target === undefined ? (inner?.kind ?? 'object') : kindOf(target));
  if (!kinds.has(kind)) {
    throw new TypeError(`"${kind}" is no kind of a proxy. Use one of ${[...kinds].join(', ')}.`);
  }
  const state = new ProxyTraps(factory, kind);
  if (target !== undefined) state.populate(target);
  const proxy = new Proxy(createShadow(kind), state);
  state.proxy = proxy;
  return proxy as ObjectProxy<T>; // from here on it is one: the handler answers as a T
}

/**
 * Whether a value is a proxy, of this or another copy of the package. Resolves nothing.
 *
 * @param value - Anything.
 */
export function isProxy(value: unknown): value is ProxyOf<unknown> {
  return stateOf(value) !== undefined;
}

/**
 * Whether a proxy has its target. Resolves nothing.
 *
 * @param proxy - The proxy.
 * @throws TypeError for anything that is no proxy.
 */
export function isResolved(proxy: ProxyOf<unknown>): boolean {
  return stateOrThrow(proxy, 'isResolved').target !== undefined;
}

/**
 * Resolves a proxy. However many ask at the same time, its factory is called once; a call that failed is not
 * remembered.
 *
 * A target that has a `then` method of its own is taken for a promise by the one that is returned here, as by
 * every promise; use {@link resolveSync} or {@link extract} for such.
 *
 * A factory that asks for its own proxy is told so, as long as it does before it first waits. After that it is not known
 * to be the one who asks, and it waits for itself, as an asynchronous function does that awaits its own promise: until
 * whoever waits gives up by a signal.
 *
 * @param proxy - The proxy; it is resolved from then on.
 * @param options - The signal gives up waiting. The factory is told when all who wait have given up.
 * @returns The target itself, and not the proxy.
 * @throws ProxyResolveError when the factory fails, with what it threw as the cause. Errors of this package, such
 *   as {@link ProxyResolveMissingKeyError}, come out as they are.
 * @throws TypeError for anything that is no proxy.
 * @example
 * ```ts
 * const text = await resolve(proxy); // a string
 * ```
 */
export function resolve<T>(proxy: ProxyOf<T>, options: ResolveOptions = {}): Promise<T> {
  const state = stateOf(proxy);
  if (state === undefined) return Promise.reject(noProxy(proxy, 'resolve'));
  return state.resolve(options) as Promise<T>; // the factory was one of T
}

/**
 * Resolves a proxy in place.
 *
 * @param proxy - The proxy; it is resolved from then on.
 * @returns The target itself, and not the proxy.
 * @throws ProxyUnresolvedError where the factory only works asynchronously.
 * @throws ProxyResolveError when the factory fails, as {@link resolve} does.
 * @throws TypeError for anything that is no proxy.
 */
export function resolveSync<T>(proxy: ProxyOf<T>): T {
  const state = stateOrThrow(proxy, 'resolveSync');
  state.resolveSync();
  return state.value as T; // the factory was one of T
}

/**
 * Starts to resolve a proxy that will be needed later, and does not wait. A failure surfaces at the next use, once;
 * the use after that tries again. ProxyStore's `resolve_async`.
 *
 * @param proxy - The proxy. One that is resolved, or being resolved, is left alone.
 * @throws TypeError for anything that is no proxy.
 */
export function resolveAsync(proxy: ProxyOf<unknown>): void {
  stateOrThrow(proxy, 'resolveAsync').resolveAhead();
}

/**
 * The target of a proxy: for what looks behind a proxy (`structuredClone`, native code) and for loops that shall run
 * at full speed.
 *
 * @param proxy - The proxy; resolved in place if it is not yet.
 * @returns The target itself; a primitive for the proxy of one.
 * @throws As {@link resolveSync}.
 * @example
 * ```ts
 * port.postMessage(extract(table));
 * ```
 */
export function extract<T>(proxy: ProxyOf<T>): T {
  return resolveSync(proxy);
}

/**
 * The factory that a proxy was made with. Resolves nothing.
 *
 * @param proxy - The proxy.
 * @throws TypeError for anything that is no proxy.
 */
export function getFactory<T>(proxy: ProxyOf<T>): Factory<T> {
  return stateOrThrow(proxy, 'getFactory').factory as Factory<T>; // the proxy's type is its factory's
}

function stateOrThrow(proxy: unknown, operation: string): SharedState {
  const state = stateOf(proxy);
  if (state === undefined) throw noProxy(proxy, operation);
  return state;
}

function noProxy(value: unknown, operation: string): TypeError {
  const found = value === null ? 'null' : `a value of type ${typeof value}`;
  return new TypeError(`${operation}() takes a proxy, not ${found}.`);
}
