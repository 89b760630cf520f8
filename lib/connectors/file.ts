/** `proxystore/file`: the connector that keeps objects as files in a directory, which processes can share. */

import '../resources/symbols.js';
import type { Dir, Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { types } from 'node:util';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { clearDirectory } from './file/clear-directory.js';
import { ObjectDirectory } from './file/directory.js';
import { fileError } from './file/errors.js';
import { removeLeftovers } from './file/leftovers.js';
import { makeDirectory } from './file/make-directory.js';
import { ObjectWatch } from './file/object-watch.js';
import { SyncObjectDirectory } from './file/sync-directory.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  OperationOptions,
  Parts,
  SetOptions,
  SyncConnector,
  SyncOperations,
} from './protocol.js';
import { invalidKey, isUUID, newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

const kind = 'file';

/** What a {@link FileConnector} can be told. */
export interface FileConnectorOptions {
  /**
   * Whether an object survives a crash of the system once `put` or `set` has settled: the file and its name are
   * written out to the disk first, which takes a disk some milliseconds. Default false: an object survives the end
   * of the process, and a crash of the system when the system has got around to writing it.
   */
  readonly durable?: boolean | undefined;
  /**
   * Whether closing the connector removes all objects of the directory, whoever stored them, and the directory itself
   * where nothing else is in it. Default false.
   */
  readonly clear?: boolean | undefined;
}

/**
 * Keeps objects as files in a directory. Every process that can reach the directory shares them, and they stay when
 * the process ends. Has all capabilities but `expire`.
 *
 * An object is written under a temporary name and then renamed, so whoever looks sees all of it or nothing. Bytes go
 * from the caller's memory to the file without a copy: they must not be changed before `put` or `set` has settled.
 *
 * A process that is killed can leave a temporary file behind (`.proxystore-…`). The next connector that is made for
 * the directory removes it: at once when that process was one of this machine and has ended, otherwise when the file
 * has not changed for a day.
 *
 * @example
 * ```ts
 * await using connector = new FileConnector('/var/lib/app/objects', { durable: true });
 * const key = await connector.put([new TextEncoder().encode('hello')]);
 * connector.sync.get(key);
 * ```
 */
export class FileConnector implements SyncConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  /** The same operations without waiting. */
  readonly sync: Required<SyncOperations<UUIDKey>>;
  /** The directory, absolute. */
  readonly directory: string;
  readonly #durable: boolean;
  readonly #clear: boolean;
  readonly #objects: ObjectDirectory;
  readonly #watch: ObjectWatch;
  readonly #listings = new Set<Dir>();
  readonly #guard = new OperationGuard(kind);

  /**
   * Opens a directory, which is made when it is not there, with those above it.
   *
   * @param directory - Its path. A relative one starts at the current directory of now.
   * @throws ConnectorError when the directory cannot be made.
   */
  constructor(directory: string, { durable = false, clear = false }: FileConnectorOptions = {}) {
    this.directory = makeDirectory(directory, durable);
    this.#durable = durable;
    this.#clear = clear;
    this.#objects = new ObjectDirectory(this.directory, durable);
    this.#watch = new ObjectWatch(this.directory, (uuid) => this.#objects.has(uuid));
    this.sync = new FileOperations(new SyncObjectDirectory(this.directory, durable), this.#guard);
    void this.#guard.run(undefined, () => removeLeftovers(this.directory));
  }

  /**
   * Opens the directory that a config names.
   *
   * @param options - What `config()` gave: an absolute `directory`, and `durable` where it is given. `clear` is refused unless
   *   it is false.
   * @throws ConnectorError when an option is wrong or the directory cannot be made.
   */
  static fromConfig(options: ConnectorConfig['options']): FileConnector {
    const config = new ConfigOptions(kind, options, ['directory', 'durable', 'clear']);
    const directory = config.string('directory', isAbsolute, 'an absolute path');
    return new FileConnector(directory, { durable: config.flag('durable') });
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const signal = options?.signal;
    const key = newUUIDKey();
    await this.#guard.run(signal, () => this.#objects.storeNew([{ uuid: key[0], parts: data }], signal));
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () => this.#objects.fetch(nameOf(key), signal));
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#guard.run(options?.signal, async () => this.#objects.has(nameOf(key)));
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => this.#objects.remove(nameOf(key)));
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    const signal = options?.signal;
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    const named = objects.map(({ key, parts }) => ({ uuid: key[0], parts }));
    await this.#guard.run(signal, () => this.#objects.storeNew(named, signal));
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () => this.#objects.fetchAll(keys.map(nameOf), signal));
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => this.#objects.removeAll(keys.map(nameOf)));
  }

  newKey(): UUIDKey {
    this.#guard.check();
    return newUUIDKey();
  }

  /**
   * Stores an object under a key, in the place of one that is there. With `durable`, and where the disk fails after
   * the object got its name, the promise rejects although the object can be seen: a crash may lose it.
   */
  set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    const { signal, ifAbsent = false } = options ?? {};
    return this.#guard.run(signal, async () =>
      this.#objects.store({ uuid: nameOf(key), parts: data }, ifAbsent, signal),
    );
  }

  /** Fetches and removes an object. One that is taken by a process that is killed meanwhile is gone. */
  take(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () => this.#objects.take(nameOf(key), signal));
  }

  /**
   * Waits until an object is stored under a key, by this process or another: told by the system, and looked for every
   * 500 ms where the system does not tell. Keeps no process alive that has nothing else to do.
   *
   * @throws ConnectorClosedError when the connector is closed meanwhile; ConnectorError when the directory is removed.
   */
  async watch(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    await this.#watch.wait(nameOf(key), options?.signal);
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    const signal = options?.signal;
    const listing = await this.#guard.run(signal, () => this.#openListing());
    try {
      for (;;) {
        const entry = await this.#guard.run(signal, () => this.#readEntry(listing));
        if (entry === null) return;
        if (entry.isFile() && isUUID(entry.name)) yield [entry.name];
      }
    } finally {
      if (this.#listings.delete(listing)) await listing.close();
    }
  }

  checkKey(key: unknown): UUIDKey {
    nameOf(key);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  /**
   * The directory, and whether objects are `durable`. That closing clears the directory stays with this connector:
   * another process that opens the same directory, as for a reference it was sent, must not empty it when it is done.
   */
  config(): ConnectorConfig {
    return { kind, options: { directory: this.directory, durable: this.#durable, clear: false } };
  }

  close(): Promise<void> {
    // Not waited for: nobody can tell when they would end.
    this.#watch.close(this.#guard.closedError());
    return this.#guard.close(async () => {
      await Promise.all([...this.#listings].map((listing) => listing.close()));
      this.#listings.clear();
      if (this.#clear) await clearDirectory(this.directory);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #openListing(): Promise<Dir> {
    const listing = await opendir(this.directory).catch(this.#failListing);
    this.#listings.add(listing);
    return listing;
  }

  #readEntry(listing: Dir): Promise<Dirent | null> {
    return listing.read().catch(this.#failListing);
  }

  readonly #failListing = (error: unknown): never => {
    throw fileError('list the objects', this.directory, error);
  };
}

/** The operations without waiting. */
class FileOperations implements Required<SyncOperations<UUIDKey>> {
  readonly #objects: SyncObjectDirectory;
  readonly #guard: OperationGuard;

  constructor(objects: SyncObjectDirectory, guard: OperationGuard) {
    this.#objects = objects;
    this.#guard = guard;
  }

  put(data: Parts): UUIDKey {
    this.#guard.check();
    const key = newUUIDKey();
    this.#objects.storeNew([{ uuid: key[0], parts: data }]);
    return key;
  }

  get(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#objects.fetch(nameOf(key));
  }

  exists(key: UUIDKey): boolean {
    this.#guard.check();
    return this.#objects.has(nameOf(key));
  }

  evict(key: UUIDKey): void {
    this.#guard.check();
    this.#objects.remove(nameOf(key));
  }

  putBatch(data: readonly Parts[]): UUIDKey[] {
    this.#guard.check();
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    this.#objects.storeNew(objects.map(({ key, parts }) => ({ uuid: key[0], parts })));
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[]): (Uint8Array | undefined)[] {
    this.#guard.check();
    return keys.map(nameOf).map((uuid) => this.#objects.fetch(uuid));
  }

  evictBatch(keys: readonly UUIDKey[]): void {
    this.#guard.check();
    this.#objects.removeAll(keys.map(nameOf));
  }

  set(key: UUIDKey, data: Parts, options?: Pick<SetOptions, 'ifAbsent'>): boolean {
    this.#guard.check();
    return this.#objects.store({ uuid: nameOf(key), parts: data }, options?.ifAbsent ?? false);
  }

  take(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#objects.take(nameOf(key));
  }
}

/** The name of an object's file. A proxy of an array is refused, which could answer differently each time. */
function nameOf(key: unknown): string {
  if (types.isProxy(key)) throw invalidKey(kind, key);
  return uuidOf(key, kind);
}

registerConnector(FileConnector);
