/** Blocking connectors that were collected without having been closed. */

import { emitWarning } from '../../resources/warnings.js';

/** Closes what a connector has left behind. */
export type Release = () => Promise<void>;

const collected = new FinalizationRegistry<Release>((release) => {
  emitWarning(
    'A blocking connector was collected without having been closed. Its worker is ended now. Hold it with "await using", or close it.',
    { code: 'PROXYSTORE_LEAK' },
  );
  // Nobody is there to be told.
  release().catch(() => undefined);
});

/**
 * Warns when something is collected, and releases what it stood for.
 *
 * @param holder - What is held as long as the connector is used.
 * @param release - Must not lead to the holder, which it would keep alive.
 */
export function watchForLeak(holder: object, release: Release): void {
  collected.register(holder, release, holder);
}

/** Ends the watch. */
export function endLeakWatch(holder: object): void {
  collected.unregister(holder);
}
