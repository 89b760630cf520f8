/** How a store runs its operations: who is let in, what is observed of each, and when the last one has ended. */

import type { Connector, ConnectorKey, OperationOptions, SyncOperations } from '../connectors/protocol.js';
import { InvalidKeyError, StoreClosedError, StoreError } from '../errors.js';
import { isProxy } from '../proxy/proxy.js';
import type { StoreMetrics } from './metrics.js';
import { operationKinds } from './operation.js';
import type { Operation, OperationKind } from './operation.js';

/** Stands before every operation of a store. Refuses where the store is closed or the key is none of its connector's. */
export class OperationRunner {
  readonly #storeName: string;
  readonly #connector: Connector;
  readonly #metrics: StoreMetrics | undefined;
  #closed = false;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;

  /**
   * @param storeName - Name of the store, for errors and traces.
   * @param connector - What says which keys can be. Stays the store's.
   * @param metrics - Where to write what operations took, if anywhere.
   */
  constructor(storeName: string, connector: Connector, metrics: StoreMetrics | undefined) {
    this.#storeName = storeName;
    this.#connector = connector;
    this.#metrics = metrics;
  }

  /** Whether nobody is let in any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Throws where closing has begun.
   *
   * @throws StoreClosedError
   */
  assertOpen(): void {
    if (this.#closed) {
      throw new StoreClosedError(
        `The store "${this.#storeName}" is closed. Open another one of the same connector config.`,
        { storeName: this.#storeName },
      );
    }
  }

  /**
   * Throws unless the store is open and its connector could have made the key.
   *
   * @param key - What was given as a key.
   * @throws StoreClosedError, InvalidKeyError
   */
  check(key: unknown): void {
    this.assertOpen();
    this.#checkKey(key);
  }

  /**
   * Runs an operation, which {@link drained} waits for.
   *
   * @param kind - Which it is.
   * @param key - The key, or keys, that it was asked for; `undefined` where it makes them.
   * @param options - A signal, by which it is not begun if it is aborted.
   * @param run - Does it. Not called when it is refused.
   * @throws As {@link check}, and the signal's reason.
   */
  run<R>(
    kind: OperationKind,
    key: ConnectorKey | readonly ConnectorKey[] | undefined,
    options: OperationOptions,
    run: (operation: Operation | undefined) => Promise<R>,
  ): Promise<R> {
    return this.runAndFinish(kind, key, options, run, same);
  }

  /**
   * Runs an operation whose end waits for nothing more: `start` asks the backend, `finish` makes of the answer what the
   * operation gives. Both take one asynchronous step together, and not one each, which shows where a backend is fast.
   */
  async runAndFinish<A, R>(
    kind: OperationKind,
    key: ConnectorKey | readonly ConnectorKey[] | undefined,
    options: OperationOptions,
    start: (operation: Operation | undefined) => A | Promise<A>,
    finish: (answer: A, operation: Operation | undefined) => R,
  ): Promise<R> {
    this.#checkAll(kind, key);
    options.signal?.throwIfAborted();
    this.#inFlight += 1;
    try {
      const operation = this.#begin(kind, key);
      const { channel } = kind;
      if (operation === undefined || !channel.active) return finish(await start(operation), operation);
      return await channel.tracePromise(operation.context, async () =>
        finish(await start(operation), operation),
      );
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#whenIdle?.();
    }
  }

  /** {@link run} without waiting, for a connector that can. @throws StoreError where it cannot. */
  runSync<R>(
    kind: OperationKind,
    key: ConnectorKey | readonly ConnectorKey[] | undefined,
    run: (operation: Operation | undefined, connector: SyncOperations) => R,
  ): R {
    this.#checkAll(kind, key);
    const { sync } = this.#connector;
    if (sync === undefined) {
      throw new StoreError(
        `The store "${this.#storeName}" has a connector of kind "${this.#connector.kind}", which only works asynchronously. Use await store.${kind.name}() in place of ${kind.name}Sync().`,
        { storeName: this.#storeName },
      );
    }
    const operation = this.#begin(kind, key);
    const { channel } = kind;
    return operation !== undefined && channel.active
      ? channel.traceSync(operation.context, () => run(operation, sync))
      : run(operation, sync);
  }

  /** Lets nobody in any more. */
  refuse(): void {
    this.#closed = true;
  }

  /** Waits for those inside. Once {@link refuse} has been called, there are none after that. */
  async drained(): Promise<void> {
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  #checkKey(key: unknown): void {
    // A proxy is told apart first: any other look at it would resolve it.
    if (isProxy(key))
      throw new InvalidKeyError('A proxy is no key. The key of its object is in its reference.');
    this.#connector.checkKey(key);
  }

  #checkAll(kind: OperationKind, key: ConnectorKey | readonly ConnectorKey[] | undefined): void {
    this.assertOpen();
    // A put has no key yet; for all others `undefined` is as wrong a key as any.
    if (kind === operationKinds.put || kind === operationKinds.putBatch) return;
    if (!kind.batch) this.#checkKey(key);
    else if (isProxy(key) || !Array.isArray(key))
      throw new InvalidKeyError(`${kind.name}() takes an array of keys.`);
    else for (const one of key) this.#checkKey(one);
  }

  #begin(
    kind: OperationKind,
    key: ConnectorKey | readonly ConnectorKey[] | undefined,
  ): Operation | undefined {
    if (this.#metrics === undefined && !kind.channel.active) return undefined;
    return { measurement: this.#metrics?.begin(kind.name), context: { store: this.#storeName, key } };
  }
}

function same<T>(value: T): T {
  return value;
}
