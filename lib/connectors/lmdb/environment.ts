/** An LMDB environment that holds objects and when they expire. Keys have been checked before anything is asked here. */

import { ConnectorError } from '../../errors.js';
import { checkDataFile } from './data-file.js';
import { isCommitFailure, isDiskFull, kind, lmdbError, reasonOf } from './errors.js';
import { loadLmdb, type Database, type RootDatabase } from './load.cjs';
import { makeNewFiles } from './new-files.js';
import { StoredObjects, type NewObject } from './stored-objects.js';

/** The largest object, in bytes. All of it is in the memory of the transaction that stores it. */
export const largestObject = 0x7fff_0000 - 64;

const storing = 'store an object';

/** How an environment is opened. */
export interface EnvironmentOptions {
  /** Bytes of address space that are mapped to begin with. More are mapped when they are needed; this is no limit. */
  readonly mapSize?: number | undefined;
}

/**
 * The objects, and beside them the times at which some of them expire. An expired one is there for nobody; its room is
 * given back by whoever comes across it, and by {@link sweep}.
 */
export class Environment {
  readonly #path: string;
  readonly #root: RootDatabase;
  readonly #objects: StoredObjects;
  readonly #expiries: Database<number, string>;
  #commitFailed = false;

  /**
   * Opens the environment, which is made where there is none.
   *
   * @param path - Its directory, absolute.
   * @throws ConnectorError when the package is missing or the environment cannot be opened.
   */
  constructor(path: string, options: EnvironmentOptions) {
    const { open } = loadPackage();
    this.#path = path;
    let root: RootDatabase | undefined;
    try {
      makeNewFiles(path);
      checkDataFile(path);
      root = open({
        path,
        noSubdir: false,
        maxDbs: 4,
        // With it a commit that fails rejects a promise of the package's own, too, which nobody handles: the end of the
        // process.
        eventTurnBatching: false,
        ...(options.mapSize !== undefined && { mapSize: options.mapSize }),
      });
      // Slots of readers that were killed would keep old pages for ever.
      root.readerCheck();
      this.#objects = new StoredObjects(root);
      this.#expiries = root.openDB<number, string>({ name: 'expiries' });
    } catch (error) {
      void root?.close();
      throw lmdbError('open the objects', path, error);
    }
    this.#root = root;
  }

