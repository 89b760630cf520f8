/** What the two processes tell each other. */

import type { Packed, StoreConfig, StoreFuture } from 'proxystore';

/** How long the control that asks pauses between two times. */
export const pollingMilliseconds = 100;

/** How it waits. */
export type WayToWait = 'result' | 'polling' | 'pub/sub';

/** What it is asked. Each is answered by `'waiting'`, and then by when it was told, as `process.hrtime` has it. */
export interface Wait {
  readonly way: WayToWait;
  readonly store: StoreConfig;
  readonly future: Packed<StoreFuture>;
  /** Where the raw control subscribes. */
  readonly url?: string;
}

/** The channel that the raw control publishes on. */
export function channelOf(future: StoreFuture): string {
  return `bench:${JSON.stringify(future.key)}`;
}
