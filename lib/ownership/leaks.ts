/** What is collected without having been disposed of. */

import { emitWarning } from '../resources/warnings.js';
import { isDebugged } from '../tracing/debug.js';

/** The code of the warning. */
export const leakCode = 'PROXYSTORE_LEAK';

/** Something that its holder should have disposed of. It must not lead to the proxy, which it would keep alive. */
export interface Leakable {
  /** What it is called in the warning. */
  readonly label: string;
  /** Does what disposing would have done. What it throws has been handled. */
  release(): void;
}

interface Watched {
  readonly leakable: Leakable;
  readonly stack: string | undefined;
}

const collected = new FinalizationRegistry<Watched>(({ leakable, stack }) => {
  emitWarning(
    `${leakable.label} was collected without having been disposed of, and is released now. Hold it with "using" or "await using", or dispose of it.`,
    {
      code: leakCode,
      detail: stack ?? 'Run with NODE_DEBUG=proxystore to see where it was made.',
    },
  );
  leakable.release();
});

/**
 * Warns when a proxy is collected, and releases what it stood for, unless it was {@link unwatch}ed before.
 *
 * @param proxy - The proxy.
 * @param leakable - What it stands for.
 */
export function watch(proxy: object, leakable: Leakable): void {
  collected.register(proxy, { leakable, stack: creationStack() }, leakable);
}

/**
 * Ends the watch.
 *
 * @param leakable - What was disposed of, or has gone elsewhere.
 */
export function unwatch(leakable: Leakable): void {
  collected.unregister(leakable);
}

/** A stack costs microseconds and memory for each object, so it is kept only for who looks for a leak. */
function creationStack(): string | undefined {
  return isDebugged() ? new Error('It was made here:').stack : undefined;
}
