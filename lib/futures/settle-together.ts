/** Several futures as one promise. */

import type { ResultOptions } from './future-options.js';

/** What is asked of a future. */
interface Awaitable {
  result(options: ResultOptions): Promise<unknown>;
}

/**
 * Waits for several futures at once. When that has come to an end, the waits that are left end, too.
 *
 * @param futures - The futures.
 * @param options - As for the `result()` of each.
 * @param combine - Makes one promise of theirs: one of the combinators of `Promise`.
 * @throws TypeError for what is no future.
 */
export async function settleTogether<R>(
  futures: Iterable<Awaitable>,
  options: ResultOptions,
  combine: (results: readonly Promise<unknown>[]) => Promise<R>,
): Promise<R> {
  const awaited = [...futures];
  for (const future of awaited) {
    // Looked at first, so that no wait is begun where another cannot be.
    if (typeof (future as Partial<Awaitable> | null | undefined)?.result !== 'function') {
      throw new TypeError(
        'The combinators of StoreFuture take futures. For promises there are those of Promise.',
      );
    }
  }
  const { signal } = options;
  // One for each: some runtimes take many listeners on one signal for a leak, and warn of it.
  const waits = awaited.map((future) => ({ future, controller: new AbortController() }));
  const end = (): void => {
    for (const { controller } of waits) controller.abort(signal?.reason);
  };
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', end, { once: true });
  try {
    return await combine(
      waits.map(({ future, controller }) => future.result({ ...options, signal: controller.signal })),
    );
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}
