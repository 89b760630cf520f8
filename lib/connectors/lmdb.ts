/** `proxystore/lmdb`: the connector that keeps objects in an LMDB environment, which threads and processes share. */

import '../resources/symbols.js';
import { mkdirSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { ConnectorError } from '../errors.js';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { ObjectWatch } from './file/object-watch.js';
import { Environment } from './lmdb/environment.js';
import type { EnvironmentOptions } from './lmdb/environment.js';
import { kind } from './lmdb/errors.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  OperationOptions,
  Parts,
  SetOptions,
  SyncConnector,
  SyncOperations,
} from './protocol.js';
import { newUUIDKey, uuidOf } from './uuid-key.js';
import type { UUIDKey } from './uuid-key.js';

/** Between two looks for expired objects whose room can be given back, in milliseconds. */
const sweepInterval = 30_000;

/** What an {@link LmdbConnector} can be told. */
export interface LmdbConnectorOptions extends EnvironmentOptions {
  /**
   * Whether an object survives a crash of the system once `put` or `set` has settled. Default false: it survives the end
   * of the process, and a crash of the system when LMDB has flushed it, which it begins at once.
   */
  readonly durable?: boolean | undefined;
  /** Whether closing the connector removes all objects, whoever stored them. Default false. */
  readonly clear?: boolean | undefined;
}

/**
 * Keeps objects in an LMDB environment: a memory-mapped file that the threads and processes of one machine share. Reads
 * take no lock and no system call. Has every capability. Needs the package `lmdb`.
 *
 * An object that expires is there for nobody from then on, in every process and after this one has died; its room is
 * given back later, by any connector that is open. Writing waits for other writers, in place in the synchronous forms.
 * A write that is aborted while it is being committed is taken back. Bytes are read from the caller's memory until `put`
 * or `set` has settled, and must not be changed before; where that memory is gone by then, as when it was transferred to
 * another thread, storing fails.
 *
 * An object has 2,147,418,048 bytes at most. When the disk is full, storing fails and changes nothing; the package `lmdb`
 * then prints to stderr, too. Eviction needs a few free pages, and 1/512 of the object's size: when there is not even
 * that, it fails until there is.
 *
 * @example
 * ```ts
 * await using store = new Store('results', new LmdbConnector('/var/lib/app/objects'));
 * ```
 */