  /** Stores objects under names that are new, in one transaction: all of them or, where it fails, none. */
  async storeNew(objects: readonly NewObject[]): Promise<void> {
    checkSizes(objects);
    await this.#storing(() =>
      this.#root.childTransaction(() => {
        for (const object of objects) this.#objects.putNew(object);
      }),
    );
  }

  /** {@link storeNew} without waiting. */
  storeNewSync(objects: readonly NewObject[]): void {
    checkSizes(objects);
    this.#storingSync(() => {
      for (const object of objects) this.#objects.putNew(object);
    });
  }

  /** Stores an object, in the place of one that is there. */
  async store(object: NewObject): Promise<void> {
    checkSizes([object]);
    await this.#storing(() =>
      this.#root.childTransaction(() => {
        this.#put(object);
      }),
    );
  }

  /** {@link store} without waiting. */
  storeSync(object: NewObject): void {
    checkSizes([object]);
    this.#storingSync(() => {
      this.#put(object);
    });
  }

  /** Stores an object unless there is one. Gives whether it was stored. */
  async storeIfAbsent(object: NewObject): Promise<boolean> {
    checkSizes([object]);
    return this.#storing(() => this.#root.childTransaction(() => this.#putIfAbsent(object)));
  }

  /** {@link storeIfAbsent} without waiting. */
  storeIfAbsentSync(object: NewObject): boolean {
    checkSizes([object]);
    return this.#storingSync(() => this.#putIfAbsent(object));
  }

  /** The bytes of an object, in memory that is the caller's own. */
  fetch(uuid: string): Uint8Array | undefined {
    return this.#read(() => {
      this.#root.resetReadTxn();
      return this.#get(uuid);
    });
  }

  /** The bytes of several objects, in order, as they are at one moment. */
  fetchAll(uuids: readonly string[]): (Uint8Array | undefined)[] {
    return this.#read(() => {
      this.#root.resetReadTxn();
      return uuids.map((uuid) => this.#get(uuid));
    });
  }

  /** Whether there is an object. */
  has(uuid: string): boolean {
    return this.#read(() => {
      this.#root.resetReadTxn();
      return this.#has(uuid);
    });
  }

  /** Removes objects. */
  async remove(uuids: readonly string[]): Promise<void> {
    await this.#transaction('evict an object', () => {
      for (const uuid of uuids) this.#remove(uuid);
    });
  }

  /** {@link remove} without waiting. */
  removeSync(uuids: readonly string[]): void {
    this.#transactionSync('evict an object', () => {
      for (const uuid of uuids) this.#remove(uuid);
    });
  }

  /** Removes an object and hands over its bytes. One transaction: of several who try, one gets it. */
  async take(uuid: string): Promise<Uint8Array | undefined> {
    return this.#transaction('take an object', () => this.#take(uuid));
  }

  /** {@link take} without waiting. */
  takeSync(uuid: string): Uint8Array | undefined {
    return this.#transactionSync('take an object', () => this.#take(uuid));
  }

  /**
   * Has an object expire.
   *
   * @param time - When, in milliseconds since the epoch; `Infinity` for never.
   * @returns Whether there was one.
   */
  async expire(uuid: string, time: number): Promise<boolean> {
    return this.#transaction('have an object expire', () => {
      if (!this.#has(uuid)) return false;
      if (time <= Date.now()) this.#remove(uuid);
      else if (time === Infinity) this.#expiries.removeSync(uuid);
      else this.#expiries.putSync(uuid, time);
      return true;
    });
  }

  /** The names of all objects, as they are now. */
  names(): string[] {
    return this.#read(() => {
      this.#root.resetReadTxn();
      return [...this.#objects.names()].filter((uuid) => this.#alive(uuid));
    });
  }

  /** Gives the room of expired objects back. */
  async sweep(): Promise<void> {
    this.#root.resetReadTxn();
    const now = Date.now();
    const expired = [...this.#expiries.getRange()].filter(({ value }) => value <= now).map(({ key }) => key);
    if (expired.length === 0) return;
    await this.#transaction('evict an object', () => {
      // Looked at again: by now another may have been stored under the name.
      for (const uuid of expired) if (!this.#alive(uuid)) this.#remove(uuid);
    });
  }

  /** Removes all objects. */
  async clear(): Promise<void> {
    await this.#transaction('remove all objects', () => {
      this.#objects.clear();
      this.#expiries.clearSync();
    });
  }

  /** Settles when everything that was stored survives a crash of the system. */
  async flushed(): Promise<void> {
    // Not by the package's "flushed", which never settles where a commit has failed meanwhile. Its types lack this.
    const root = this.#root as unknown as { sync(done: (error?: Error) => void): void };
    const error = await new Promise<Error | undefined>((resolve) => {
      root.sync(resolve);
    });
    if (error !== undefined) throw lmdbError('flush an object', this.#path, error);
  }

  /** Closes the environment, after what is being written. */
  async close(): Promise<void> {
    // The package waits for the last commit to be flushed, which never comes of one that failed; of this one it does.
    if (this.#commitFailed) await this.#transaction('end what was begun', () => undefined);
    await this.#root.close();
  }

  // Those that change something are called in a transaction.

  #get(uuid: string): Uint8Array | undefined {
    return this.#alive(uuid) ? this.#objects.get(uuid) : undefined;
  }

  #has(uuid: string): boolean {
    return this.#alive(uuid) && this.#objects.has(uuid);
  }

  #put(object: NewObject): void {
    this.#objects.put(object);
    this.#expiries.removeSync(object.uuid);
  }

  #putIfAbsent(object: NewObject): boolean {
    if (this.#has(object.uuid)) return false;
    this.#put(object);
    return true;
  }

  #remove(uuid: string): void {
    this.#objects.remove(uuid);
    this.#expiries.removeSync(uuid);
  }

  #take(uuid: string): Uint8Array | undefined {
    const bytes = this.#get(uuid);
    if (bytes !== undefined) this.#remove(uuid);
    return bytes;
  }

  #alive(uuid: string): boolean {
    const time = this.#expiries.get(uuid);
    return time === undefined || time > Date.now();
  }

  /**
   * Where there is no room, tries again: what the last transaction has evicted gives its room to the second one after it
   * only, when no other process can be in need of it any more.
   */
  async #storing<T>(store: () => Promise<T>): Promise<T> {
    try {
      return await this.#writing(storing, store);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await this.#transaction(storing, this.#step).catch(() => undefined);
      return await this.#writing(storing, store);
    }
  }

  #storingSync<T>(run: () => T): T {
    try {
      return this.#transactionSync(storing, run);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#transactionSync(storing, this.#step);
      return this.#transactionSync(storing, run);
    }
  }

  /** Something to write that is small, and no object's. */
  readonly #step = (): void => {
    this.#expiries.putSync('-', Infinity);
  };

  /** As a child of a transaction, which is undone where it throws: of others the package keeps what they did by then. */
  #transaction<T>(what: string, run: () => T): Promise<T> {
    return this.#writing(what, () => this.#root.childTransaction(run));
  }

  async #writing<T>(what: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isCommitFailure(error)) throw lmdbError(what, this.#path, error);
      this.#commitFailed = true;
      throw lmdbError(what, this.#path, await reasonOf(error));
    }
  }

  #transactionSync<T>(what: string, run: () => T): T {
    try {
      return this.#root.transactionSync(run);
    } catch (error) {
      throw lmdbError(what, this.#path, error);
    }
  }

  #read<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw lmdbError('read an object', this.#path, error);
    }
  }
}

/** Before anything is stored: the package would store what is left of the length in 32 bits. */
function checkSizes(objects: readonly NewObject[]): void {
  for (const { parts } of objects) {
    const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
    if (length <= largestObject) continue;
    throw new ConnectorError(
      `LMDB takes objects of up to ${largestObject} bytes, and this one has ${length}. Store it in pieces, or in a connector that takes it, such as FileConnector.`,
      { connector: kind },
    );
  }
}

function loadPackage(): ReturnType<typeof loadLmdb> {
  try {
    return loadLmdb();
  } catch (error) {
    throw new ConnectorError(
      'The LMDB connector needs the package "lmdb", which could not be loaded. Install it: npm install lmdb',
      { connector: kind, cause: error },
    );
  }
}
