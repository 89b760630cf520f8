/**
 * What Node must load synchronously and only when it is needed. A CommonJS file in both builds, because only
 * `require` does that in every supported version.
 */

/* eslint-disable @typescript-eslint/no-require-imports -- the reason this file exists */

import type * as Crypto from 'node:crypto';

/** Loads `node:crypto`, which costs some milliseconds and is needed for the first key only. */
export function loadCrypto(): typeof Crypto {
  return require('node:crypto') as typeof Crypto;
}

/** Loads the two stacks of the `disposablestack` package. */
export function loadStacks(): {
  DisposableStack: DisposableStackConstructor;
  AsyncDisposableStack: AsyncDisposableStackConstructor;
} {
  const sync = require('disposablestack/DisposableStack/polyfill') as () => DisposableStackConstructor;
  const async =
    require('disposablestack/AsyncDisposableStack/polyfill') as () => AsyncDisposableStackConstructor;
  return { DisposableStack: sync(), AsyncDisposableStack: async() };
}
