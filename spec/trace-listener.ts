import { tracingChannel } from 'node:diagnostics_channel';
import '../lib/resources/symbols.js';
import type { TraceContext, TracedOperation } from '../lib/tracing/tracing.js';

/** One event of one traced operation, with its message as it was at that moment. */
export interface HeardTrace extends TraceContext {
  readonly event: 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error';
  readonly operation: TracedOperation;
}

/** Everything that some operations tell until the end of the block, in order. */
export function listenTo(
  ...operations: readonly TracedOperation[]
): Disposable & { readonly heard: HeardTrace[] } {
  const heard: HeardTrace[] = [];
  const subscriptions = operations.map((operation) => {
    const hear = (event: HeardTrace['event']) => (message: object) => {
      heard.push({ event, operation, ...message });
    };
    const subscribers = {
      start: hear('start'),
      end: hear('end'),
      asyncStart: hear('asyncStart'),
      asyncEnd: hear('asyncEnd'),
      error: hear('error'),
    };
    const channel = tracingChannel<object, object>(`proxystore:${operation}`);
    channel.subscribe(subscribers);
    return () => channel.unsubscribe(subscribers);
  });
  return {
    heard,
    [Symbol.dispose]() {
      for (const unsubscribe of subscriptions) unsubscribe();
    },
  };
}
