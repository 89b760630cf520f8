/** The values that a store keeps after it has fetched them, and the fetches that are under way. */

import { LRUCache } from 'lru-cache';
import type { ConnectorKey, OperationOptions } from '../connectors/protocol.js';
import { SharedCall } from '../resources/shared-call.js';
import { keyText } from './key-text.js';
import type { Count, Deserializer } from './store-options.js';

/** Values of one object that are kept side by side. More come only of a deserializer that is made anew each time. */
const deserializersPerKey: Count = 4;

/** A value that was found; in a box, so that a stored `undefined` is told from none. */
export interface Found {
  readonly value: unknown;
}

/** A value that is kept, by its deserializer; `undefined` stands for the store's own. */
interface Kept {
  readonly deserializer: Deserializer | undefined;
  readonly found: Found;
}

/**
 * How values are fetched.
 *
 * @typeParam O - What is known of the operation that a value is fetched for.
 */
export interface Fetcher<O> {
  /** Asks the backend for the bytes. */
  load(key: ConnectorKey, options: OperationOptions, operation: O): Promise<Uint8Array | undefined>;
  /** Makes a value of them, where there are any. */
  read(data: Uint8Array | undefined, deserializer: Deserializer | undefined, operation: O): Found | undefined;
}

/** A fetch that is under way. What was begun without a signal is never aborted, and needs nobody to count its callers. */
type UnderWay = SharedCall<Found | undefined> | Promise<Found | undefined>;

/** The place of a fetch, made before it is begun. */
interface Fetch {
  readonly deserializer: Deserializer | undefined;
  of: UnderWay | undefined;
  /** Another one of the same key. There is hardly ever one, so they are a chain, which costs nothing then. */
  next: Fetch | undefined;
}

/**
 * Values by key and deserializer. Two deserializers give two values of the same bytes; all of them go with their
 * key. The size is counted in keys.
 *
 * @typeParam O - As in {@link Fetcher}.
 */
export class ValueCache<O> {
  readonly #kept: LRUCache<string, Kept[]> | undefined;
  readonly #fetches = new Map<string, Fetch>();
  readonly #fetcher: Fetcher<O>;
  /** For each fetch of a batch that is under way, the keys that were dropped meanwhile. */
  readonly #droppedMeanwhile = new Set<Set<string>>();

  /**
   * @param size - How many objects are kept; 0 keeps none.
   * @param fetcher - Fetches what is asked for.
   */
  constructor(size: Count, fetcher: Fetcher<O>) {
    this.#fetcher = fetcher;
    this.#kept = size === 0 ? undefined : new LRUCache({ max: size });
  }

  /**
   * The value of a key, where it is kept.
   *
   * @param key - The key.
   * @param deserializer - The one that was given for the call, if one was.
   */
  get(key: ConnectorKey, deserializer?: Deserializer): Found | undefined {
    return this.#kept && find(this.#kept.get(keyText(key)), deserializer);
  }

  /**
   * Whether a value is kept. Does not count as a use.
   *
   * @param key - The key.
   * @param deserializer - The one that was given for the call, if one was.
   */
  has(key: ConnectorKey, deserializer?: Deserializer): boolean {
    return find(this.#kept?.peek(keyText(key)), deserializer) !== undefined;
  }

  /**
   * Keeps a value.
   *
   * @param key - The key.
   * @param deserializer - The one that was given for the call, if one was.
   * @param found - The value.
   */
  keep(key: ConnectorKey, deserializer: Deserializer | undefined, found: Found): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    const text = keyText(key);
    const others = (kept.peek(text) ?? []).filter((entry) => entry.deserializer !== deserializer);
    kept.set(text, [...others.slice(1 - deserializersPerKey), { deserializer, found }]);
  }

