/** The state of a proxy: its factory until it is resolved, and its target from then on. */

import {
  NonProxiableTypeError,
  ProxyResolveError,
  ProxyStoreError,
  ProxyUnresolvedError,
} from '../errors.js';
import { SharedCall } from '../resources/shared-call.js';
import type { Factory, ProxyKind, ResolveOptions } from './types.js';

/**
 * Reading this property of a proxy gives its state; of anything else, `undefined`. A registered symbol, so that a
 * proxy is known to every copy of this package in the process.
 */
export const stateSymbol: unique symbol = Symbol.for('proxystore.proxy.state') as never; // Symbol.for gives no unique symbol

/**
 * The state of a proxy. Another copy of this package may hold it: what it calls here stays as it is.
 *
 * @internal
 */
export class ProxyState {
  /** What the proxy behaves as: the resolved object, or the wrapper object of a primitive. */
  target: object | undefined = undefined;
  /** What was resolved, before it was wrapped. */
  value: unknown = undefined;
  /** The proxy itself. Set right after both are made. */
  proxy: object | undefined = undefined;
  readonly factory: Factory<unknown>;
  readonly kind: ProxyKind;
  /** The functions of the target, as the proxy hands them out. Made with the first one. */
  methods: WeakMap<object, unknown> | undefined = undefined;
  /** The resolution that is under way. */
  #call: SharedCall<unknown> | undefined = undefined;
  /** The resolution that was started ahead of need, until somebody waits for it. */
  #ahead: SharedCall<unknown> | undefined = undefined;
  /** How that one failed, until somebody has been told. */
  #failure: { readonly error: unknown } | undefined = undefined;
  /** Whether the factory is being asked in place, to see that it does not ask itself. */
  #asking = false;
  /** The state of the proxy that the factory gave and that is being followed. */
  #following: ProxyState | undefined = undefined;

  constructor(factory: Factory<unknown>, kind: ProxyKind) {
    this.factory = factory;
    this.kind = kind;
  }

  /** Resolves, waiting for a resolution that is under way. */
  resolve(options: ResolveOptions = {}): Promise<unknown> {
    const { signal } = options;
    if (signal?.aborted === true) return rejected(signal.reason);
    if (this.target !== undefined) return Promise.resolve(this.value);
    const failure = this.#takeFailure();
    if (failure !== undefined) return rejected(failure.error);
    const call = this.#start(signal !== undefined);
    this.#ahead = undefined;
    return call.join(signal);
  }

