/** The result of a future, as it is seen from here. */

import type { ConnectorKey, OperationOptions } from '../connectors/protocol.js';
import { ConnectorClosedError, StoreClosedError } from '../errors.js';
import { SharedCall } from '../resources/shared-call.js';
import type { Store } from '../store/store.js';
import type { Deserializer, GetOptions } from '../store/store-options.js';
import { pause } from './quiet-timer.js';
import { resultDeserializer, StoredFailure } from './stored-failure.js';
import type { Milliseconds, Waiting } from './waiting.js';

/** What a future was set to. */
export type Settled<T> =
  | { readonly state: 'resolved'; readonly value: T }
  | { readonly state: 'rejected'; readonly reason: unknown };

/** What a {@link FutureResult} is made of. */
export interface FutureResultOptions {
  readonly key: ConnectorKey;
  /** Whether the result is taken out of the store by who gets it. */
  readonly evict: boolean;
  /** In place of the store's. */
  readonly deserializer: Deserializer | undefined;
  readonly waiting: Waiting;
  /** Finds the store, each time that it is needed. */
  readonly findStore: () => Store;
}

/** What no store holds, so that a stored `undefined` is told from a missing result. */
const missing = Symbol('missing');

/**
 * Waits for the result of one future, fetches it, and keeps it: once for all who ask, however many they are. Nothing
 * is kept of a wait that failed.
 *
 * @typeParam T - The type of the result.
 */
export class FutureResult<T> {
  readonly #options: FutureResultOptions;
  #settled: Settled<T> | undefined;
  #call: SharedCall<Settled<T>> | undefined;
  /** A result that is being taken out of the store. Whoever has given up waiting for it meanwhile, it is not lost. */
  #taking: Promise<Settled<T> | undefined> | undefined;
  /** Whether to look without waiting for the next pause to end. */
  #lookDue = false;
  #wake: (() => void) | undefined;

  constructor(options: FutureResultOptions) {
    this.#options = options;
  }

  /** What the future was set to, where that has been seen here. */
  get settled(): Settled<T> | undefined {
    return this.#settled;
  }

  /**
   * Waits for the result.
   *
   * @param signal - Gives up; the promise then rejects with its reason. The backend is left alone when all have.
   * @returns The result. Rejects with the error, where the future was set to one.
   * @throws ConnectorError when the backend fails meanwhile.
   * @throws StoreClosedError when the store is closed meanwhile.
   */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    return valueOf(this.#settled ?? (await this.#join(signal)));
  }

