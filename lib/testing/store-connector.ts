/** A store in the form of a connector, so that what holds of a connector is asked of a store over it, too. */

import '../resources/symbols.js';
import {
  isSync,
  type Connector,
  type ConnectorConfig,
  type ConnectorKey,
  type OperationOptions,
  type Parts,
  type SyncConnector,
  type SyncOperations,
} from '../connectors/protocol.js';
import { Store } from '../store/store.js';
import type { StoreKey } from '../store/store-key.js';
import { joined } from './bytes.js';

/** Each object is a value of the store, without a cache: its bytes. */
export class StoreConnector implements Connector {
  readonly kind: string;
  readonly sync: SyncOperations | undefined;
  readonly take?: (key: ConnectorKey, options?: OperationOptions) => Promise<Uint8Array | undefined>;
  /** The connector beneath the store, which closes it. */
  readonly beneath: Connector;
  readonly store: Store;

  /**
   * @param beneath - A connector; the store's own from here on.
   */
  constructor(beneath: Connector) {
    this.kind = beneath.kind;
    this.beneath = beneath;
    this.store = new Store('conformance', beneath, { cacheSize: 0 });
    if (isSync(beneath)) {
      // The store of a synchronous connector.
      this.sync = new StoreOperations(this.store as Store<SyncConnector>, beneath);
    }
    if (beneath.take !== undefined) this.take = (key, options) => this.store.take(keyOf(key), options);
  }

  put(data: Parts, options?: OperationOptions): Promise<ConnectorKey> {
    return this.store.put(joined(data), options);
  }

  get(key: ConnectorKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.store.get(keyOf(key), options);
  }

  exists(key: ConnectorKey, options?: OperationOptions): Promise<boolean> {
    return this.store.exists(keyOf(key), options);
  }

  evict(key: ConnectorKey, options?: OperationOptions): Promise<void> {
    return this.store.evict(keyOf(key), options);
  }

  putBatch(data: readonly Parts[], options?: OperationOptions): Promise<ConnectorKey[]> {
    return this.store.putBatch(data.map(joined), options);
  }

  getBatch(keys: readonly ConnectorKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.store.getBatch(keys.map(keyOf), options);
  }

  evictBatch(keys: readonly ConnectorKey[], options?: OperationOptions): Promise<void> {
    return this.store.evictBatch(keys.map(keyOf), options);
  }

  checkKey(key: unknown): ConnectorKey {
    return this.beneath.checkKey(key);
  }

  config(): ConnectorConfig {
    return this.beneath.config();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The operations without waiting. */
class StoreOperations implements SyncOperations {
  readonly take?: (key: ConnectorKey) => Uint8Array | undefined;
  readonly #store: Store<SyncConnector>;

  constructor(store: Store<SyncConnector>, beneath: SyncConnector) {
    this.#store = store;
    if (beneath.sync.take !== undefined) this.take = (key) => store.takeSync(keyOf(key));
  }

  put(data: Parts): ConnectorKey {
    return this.#store.putSync(joined(data));
  }

  get(key: ConnectorKey): Uint8Array | undefined {
    return this.#store.getSync(keyOf(key));
  }

  exists(key: ConnectorKey): boolean {
    return this.#store.existsSync(keyOf(key));
  }

  evict(key: ConnectorKey): void {
    this.#store.evictSync(keyOf(key));
  }

  putBatch(data: readonly Parts[]): ConnectorKey[] {
    return this.#store.putBatchSync(data.map(joined));
  }

  getBatch(keys: readonly ConnectorKey[]): (Uint8Array | undefined)[] {
    return this.#store.getBatchSync(keys.map(keyOf));
  }

  evictBatch(keys: readonly ConnectorKey[]): void {
    this.#store.evictBatchSync(keys);
  }
}

/** The key of a value that this store has stored, all of which are bytes. */
function keyOf(key: ConnectorKey): StoreKey<Uint8Array> {
  return key;
}
