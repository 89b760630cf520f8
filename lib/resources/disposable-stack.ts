/** `DisposableStack`, `AsyncDisposableStack` and `SuppressedError`: the runtime's own, else those of `disposablestack`. */

import './symbols.js';
import { loadDisposableStacks } from '#disposable-stacks';

/** The constructors of TC39 explicit resource management. */
export interface DisposableConstructors {
  readonly DisposableStack: DisposableStackConstructor;
  readonly AsyncDisposableStack: AsyncDisposableStackConstructor;
  readonly SuppressedError: SuppressedErrorConstructor;
}

let loaded: DisposableConstructors | undefined;

/**
 * The constructors to use on this runtime. The `disposablestack` package, which is slow to load, is loaded by the first
 * call on a runtime that lacks one of them, and never on one that has all.
 */
export function disposableConstructors(): DisposableConstructors {
  loaded ??= native() ?? fromPackage();
  return loaded;
}

function native(): DisposableConstructors | undefined {
  const { DisposableStack, AsyncDisposableStack, SuppressedError } =
    globalThis as Partial<DisposableConstructors>;
  if (DisposableStack === undefined || AsyncDisposableStack === undefined || SuppressedError === undefined) {
    return undefined;
  }
  return { DisposableStack, AsyncDisposableStack, SuppressedError };
}

function fromPackage(): DisposableConstructors {
  const stacks = loadDisposableStacks();
  return { ...stacks, SuppressedError: suppressedErrorOf(stacks.DisposableStack) };
}

/** The package exports no `SuppressedError`, but throws one when two disposals of a stack fail. */
function suppressedErrorOf(DisposableStack: DisposableStackConstructor): SuppressedErrorConstructor {
  const stack = new DisposableStack();
  const fail = (): never => {
    throw new Error('thrown to be suppressed');
  };
  stack.defer(fail);
  stack.defer(fail);
  try {
    stack.dispose();
  } catch (error) {
    return (error as SuppressedError).constructor as SuppressedErrorConstructor;
  }
  throw new TypeError('DisposableStack.prototype.dispose did not throw what its resources threw');
}
