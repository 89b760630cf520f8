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
  const controller = new AbortController();
  const follow = (): void => {
    controller.abort(signal?.reason);
  };
  if (signal?.aborted === true) follow();
  else signal?.addEventListener('abort', follow, { once: true });
  try {
    return await combine(awaited.map((future) => future.result({ ...options, signal: controller.signal })));
  } finally {
    signal?.removeEventListener('abort', follow);
    controller.abort();
  }
}
