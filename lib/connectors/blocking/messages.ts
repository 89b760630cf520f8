/** What the two threads of a blocking connector say to each other. */

import type { MessagePort } from 'node:worker_threads';
import type { ConnectorConfig } from '../protocol.js';
import type { ThrownData } from './thrown-data.js';

/** A key, or an array of keys, as JSON: what both threads read is what was checked, and nothing behind it. */
export type KeysAsText = string;

/** What the worker can be asked for. Bytes are transferred, so whoever sends them has them no more. */
export interface Operations {
  put(data: Uint8Array): KeysAsText;
  get(key: KeysAsText): Uint8Array | undefined;
  exists(key: KeysAsText): boolean;
  evict(key: KeysAsText): void;
  putBatch(data: readonly Uint8Array[]): KeysAsText;
  getBatch(keys: KeysAsText): readonly (Uint8Array | undefined)[];
  evictBatch(keys: KeysAsText): void;
  set(key: KeysAsText, data: Uint8Array, ifAbsent: boolean): boolean;
  take(key: KeysAsText): Uint8Array | undefined;
}

/** The name of an operation. */
export type OperationName = keyof Operations;

/** What the owner asks for. */
export interface Request<O extends OperationName = OperationName> {
  readonly type: 'request';
  /** Counts the requests, from 1. */
  readonly id: number;
  readonly operation: O;
  readonly parameters: Parameters<Operations[O]>;
}

/** What the owner says. A `'ping'` asks for nothing: whether it can be sent tells whether the worker is there. */
export type ToWorker =
  | Request
  | { readonly type: 'abandon'; readonly id: number }
  | { readonly type: 'close' }
  | { readonly type: 'ping' };

/** What the worker says. An `'end'` is the last thing: why it ends, unasked. */
export type ToOwner =
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'failure'; readonly thrown: ThrownData }
  | { readonly type: 'end'; readonly thrown?: ThrownData; readonly exitCode?: number }
  | { readonly type: 'closed'; readonly thrown?: ThrownData };

/** What a worker is started with. */
export interface WorkerTask {
  /** The worker's end of the channel. */
  readonly port: MessagePort;
  /** Shared by both threads; see {@link SharedState}. */
  readonly state: Int32Array;
  /** What the worker opens its connector from, secrets included. */
  readonly config: ConnectorConfig;
  /** The URL of a module that makes further classes known. */
  readonly module: string | undefined;
}

/** The places in the shared memory. */
export const SharedState = {
  /** Counts what the worker has said. The owner waits for it to change. */
  said: 0,
  /**
   * The request that the owner waits for; 0 for none. Whoever takes the number away decides, once: the worker, which
   * then answers, or the owner, which has waited too long.
   */
  awaited: 1,
  /** The last request that was abandoned and of which the worker has heard it: it still hears something. */
  heard: 2,
  /** How many places there are. */
  length: 3,
} as const;
