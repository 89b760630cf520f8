/** What a store's operations take, by key. */

import type { ConnectorKey } from '../connectors/protocol.js';
import { MetricsRecorder } from './key-metrics.js';
import type { KeyMetrics, Observation } from './key-metrics.js';
import { MetricsEntries } from './metrics-entries.js';
import { OperationMeasurement } from './metrics-measurement.js';
import type { Measurement, MeasurementSink } from './metrics-measurement.js';
import type { Count } from './store-options.js';

export type { AttributeValue, KeyMetrics } from './key-metrics.js';
export type { Measurement } from './metrics-measurement.js';
export type { TimeStatistics } from './time-statistics.js';

/** What {@link StoreMetrics} takes. */
export interface StoreMetricsOptions {
  /**
   * How many keys and batches are kept; those least recently recorded to go first. Default 10,000; 0 keeps the
   * aggregate alone. A batch counts once for every ten keys begun, and one that counts for more than all goes into
   * the aggregate alone.
   */
  readonly maxEntries?: Count | undefined;
}

const defaultMaxEntries = 10_000;

/**
 * Times, counters and attributes of a store's operations: by key, by batch of keys, and over all. The names are
 * `store.<operation>` and `store.<operation>.<phase, counter or attribute>`, the times milliseconds with fractions.
 *
 * After the metrics of ProxyStore for Python. These are bounded: a key goes when it is evicted or has not been
 * recorded to for long, and what it took stays in the aggregate.
 *
 * @example
 * ```ts
 * const store = new Store('results', new LocalConnector(), { metrics: true });
 * const key = await store.put(rows);
 * store.metrics?.get(key)?.times['store.put']?.averageMs;
 * store.metrics?.aggregate().times['store.put']?.count;
 * ```
 */
export class StoreMetrics {
  #aggregate = new MetricsRecorder();
  readonly #entries: MetricsEntries;
  readonly #sink: MeasurementSink = {
    record: (observations, key) => {
      this.#record(observations, key === undefined ? undefined : this.#entries.useKey(key));
    },
    recordBatch: (observations, keys) => {
      this.#record(observations, this.#entries.useBatch(keys));
    },
  };

  /**
   * @param options - How much is kept.
   * @throws RangeError for a `maxEntries` that is negative or not whole.
   */
  constructor(options: StoreMetricsOptions = {}) {
    const { maxEntries = defaultMaxEntries } = options;
    if (!Number.isSafeInteger(maxEntries) || maxEntries < 0) {
      throw new RangeError(`maxEntries is ${maxEntries}; give a whole number, 0 or more.`);
    }
    this.#entries = new MetricsEntries(maxEntries);
  }

  /** How many keys and batches are kept now. */
  get size(): Count {
    return this.#entries.size;
  }

  /**
   * Starts the measurement of one operation.
   *
   * @param operation - Its name, such as `'put'`.
   * @returns The measurement. Nothing is recorded until it ends.
   */
  begin(operation: string): Measurement {
    return new OperationMeasurement(operation, this.#sink);
  }

  /**
   * The metrics of a key. Reading does not keep it from going.
   *
   * @param key - The key.
   * @returns A snapshot, or `undefined` where nothing is kept of it.
   */
  get(key: ConnectorKey): KeyMetrics | undefined {
    return this.#entries.findKey(key)?.snapshot();
  }

  /**
   * The metrics of the operations on several keys at once. They are apart from those of each key.
   *
   * @param keys - The keys, in the order that they had in the operation.
   * @returns A snapshot, or `undefined` where nothing is kept of that batch.
   */
  getBatch(keys: readonly ConnectorKey[]): KeyMetrics | undefined {
    return this.#entries.findBatch(keys)?.snapshot();
  }

  /**
   * The metrics of all operations: on keys and batches, those that are not kept any more included, and on none.
   * Of an attribute it is the latest value of all.
   *
   * @returns A snapshot.
   */
  aggregate(): KeyMetrics {
    return this.#aggregate.snapshot();
  }

  /**
   * Drops what is kept of a key, because it was evicted. A batch goes with the last of its keys. The aggregate stays.
   * An operation on the key that ends later is kept anew.
   *
   * @param key - The key; one of which nothing is kept is none to drop.
   */
  drop(key: ConnectorKey): void {
    this.#entries.drop(key);
  }

  /** Starts afresh: drops all keys and batches, and the aggregate. */
  clear(): void {
    this.#entries.clear();
    this.#aggregate = new MetricsRecorder();
  }

  #record(observations: readonly Observation[], recorder: MetricsRecorder | undefined): void {
    const timestamp = Date.now();
    this.#aggregate.record(observations, timestamp);
    recorder?.record(observations, timestamp);
  }
}
