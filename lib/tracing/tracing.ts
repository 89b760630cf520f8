/**
 * What the library does, told to whoever listens: one tracing channel of `node:diagnostics_channel` an operation,
 * `tracing:proxystore:<operation>:<start|end|asyncStart|asyncEnd|error>`. Where nobody listens, or the runtime
 * has no such channels, an operation costs one check.
 */

import type { TracingChannel } from 'node:diagnostics_channel';
import { platform } from '#platform';

/** The operations that are traced; each is a channel of its own. */
export type TracedOperation =
  'put' | 'get' | 'exists' | 'evict' | 'resolve' | 'register' | 'unregister' | 'close';

/** The message of a traced operation: one object, seen by all events of one call. */
export interface TraceContext {
  /** Name of the store. */
  store?: string | undefined;
  /** Key of the object; for a batch, the keys. Known from the end of a put on. */
  key?: unknown;
  /** Size of the object in bytes, as it is stored; for a batch, their sum. */
  bytes?: number | undefined;
  /** What the operation gave. Set by the channel. */
  result?: unknown;
  /** What the operation threw. Set by the channel. */
  error?: unknown;
}

/** One operation's tracing channel. */
export class OperationChannel {
  readonly #channel: TracingChannel<object, object> | undefined;

  /**
   * @param operation - The operation; the channel is `proxystore:<operation>`.
   */
  constructor(operation: TracedOperation) {
    // Absent in Node before 18.19, which has the module but no tracing channels.
    const open = platform.diagnosticsChannel?.tracingChannel as
      ((name: string) => TracingChannel<object, object>) | undefined;
    this.#channel = open?.(`proxystore:${operation}`);
  }

  /** Whether anybody listens. Asked first, so that no message is made for nobody. */
  get active(): boolean {
    const channel = this.#channel;
    if (channel === undefined) return false;
    // TracingChannel.hasSubscribers itself came with Node 20.13 and 22.
    return (
      channel.start.hasSubscribers ||
      channel.end.hasSubscribers ||
      channel.asyncStart.hasSubscribers ||
      channel.asyncEnd.hasSubscribers ||
      channel.error.hasSubscribers
    );
  }

  /**
   * Runs a synchronous operation between its events.
   *
   * @param context - The message; `run` may complete it.
   * @param run - The operation.
   * @returns What `run` returns; what it throws goes on, after the error event.
   */
  traceSync<T>(context: TraceContext, run: () => T): T {
    const channel = this.#channel;
    if (channel === undefined) return run();
    return channel.traceSync(run, context);
  }

  /**
   * Runs an asynchronous operation between its events.
   *
   * @param context - The message; `run` may complete it.
   * @param run - The operation.
   * @returns What `run` settles to.
   */
  tracePromise<T>(context: TraceContext, run: () => Promise<T>): Promise<T> {
    const channel = this.#channel;
    if (channel === undefined) return run();
    return channel.tracePromise(run, context);
  }
}

/** Every operation's channel. */
export const channels: Readonly<Record<TracedOperation, OperationChannel>> = {
  put: new OperationChannel('put'),
  get: new OperationChannel('get'),
  exists: new OperationChannel('exists'),
  evict: new OperationChannel('evict'),
  resolve: new OperationChannel('resolve'),
  register: new OperationChannel('register'),
  unregister: new OperationChannel('unregister'),
  close: new OperationChannel('close'),
};
