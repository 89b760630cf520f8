/**
 * What a connector is: byte-level access to a place that keeps bytes. The protocol is asynchronous; what more a
 * backend can do it shows as a capability, by having the member.
 *
 * A connector keeps none of the bytes it was given after `put` has settled (it copies what it holds in memory), and
 * what `get` hands over is the caller's own. A signal that is aborted already rejects before anything is touched.
 */

import '../resources/symbols.js';

/** A value that JSON can carry. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** A key: a JSON-serializable tuple that a connector made. Nobody but that connector reads into it. */
export type ConnectorKey = readonly JsonValue[];

/**
 * An object's bytes in pieces, in order. A codec gives its header and body apart, so that a header is never paid
 * for with a copy of the body; a connector writes them one after the other.
 */
export type Parts = readonly Uint8Array[];

/** What every asynchronous operation takes. */
export interface OperationOptions {
  /** Aborts the operation, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What storing an object takes. */
export interface ConnectorPutOptions extends OperationOptions {
  /** For a connector that chooses among places: it takes one whose `subsetTags` have all of these. Others pass it over. */
  readonly subsetTags?: readonly string[] | undefined;
  /** For a connector that chooses among places: it takes one whose `supersetTags` are all among these. */
  readonly supersetTags?: readonly string[] | undefined;
}

/** What `set` of a {@link DeferrableConnector} takes. */
export interface SetOptions extends OperationOptions {
  /** Store only where nothing is stored under the key yet, decided by the backend. Default false. */
  readonly ifAbsent?: boolean | undefined;
}

/** A connector in JSON form: enough to make it again in another process, and never a secret. */
export interface ConnectorConfig {
  /** The kind that the connector's class declares, such as `'file'`. */
  readonly kind: string;
  /** What that class's `fromConfig` takes. */
  readonly options: Readonly<Record<string, JsonValue>>;
}

/**
 * Byte-level access to a place that keeps bytes.
 *
 * @typeParam K - The tuple that this connector's keys are.
 */
export interface Connector<K extends ConnectorKey = ConnectorKey> extends AsyncDisposable {
  /** The kind of the backend, such as `'file'`: what its config and references name. */
  readonly kind: string;

  /**
   * Stores an object.
   *
   * @param data - Its bytes. The caller leaves them as they are until the promise settles; the connector keeps none
   *   of them after that.
   * @returns The new key, which nobody can guess (122 random bits or more).
   * @throws ConnectorError when the backend fails. Nothing is stored then.
   */
  put(data: Parts, options?: ConnectorPutOptions): Promise<K>;

  /**
   * Fetches an object.
   *
   * @returns Bytes that are the caller's own, or `undefined` where there is no such object.
   * @throws InvalidKeyError for a key that this connector could not have made.
   */
  get(key: K, options?: OperationOptions): Promise<Uint8Array | undefined>;

  /** Whether an object is there. Throws as {@link get}. */
  exists(key: K, options?: OperationOptions): Promise<boolean>;

  /** Removes an object; one that is not there is none to remove. Throws as {@link get}. */
  evict(key: K, options?: OperationOptions): Promise<void>;

  /**
   * Stores several objects. An empty batch gives an empty array.
   *
   * @returns Their keys, in order.
   * @throws ConnectorError when one fails. None of the batch is left behind then.
   */
  putBatch(data: readonly Parts[], options?: ConnectorPutOptions): Promise<K[]>;

