/** `proxystore/keyv`: the connector that keeps objects through a Keyv of the user's, in whatever that has behind it. */

import '../resources/symbols.js';
import { ConnectorError } from '../errors.js';
import { registerConnector } from './connector-classes.js';
import { kind, throwsOnErrors, type KeyvLike } from './keyv/keyv-like.js';
import { KeyvObjects } from './keyv/objects.js';
import { withinLimit, type TimeLimit } from './keyv/time-limit.js';
import { OperationGuard } from './operation-guard.js';
import type { Connector, ConnectorConfig, OperationOptions, Parts } from './protocol.js';
import { isUUID, newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

export type { KeyvLike } from './keyv/keyv-like.js';

/** What a {@link KeyvConnector} is made of. */
export interface KeyvConnectorOptions {
  /**
   * The Keyv, made with `throwOnErrors: true`, as its adapter is where that has such a setting of its own
   * (`@keyv/redis`). Borrowed: it stays the caller's to disconnect. Give it a namespace of its own. Its `ttl` in
   * milliseconds, where it has one, holds for objects too.
   */
  readonly keyv: KeyvLike;
  /** Whether closing the connector disconnects the Keyv. Default false. */
  readonly ownsKeyv?: boolean | undefined;
  /**
   * How long an operation may take until it fails, in milliseconds; closing, too, where the Keyv is disconnected by it.
   * Default 30,000. A Keyv waits for as long as its adapter does, which may be for ever when the backend is gone.
   */
  readonly operationTimeout?: number | undefined;
}

const defaultTimeout = 30_000;
/** What timers can wait at most. */
const longestTimeout = 2 ** 31 - 1;
/** How often a listing is begun again until what it trips over is taken for a failure. */
const mostTrips = 100;

/**
 * Keeps objects in what a Keyv keeps values in: Postgres, MySQL, MongoDB, etcd, Memcache, SQLite and others.
 *
 * Bytes are stored as base64 text, a third longer than they are, for that is what all of its backends give back as it
 * was. An object has up to some 400 million bytes, of which the text is as long as a string can be. Where the backend can be listed the connector has the capability `list`; a listing reads the values, too. It has
 * no other: a Keyv has no atomic step to take an object or to store one that is to be absent. A batch goes by calls for a
 * hundred objects, where the adapter has such and the Keyv has no hooks, which these calls would pass by.
 *
 * A Keyv cannot travel. `config()` names the kind only, and another process has a store of the same name registered,
 * with a Keyv of its own.
 *
 * @example
 * ```ts
 * const keyv = new Keyv({ store: new KeyvPostgres(url), namespace: 'objects', throwOnErrors: true });
 * await using connector = new KeyvConnector({ keyv, ownsKeyv: true });
 * ```
 */
export class KeyvConnector implements Connector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  /** Where the Keyv can be listed. */
  readonly list?: NonNullable<Connector<UUIDKey>['list']>;
  readonly #keyv: KeyvLike;
  readonly #objects: KeyvObjects;
  readonly #ownsKeyv: boolean;
  readonly #timeout: number;
  readonly #guard = new OperationGuard(kind);

  /**
   * @param options - The Keyv.
   * @throws ConnectorError where the Keyv, or its adapter, keeps failures to itself, and for a timeout that is none.
   */
  constructor({ keyv, ownsKeyv = false, operationTimeout = defaultTimeout }: KeyvConnectorOptions) {
    const throws = throwsOnErrors(keyv);
    if (throws !== 'yes') {
      const remedy =
        throws === 'no'
          ? 'Make it with new Keyv({ …, throwOnErrors: true }).'
          : 'Make its adapter with throwOnErrors: true, too, as in new KeyvRedis(url, { throwOnErrors: true }).';
      throw new ConnectorError(
        `This Keyv takes a failure of its backend for a missing object, and says of what it did not store that it did. ${remedy}`,
        { connector: kind },
      );
    }
    this.#keyv = keyv;
    this.#objects = new KeyvObjects(keyv);
    this.#ownsKeyv = ownsKeyv;
    this.#timeout = checkedTimeout(operationTimeout);
    const { iterator } = keyv;
    if (iterator !== undefined) this.list = (options) => this.#list(namesIn(keyv, iterator), options);
  }

  /**
   * Always throws, for a Keyv cannot travel.
   *
   * @throws ConnectorError which says what to do instead.
   */
  static fromConfig(): KeyvConnector {
    throw new ConnectorError(
      'A keyv connector cannot be made from a config, which cannot carry a Keyv. Make a store of the same name here, with new KeyvConnector({ keyv }), and register it.',
      { connector: kind },
    );
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const key = newUUIDKey();
    const [uuid] = key;
    await this.#run(options, 'store an object', () => this.#objects.storeAll([{ uuid, parts: data }]), {
      undo: () => this.#objects.remove(uuid),
    });
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#run(options, 'fetch an object', async () => this.#objects.fetch(uuidOf(key, kind)));
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#run(options, 'look for an object', async () => this.#objects.has(uuidOf(key, kind)));
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.#run(options, 'evict an object', async () => this.#objects.remove(uuidOf(key, kind)));
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    const named = objects.map(({ key, parts }) => ({ uuid: key[0], parts }));
    await this.#run(options, `store ${named.length} objects`, () => this.#objects.storeAll(named), {
      undo: () => this.#objects.removeAll(named.map(({ uuid }) => uuid)),
    });
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#run(options, `fetch ${keys.length} objects`, async () =>
      this.#objects.fetchAll(keys.map((key) => uuidOf(key, kind))),
    );
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#run(options, `evict ${keys.length} objects`, async () =>
      this.#objects.removeAll(keys.map((key) => uuidOf(key, kind))),
    );
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  /** The kind alone, for a Keyv cannot travel. */
  config(): ConnectorConfig {
    return { kind, options: {} };
  }

  close(): Promise<void> {
    return this.#guard.close(async () => {
      if (this.#ownsKeyv) {
        await withinLimit(() => disconnect(this.#keyv), { timeout: this.#timeout, what: 'disconnect' });
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#list(
    names: AsyncGenerator<string, void, undefined>,
    options?: OperationOptions,
  ): AsyncGenerator<UUIDKey, void, undefined> {
    const next = (): Promise<IteratorResult<string, void>> =>
      this.#run(options, 'list its objects', () => names.next());
    let ended = false;
    try {
      for (let name = await next(); name.done !== true; name = await next()) yield [name.value];
      ended = true;
    } finally {
      // Lets go of what the backend holds for it. Not waited for: a backend that is gone does not get as far.
      if (!ended) void names.return().catch(() => undefined);
    }
  }

  #run<T>(
    { signal }: OperationOptions = {},
    what: string,
    operation: () => Promise<T>,
    { undo }: Pick<TimeLimit, 'undo'> = {},
  ): Promise<T> {
    return this.#guard.run(signal, () =>
      withinLimit(operation, { timeout: this.#timeout, signal, what, undo }),
    );
  }
}

function checkedTimeout(timeout: unknown): number {
  if (typeof timeout === 'number' && timeout >= 1 && timeout <= longestTimeout) return timeout;
  throw new ConnectorError(
    `A keyv connector cannot be made of these options. The option "operationTimeout" must be a number of milliseconds, from 1 to ${longestTimeout}.`,
    { connector: kind },
  );
}

async function disconnect(keyv: KeyvLike): Promise<void> {
  try {
    await keyv.disconnect();
  } catch (cause) {
    throw new ConnectorError('The Keyv could not be disconnected. See "cause" for what its backend said.', {
      connector: kind,
      cause,
    });
  }
}

/**
 * The names that there are, each once, with what the backend fails with as a ConnectorError.
 *
 * A Keyv trips over an entry that is removed between the finding of its name and the reading of its value, with a
 * TypeError of its own. The entry is not found the next time, so the listing is begun again.
 */
async function* namesIn(
  keyv: KeyvLike,
  iterator: NonNullable<KeyvLike['iterator']>,
): AsyncGenerator<string, void, undefined> {
  const given = new Set<unknown>();
  for (let trips = 0; ; trips += 1) {
    try {
      for await (const [name] of iterator.call(keyv)) {
        if (typeof name !== 'string' || !isUUID(name) || given.has(name)) continue;
        given.add(name);
        yield name;
      }
      return;
    } catch (cause) {
      if (cause instanceof TypeError && trips < mostTrips) continue;
      throw new ConnectorError(
        'The Keyv could not list its objects. See "cause" for what its backend said, and whether it can be reached.',
        { connector: kind, cause },
      );
    }
  }
}

registerConnector(KeyvConnector);
