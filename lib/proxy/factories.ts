/** The two factories that belong to no store. */

import { ProxyUnresolvedError } from '../errors.js';
import { stateOf } from './brand.js';
import type { Factory, ResolveOptions } from './types.js';

/**
 * Produces a value that is there already.
 *
 * @typeParam T - The type of the value.
 */
export class SimpleFactory<T> implements Factory<T> {
  readonly #value: T;

  /**
   * @param value - The target itself, not a copy.
   */
  constructor(value: T) {
    this.#value = value;
  }

  resolve(): Promise<T> {
    // Without `new Promise` a value with a `then` of its own would be awaited twice.
    return Promise.resolve(this.#value);
  }

  resolveSync(): T {
    return this.#value;
  }
}

/**
 * Produces what a function returns, or what the promise that it returns settles to.
 *
 * @typeParam T - The type of the target.
 * @example
 * ```ts
 * const config = createProxy(new LambdaFactory(() => JSON.parse(readFileSync('config.json', 'utf8'))));
 * ```
 */
export class LambdaFactory<T> implements Factory<T> {
  readonly #produce: (options: ResolveOptions) => T | PromiseLike<T>;
  /** What a use in place has started and could not wait for; the next `resolve` takes it up. */
  #started: PromiseLike<T> | undefined;

  /**
   * @param produce - Called without a receiver when the target is needed. If it returns a promise, the proxy
   *   resolves by `await resolve(p)` only.
   */
  constructor(produce: (options: ResolveOptions) => T | PromiseLike<T>) {
    if (typeof produce !== 'function') {
      throw new TypeError(`LambdaFactory takes a function that produces the target, not ${typeof produce}.`);
    }
    this.#produce = produce;
  }

  async resolve(options: ResolveOptions = {}): Promise<T> {
    const started = this.#started;
    this.#started = undefined;
    return await (started ?? this.#produce(options));
  }

  resolveSync(): T {
    const produced = this.#started ?? this.#produce({});
    if (!isPromiseLike(produced)) return produced;
    this.#started = produced;
    // Its failure is told to whoever resolves next; until then it is nobody's unhandled rejection.
    produced.then(undefined, () => undefined);
    throw new ProxyUnresolvedError(
      'The function of this LambdaFactory returns a promise, which a use in place cannot wait for. Call await resolve(p) first.',
    );
  }
}

/** A promise of this or another realm. A target that merely has a `then` method of its own is a target. */
function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  // A proxy is not asked: it would be resolved.
  return stateOf(value) === undefined && Object.prototype.toString.call(value) === '[object Promise]';
}
