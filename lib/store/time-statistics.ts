/** What is kept of how long something took, over all its occurrences. */

/** How long something took. All times are in milliseconds, with fractions. */
export interface TimeStatistics {
  /** How many times it occurred; at least 1. */
  readonly count: number;
  /** All occurrences together. */
  readonly totalMs: number;
  /** The mean of all occurrences. */
  readonly averageMs: number;
  /** The shortest. */
  readonly minimumMs: number;
  /** The longest. */
  readonly maximumMs: number;
  /** The latest. */
  readonly lastMs: number;
  /** When the latest was recorded: milliseconds since the Unix epoch, whole. */
  readonly lastTimestamp: number;
}

/** Adds occurrences up, in the room of a few numbers however many they are. */
export class TimeRecorder {
  #count = 0;
  #totalMs = 0;
  #minimumMs = Infinity;
  #maximumMs = 0;
  #lastMs = 0;
  #lastTimestamp = 0;

  /**
   * Adds an occurrence.
   *
   * @param milliseconds - How long it took: 0 or more.
   * @param timestamp - When it was recorded, in milliseconds since the Unix epoch.
   */
  add(milliseconds: number, timestamp: number): void {
    this.#count += 1;
    this.#totalMs += milliseconds;
    this.#minimumMs = Math.min(this.#minimumMs, milliseconds);
    this.#maximumMs = Math.max(this.#maximumMs, milliseconds);
    this.#lastMs = milliseconds;
    this.#lastTimestamp = timestamp;
  }

  /** The statistics as they are now. Asked for after the first occurrence only: before it there are none. */
  snapshot(): TimeStatistics {
    return {
      count: this.#count,
      totalMs: this.#totalMs,
      averageMs: this.#totalMs / this.#count,
      minimumMs: this.#minimumMs,
      maximumMs: this.#maximumMs,
      lastMs: this.#lastMs,
      lastTimestamp: this.#lastTimestamp,
    };
  }
}
