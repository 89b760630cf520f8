/** `proxystore/blocking`: the connector that gives an asynchronous one the operations without waiting. */

import '../resources/symbols.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConnectorClosedError, ConnectorError } from '../errors.js';
import { Failures } from '../resources/close-once.js';
import { isBlockingWorker } from './blocking/answering.js';
import { checkReachable } from './blocking/known-connectors.js';
import { endLeakWatch, watchForLeak } from './blocking/leaks.js';
import {
  checkedOptions,
  wrongOption,
  type BlockingConnectorOptions,
  type CheckedOptions,
} from './blocking/options.js';
import { ownFolder } from './blocking/own-folder.cjs';
import { BlockingOperations } from './blocking/sync-operations.js';
import { WorkerThread, type WorkerSettings } from './blocking/worker-thread.js';
import { ConfigOptions } from './config-options.js';
import { connectorFromConfig, registerConnector } from './connector-classes.js';
import { OperationGuard } from './operation-guard.js';
import {
  isDeferrable,
  type Connector,
  type ConnectorClass,
  type ConnectorConfig,
  type ConnectorKey,
  type ConnectorPutOptions,
  type OperationOptions,
  type Parts,
  type SyncConnector,
  type SyncOperations,
} from './protocol.js';

export type { BlockingConnectorOptions } from './blocking/options.js';

const kind = 'blocking';

/**
 * Has the operations of an asynchronous connector, and does them without waiting, too: in `sync`, each is done by a worker
 * thread with a connector of its own, while the calling thread stands still until it is done. So a proxy of a Redis store
 * resolves in place, where it is first used.
 *
 * Nothing else happens in a thread that stands still: no timer, no request, no other `await`. It is for scripts, for
 * threads of one's own, and for code that cannot be made asynchronous; where one can `await resolve(proxy)`, that is
 * cheaper. The asynchronous operations go straight to the connector, in this thread, and cost what they cost there.
 *
 * The worker is started by the first operation of `sync`, and another one where it has died. It keeps no process alive.
 * It opens its connector from the config of this one's, and `secrets`; so what it does not have from there, such as a
 * client of the user's, is not used. Needs Node's `worker_threads`, and a thread that may wait, which the main thread of a
 * browser may not.
 *
 * An operation that takes longer than `timeout` is told to give up. A `put` then leaves nothing behind; an object that
 * is taken too late is lost.
 *
 * @typeParam K - The keys of the connector, which are the keys of this one.
 * @example
 * ```ts
 * const redis = new RedisConnector({ url: 'redis://cache:6379', password });
 * await using store = new Store('results', new BlockingConnector(redis, { secrets: { password } }));
 * const table = store.proxyFromKey(key);
 * table.rows.length; // fetched here
 * ```
 */
export class BlockingConnector<K extends ConnectorKey = ConnectorKey> implements SyncConnector<K> {
  static readonly kind = kind;

  readonly kind = kind;
  /** The operations without waiting: each stops this thread until it is done. */
  readonly sync: SyncOperations<K>;
  /** Where the connector can defer. */
  readonly newKey?: NonNullable<Connector<K>['newKey']>;
  /** Where the connector can defer. */
  readonly set?: NonNullable<Connector<K>['set']>;
  /** Where the connector can take. */
  readonly take?: NonNullable<Connector<K>['take']>;
  /** Where the connector can expire. */
  readonly expire?: NonNullable<Connector<K>['expire']>;
  /** Where the connector can be watched. */
  readonly watch?: NonNullable<Connector<K>['watch']>;
  /** Where the connector can be listed. */
  readonly list?: NonNullable<Connector<K>['list']>;
  readonly #connector: Connector<K>;
  readonly #timeout: number;
  readonly #worker: WorkerThread;
  readonly #guard = new OperationGuard(kind);

