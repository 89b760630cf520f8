/** The operations of a blocking connector that do not wait: its worker does them, while this thread stands still. */

import type { OperationGuard } from '../operation-guard.js';
import {
  isDeferrable,
  type Connector,
  type ConnectorKey,
  type Parts,
  type SetOptions,
  type SyncOperations,
} from '../protocol.js';
import { joined, joinedBatch } from './bytes.js';
import type { WorkerThread } from './worker-thread.js';

/** Those that the connector has: `set` and `take` are there only where it can defer, and take. */
export class BlockingOperations<K extends ConnectorKey> implements SyncOperations<K> {
  /** Where the connector can defer. */
  readonly set?: NonNullable<SyncOperations<K>['set']>;
  /** Where the connector can take. */
  readonly take?: NonNullable<SyncOperations<K>['take']>;
  readonly #connector: Connector<K>;
  readonly #worker: WorkerThread;
  readonly #guard: OperationGuard;

  constructor(connector: Connector<K>, worker: WorkerThread, guard: OperationGuard) {
    this.#connector = connector;
    this.#worker = worker;
    this.#guard = guard;
    if (isDeferrable(connector)) this.set = (key, data, options) => this.#set(key, data, options);
    if (connector.take !== undefined) this.take = (key) => worker.ask('take', [this.#text(key)]);
  }

  put(data: Parts): K {
    this.#guard.check();
    const { bytes, memory } = joined(data);
    return JSON.parse(this.#worker.ask('put', [bytes], [memory])) as K; // as its connector gave it
  }

  get(key: K): Uint8Array | undefined {
    return this.#worker.ask('get', [this.#text(key)]);
  }

  exists(key: K): boolean {
    return this.#worker.ask('exists', [this.#text(key)]);
  }

  evict(key: K): void {
    this.#worker.ask('evict', [this.#text(key)]);
  }

  putBatch(data: readonly Parts[]): K[] {
    this.#guard.check();
    const { objects, memory } = joinedBatch(data);
    return JSON.parse(this.#worker.ask('putBatch', [objects], [memory])) as K[]; // as its connector gave them
  }

  getBatch(keys: readonly K[]): (Uint8Array | undefined)[] {
    return [...this.#worker.ask('getBatch', [this.#texts(keys)])];
  }

  evictBatch(keys: readonly K[]): void {
    this.#worker.ask('evictBatch', [this.#texts(keys)]);
  }

  #set(key: K, data: Parts, options: Pick<SetOptions, 'ifAbsent'> = {}): boolean {
    const text = this.#text(key);
    const { bytes, memory } = joined(data);
    return this.#worker.ask('set', [text, bytes, options.ifAbsent ?? false], [memory]);
  }

  /** Checked here, so that a wrong key is refused at once, and as the caller gave it. The worker checks what it reads. */
  #text(key: K): string {
    this.#guard.check();
    return JSON.stringify(this.#connector.checkKey(key));
  }

  #texts(keys: readonly K[]): string {
    this.#guard.check();
    return JSON.stringify(keys.map((key) => this.#connector.checkKey(key)));
  }
}
