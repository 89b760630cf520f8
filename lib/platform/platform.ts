/** What the core takes from the runtime it is loaded in, so that it names no `node:` module itself. */

import type * as DiagnosticsChannel from 'node:diagnostics_channel';

/** The two stacks of TC39 explicit resource management. */
export interface DisposableStacks {
  readonly DisposableStack: DisposableStackConstructor;
  readonly AsyncDisposableStack: AsyncDisposableStackConstructor;
}

/** What a runtime offers. There is one implementation for Node, Bun and Deno and one for everything else. */
export interface Platform {
  /** A version 4 UUID: 122 random bits in 36 characters. */
  randomUUID(): string;
  /** Loads the `disposablestack` package. Called only where the runtime has no stacks of its own. */
  loadDisposableStacks(): DisposableStacks;
  /** `node:diagnostics_channel`, or `undefined` where the runtime has none. */
  readonly diagnosticsChannel: typeof DiagnosticsChannel | undefined;
}