  /**
   * @param connector - The connector, which becomes this one's own; or a config, from which it is opened. If the
   *   constructor throws, it is still the caller's.
   * @param options - Of the worker.
   * @throws ConnectorError for options that are wrong, for a connector that a worker cannot open, inside of another
   *   blocking connector, and where a thread cannot wait.
   */
  constructor(connector: Connector<K> | ConnectorConfig, options: BlockingConnectorOptions = {}) {
    checkThread();
    const checked = checkedOptions(options);
    checkReachable(isConnector(connector) ? connector.config() : connector, checked.module !== undefined);
    // A config leads to keys of whatever type its reader says.
    const child = isConnector(connector)
      ? connector
      : (connectorFromConfig(withSecrets(connector, checked.secrets)) as Connector<K>);
    this.#connector = child;
    this.#timeout = checked.timeout;
    this.#worker = new WorkerThread(settingsOf(connector, checked));
    const guard = this.#guard;
    this.sync = new BlockingOperations(child, this.#worker, guard);
    watchForLeak(this.sync, closing(this.#worker, child));
    if (isDeferrable(child)) {
      this.newKey = () => {
        guard.check();
        return child.newKey();
      };
      this.set = (key, data, given) => guard.run(given?.signal, () => child.set(key, data, given));
    }
    const take = child.take?.bind(child);
    const expire = child.expire?.bind(child);
    const watch = child.watch?.bind(child);
    const list = child.list?.bind(child);
    if (take !== undefined) this.take = (key, given) => guard.run(given?.signal, () => take(key, given));
    if (expire !== undefined) {
      this.expire = (key, milliseconds, given) =>
        guard.run(given?.signal, () => expire(key, milliseconds, given));
    }
    if (watch !== undefined) {
      this.watch = async (key, given) => {
        guard.check(given?.signal);
        await watch(key, given).catch((error: unknown) => this.#fail(error));
      };
    }
    if (list !== undefined) this.list = (given) => this.#list(list, given);
  }

  /**
   * Opens the connector that a config names; its class must have been imported.
   *
   * @param options - What `config()` gave.
   * @throws ConnectorError as the constructor, and where the class is not known here.
   */
  static fromConfig(options: ConnectorConfig['options']): BlockingConnector {
    return fromConfig(options, {});
  }

  /**
   * A class that opens from the same configs, with what they leave out: `registerConnector(BlockingConnector.with({ secrets }))`.
   *
   * @param given - What is not in a config.
   */
  static with(given: Omit<BlockingConnectorOptions, 'timeout'>): ConnectorClass<BlockingConnector> {
    return { kind, fromConfig: (options) => fromConfig(options, given) };
  }

  put(data: Parts, options?: ConnectorPutOptions): Promise<K> {
    return this.#guard.run(options?.signal, () => this.#connector.put(data, options));
  }

  get(key: K, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#guard.run(options?.signal, () => this.#connector.get(key, options));
  }

  exists(key: K, options?: OperationOptions): Promise<boolean> {
    return this.#guard.run(options?.signal, () => this.#connector.exists(key, options));
  }

  evict(key: K, options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, () => this.#connector.evict(key, options));
  }

  putBatch(data: readonly Parts[], options?: ConnectorPutOptions): Promise<K[]> {
    return this.#guard.run(options?.signal, () => this.#connector.putBatch(data, options));
  }

  getBatch(keys: readonly K[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#guard.run(options?.signal, () => this.#connector.getBatch(keys, options));
  }

  evictBatch(keys: readonly K[], options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, () => this.#connector.evictBatch(keys, options));
  }

  checkKey(key: unknown): K {
    return this.#connector.checkKey(key);
  }

  /** The config of the connector, and the timeout. Where a `module` is needed, whoever opens it elsewhere has it in code. */
  config(): ConnectorConfig {
    const { kind: ofConnector, options } = this.#connector.config();
    return { kind, options: { connector: { kind: ofConnector, options }, timeout: this.#timeout } };
  }

  /** Ends the worker, and closes the connector. Both, even if one of them fails. */
  close(): Promise<void> {
    endLeakWatch(this.sync);
    return this.#guard.close(closing(this.#worker, this.#connector));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#list(
    list: NonNullable<Connector<K>['list']>,
    options?: OperationOptions,
  ): AsyncGenerator<K, void, undefined> {
    this.#guard.check(options?.signal);
    try {
      for await (const key of list(options)) {
        yield key;
        this.#guard.check(options?.signal);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The connector that ends what waits says so of itself; whoever waits has asked this one. */
  #fail(error: unknown): never {
    throw error instanceof ConnectorClosedError ? this.#guard.closedError() : error;
  }
}

/** Closes in reverse order of opening. Apart from the connector, so that what is left to be collected is not held. */
function closing(worker: WorkerThread, connector: Connector): () => Promise<void> {
  return async () => {
    const failures = new Failures();
    await failures.runAsync(() => worker.close());
    await failures.runAsync(() => connector.close());
    failures.throwIfAny();
  };
}

/** What a worker is started with, apart from the connector as well. */
function settingsOf(
  source: Connector | ConnectorConfig,
  { timeout, secrets, module, file }: CheckedOptions,
): () => WorkerSettings {
  return () => ({
    config: withSecrets(isConnector(source) ? source.config() : source, secrets),
    file: file ?? ownWorkerFile(),
    module,
    timeout,
  });
}

function fromConfig(
  options: ConnectorConfig['options'],
  given: Omit<BlockingConnectorOptions, 'timeout'>,
): BlockingConnector {
  // Tells an option of a later version, and what is no object.
  new ConfigOptions(kind, options, ['connector', 'timeout']);
  const { connector, timeout } = options as Readonly<Record<string, unknown>>; // not checked yet
  const { kind: ofConnector, options: inside } = (connector ?? {}) as Readonly<Record<string, unknown>>;
  if (
    typeof ofConnector !== 'string' ||
    typeof inside !== 'object' ||
    inside === null ||
    Array.isArray(inside)
  ) {
    throw wrongOption('connector', 'a config: { kind, options }');
  }
  // What is in it, the class of its kind checks.
  const config = { kind: ofConnector, options: inside as ConnectorConfig['options'] };
  // What it is, the constructor checks.
  return new BlockingConnector(config, { ...given, timeout: timeout as number | undefined });
}

function isConnector<K extends ConnectorKey>(value: Connector<K> | ConnectorConfig): value is Connector<K> {
  return 'checkKey' in value;
}

function withSecrets(
  { kind: ofConnector, options }: ConnectorConfig,
  secrets: Readonly<Record<string, unknown>>,
): ConnectorConfig {
  // A secret may be what JSON cannot carry; it goes to the class that takes it, and nowhere else.
  return { kind: ofConnector, options: { ...options, ...secrets } as ConnectorConfig['options'] };
}

/** Refuses where no thread can be waited for, and in a thread that another one waits for. */
function checkThread(): void {
  if (isBlockingWorker()) {
    throw new ConnectorError(
      'This is the worker of a blocking connector, which must not stand still itself: whoever waits for it would wait for ever. Use the asynchronous connector here.',
      { connector: kind },
    );
  }
  try {
    // Returns at once, where it may be called at all.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 1, 0);
  } catch (cause) {
    throw new ConnectorError(
      'A blocking connector needs Atomics.wait on a SharedArrayBuffer, which this thread does not have or must not use, as the main thread of a browser must not. Use the asynchronous connector, and await resolve(proxy).',
      { connector: kind, cause },
    );
  }
}

function ownWorkerFile(): URL {
  // In a bundle the folder is that of the bundle, and a worker in it somebody else's.
  if (ownFolder !== undefined && /[\\/]connectors[\\/]blocking$/.test(ownFolder)) {
    const file = join(ownFolder, 'worker.js');
    if (existsSync(file)) return pathToFileURL(file);
  }
  throw new ConnectorError(
    'The file of the worker is not where this package has it, as in a bundle. Make a bundle of a file that has import "proxystore/blocking/worker", and name it: new BlockingConnector(connector, { worker: new URL("./that-bundle.js", import.meta.url) }).',
    { connector: kind },
  );
}

registerConnector(BlockingConnector);
