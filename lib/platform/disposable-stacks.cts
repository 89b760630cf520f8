/**
 * The stacks of the `disposablestack` package, for Node, Bun and Deno. Chosen by the `node` condition of
 * `#disposable-stacks` in package.json. Not a part of `#platform`: only the polyfill needs it, and to load a CommonJS
 * file among ES modules takes some milliseconds.
 *
 * A CommonJS file in both builds, because only `require` loads synchronously, when it is needed, in every supported
 * version, and so that bundlers see what is required.
 */

/* eslint-disable @typescript-eslint/no-require-imports -- the reason this file exists */

import type { DisposableStacks } from './platform.js';

/** Loads the package. */
export function loadDisposableStacks(): DisposableStacks {
  const sync = require('disposablestack/DisposableStack/polyfill') as () => DisposableStackConstructor;
  const async =
    require('disposablestack/AsyncDisposableStack/polyfill') as () => AsyncDisposableStackConstructor;
  return { DisposableStack: sync(), AsyncDisposableStack: async() };
}
