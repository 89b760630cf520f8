/** How a proxy is told from everything else, by every copy of this package. */

import type { Factory, ProxyKind, ResolveOptions } from './types.js';

/**
 * Reading this property of a proxy gives its state; of anything else, `undefined`. A registered symbol, so that a
 * proxy is known to every copy of this package in the process.
 */
export const stateSymbol: unique symbol = Symbol.for('proxystore.proxy.state') as never; // Symbol.for gives no unique symbol

/**
 * The state of a proxy as another copy of this package, or another version, may hold and use it: what is here stays.
 *
 * @internal
 */
export interface SharedState {
  /** The proxy itself. */
  readonly proxy: object | undefined;
  /** What the proxy behaves as: the resolved object, or the wrapper object of a primitive. */
  readonly target: object | undefined;
  /** What was resolved, before it was wrapped. */
  readonly value: unknown;
  readonly factory: Factory<unknown>;
  readonly kind: ProxyKind;
  /** The state of the proxy that the factory gave and that is being waited for. */
  readonly following: SharedState | undefined;
  /** Resolves, waiting for a resolution that is under way. */
  resolve(options: ResolveOptions): Promise<unknown>;
  /** Resolves in place and gives the target. */
  resolveSync(): object;
  /** Starts to resolve. A failure is kept for the next use, which throws it and forgets it. */
  resolveAhead(): void;
  /**
   * Forgets the target: the next use asks the factory again. What the engine was told of the old one and holds the
   * proxy to (a property that cannot be configured) must be true of the new one.
   */
  unresolve(): void;
}

/**
 * The state of a proxy, of this or another copy of the package.
 *
 * @param value - Anything; nothing but a proxy is ever resolved or changed by asking.
 * @returns The state, or `undefined` where the value is no proxy.
 * @internal
 */
export function stateOf(value: unknown): SharedState | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    const state = (value as { readonly [stateSymbol]?: SharedState })[stateSymbol];
    // There are proxies, of remote objects for one, that answer every property with another of them or themselves.
    return state !== value && state?.proxy === value ? state : undefined;
  } catch {
    return undefined; // a revoked proxy, or another library's that answers unknown properties with an error
  }
}
