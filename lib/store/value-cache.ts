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

/** Something of a key that depends on the deserializer; `undefined` stands for the store's own. */
interface ByDeserializer<V> {
  readonly deserializer: Deserializer | undefined;
  readonly of: V;
}

/** A fetch that is under way. */
type Fetch = ByDeserializer<SharedCall<Found | undefined>>;

/**
 * Values by key and deserializer. Two deserializers give two values of the same bytes; all of them go with their
 * key. The size is counted in keys.
 */
export class ValueCache {
  readonly #kept: LRUCache<string, ByDeserializer<Found>[]> | undefined;
  readonly #fetches = new Map<string, Fetch[]>();
  /** For each fetch of a batch that is under way, the keys that were dropped meanwhile. */
  readonly #droppedMeanwhile = new Set<Set<string>>();

  /**
   * @param size - How many objects are kept; 0 keeps none.
   */
  constructor(size: Count) {
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
    kept.set(text, [...others.slice(1 - deserializersPerKey), { deserializer, of: found }]);
  }

  /**
   * Fetches a value once for all who ask at the same time, and keeps it unless its key is dropped meanwhile.
   *
   * @param key - The key.
   * @param deserializer - The one that was given for the call, if one was.
   * @param fetch - Fetches it; called if nobody is fetching it already.
   * @param signal - Gives up waiting; the fetch is aborted when all have.
   */
  fetch(
    key: ConnectorKey,
    deserializer: Deserializer | undefined,
    fetch: (options: OperationOptions) => Promise<Found | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<Found | undefined> {
    const text = keyText(key);
    const entries = this.#fetches.get(text) ?? [];
    const underWay = find(entries, deserializer);
    if (underWay !== undefined && !underWay.abandoned) return underWay.join(signal);
    const run = async (shared: AbortSignal | undefined): Promise<Found | undefined> => {
      try {
        const found = await fetch({ signal: shared });
        // A key that was dropped meanwhile has no entry any more: this is an old value then.
        if (found !== undefined && this.#isUnderWay(text, entry)) this.keep(key, deserializer, found);
        return found;
      } finally {
        this.#removeFetch(text, entry);
      }
    };
    const entry = { deserializer, of: new SharedCall(run, signal !== undefined) };
    // One that all have given up stays behind the new one until it is settled, and is not found any more.
    entries.unshift(entry);
    this.#fetches.set(text, entries);
    return entry.of.join(signal);
  }

  /**
   * Fetches a batch of values.
   *
   * @param run - Fetches them. It is given {@link keep}, which then keeps no value whose key is dropped meanwhile.
   * @returns What `run` gives.
   */
  async whileFetching<R>(run: (keep: ValueCache['keep']) => Promise<R>): Promise<R> {
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

  #isUnderWay(text: string, entry: Fetch): boolean {
    return this.#fetches.get(text)?.includes(entry) === true;
  }

  #removeFetch(text: string, entry: Fetch): void {
    const entries = this.#fetches.get(text);
    const index = entries?.indexOf(entry) ?? -1;
    if (entries === undefined || index < 0) return;
    if (entries.length === 1) this.#fetches.delete(text);
    else entries.splice(index, 1);
  }
}

function find<V>(
  entries: readonly ByDeserializer<V>[] | undefined,
  deserializer: Deserializer | undefined,
): V | undefined {
  if (entries === undefined) return undefined;
  for (const entry of entries) if (entry.deserializer === deserializer) return entry.of;
  return undefined;
}