  /** Starts to resolve. A failure is kept for the next use, which throws it and forgets it. */
  resolveAhead(): void {
    if (this.target !== undefined || this.#failure !== undefined || this.#call !== undefined) return;
    const call = this.#start(false);
    this.#ahead = call;
    call.promise.catch((error: unknown) => {
      if (this.#ahead !== call) return;
      this.#ahead = undefined;
      this.#failure = { error };
    });
  }

  /** Resolves in place and gives the target. */
  resolveSync(): object {
    if (this.target !== undefined) return this.target;
    const failure = this.#takeFailure();
    if (failure !== undefined) throw failure.error;
    const { factory } = this;
    if (factory.resolveSync === undefined) throw this.#unresolved();
    if (this.#asking) throw this.#circular();
    this.#asking = true;
    try {
      const produced = factory.resolveSync();
      const inner = stateOf(produced);
      if (inner === undefined) return this.populate(produced);
      inner.resolveSync();
      return this.populate(inner.value);
    } catch (error) {
      throw this.#wrapped(error);
    } finally {
      this.#asking = false;
    }
  }

  /**
   * Makes a value the target, unless there is one.
   *
   * @param value - What was resolved.
   * @returns The target.
   * @throws NonProxiableTypeError where nothing can behave as the value.
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
      throw new ProxyResolveError(
        `This proxy was made with the kind "${promised}", but its factory produced a value of the kind "${kindOf(value)}". Make it with the right kind, or with none.`,
        this.#named(),
      );
    }
    this.value = value;
    this.target = target;
    return target;
  }

  #start(abortable: boolean): SharedCall<unknown> {
    let call = this.#call;
    if (call === undefined || call.abandoned) {
      call = new SharedCall((signal) => this.#run(signal), abortable);
      this.#call = call;
      const done = (): void => {
        if (this.#call === call) this.#call = undefined;
      };
      call.promise.then(done, done);
    }
    return call;
  }

  async #run(signal: AbortSignal | undefined): Promise<unknown> {
    try {
      const produced = await this.factory.resolve({ signal });
      const inner = stateOf(produced);
      this.populate(inner === undefined ? produced : await this.#follow(inner, signal));
    } catch (error) {
      // A use in place may have been faster; then all is well.
      if (this.target === undefined) throw signal?.aborted === true ? error : this.#wrapped(error);
    }
    return this.value;
  }

  /** Waits for the proxy that the factory gave, unless that one waits for this. */
  async #follow(inner: ProxyState, signal: AbortSignal | undefined): Promise<unknown> {
    for (let next: ProxyState | undefined = inner; next !== undefined; next = next.#following) {
      if (next === this) throw this.#circular();
    }
    this.#following = inner;
    try {
      return await inner.resolve({ signal });
    } finally {
      this.#following = undefined;
    }
  }

  #takeFailure(): { readonly error: unknown } | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /** An error of this package says enough; any other is put behind one that says what was being done. */
  #wrapped(error: unknown): unknown {
    if (error instanceof ProxyStoreError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ProxyResolveError(`The factory of ${this.#label()} failed: ${message}`, {
      cause: error,
      ...this.#named(),
    });
  }

  #circular(): ProxyResolveError {
    return new ProxyResolveError(
      `The factory of ${this.#label()} uses the proxy that it is to produce the target of.`,
      this.#named(),
    );
  }

  #unresolved(): ProxyUnresolvedError {
    return new ProxyUnresolvedError(
      `${this.#label()} is not resolved yet, and its factory only works asynchronously. Call await resolve(p) before you use it.`,
      this.#named(),
    );
  }

  #named(): { storeName?: string; key?: unknown } {
    const { store, key } = this.factory.describe?.() ?? {};
    return { ...(typeof store === 'string' && { storeName: store }), key };
  }

  #label(): string {
    const description = Object.entries(this.factory.describe?.() ?? {})
      .map(([name, value]) => ` ${name} ${JSON.stringify(value)}`)
      .join(',');
    return description === '' ? `a proxy with a ${factoryName(this.factory)}` : `the proxy of${description}`;
  }
}

/**
 * The state of a proxy, of this or another copy of the package.
 *
 * @param value - Anything; nothing but a proxy is ever resolved or changed by asking.
 * @returns The state, or `undefined` where the value is no proxy.
 * @internal
 */
export function stateOf(value: unknown): ProxyState | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as { readonly [stateSymbol]?: ProxyState })[stateSymbol];
  } catch {
    return undefined; // a revoked proxy, or another library's that answers unknown properties with an error
  }
}

/**
 * The kind of a value.
 *
 * @param value - Anything that can be proxied.
 */
export function kindOf(value: unknown): ProxyKind {
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'undefined' || type === 'boolean' ? 'object' : type;
}

/**
 * The name of a factory's class.
 *
 * @param factory - The factory; an object literal's is `Object`.
 */
export function factoryName(factory: Factory<unknown>): string {
  return (factory as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'factory';
}

function objectOf(value: unknown): object {
  if (value === null || value === undefined || typeof value === 'boolean') {
    throw new NonProxiableTypeError(
      `No proxy can stand for ${String(value)}: there is no object that behaves as it. Put it in a field of an object, or pass it as it is.`,
      { value },
    );
  }
  return Object(value) as object;
}

function rejected(reason: unknown): Promise<never> {
  // The reason is what the caller gave its own controller, or what a factory threw.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return Promise.reject(reason);
}
