/** The state of a proxy: its factory until it is resolved, and its target from then on. */

import { NonProxiableTypeError } from '../errors.js';
import { stateOf } from './brand.js';
import type { SharedState } from './brand.js';
import { circularFailure, factoryFailure, kindFailure, unresolvedFailure } from './failures.js';
import { Resolution } from './resolution.js';
import type { Factory, ProxyKind, ResolveOptions } from './types.js';

/** There may be millions of them: what most proxies never need is made when it is needed. */
export class ProxyState implements SharedState {
  /** Set right after both are made. */
  proxy: object | undefined = undefined;
  target: object | undefined = undefined;
  value: unknown = undefined;
  readonly factory: Factory<unknown>;
  readonly kind: ProxyKind;
  /** Whether the factory is being asked, to see that it does not ask itself. */
  asking = false;
  #resolution: Resolution | undefined = undefined;

  constructor(factory: Factory<unknown>, kind: ProxyKind) {
    this.factory = factory;
    this.kind = kind;
  }

  get following(): SharedState | undefined {
    return this.#resolution?.following;
  }

  resolve(options: ResolveOptions): Promise<unknown> {
    // The reason is the caller's own; whatever it is, it is what an aborted operation rejects with.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (this.target !== undefined) return Promise.resolve(this.value);
    return (this.#resolution ??= new Resolution(this)).join(options);
  }

  resolveAhead(): void {
    if (this.target === undefined) (this.#resolution ??= new Resolution(this)).startAhead();
  }

  resolveSync(): object {
    if (this.target !== undefined) return this.target;
    const failure = this.#resolution?.takeFailure();
    if (failure !== undefined) throw failure.error;
    const { factory } = this;
    if (factory.resolveSync === undefined) throw unresolvedFailure(factory);
    if (this.asking) throw circularFailure(factory);
    try {
      return this.ask(() => {
        const produced = factory.resolveSync?.();
        const inner = stateOf(produced);
        inner?.resolveSync();
        return this.populate(inner === undefined ? produced : inner.value);
      });
    } catch (error) {
      throw factoryFailure(factory, error);
    }
  }

  unresolve(): void {
    this.target = undefined;
    this.value = undefined;
    this.#resolution?.abandon();
    this.#resolution = undefined;
  }

  /**
   * Asks the factory.
   *
   * @param question - The call of the factory; what it does after it has returned a promise is not seen.
   * @returns What it returns.
   */
  ask<T>(question: () => T): T {
    this.asking = true;
    try {
      return question();
    } finally {
      this.asking = false;
    }
  }

  /**
   * Makes a value the target, unless there is one.
   *
   * @param value - What was resolved.
   * @returns The target.
   * @throws NonProxiableTypeError where nothing can behave as the value, or it is a Proxy that has been revoked.
   * @throws ProxyResolveError where the kind has promised something else.
   */
  populate(value: unknown): object {
    if (this.target !== undefined) return this.target;
    const target = objectOf(value);
    const promised = this.kind;
    if (
      (promised === 'array' && !Array.isArray(target)) ||
      (promised === 'function' && typeof target !== 'function')
    ) {
      throw kindFailure(this.factory, promised, kindOf(value));
    }
    this.value = value;
    this.target = target;
    return target;
  }
}

/**
 * The kind of a value.
 *
 * @param value - Anything that can be proxied.
 * @throws NonProxiableTypeError for a Proxy that has been revoked.
 */
export function kindOf(value: unknown): ProxyKind {
  if (isArray(value)) return 'array';
  const type = typeof value;
  return type === 'undefined' || type === 'boolean' ? 'object' : type;
}

function objectOf(value: unknown): object {
  if (value === null || value === undefined || typeof value === 'boolean') {
    throw new NonProxiableTypeError(
      `No proxy can stand for ${String(value)}: there is no object that behaves as it. Put it in a field of an object, or pass it as it is.`,
      { value },
    );
  }
  isArray(value); // refuses what nothing can be done with
  return Object(value) as object;
}

function isArray(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch (cause) {
    throw new NonProxiableTypeError(
      'No proxy can stand for a Proxy that has been revoked: every use of it is an error. Give what is behind it.',
      { value, cause },
    );
  }
}
