/**
 * `import 'proxystore/polyfill'`: installs `Symbol.dispose`, `Symbol.asyncDispose`, `DisposableStack`,
 * `AsyncDisposableStack` and `SuppressedError` globally where the runtime lacks them, for code that wants to use
 * them itself on an older runtime. The library needs only the two symbols and brings those by itself.
 *
 * What is there already stays as it is.
 *
 * @example
 * ```ts
 * import 'proxystore/polyfill';
 * const stack = new DisposableStack();
 * ```
 * @module
 */

import { disposableConstructors } from './disposable-stack.js';

for (const [name, value] of Object.entries(disposableConstructors())) {
  if (!(name in globalThis))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
