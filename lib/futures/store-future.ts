/** A result that is there later: set once in one place, waited for in others. */

import '../resources/symbols.js';
import type { OperationOptions } from '../connectors/protocol.js';
import { FutureAlreadySetError } from '../errors.js';
import { createProxy } from '../proxy/proxy.js';
import type { ObjectProxy } from '../proxy/types.js';
import { packSymbol } from '../references/packable.js';
import type { Packable } from '../references/packable.js';
import type { KeyLifetime } from '../store/key-lifetime.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { StoreFactory } from '../store/store-factory.js';
import type { StoreKey } from '../store/store-key.js';
import type { Deserializer, Serializer } from '../store/store-options.js';
import type { Store } from '../store/store.js';
import { FutureFactory, labelOf } from './future-factory.js';
import type { FutureProxyOptions, ResultOptions, StoreFutureOptions } from './future-options.js';
import { FutureResult } from './future-result.js';
import { settleTogether } from './settle-together.js';
import { resultSerializer, serializeFailure } from './stored-failure.js';
import { WaitLimit } from './wait-limit.js';
import { checkedTimeout, waitingOf, waitReference } from './waiting.js';
import type { Waiting } from './waiting.js';

/** Whether a future is set, and to what. */
export type FutureState = 'pending' | 'resolved' | 'rejected';

/** The type of a future's result. */
export type FutureValue<F> = F extends StoreFuture<infer T> ? T : never;

/** The results of several futures, in order; a tuple for a tuple. */
export type FutureValues<F extends readonly unknown[]> = { -readonly [I in keyof F]: FutureValue<F[I]> };

/** On every future, of whichever copy of the package. */
const futureBrand: unique symbol = Symbol.for('proxystore.future') as never; // Symbol.for gives no unique symbol

/**
 * A result that is there later. It is set once, by whoever has the future or was sent it, and waited for by others, in
 * this process or elsewhere.
 *
 * It is no promise and has no `then`: sending it, or returning it from an `async` function, does not wait for it. It
 * becomes a promise by {@link result}, and an object by {@link proxy}.
 *
 * @typeParam T - The type of the result.
 * @example
 * ```ts
 * using future = store.future<Report>();
 * worker.postMessage(pack({ future }));          // there: await unpack(message).future.setResult(report)
 * const report = await future.result({ timeout: 60_000 });
 * ```
 */
export class StoreFuture<out T = unknown> implements Packable, Disposable, AsyncDisposable {
  readonly [futureBrand] = true;
  /** The name of the store that the result comes into. */
  readonly storeName: string;
  /** The key that the result will have. */
  readonly key: StoreKey<T>;
  /** Whether whoever gets the result takes it out of the store. */
  readonly evict: boolean;
  readonly #store: Store | undefined;
  /** Finds the store. */
  readonly #origin: StoreFactory<unknown>;
  readonly #lifetime: KeyLifetime | undefined;
  // Functions of a T would make a future of a cat none of an animal; the methods that use them see to their type.
  readonly #serializer: Serializer | undefined;
  readonly #deserializer: Deserializer | undefined;
  readonly #waiting: Waiting;
  readonly #result: FutureResult<T>;
  /** The waits of {@link result}, which end with this. */
  readonly #waits = new Set<WaitLimit>();
  /** What it was set to from here. */
  #set: 'resolved' | 'rejected' | undefined;
  #disposed = false;