  /**
   * Fetches a value once for all who ask at the same time, and keeps it unless its key is dropped meanwhile.
   *
   * @param key - The key.
   * @param deserializer - The one that was given for the call, if one was.
   * @param operation - Handed to the fetcher, if nobody is fetching it already.
   * @param signal - Gives up waiting; the fetch is aborted when all have.
   */
  fetch(
    key: ConnectorKey,
    deserializer: Deserializer | undefined,
    operation: O,
    signal: AbortSignal | undefined,
  ): Promise<Found | undefined> {
    const text = keyText(key);
    const first = this.#fetches.get(text);
    const underWay = underWayFor(deserializer, first);
    if (underWay !== undefined && !isAbandoned(underWay)) return join(underWay, signal);
    // One that all have given up stays behind the new one until it is settled, and is not found any more.
    const fetch: Fetch = { deserializer, of: undefined, next: first };
    this.#fetches.set(text, fetch);
    const run = (shared?: AbortSignal): Promise<Found | undefined> =>
      this.#run(key, text, fetch, operation, shared);
    fetch.of = signal === undefined ? run() : new SharedCall(run, true);
    return join(fetch.of, signal);
  }

  /**
   * Fetches a batch of values.
   *
   * @param run - Fetches them. It is given {@link keep}, which then keeps no value whose key is dropped meanwhile.
   * @returns What `run` gives.
   */
  async whileFetching<R>(run: (keep: ValueCache<O>['keep']) => Promise<R>): Promise<R> {
    const dropped = new Set<string>();
    this.#droppedMeanwhile.add(dropped);
    try {
      return await run((key, deserializer, found) => {
        if (!dropped.has(keyText(key))) this.keep(key, deserializer, found);
      });
    } finally {
      this.#droppedMeanwhile.delete(dropped);
    }
  }

  /**
   * Forgets all values of a key.
   *
   * @param key - The key.
   */
  drop(key: ConnectorKey): void {
    const text = keyText(key);
    this.#kept?.delete(text);
    this.#fetches.delete(text);
    for (const dropped of this.#droppedMeanwhile) dropped.add(text);
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept?.clear();
    this.#fetches.clear();
  }

  async #run(
    key: ConnectorKey,
    text: string,
    fetch: Fetch,
    operation: O,
    signal: AbortSignal | undefined,
  ): Promise<Found | undefined> {
    const fetcher = this.#fetcher;
    const { deserializer } = fetch;
    let found: Found | undefined;
    try {
      found = fetcher.read(await fetcher.load(key, { signal }, operation), deserializer, operation);
      return found;
    } finally {
      // A key that was dropped meanwhile has no fetch any more: this is an old value then.
      if (this.#end(text, fetch) && found !== undefined) this.keep(key, deserializer, found);
    }
  }

  /** Whether the fetch was under way until now. */
  #end(text: string, fetch: Fetch): boolean {
    const first = this.#fetches.get(text);
    if (first === fetch) {
      if (fetch.next === undefined) this.#fetches.delete(text);
      else this.#fetches.set(text, fetch.next);
      return true;
    }
    let before = first;
    while (before !== undefined && before.next !== fetch) before = before.next;
    if (before === undefined) return false;
    before.next = fetch.next;
    return true;
  }
}

function underWayFor(deserializer: Deserializer | undefined, first: Fetch | undefined): UnderWay | undefined {
  let fetch = first;
  while (fetch !== undefined && fetch.deserializer !== deserializer) fetch = fetch.next;
  return fetch?.of;
}

function isAbandoned(underWay: UnderWay): boolean {
  return underWay instanceof SharedCall && underWay.abandoned;
}

function join(underWay: UnderWay, signal: AbortSignal | undefined): Promise<Found | undefined> {
  if (underWay instanceof SharedCall) return underWay.join(signal);
  // Whoever has a signal where the first had none gives up alone.
  return signal === undefined ? underWay : new SharedCall(() => underWay, false).join(signal);
}

function find(kept: readonly Kept[] | undefined, deserializer: Deserializer | undefined): Found | undefined {
  if (kept === undefined) return undefined;
  for (const one of kept) if (one.deserializer === deserializer) return one.found;
  return undefined;
}
