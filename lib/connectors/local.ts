/** The connector that keeps objects in this thread's memory. */

import '../resources/symbols.js';
import { ConnectorError } from '../errors.js';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { copyOf, MemorySpace } from './memory-space.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  OperationOptions,
  Parts,
  SetOptions,
  SyncConnector,
  SyncOperations,
} from './protocol.js';
import { isUUID, newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';
import { Waiters } from './waiters.js';

const kind = 'local';

/**
 * Keeps objects in this thread's memory, each as a copy of its own. Has every capability.
 *
 * What `put` and `set` are given is copied within the call, before they return: the caller may change its bytes at
 * once. What `get` gives is a copy again; what `take` gives is the stored one, which the connector lets go.
 *
 * Its config finds the same objects again, in the same thread: connectors that were made from one config share them,
 * and they go when the last of these is closed. Another process or thread cannot reach them.
 *
 * @example
 * ```ts
 * await using connector = new LocalConnector();
 * const key = await connector.put([new TextEncoder().encode('hello')]);
 * await connector.get(key);
 * ```
 */
export class LocalConnector implements SyncConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  /** The same operations without waiting. */
  readonly sync: Required<SyncOperations<UUIDKey>>;
  readonly #space: MemorySpace;
  readonly #operations: LocalOperations;
  readonly #waiters = new Waiters();
  readonly #guard = new OperationGuard(kind);

  /** Makes a connector of its own objects. */
  constructor();
  /**
   * @param space - The objects.
   * @internal
   */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is not in the published declarations
  constructor(space?: MemorySpace);
  constructor(space = new MemorySpace()) {
    this.#space = space;
    space.join(this.#waiters);
    this.#operations = new LocalOperations(space, this.#guard);
    this.sync = this.#operations;
  }

  /**
   * Makes a connector of the same objects as the one whose config this is.
   *
   * @param options - What its `config()` gave: the `id` of the objects.
   * @throws ConnectorError when they are not in this thread, or no longer.
   */
  static fromConfig(options: ConnectorConfig['options']): LocalConnector {
    const id = new ConfigOptions(kind, options, ['id']).string('id', isUUID, 'the id that config() gave');
    const space = MemorySpace.find(id);
    if (space === undefined) {
      throw new ConnectorError(
        `There is no local connector ${id} in this thread. A local connector cannot be reached from another process or thread, nor after it was closed; use a connector that both sides reach, such as FileConnector.`,
        { connector: kind },
      );
    }
    return new LocalConnector(space);
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    this.#guard.check(options?.signal);
    return this.#operations.put(data);
  }

  async get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    this.#guard.check(options?.signal);
    return this.#operations.get(key);
  }

  async exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    this.#guard.check(options?.signal);
    return this.#operations.exists(key);
  }

  async evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    this.#operations.evict(key);
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    this.#guard.check(options?.signal);
    return this.#operations.putBatch(data);
  }

  async getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    this.#guard.check(options?.signal);
    return this.#operations.getBatch(keys);
  }

  async evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    this.#operations.evictBatch(keys);
  }

  newKey(): UUIDKey {
    this.#guard.check();
    return newUUIDKey();
  }

  async set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    this.#guard.check(options?.signal);
    return this.#operations.set(key, data, options);
  }

  async take(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    this.#guard.check(options?.signal);
    return this.#operations.take(key);
  }

  /**
   * Drops an object after a time, by a timer that keeps no process alive. `set` over the object cancels it.
   *
   * @param milliseconds - From now. 0 or less drops it at once, `Infinity` cancels an earlier expiry.
   * @returns Whether the object was there.
   * @throws RangeError when the time is not a number.
   */
  async expire(key: UUIDKey, milliseconds: number, options?: OperationOptions): Promise<boolean> {
    this.#guard.check(options?.signal);
    const uuid = uuidOf(key, kind);
    if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
      throw new RangeError(`An object expires after a number of milliseconds, not ${String(milliseconds)}.`);
    }
    return this.#space.expire(uuid, milliseconds);
  }

  /**
   * Waits until an object is stored under a key.
   *
   * @throws ConnectorClosedError when this connector is closed meanwhile.
   */
  async watch(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    const uuid = uuidOf(key, kind);
    if (!this.#space.has(uuid)) await this.#waiters.wait(uuid, options?.signal);
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    this.#guard.check(options?.signal);
    for (const uuid of this.#space.names()) {
      yield [uuid];
      this.#guard.check(options?.signal);
    }
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  config(): ConnectorConfig {
    return { kind, options: { id: this.#space.publish() } };
  }

  close(): Promise<void> {
    return this.#guard.close(() => {
      this.#waiters.failAll(this.#guard.closedError());
      this.#space.leave(this.#waiters);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The operations, which need not wait for anything. */
class LocalOperations implements Required<SyncOperations<UUIDKey>> {
  readonly #space: MemorySpace;
  readonly #guard: OperationGuard;

  constructor(space: MemorySpace, guard: OperationGuard) {
    this.#space = space;
    this.#guard = guard;
  }

  put(data: Parts): UUIDKey {
    this.#guard.check();
    const bytes = copyOf(data);
    const key = newUUIDKey();
    this.#space.adoptNew(key[0], bytes);
    return key;
  }

  get(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#space.read(uuidOf(key, kind));
  }

  exists(key: UUIDKey): boolean {
    this.#guard.check();
    return this.#space.has(uuidOf(key, kind));
  }

  evict(key: UUIDKey): void {
    this.#guard.check();
    this.#space.remove(uuidOf(key, kind));
  }

  putBatch(data: readonly Parts[]): UUIDKey[] {
    this.#guard.check();
    // All copies first, so that one for which there is no memory leaves none of the batch behind.
    const copies = data.map(copyOf);
    return copies.map((bytes) => {
      const key = newUUIDKey();
      this.#space.adoptNew(key[0], bytes);
      return key;
    });
  }

  getBatch(keys: readonly UUIDKey[]): (Uint8Array | undefined)[] {
    this.#guard.check();
    return uuidsOf(keys).map((uuid) => this.#space.read(uuid));
  }

  evictBatch(keys: readonly UUIDKey[]): void {
    this.#guard.check();
    for (const uuid of uuidsOf(keys)) this.#space.remove(uuid);
  }

  set(key: UUIDKey, data: Parts, options?: Pick<SetOptions, 'ifAbsent'>): boolean {
    this.#guard.check();
    const uuid = uuidOf(key, kind);
    if (options?.ifAbsent === true && this.#space.has(uuid)) return false;
    this.#space.adopt(uuid, copyOf(data));
    return true;
  }

  take(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#space.take(uuidOf(key, kind));
  }
}

/** Checks all keys of a batch before the first is used. */
function uuidsOf(keys: readonly UUIDKey[]): string[] {
  return keys.map((key) => uuidOf(key, kind));
}

registerConnector(LocalConnector);