  /** Recognises futures of every copy of the package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && futureBrand in value;
  }

  /**
   * Makes a future of a key; `store.future()` is what makes the key, too.
   *
   * @param options - The store's name, the key, and how to set and wait.
   * @throws RangeError for a timeout or a polling that nobody can wait by.
   */
  constructor(options: StoreFutureOptions<T>) {
    const { storeName, key, evict = false, store } = options;
    this.storeName = storeName;
    this.key = key;
    this.evict = evict;
    this.#store = store;
    this.#lifetime = options.lifetime;
    // Only values and bytes of this future are given to these.
    this.#serializer = options.serializer as Serializer | undefined;
    this.#deserializer = options.deserializer;
    this.#waiting = waitingOf(options.polling, options.timeout);
    this.#origin = new StoreFactory({ storeName, key, evict, store });
    this.#result = new FutureResult({
      key,
      evict,
      deserializer: this.#deserializer,
      waiting: this.#waiting,
      findStore: () => this.#origin.getStore(),
    });
  }

  /** Whether it was disposed of. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Makes a proxy that waits for the result: `await resolve(p)` gives it when it is there. A use in place gives it where
   * it is there already and the store is synchronous, and throws ProxyUnresolvedError otherwise. The proxy may be sent,
   * and outlives this future. Where the future is set to an error, resolving fails with a ProxyResolveError, and
   * the error is its cause; an error of this package comes out as it is.
   *
   * @typeParam U - Left out. With `T` itself in its place, a future of a cat would be none of an animal.
   * @param options - The kind of the result, and how long to wait.
   * @throws RangeError for a timeout that is none.
   */
  proxy<U extends T = T>({ kind, timeout }: FutureProxyOptions = {}): ObjectProxy<U> {
    const waiting =
      timeout === undefined ? this.#waiting : { ...this.#waiting, timeout: checkedTimeout(timeout) };
    const { storeName, key, evict } = this;
    const options = { storeName, key, kind, evict, store: this.#store };
    const factory = new FutureFactory<T>(options, this.#result, waiting);
    return createProxy(factory as FutureFactory<U>, { kind }); // U is T
  }

  /**
   * Waits for the result. However many wait for it, it is fetched once and kept.
   *
   * The wait keeps no process alive: one that has nothing else to do ends. The backend tells of the result where it can
   * (`watch`); it is asked from time to time where it cannot.
   *
   * @param options - A signal that ends the wait, and how long to wait at most.
   * @returns The result. Rejects with the error, where the future was set to one.
   * @throws DOMException of the name `TimeoutError` when the future was not set in time; of the name `AbortError` when it
   *   was disposed of meanwhile; the signal's reason when that has fired.
   * @throws ConnectorError when the backend fails while it is asked. Nothing of it is kept: call again to go on waiting.
   * @throws StoreClosedError when the store is closed, StoreNotRegisteredError where it is not known here.
   */
  async result({ signal, timeout }: ResultOptions = {}): Promise<T> {
    const limit = new WaitLimit({
      signal,
      timeout: timeout === undefined ? this.#waiting.timeout : checkedTimeout(timeout),
      awaited: labelOf(this),
      onLastLook: () => {
        this.#result.look();
      },
    });
    if (this.#disposed && this.#result.settled === undefined) limit.cancel(this.#disposedError());
    this.#waits.add(limit);
    try {
      return await this.#result.wait(limit.signal);
    } finally {
      this.#waits.delete(limit);
      limit[Symbol.dispose]();
    }
  }

  /**
   * Sets the result, once.
   *
   * @param value - The result; turned into bytes before the promise is returned, as by `store.put()`.
   * @param options - A signal.
   * @throws FutureAlreadySetError when it is set already, here or elsewhere; the first one stays. It is the backend
   *   that decides, by what is stored: where that was evicted or taken meanwhile, only a future that has set or seen
   *   the result still knows.
   * @throws LifetimeEndedError when the lifetime that it was made with has ended. Nothing is stored then.
   * @throws SerializationError, ConnectorError and StoreClosedError as `store.put()`. After a ConnectorError the backend
   *   may have stored the result all the same, if its answer was lost: `state()` says whether it has.
   */
  async setResult(value: T, options: OperationOptions = {}): Promise<void> {
    const write = this.#serializer ?? this.#origin.getStore().options.serializer;
    await this.#setOnce('resolved', value, resultSerializer(write), options);
  }

  /**
   * Sets the error that all who wait are to be given, once.
   *
   * The names of its classes, its `name`, `message`, `stack`, `code`, `cause` and `errors` travel, with those of its own
   * enumerable properties that are primitives. It comes out as an instance of the first of its classes that is known
   * there: a standard one, one of this package, or one that is registered by `registerClass`.
   *
   * @param error - The error. What is none is sent as it is.
   * @param options - A signal.
   * @throws As {@link setResult}; SerializationError only for what is no error.
   */
  async setError(error: unknown, options: OperationOptions = {}): Promise<void> {
    await this.#setOnce('rejected', error, serializeFailure, options);
  }

  /**
   * Whether it is set. Asks the backend, unless it was set or seen from here.
   *
   * @param options - A signal.
   * @throws ConnectorError when the backend fails, and StoreClosedError.
   */
  async done(options: OperationOptions = {}): Promise<boolean> {
    if (this.#known() !== undefined) return true;
    return await this.#origin.getStore().exists(this.key, options);
  }

  /**
   * Whether it is set, and to what. Asks the backend, unless it was set or seen from here; where there is a result, it is
   * fetched, for {@link result} to give.
   *
   * @param options - A signal.
   * @throws As {@link done}.
   */
  async state(options: OperationOptions = {}): Promise<FutureState> {
    return this.#known() ?? (await this.#result.peek(options))?.state ?? 'pending';
  }

  /**
   * Ends the waits of {@link result}: their promises reject with a DOMException of the name `AbortError`, and the backend
   * is not watched for them any more. Nothing is evicted, the future can still be set, and its proxies still resolve.
   * The second time it does nothing.
   */
  dispose(): void {
    this.#disposed = true;
    for (const limit of this.#waits) limit.cancel(this.#disposedError());
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  /** What travels: the names of the store and key, and how it waits. */
  toJSON(): ProxyReference {
    return { ...this.#origin.toJSON(), future: 'future', ...waitReference(this.#waiting) };
  }

  /** The same, for `pack`. */
  [packSymbol](): ProxyReference {
    return this.toJSON();
  }

  /**
   * Waits for all results, by `Promise.all`. Where one fails, the others are not waited for any more.
   *
   * @param futures - The futures, in order.
   * @param options - As for {@link result}, for each of them.
   * @returns The results, in order.
   * @throws What the first to fail fails with.
   */
  static all<const F extends readonly StoreFuture[]>(
    futures: F,
    options: ResultOptions = {},
  ): Promise<FutureValues<F>> {
    // One for each, in order: that is what Promise.all gives.
    return settleTogether(futures, options, (results) => Promise.all(results) as Promise<FutureValues<F>>);
  }

  /**
   * Waits until all are set, by `Promise.allSettled`.
   *
   * @param futures - The futures, in order.
   * @param options - As for {@link result}, for each of them.
   * @returns What each has come to, in order.
   */
  static allSettled<const F extends readonly StoreFuture[]>(
    futures: F,
    options: ResultOptions = {},
  ): Promise<{ -readonly [I in keyof F]: PromiseSettledResult<FutureValue<F[I]>> }> {
    return settleTogether(
      futures,
      options,
      (results) =>
        Promise.allSettled(results) as Promise<{
          -readonly [I in keyof F]: PromiseSettledResult<FutureValue<F[I]>>; // as in all
        }>,
    );
  }

  /**
   * Waits for the first result, by `Promise.any`; the others are not waited for any more.
   *
   * @param futures - The futures.
   * @param options - As for {@link result}, for each of them.
   * @throws AggregateError when all have failed, or there are none.
   */
  static any<F extends StoreFuture>(
    futures: Iterable<F>,
    options: ResultOptions = {},
  ): Promise<FutureValue<F>> {
    return settleTogether(futures, options, (results) => Promise.any(results) as Promise<FutureValue<F>>); // results of an F
  }

  /**
   * Waits for the first that is set, to a result or an error, by `Promise.race`; the others are not waited for any more.
   *
   * @param futures - The futures. With none it waits for ever.
   * @param options - As for {@link result}, for each of them.
   * @throws The error, where the first is set to one.
   */
  static race<F extends StoreFuture>(
    futures: Iterable<F>,
    options: ResultOptions = {},
  ): Promise<FutureValue<F>> {
    return settleTogether(futures, options, (results) => Promise.race(results) as Promise<FutureValue<F>>); // as above
  }

  #known(): Exclude<FutureState, 'pending'> | undefined {
    return this.#result.settled?.state ?? this.#set;
  }

  async #setOnce(
    state: 'resolved' | 'rejected',
    value: unknown,
    serializer: Serializer | undefined,
    { signal }: OperationOptions,
  ): Promise<void> {
    const lifetime = this.#lifetime;
    const set =
      this.#known() === undefined &&
      (await this.#origin.getStore().setOnce<unknown>(this.key, value, { serializer, lifetime, signal }));
    if (!set) throw this.#alreadySetError();
    this.#set = state;
  }

  #alreadySetError(): FutureAlreadySetError {
    const { storeName, key } = this;
    return new FutureAlreadySetError(
      `${labelOf(this)} is set already, and stays as it was. Each future is set once; make one for each result.`,
      { storeName, key },
    );
  }

  #disposedError(): DOMException {
    return new DOMException(
      `${labelOf(this)} was disposed of, so it is not waited for any more. Keep it as long as you wait.`,
      'AbortError',
    );
  }
}
