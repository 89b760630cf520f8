/** The operations of a store, and what is observed of one. */

import { channels } from '../tracing/tracing.js';
import type { OperationChannel, TraceContext } from '../tracing/tracing.js';
import type { Measurement } from './metrics.js';

/** An operation: what it is called, and the channel it is traced on. A batch is traced as what it is a batch of. */
export interface OperationKind {
  readonly name: string;
  readonly channel: OperationChannel;
  readonly batch: boolean;
}

/** Every operation. */
export const operationKinds = {
  put: { name: 'put', channel: channels.put, batch: false },
  setOnce: { name: 'setOnce', channel: channels.put, batch: false },
  replace: { name: 'replace', channel: channels.put, batch: false },
  get: { name: 'get', channel: channels.get, batch: false },
  take: { name: 'take', channel: channels.get, batch: false },
  exists: { name: 'exists', channel: channels.exists, batch: false },
  evict: { name: 'evict', channel: channels.evict, batch: false },
  putBatch: { name: 'putBatch', channel: channels.put, batch: true },
  getBatch: { name: 'getBatch', channel: channels.get, batch: true },
  evictBatch: { name: 'evictBatch', channel: channels.evict, batch: true },
} satisfies Record<string, OperationKind>;

/** What is observed of a single operation. There is none where nobody measures or listens. */
export interface Operation {
  readonly measurement: Measurement | undefined;
  readonly context: TraceContext;
}

/**
 * Asks the connector something, and measures how long that takes.
 *
 * @param operation - Where it is noted, if anywhere.
 * @param run - Asks.
 * @returns What the connector answers.
 */
export function timed<R>(operation: Operation | undefined, run: () => Promise<R>): Promise<R> {
  const measurement = operation?.measurement;
  return measurement === undefined ? run() : measurement.timeAsync('connector', run);
}

/** {@link timed} without waiting. */
export function timedSync<R>(operation: Operation | undefined, run: () => R): R {
  const measurement = operation?.measurement;
  return measurement === undefined ? run() : measurement.time('connector', run);
}
