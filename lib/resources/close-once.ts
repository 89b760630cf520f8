/** Closing what was opened: once, in reverse order, all of it, with every failure told. */

import './symbols.js';
import { suppressedError } from './suppressed-error.js';

/**
 * Holds disposers and runs them in reverse order, once. Each runs even if others fail; one failure is thrown as
 * it is, several come out as a chain of `SuppressedError`, the later on top, as `using` does it.
 *
 * What a `DisposableStack` does, for classes that must not wait for that package to load on older runtimes.
 */
export class CloseOnce implements Disposable {
  #disposers: (() => void)[] | undefined = [];

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#disposers === undefined;
  }

  /**
   * Adds what is to be run at the close.
   *
   * @param disposer - Run once. When this is closed already, it runs at once, so that nothing stays open.
   */
  defer(disposer: () => void): void {
    if (this.#disposers === undefined) disposer();
    else this.#disposers.push(disposer);
  }

  /** Runs all disposers. The second call does nothing. */
  close(): void {
    const disposers = this.#disposers;
    if (disposers === undefined) return;
    this.#disposers = undefined;
    const failures = new Failures();
    for (const disposer of disposers.reverse()) {
      failures.run(disposer);
    }
    failures.throwIfAny();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * {@link CloseOnce} for what closes asynchronously: each disposer is awaited before the next one starts. All
 * callers of `close` get the same promise, so that each of them waits for the end and hears of a failure.
 */
export class AsyncCloseOnce implements AsyncDisposable {
  readonly #disposers: (() => unknown)[] = [];
  #closing: Promise<void> | undefined;

  /** Whether closing has begun. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Adds what is to be run at the close.
   *
   * @param disposer - Run once; a promise that it returns is awaited.
   * @throws Error when closing has begun: nobody would run it.
   */
  defer(disposer: () => unknown): void {
    if (this.closed) throw new Error('Closing has begun; this resource would never be closed.');
    this.#disposers.push(disposer);
  }

  /**
   * Runs all disposers; every call gives the first one's promise. A disposer may call this too, but must not wait
   * for it: it would wait for itself.
   */
  close(): Promise<void> {
    // Not at once: a disposer that calls close must find that closing has begun.
    this.#closing ??= Promise.resolve().then(() => this.#run());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const failures = new Failures();
    for (const disposer of this.#disposers.splice(0).reverse()) {
      await failures.runAsync(disposer);
    }
    failures.throwIfAny();
  }
}

/** Gathers what failed into one error, as TC39's DisposeResources does. */
export class Failures {
  #any = false;
  #error: unknown;

  /**
   * Adds a failure; it suppresses those before it.
   *
   * @param error - What was thrown, of any type.
   */
  add(error: unknown): void {
    if (this.#any) {
      this.#error = suppressedError(
        error,
        this.#error,
        'An error was suppressed while resources were closed.',
      );
    } else {
      this.#any = true;
      this.#error = error;
    }
  }

  /**
   * Runs something, and adds what it throws.
   *
   * @param run - What may fail.
   */
  run(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.add(error);
    }
  }

  /**
   * Runs something and waits for it, and adds what it rejects with.
   *
   * @param run - What may fail.
   */
  async runAsync(run: () => unknown): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.add(error);
    }
  }

  /** Throws the one failure, or the chain of them; returns where there was none. */
  throwIfAny(): void {
    if (this.#any) throw this.#error;
  }
}