  /** Fetches several objects, in order; `undefined` for each that is not there. */
  getBatch(keys: readonly K[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]>;

  /** Removes several objects. */
  evictBatch(keys: readonly K[], options?: OperationOptions): Promise<void>;

  /**
   * Checks a key that came in from outside.
   *
   * @returns The same key, typed.
   * @throws InvalidKeyError for a key that this connector could not have made.
   */
  checkKey(key: unknown): K;

  /** What is needed to make this connector again, here or in another process. Never contains a secret. */
  config(): ConnectorConfig;

  /**
   * Releases what the connector holds: refuses new operations, ends those that wait in `watch`, waits for all others.
   * Once; every later operation throws ConnectorClosedError. `checkKey` and `config`, which touch nothing, still
   * answer.
   */
  close(): Promise<void>;

  /** The same operations without waiting: what lets a proxy resolve in place. */
  readonly sync?: SyncOperations<K> | undefined;

  /** Makes a key for an object that is stored later with {@link set}. Comes with `set`. */
  newKey?(): K;

  /**
   * Stores an object under a key from {@link newKey}; another reader sees all of it or nothing.
   *
   * @returns Whether it was stored: false only with `ifAbsent` where something was there.
   */
  set?(key: K, data: Parts, options?: SetOptions): Promise<boolean>;

  /** Fetches and removes an object in one atomic step: of several who ask, one gets it. */
  take?(key: K, options?: OperationOptions): Promise<Uint8Array | undefined>;

  /**
   * Has the backend drop an object by itself. Replaces an earlier expiry of the same key.
   *
   * @param milliseconds - From now; 0 or less drops it at once.
   * @returns Whether the object was there.
   */
  expire?(key: K, milliseconds: number, options?: OperationOptions): Promise<boolean>;

  /**
   * Waits until an object is stored under a key; settles at once where one is.
   *
   * @param options - The signal ends the wait.
   */
  watch?(key: K, options?: OperationOptions): Promise<void>;

  /** The keys of all objects, for housekeeping. No order; one stored meanwhile may be in or out. */
  list?(options?: OperationOptions): AsyncIterable<K>;
}

/** The operations of a connector that can do them without waiting. Each throws as its asynchronous form rejects. */
export interface SyncOperations<K extends ConnectorKey = ConnectorKey> {
  put(data: Parts): K;
  get(key: K): Uint8Array | undefined;
  exists(key: K): boolean;
  evict(key: K): void;
  putBatch(data: readonly Parts[]): K[];
  getBatch(keys: readonly K[]): (Uint8Array | undefined)[];
  evictBatch(keys: readonly K[]): void;
  set?(key: K, data: Parts, options?: Pick<SetOptions, 'ifAbsent'>): boolean;
  take?(key: K): Uint8Array | undefined;
}

/** A connector with the synchronous operations. */
export interface SyncConnector<K extends ConnectorKey = ConnectorKey> extends Connector<K> {
  readonly sync: SyncOperations<K>;
}

/** A connector that can make a key before there is an object. */
export type DeferrableConnector<K extends ConnectorKey = ConnectorKey> = Connector<K> &
  Required<Pick<Connector<K>, 'newKey' | 'set'>>;

/** The capabilities that a connector may show beyond the protocol. */
export type Capability = 'sync' | 'deferred' | 'take' | 'expire' | 'watch' | 'list';

/**
 * The capabilities that a connector shows.
 *
 * @param connector - Any connector; nothing is asked of its backend.
 */
export function capabilities(connector: Connector): ReadonlySet<Capability> {
  const shown = new Set<Capability>();
  if (connector.sync !== undefined) shown.add('sync');
  if (isDeferrable(connector)) shown.add('deferred');
  for (const name of ['take', 'expire', 'watch', 'list'] as const) {
    if (connector[name] !== undefined) shown.add(name);
  }
  return shown;
}

/** Whether a connector can make a key before there is an object. */
export function isDeferrable(connector: Connector): connector is DeferrableConnector {
  return connector.newKey !== undefined && connector.set !== undefined;
}

/** Whether a connector has the synchronous operations. */
export function isSync(connector: Connector): connector is SyncConnector {
  return connector.sync !== undefined;
}

/** A class of connectors, as {@link registerConnector} takes it. */
export interface ConnectorClass<C extends Connector = Connector> {
  /** The kind that its configs name. */
  readonly kind: string;
  /** Makes a connector from what its `config()` gave. Validates, for it may come from outside. */
  fromConfig(options: ConnectorConfig['options']): C;
}
