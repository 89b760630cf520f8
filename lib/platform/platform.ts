/** What the core takes from the runtime it is loaded in, so that it names no `node:` module itself. */

import type * as DiagnosticsChannel from 'node:diagnostics_channel';

/** The two stacks of TC39 explicit resource management: what `#disposable-stacks` loads. */
export interface DisposableStacks {
  readonly DisposableStack: DisposableStackConstructor;
  readonly AsyncDisposableStack: AsyncDisposableStackConstructor;
}

/** What a runtime offers. There is one implementation for Node, Bun and Deno and one for everything else. */
export interface Platform {
  /** A version 4 UUID: 122 random bits in 36 characters. */
  randomUUID(): string;
  /**
   * Has msgpackr read text with its native half, where that is installed, as soon as it is loaded. Returns at once.
   * Called when there is much to be read; few who import the library need it, and it takes as long to load as the rest.
   */
  readTextNatively(): void;
  /** `node:diagnostics_channel`, or `undefined` where the runtime has none. */
  readonly diagnosticsChannel: typeof DiagnosticsChannel | undefined;
}