export class LmdbConnector implements SyncConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  /** The same operations without waiting. */
  readonly sync: Required<SyncOperations<UUIDKey>>;
  /** The environment's directory, absolute. */
  readonly path: string;
  readonly #options: LmdbConnectorOptions;
  readonly #environment: Environment;
  readonly #watch: ObjectWatch;
  readonly #sweeper: NodeJS.Timeout;
  readonly #guard = new OperationGuard(kind);

  /**
   * Opens an environment, which is made when it is not there.
   *
   * @param path - Its directory. A relative one starts at the current directory of now.
   * @param options - Durability, and what closing does.
   * @throws ConnectorError when it cannot be opened, or the package `lmdb` is not installed.
   */
  constructor(path: string, options: LmdbConnectorOptions = {}) {
    this.path = makeDirectory(path);
    this.#options = options;
    const environment = new Environment(this.path, options);
    this.#environment = environment;
    this.#watch = new ObjectWatch(this.path, (uuid) => Promise.resolve(environment.has(uuid)), 'any');
    this.sync = new LmdbOperations(environment, this.#guard);
    const sweep = (): void => {
      // What cannot be swept now can be later.
      this.#guard.run(undefined, () => environment.sweep()).catch(() => undefined);
    };
    this.#sweeper = setInterval(sweep, sweepInterval).unref();
    sweep();
  }

  /**
   * Opens the environment that a config names.
   *
   * @param options - What `config()` gave: an absolute `path`, and `durable` where it is given. `clear` is refused unless
   *   it is false.
   * @throws ConnectorError when an option is wrong or the environment cannot be opened.
   */
  static fromConfig(options: ConnectorConfig['options']): LmdbConnector {
    const config = new ConfigOptions(kind, options, ['path', 'durable', 'clear']);
    const path = config.string('path', isAbsolute, 'an absolute path');
    return new LmdbConnector(path, { durable: config.flag('durable') });
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const key = newUUIDKey();
    await this.#store([{ uuid: key[0], parts: data }], options?.signal);
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#guard.run(options?.signal, async () => this.#environment.fetch(uuidOf(key, kind)));
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#guard.run(options?.signal, async () => this.#environment.has(uuidOf(key, kind)));
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.evictBatch([key], options);
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    await this.#store(
      objects.map(({ key, parts }) => ({ uuid: key[0], parts })),
      options?.signal,
    );
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#guard.run(options?.signal, async () =>
      this.#environment.fetchAll(keys.map((key) => uuidOf(key, kind))),
    );
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => {
      const uuids = keys.map((key) => uuidOf(key, kind));
      if (uuids.length > 0) await this.#environment.remove(uuids);
    });
  }

  newKey(): UUIDKey {
    this.#guard.check();
    return newUUIDKey();
  }

  set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    const { signal, ifAbsent = false } = options ?? {};
    return this.#guard.run(signal, async () => {
      const object = { uuid: uuidOf(key, kind), parts: data };
      let stored = true;
      if (ifAbsent) stored = await this.#environment.storeIfAbsent(object);
      else await this.#environment.store(object);
      await this.#persist();
      return stored;
    });
  }

  take(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#guard.run(options?.signal, async () => this.#environment.take(uuidOf(key, kind)));
  }

  /**
   * Has an object expire, for all processes. `set` over the object cancels it.
   *
   * @param milliseconds - From now. 0 or less drops it at once, `Infinity` cancels an earlier expiry.
   * @returns Whether the object was there.
   * @throws RangeError when the time is not a number.
   */
  expire(key: UUIDKey, milliseconds: number, options?: OperationOptions): Promise<boolean> {
    return this.#guard.run(options?.signal, async () => {
      const uuid = uuidOf(key, kind);
      if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
        throw new RangeError(
          `An object expires after a number of milliseconds, not ${String(milliseconds)}.`,
        );
      }
      return this.#environment.expire(uuid, Date.now() + milliseconds);
    });
  }

  /**
   * Waits until an object is stored under a key, by this process or another: told by the system that the environment's
   * file has changed, and looked for every 500 ms where the system does not tell. Keeps no process alive.
   *
   * @throws ConnectorClosedError when the connector is closed meanwhile.
   */
  async watch(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    await this.#watch.wait(uuidOf(key, kind), options?.signal);
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    this.#guard.check(options?.signal);
    for (const uuid of this.#environment.names()) {
      yield [uuid];
      this.#guard.check(options?.signal);
    }
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    return key as UUIDKey; // the call above throws for anything else
  }

  /** The path, and whether objects are `durable`. That closing clears the environment stays with this connector. */
  config(): ConnectorConfig {
    return { kind, options: { path: this.path, durable: this.#options.durable ?? false, clear: false } };
  }

  close(): Promise<void> {
    clearInterval(this.#sweeper);
    // Not waited for: nobody can tell when they would end.
    this.#watch.close(this.#guard.closedError());
    return this.#guard.close(async () => {
      try {
        if (this.#options.clear === true) await this.#environment.clear();
      } finally {
        await this.#environment.close();
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #store(
    objects: readonly { uuid: string; parts: Parts }[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#guard.run(signal, async () => {
      if (objects.length === 0) return;
      await this.#environment.storeNew(objects);
      // Nobody has the keys yet, so nobody has seen what is taken back.
      if (signal?.aborted === true) await this.#environment.remove(objects.map(({ uuid }) => uuid));
      signal?.throwIfAborted();
      await this.#persist();
    });
  }

  async #persist(): Promise<void> {
    if (this.#options.durable === true) await this.#environment.flushed();
  }
}

/** The operations without waiting. */
class LmdbOperations implements Required<SyncOperations<UUIDKey>> {
  readonly #environment: Environment;
  readonly #guard: OperationGuard;

  constructor(environment: Environment, guard: OperationGuard) {
    this.#environment = environment;
    this.#guard = guard;
  }

  put(data: Parts): UUIDKey {
    this.#guard.check();
    const key = newUUIDKey();
    this.#environment.storeNewSync([{ uuid: key[0], parts: data }]);
    return key;
  }

  get(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#environment.fetch(uuidOf(key, kind));
  }

  exists(key: UUIDKey): boolean {
    this.#guard.check();
    return this.#environment.has(uuidOf(key, kind));
  }

  evict(key: UUIDKey): void {
    this.evictBatch([key]);
  }

  putBatch(data: readonly Parts[]): UUIDKey[] {
    this.#guard.check();
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    if (objects.length > 0)
      this.#environment.storeNewSync(objects.map(({ key, parts }) => ({ uuid: key[0], parts })));
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[]): (Uint8Array | undefined)[] {
    this.#guard.check();
    return this.#environment.fetchAll(keys.map((key) => uuidOf(key, kind)));
  }

  evictBatch(keys: readonly UUIDKey[]): void {
    this.#guard.check();
    const uuids = keys.map((key) => uuidOf(key, kind));
    if (uuids.length > 0) this.#environment.removeSync(uuids);
  }

  set(key: UUIDKey, data: Parts, options?: Pick<SetOptions, 'ifAbsent'>): boolean {
    this.#guard.check();
    const object = { uuid: uuidOf(key, kind), parts: data };
    if (options?.ifAbsent === true) return this.#environment.storeIfAbsentSync(object);
    this.#environment.storeSync(object);
    return true;
  }

  take(key: UUIDKey): Uint8Array | undefined {
    this.#guard.check();
    return this.#environment.takeSync(uuidOf(key, kind));
  }
}

function makeDirectory(path: string): string {
  if (typeof path !== 'string' || path === '') {
    throw new ConnectorError('An LMDB connector takes the path of a directory.', { connector: kind });
  }
  const absolute = resolve(path);
  try {
    mkdirSync(absolute, { recursive: true });
  } catch (error) {
    throw new ConnectorError(`The directory ${absolute} could not be made.`, {
      connector: kind,
      cause: error,
    });
  }
  return absolute;
}

registerConnector(LmdbConnector);
