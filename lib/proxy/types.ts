/** The types of a proxy: what stands for what. */

import '../resources/symbols.js';

/* eslint-disable @typescript-eslint/no-wrapper-object-types -- the proxy of a primitive is a wrapper object */

/** Only in the type system: no proxy has this property. */
declare const proxied: unique symbol;

/**
 * What tells a proxy's type from its target's, so that `resolve(p)` can give back a `string` where the proxy itself
 * is typed `String`. It is there for the compiler only.
 *
 * @typeParam T - The type of the target.
 */
export interface ProxyOf<T> {
  readonly [proxied]?: T;
}

/** The values that no proxy can stand for: there is no object that behaves as one of them. */
export type NonProxiable = null | undefined | boolean;

/**
 * A transparent proxy of a `T`: behaves as its target, which is produced on first use.
 *
 * An object, array or function is itself, so a proxy goes wherever its target's type is asked for. A primitive is
 * its wrapper object (`String`, not `string`), because no JavaScript proxy has another `typeof`. There is none of
 * `null`, `undefined` and booleans; for a union, each member counts by itself.
 *
 * @typeParam T - The type of the target.
 */
export type ObjectProxy<T> = 0 extends 1 & T
  ? T // any stays any; without this line it would become the union of all branches below
  : T extends NonProxiable
    ? never
    : T extends string
      ? string extends T
        ? StringProxy
        : String & ProxyOf<T>
      : T extends number
        ? Number & ProxyOf<T>
        : T extends bigint
          ? BigInt & ProxyOf<T>
          : T extends symbol
            ? Symbol & ProxyOf<T>
            : T & ProxyOf<T>;

/** A proxy of a string, under a name that an editor can show. */
export interface StringProxy extends String, ProxyOf<string> {}

/**
 * What a proxy says of its target before it has it: `typeof` and `Array.isArray` are answered by it, and it is shown
 * where the proxy is logged.
 */
export type ProxyKind = 'object' | 'array' | 'function' | 'string' | 'number' | 'bigint' | 'symbol';

/** What {@link Factory.resolve} is given. */
export interface ResolveOptions {
  /** Fires when nobody waits for the target any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Produces a proxy's target.
 *
 * A factory is called once; a call that fails is not remembered, and the next use of the proxy calls it again.
 *
 * @typeParam T - The type of the target.
 */
export interface Factory<T> {
  /**
   * Produces the target.
   *
   * @param options - The signal fires when all who wait have given up.
   * @returns The target. `null`, `undefined` and booleans cannot be one. A proxy is followed to its own target.
   */
  resolve(options?: ResolveOptions): Promise<T>;
  /** Produces the target without waiting. A factory that has this makes a proxy that resolves in place. */
  resolveSync?(): T;
  /** The proxy's JSON form. With it, `JSON.stringify` writes this and does not resolve. */
  toJSON?(): unknown;
  /** With this the proxy is a `Disposable`, resolved or not: its `[Symbol.dispose]()` is this one. */
  [Symbol.dispose]?(): void;
  /** With this the proxy is an `AsyncDisposable`, resolved or not: its `[Symbol.asyncDispose]()` is this one. */
  [Symbol.asyncDispose]?(): PromiseLike<void>;
  /** What a log shall show of a proxy that is not resolved, such as the names of a store and a key. */
  describe?(): Readonly<Record<string, unknown>>;
}