  /** Has the one who waits, if any, look at the backend now. */
  look(): void {
    if (this.#call === undefined) return;
    this.#lookDue = true;
    this.#wake?.();
  }

  /**
   * What the future is set to now. Takes nothing out of the store.
   *
   * @returns `undefined` where it is not set.
   */
  async peek({ signal }: OperationOptions): Promise<Settled<T> | undefined> {
    const store = this.#options.findStore();
    const options = reading<T>(this.#options, store, signal);
    const found = settledOf(await store.get<T, typeof missing>(this.#options.key, options));
    // One that is to be taken is the one's who takes it.
    if (!this.#options.evict) this.#settled ??= found;
    return found;
  }

  /**
   * What the future is set to now, fetched as by {@link wait}, but without waiting.
   *
   * @returns The result, in a box; `undefined` where the future is not set, or the store only works asynchronously.
   *   Throws the error, where it was set to one.
   */
  readSync(): { readonly value: T } | undefined {
    if (this.#settled === undefined) {
      this.#settled = this.#fetchSync();
      // Those who wait shall not go on waiting for what was taken here.
      if (this.#settled !== undefined) this.look();
    }
    return this.#settled === undefined ? undefined : { value: valueOf(this.#settled) };
  }

  #join(signal: AbortSignal): Promise<Settled<T>> {
    let call = this.#call;
    if (call === undefined || call.abandoned) {
      call = new SharedCall((shared) => this.#run(shared), true);
      this.#call = call;
      const end = (): void => {
        if (this.#call === call) this.#call = undefined;
      };
      call.promise.then(end, end);
    }
    return call.join(signal);
  }

  async #run(signal: AbortSignal | undefined): Promise<Settled<T>> {
    const nextPause = pausesOf(this.#options.waiting);
    let told = false;
    for (;;) {
      const store = this.#options.findStore();
      this.#lookDue = false;
      this.#settled ??= await this.#fetch(store, signal);
      if (this.#settled !== undefined) return this.#settled;
      signal?.throwIfAborted();
      // Told of a result that is not there, for it was evicted at once: to be told again and again would help nobody.
      told = await this.#untilNextLook(store, told, nextPause, signal);
    }
  }

  /** Waits until it is worth asking the backend again. Gives whether that one has said so itself. */
  async #untilNextLook(
    store: Store,
    told: boolean,
    nextPause: () => Milliseconds,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (this.#lookDue) return false;
    const over = new AbortController();
    const end = (): void => {
      over.abort(signal?.reason);
    };
    let wake: (() => void) | undefined;
    const woken = new Promise<boolean>((resolve) => {
      wake = (): void => {
        resolve(false);
      };
    });
    signal?.addEventListener('abort', end, { once: true });
    this.#wake = wake;
    try {
      const { connector } = store;
      const due =
        connector.watch === undefined || told
          ? pause(nextPause(), over.signal).then(() => false)
          : connector.watch(this.#options.key, { signal: over.signal }).then(() => true);
      return await Promise.race([due, woken]);
    } catch (error) {
      throw store.closed && error instanceof ConnectorClosedError ? storeClosed(store, error) : error;
    } finally {
      if (this.#wake === wake) this.#wake = undefined;
      signal?.removeEventListener('abort', end);
      over.abort();
    }
  }

  #fetch(store: Store, signal: AbortSignal | undefined): Promise<Settled<T> | undefined> {
    const { key, evict } = this.#options;
    if (!evict)
      return store.get<T, typeof missing>(key, reading(this.#options, store, signal)).then(settledOf);
    this.#taking ??= this.#take(store);
    return this.#taking;
  }

  async #take(store: Store): Promise<Settled<T> | undefined> {
    try {
      // Without a signal: what has been taken when nobody waits any more is kept for who asks next.
      const taken = await store.take<T, typeof missing>(this.#options.key, reading(this.#options, store));
      this.#settled ??= settledOf(taken);
      return this.#settled;
    } finally {
      this.#taking = undefined;
    }
  }

  #fetchSync(): Settled<T> | undefined {
    const { key, evict } = this.#options;
    const store = this.#options.findStore();
    if (!store.isSync()) return undefined;
    const options = reading<T>(this.#options, store);
    return settledOf(
      evict
        ? store.takeSync<T, typeof missing>(key, options)
        : store.getSync<T, typeof missing>(key, options),
    );
  }
}

function reading<T>(
  { deserializer }: FutureResultOptions,
  store: Store,
  signal?: AbortSignal,
): GetOptions<T, typeof missing> {
  // What it gives beside a T is a StoredFailure, which settledOf sorts out.
  const read = resultDeserializer(deserializer ?? store.options.deserializer) as Deserializer<T>;
  return { deserializer: read, default: missing, signal };
}

function settledOf<T>(found: T | typeof missing): Settled<T> | undefined {
  if (found === missing) return undefined;
  if (found instanceof StoredFailure) return { state: 'rejected', reason: found.thrown };
  return { state: 'resolved', value: found };
}

function valueOf<T>(settled: Settled<T>): T {
  if (settled.state === 'rejected') throw settled.reason;
  return settled.value;
}

function pausesOf({ interval, factor, limit }: Waiting): () => Milliseconds {
  let next = interval;
  return () => {
    const pause = next;
    next = Math.min(limit, next * factor);
    return pause;
  };
}

function storeClosed(store: Store, cause: unknown): StoreClosedError {
  return new StoreClosedError(
    `The store "${store.name}" was closed while a future of it was waited for. Close it when nobody waits any more.`,
    { storeName: store.name, cause },
  );
}
