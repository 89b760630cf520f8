/** Factories that say how often they were asked, and proxies in each state. */

import { createProxy } from '../../lib/proxy/proxy.js';
import type { Factory, ObjectProxy, ProxyKind, ResolveOptions } from '../../lib/proxy/types.js';

/** Produces a value in place and counts how often it does. */
export class CountingFactory<T> implements Factory<T> {
  calls = 0;

  constructor(readonly produce: () => T) {}

  async resolve(): Promise<T> {
    return this.resolveSync();
  }

  resolveSync(): T {
    this.calls += 1;
    return this.produce();
  }
}

/** Produces a value asynchronously only and counts how often it is asked. */
export class AsyncFactory<T> implements Factory<T> {
  calls = 0;

  constructor(readonly produce: (options: ResolveOptions) => T | Promise<T>) {}

  async resolve(options: ResolveOptions = {}): Promise<T> {
    this.calls += 1;
    return await this.produce(options);
  }
}

/** A proxy that resolves in place, is not resolved, and fails the test by its factory if it shall not be. */
export function untouchable(kind?: ProxyKind): ObjectProxy<Record<string, unknown>> {
  const refuse = (): never => {
    throw new Error('This proxy was resolved by accident.');
  };
  return createProxy<Record<string, unknown>>(
    { resolve: async () => refuse(), resolveSync: refuse },
    { kind },
  );
}

/** A proxy of a target that is there already. */
export function resolved<T>(target: T): ObjectProxy<T> {
  return createProxy<T>(new CountingFactory(() => target), { target });
}

/** A promise and what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
