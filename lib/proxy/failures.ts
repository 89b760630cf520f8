/** What goes wrong when a proxy is resolved, said in terms of that proxy. */

import { ProxyResolveError, ProxyStoreError, ProxyUnresolvedError } from '../errors.js';
import type { Factory, ProxyKind } from './types.js';

/**
 * The failure of a factory. An error of this package says enough; any other is put behind one that says what was
 * being done.
 *
 * @param factory - The factory that failed.
 * @param error - What it threw.
 */
export function factoryFailure(factory: Factory<unknown>, error: unknown): unknown {
  if (error instanceof ProxyStoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ProxyResolveError(`The factory of ${labelOf(factory)} failed: ${message}`, {
    cause: error,
    ...namedBy(factory),
  });
}

/** A factory that needs, to produce the target, the target. */
export function circularFailure(factory: Factory<unknown>): ProxyResolveError {
  return new ProxyResolveError(
    `The factory of ${labelOf(factory)} uses the proxy that it is to produce the target of.`,
    namedBy(factory),
  );
}

/** A use in place of a proxy that cannot resolve in place. */
export function unresolvedFailure(factory: Factory<unknown>): ProxyUnresolvedError {
  return new ProxyUnresolvedError(
    `${capitalized(labelOf(factory))} is not resolved yet, and its factory only works asynchronously. Call await resolve(p) before you use it.`,
    namedBy(factory),
  );
}

/** A target that is not what the proxy has shown to be, by `typeof` or `Array.isArray`. */
export function kindFailure(
  factory: Factory<unknown>,
  promised: ProxyKind,
  produced: ProxyKind,
): ProxyResolveError {
  return new ProxyResolveError(
    `This proxy was made with the kind "${promised}", but its factory produced a value of the kind "${produced}". Make it with the right kind, or with none.`,
    namedBy(factory),
  );
}

/**
 * The name of a factory's class.
 *
 * @param factory - The factory; an object literal's is `Object`, as is that of one without a class.
 */
export function factoryName(factory: Factory<unknown>): string {
  return (factory as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'Object';
}

function namedBy(factory: Factory<unknown>): { storeName?: string; key?: unknown } {
  const { store, key } = factory.describe?.() ?? {};
  return { ...(typeof store === 'string' && { storeName: store }), key };
}

function labelOf(factory: Factory<unknown>): string {
  const description = Object.entries(factory.describe?.() ?? {})
    .map(([name, value]) => ` ${name} ${JSON.stringify(value)}`)
    .join(',');
  return description === ''
    ? `a proxy with the factory ${factoryName(factory)}`
    : `the proxy of${description}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
