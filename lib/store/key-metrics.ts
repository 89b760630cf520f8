/** What is kept of the operations on one key, on one batch of keys, or on all. */

import { TimeRecorder } from './time-statistics.js';
import type { TimeStatistics } from './time-statistics.js';

/** What an attribute can be. */
export type AttributeValue = number | string | boolean;

/** The metrics of a key, of a batch of keys, or of all: what was recorded when they were asked for. */
export interface KeyMetrics {
  /** What was noted of the object, by name, such as `'store.put.objectSize'` in bytes; the latest value of each. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How often something happened, by name, such as `'store.get.cacheHits'`. */
  readonly counters: Readonly<Record<string, number>>;
  /** How long operations and their phases took, by name, such as `'store.put'` and `'store.put.serialize'`. */
  readonly times: Readonly<Record<string, TimeStatistics>>;
}

/** One thing that was measured, under its full name. A time is in milliseconds. */
export type Observation =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: AttributeValue }
  | { readonly kind: 'counter' | 'time'; readonly name: string; readonly value: number };

/** Adds observations up. */
export class MetricsRecorder {
  readonly #attributes = new Map<string, AttributeValue>();
  readonly #counters = new Map<string, number>();
  readonly #times = new Map<string, TimeRecorder>();

  /**
   * Adds what one operation has given.
   *
   * @param observations - In the order in which they were made.
   * @param timestamp - When the operation ended, in milliseconds since the Unix epoch.
   */
  record(observations: readonly Observation[], timestamp: number): void {
    for (const { kind, name, value } of observations) {
      switch (kind) {
        case 'attribute':
          this.#attributes.set(name, value);
          break;
        case 'counter':
          this.#counters.set(name, (this.#counters.get(name) ?? 0) + value);
          break;
        case 'time':
          this.#time(name).add(value, timestamp);
          break;
      }
    }
  }

  /** What has been added up so far. The caller's own; it does not change any more. */
  snapshot(): KeyMetrics {
    return {
      attributes: Object.fromEntries(this.#attributes),
      counters: Object.fromEntries(this.#counters),
      times: Object.fromEntries([...this.#times].map(([name, time]) => [name, time.snapshot()])),
    };
  }

  #time(name: string): TimeRecorder {
    let time = this.#times.get(name);
    if (time === undefined) {
      time = new TimeRecorder();
      this.#times.set(name, time);
    }
    return time;
  }
}
