/** `proxystore/keyv`: the connector that keeps objects through a Keyv of the user's, in whatever that has behind it. */

import '../resources/symbols.js';
import { ConnectorError } from '../errors.js';
import { Failures } from '../resources/close-once.js';
import { decodeBase64, encodeBase64 } from './keyv/base64.js';
import { registerConnector } from './connector-classes.js';
import { OperationGuard } from './operation-guard.js';
import type { Connector, ConnectorConfig, OperationOptions, Parts } from './protocol.js';
import { isUUID, newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

const kind = 'keyv';

/** The part of a Keyv, version 5 or later, that the connector uses. */
export interface KeyvLike {
  /** Whether a failure of the backend is thrown. Else a Keyv takes it for a missing object, or passes it over. */
  readonly throwOnErrors: boolean;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  has(key: string): Promise<boolean>;
  disconnect(): Promise<void>;
  /** There where the backend can be listed. */
  readonly iterator?: ((namespace?: string) => AsyncIterable<readonly unknown[]>) | undefined;
}

/** What a {@link KeyvConnector} is made of. */
export interface KeyvConnectorOptions {
  /**
   * The Keyv, made with `throwOnErrors: true`. Borrowed: it stays the caller's to disconnect. Give it a namespace of its
   * own. Its `ttl`, where it has one, holds for objects too.
   */
  readonly keyv: KeyvLike;
  /** Whether closing the connector disconnects the Keyv. Default false. */
  readonly ownsKeyv?: boolean | undefined;
}

/**
 * Keeps objects in what a Keyv keeps values in: Postgres, MySQL, MongoDB, etcd, Memcache, SQLite and others.
 *
 * Bytes are stored as base64 text, a third longer than they are, for that is what all of its backends give back as it
 * was. Where the backend can be listed the connector has the capability `list`; a listing reads the values, too. It has
 * no other: a Keyv has no atomic step to take an object or to store one that is to be absent.
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
  readonly #ownsKeyv: boolean;
  readonly #guard = new OperationGuard(kind);

  /**
   * @param options - The Keyv.
   * @throws ConnectorError where the Keyv keeps failures to itself.
   */
  constructor({ keyv, ownsKeyv = false }: KeyvConnectorOptions) {
    if (!keyv.throwOnErrors) {
      throw new ConnectorError(
        'This Keyv takes a failure of its backend for a missing object, and says of what it did not store that it did. Make it with new Keyv({ …, throwOnErrors: true }).',
        { connector: kind },
      );
    }
    this.#keyv = keyv;
    this.#ownsKeyv = ownsKeyv;
    const { iterator } = keyv;
    if (iterator !== undefined) this.list = (options) => this.#list(entriesOf(keyv, iterator), options);
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
    await this.#guard.run(options?.signal, () => this.#store(key, data));
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#guard.run(options?.signal, async () => this.#fetch(uuidOf(key, kind)));
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#guard.run(options?.signal, async () => {
      const uuid = uuidOf(key, kind);
      return this.#keyv.has(uuid).catch((error: unknown) => fail('look for', [uuid], error));
    });
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => this.#remove(uuidOf(key, kind)));
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    await this.#guard.run(options?.signal, async () => {
      const failures = await failuresOf(objects.map(({ key, parts }) => this.#store(key, parts)));
      if (failures === undefined) return;
      // Those whose storing failed as well: the backend may have stored what it did not answer to.
      await Promise.allSettled(objects.map(({ key: [uuid] }) => this.#remove(uuid)));
      failures.throwIfAny();
    });
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#guard.run(options?.signal, async () => {
      const uuids = keys.map((key) => uuidOf(key, kind));
      return Promise.all(uuids.map((uuid) => this.#fetch(uuid)));
    });
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => {
      const uuids = keys.map((key) => uuidOf(key, kind));
      (await failuresOf(uuids.map((uuid) => this.#remove(uuid))))?.throwIfAny();
    });
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
      if (this.#ownsKeyv) await this.#keyv.disconnect();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #store([uuid]: UUIDKey, data: Parts): Promise<void> {
    const stored = await this.#keyv
      .set(uuid, encodeBase64(data))
      .catch((error: unknown) => fail('store', [uuid], error));
    if (!stored) fail('store', [uuid], undefined);
  }

  async #fetch(uuid: string): Promise<Uint8Array | undefined> {
    const value = await this.#keyv.get(uuid).catch((error: unknown) => fail('fetch', [uuid], error));
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return decodeBase64(value);
    throw new ConnectorError('What the Keyv has under this key was not stored by a keyv connector.', {
      connector: kind,
      key: [uuid],
    });
  }

  async #remove(uuid: string): Promise<void> {
    await this.#keyv.delete(uuid).catch((error: unknown) => fail('evict', [uuid], error));
  }

  async *#list(
    entries: AsyncIterable<readonly unknown[]>,
    options?: OperationOptions,
  ): AsyncGenerator<UUIDKey, void, undefined> {
    const signal = options?.signal;
    this.#guard.check(signal);
    for await (const [name] of entries) {
      if (typeof name !== 'string' || !isUUID(name)) continue;
      yield [name];
      this.#guard.check(signal);
    }
  }
}

/** Waits for all; what failed, if any did. */
async function failuresOf(operations: readonly Promise<void>[]): Promise<Failures | undefined> {
  const failures = new Failures();
  let any = false;
  for (const outcome of await Promise.allSettled(operations)) {
    if (outcome.status === 'fulfilled') continue;
    any = true;
    failures.add(outcome.reason);
  }
  return any ? failures : undefined;
}

/** What there is, with what the backend fails with as a ConnectorError. */
async function* entriesOf(
  keyv: KeyvLike,
  iterator: NonNullable<KeyvLike['iterator']>,
): AsyncGenerator<readonly unknown[], void, undefined> {
  try {
    yield* iterator.call(keyv);
  } catch (cause) {
    throw new ConnectorError(
      'The Keyv could not list its objects. See "cause" for what its backend said, and whether it can be reached.',
      { connector: kind, cause },
    );
  }
}

function fail(what: string, key: UUIDKey, cause: unknown): never {
  throw new ConnectorError(
    `The Keyv could not ${what} the object ${key[0]}. See "cause" for what its backend said, and whether it can be reached.`,
    { connector: kind, key, cause },
  );
}

registerConnector(KeyvConnector);
