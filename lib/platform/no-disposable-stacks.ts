/** In place of disposable-stacks.cts in browsers and everything else that has no `node:` modules. */

/** Throws: nothing is loaded synchronously there. */
export function loadDisposableStacks(): never {
  throw new Error(
    'This runtime has no DisposableStack. Load a polyfill, such as `import "disposablestack/auto"`, before proxystore.',
  );
}
