/** The measurement of one operation. */

import type { ConnectorKey } from '../connectors/protocol.js';
import type { AttributeValue, Observation } from './key-metrics.js';

/**
 * One operation while it is being measured. Nothing is recorded before it ends, so an operation that fails before
 * that leaves no trace. After its end it takes nothing more: what comes later is run, but not recorded.
 */
export interface Measurement {
  /**
   * Adds the time of a phase, `store.<operation>.<name>`. One that occurs twice counts twice.
   *
   * @param name - The phase, such as `'serialize'`.
   * @param milliseconds - How long it took, with fractions: 0 or more.
   * @throws RangeError for a negative or infinite time, or none.
   */
  phase(name: string, milliseconds: number): void;

  /**
   * Runs a synchronous phase and adds its time, also when it throws.
   *
   * @param name - The phase.
   * @param run - What it does.
   * @returns What `run` returns; what it throws goes on.
   */
  time<T>(name: string, run: () => T): T;

  /**
   * Awaits an asynchronous phase and adds its time, also when it rejects.
   *
   * @param name - The phase.
   * @param run - What it does.
   * @returns What `run` settles to.
   */
  timeAsync<T>(name: string, run: () => Promise<T>): Promise<T>;

  /**
   * Adds to a counter, `store.<operation>.<name>`.
   *
   * @param name - The counter, such as `'cacheHits'`.
   * @param by - How much. Default 1.
   * @throws RangeError for what is not finite.
   */
  count(name: string, by?: number): void;

  /**
   * Notes something of the object, `store.<operation>.<name>`. Another value of the same name takes its place.
   *
   * @param name - The attribute, such as `'objectSize'`, in bytes.
   * @param value - Its value.
   */
  attribute(name: string, value: AttributeValue): void;

  /**
   * Ends the operation and records all of it, with its whole time as `store.<operation>`.
   *
   * @param key - The key it was about. Without one it is recorded in the aggregate alone.
   */
  end(key?: ConnectorKey): void;

  /**
   * Ends the operation and records all of it, with its whole time as `store.<operation>`.
   *
   * @param keys - The keys it was about, together, in their order. Without any it is recorded in the aggregate
   *   alone.
   */
  endBatch(keys: readonly ConnectorKey[]): void;
}

/** Where measurements go when they end. */
export interface MeasurementSink {
  /** Records an operation on one key, or on none. */
  record(observations: readonly Observation[], key: ConnectorKey | undefined): void;
  /** Records an operation on several keys. */
  recordBatch(observations: readonly Observation[], keys: readonly ConnectorKey[]): void;
}

/** A measurement that goes to a sink when it ends. */
export class OperationMeasurement implements Measurement {
  readonly #name: string;
  readonly #sink: MeasurementSink;
  readonly #observations: Observation[] = [];
  readonly #start = performance.now();
  #ended = false;

  /**
   * Begins, now.
   *
   * @param operation - The operation, such as `'put'`.
   * @param sink - Takes what was measured.
   */
  constructor(operation: string, sink: MeasurementSink) {
    this.#name = `store.${operation}`;
    this.#sink = sink;
  }

  phase(name: string, milliseconds: number): void {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new RangeError(`The time of phase '${name}' is ${milliseconds}; give milliseconds, 0 or more.`);
    }
    this.#add({ kind: 'time', name: this.#nameOf(name), value: milliseconds });
  }

  time<T>(name: string, run: () => T): T {
    const start = performance.now();
    try {
      return run();
    } finally {
      this.phase(name, performance.now() - start);
    }
  }

  async timeAsync<T>(name: string, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await run();
    } finally {
      this.phase(name, performance.now() - start);
    }
  }

  count(name: string, by = 1): void {
    if (!Number.isFinite(by)) {
      throw new RangeError(`Counter '${name}' was to go up by ${by}; give a finite number.`);
    }
    this.#add({ kind: 'counter', name: this.#nameOf(name), value: by });
  }

  attribute(name: string, value: AttributeValue): void {
    this.#add({ kind: 'attribute', name: this.#nameOf(name), value });
  }

  end(key?: ConnectorKey): void {
    if (this.#finish()) this.#sink.record(this.#observations, key);
  }

  endBatch(keys: readonly ConnectorKey[]): void {
    if (this.#finish()) this.#sink.recordBatch(this.#observations, keys);
  }

  #nameOf(part: string): string {
    return `${this.#name}.${part}`;
  }

  #add(observation: Observation): void {
    if (!this.#ended) this.#observations.push(observation);
  }

  /** Adds the whole time, where this is the first end. */
  #finish(): boolean {
    if (this.#ended) return false;
    this.#add({ kind: 'time', name: this.#name, value: performance.now() - this.#start });
    this.#ended = true;
    return true;
  }
}
