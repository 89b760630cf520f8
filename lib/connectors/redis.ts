/** `proxystore/redis`: the connector that keeps objects in Redis, or in what speaks its protocol. */

import '../resources/symbols.js';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  DeferrableConnector,
  JsonValue,
  OperationOptions,
  Parts,
  SetOptions,
} from './protocol.js';
import { BorrowedLink } from './redis/borrowed-link.js';
import type { Client } from './redis/client.js';
import { Connection } from './redis/connection.js';
import type { Link } from './redis/link.js';
import { ObjectWatch } from './redis/object-watch.js';
import { RedisObjects, type ScanCursor } from './redis/objects.js';
import type { RedisBorrowOptions, RedisConnectorOptions } from './redis/options.js';
import { OwnedLink } from './redis/owned-link.js';
import {
  commonSettings,
  commonOptionNames,
  connectionOptionNames,
  connectionSettings,
  optionsError,
  type CommonSettings,
} from './redis/settings.js';
import { targetOptions } from './redis/target.js';
import { newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

export type { RedisClient } from './redis/client.js';
export type {
  RedisBorrowOptions,
  RedisCommonOptions,
  RedisConnectionOptions,
  RedisConnectorOptions,
} from './redis/options.js';

const kind = 'redis';
/** How often the connection of those who wait is checked, in milliseconds. Firewalls forget one that is silent for long. */
const watchCheckInterval = 30_000;

/**
 * Keeps objects in Redis or Valkey, or in what else speaks their protocol: one server, one behind sentinels, or a
 * cluster. Has all capabilities but `sync`. Needs the package `ioredis`, 5.4 or later.
 *
 * An object is the string of one key, which is the connector's prefix and a UUID. It lives as long as the server keeps
 * it: through a restart only where the server persists, and not through an eviction by `maxmemory-policy`. The largest
 * object is what the server takes for a string, 512 MB unless `proto-max-bulk-len` says otherwise.
 *
 * The connection is made by the first operation, or by {@link RedisConnector.open}; see {@link RedisConnectionOptions}
 * for what happens when it is lost. It keeps the process alive while an operation runs, and not otherwise, but for a
 * cluster, whose client does until the connector is closed.
 *
 * Bytes must not be changed before `put` or `set` has settled. They go from the caller's memory to the socket without a
 * copy, but for a `put` with a signal, a cluster, and a client of yours: such an operation may be given up while its
 * bytes are still to be sent, so they are copied first.
 *
 * A signal that is aborted when `take` or `set` have been sent comes too late: they settle as they were carried out. A
 * `put` or `putBatch` that fails after it was sent has what it stored removed, where the server can be reached.
 *
 * @example
 * ```ts
 * await using connector = new RedisConnector({ url: 'redis://cache:6379', password, name: 'results' });
 * const key = await connector.put([new TextEncoder().encode('hello')]);
 * ```
 */
export class RedisConnector implements DeferrableConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  readonly #settings: CommonSettings;
  readonly #link: Link;
  readonly #connection: Connection;
  readonly #objects: RedisObjects;
  readonly #watch: ObjectWatch;
  /** What the config says beside the prefix and where it leads. */
  readonly #configured: ConnectorConfig['options'];
  readonly #guard = new OperationGuard(kind);

  /**
   * Makes a connector; nothing is connected yet.
   *
   * @param options - Where the objects are: a `client` of ioredis, which stays its user's, or how to connect.
   * @throws ConnectorError for options that are wrong.
   */
  constructor(options: RedisConnectorOptions = {}) {
    const { link, settings, configured } = linkOf(options);
    const channelPrefix = `proxystore:set:${settings.prefix}`;
    this.#settings = settings;
    this.#configured = configured;
    this.#link = link;
    this.#connection = new Connection(link, settings.commandTimeout);
    this.#objects = new RedisObjects(link, this.#connection, settings.prefix, channelPrefix);
    this.#watch = new ObjectWatch(
      link,
      channelPrefix,
      (uuid) => this.#objects.has(uuid, { verb: 'look for an object', signal: undefined }),
      { checkInterval: watchCheckInterval, replyTimeout: settings.commandTimeout },
    );
  }

  /**
   * Makes a connector and its connection.
   *
   * @param options - As the constructor takes them.
   * @returns The connector, which the caller closes.
   * @throws ConnectorError when it cannot connect: within `connectTimeout`, and with the reason.
   */
  static async open(options?: RedisConnectorOptions): Promise<RedisConnector> {
    const connector = new RedisConnector(options);
    try {
      await connector.#guard.run(undefined, () => connector.#connection.open({ verb: 'connect' }));
      return connector;
    } catch (error) {
      await connector.close();
      throw error;
    }
  }

  /**
   * Makes a connector from what `config()` gave, with a `password` where one is needed.
   *
   * @throws ConnectorError when an option is wrong, and for `clear`, which is said in code only.
   */
  static fromConfig(options: ConnectorConfig['options']): RedisConnector {
    // Tells an option of a later version, and what is no object.
    new ConfigOptions(kind, options, [...connectionOptionNames, ...commonOptionNames]);
    if (typeof options['tls'] === 'object') {
      throw optionsError('Of TLS, a config says only whether it is used: true or false.');
    }
    // The constructor checks what each of them is.
    return new RedisConnector(options);
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const signal = options?.signal;
    const key = newUUIDKey();
    await this.#guard.run(signal, () => this.#objects.storeNew([{ uuid: key[0], parts: data }], signal));
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.fetch(uuidOf(key, kind), { verb: 'fetch an object', key, signal }),
    );
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.has(uuidOf(key, kind), { verb: 'look for an object', key, signal }),
    );
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.remove([uuidOf(key, kind)], { verb: 'remove an object', key, signal }),
    );
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
    return this.#guard.run(signal, async () => this.#objects.fetchAll(uuidsOf(keys), signal));
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.remove(uuidsOf(keys), { verb: `remove ${keys.length} objects`, signal }),
    );
  }

  newKey(): UUIDKey {
    this.#guard.check();
    return newUUIDKey();
  }

  set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    const { signal, ifAbsent = false } = options ?? {};
    return this.#guard.run(signal, async () =>
      this.#objects.store({ uuid: uuidOf(key, kind), parts: data }, ifAbsent, {
        verb: 'store an object',
        key,
        signal,
      }),
    );
  }

  /**
   * Fetches and removes an object. When the connection is lost before the reply has come, the object may be gone: the
   * promise then rejects, and what was sent is not sent again.
   */
  take(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.take(uuidOf(key, kind), { verb: 'take an object', key, signal }),
    );
  }

  /**
   * Has Redis drop an object after a time. `set` over the object cancels it.
   *
   * @param milliseconds - From now, rounded up. 0 or less drops it at once, `Infinity` cancels an earlier expiry.
   * @returns Whether the object was there.
   * @throws RangeError when the time is not a number.
   */
  expire(key: UUIDKey, milliseconds: number, options?: OperationOptions): Promise<boolean> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () => {
      const uuid = uuidOf(key, kind);
      if (typeof milliseconds !== 'number' || Number.isNaN(milliseconds)) {
        throw new RangeError(
          `An object expires after a number of milliseconds, not ${String(milliseconds)}.`,
        );
      }
      return this.#objects.expire(uuid, milliseconds, { verb: 'let an object expire', key, signal });
    });
  }

  /**
   * Waits until an object is stored under a key by `set` of this connector or another of its kind, which publish that
   * they did; what other programs store is not told. Uses a connection of its own, which all waits share, and which
   * keeps no process alive that has nothing else to do. When nothing comes over it any more, that is noticed within half
   * a minute and `commandTimeout`; the object is looked for again by then, or the wait fails with `whenOffline: 'fail'`.
   *
   * @throws ConnectorClosedError when the connector is closed meanwhile.
   */
  async watch(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    await this.#watch.wait(uuidOf(key, kind), options?.signal);
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    const context = { verb: 'list the objects', signal: options?.signal };
    // Redis may name one twice.
    const named = new Set<string>();
    let cursor: ScanCursor | undefined;
    do {
      const part = await this.#guard.run(context.signal, () => this.#objects.scan(cursor, context));
      for (const uuid of part.uuids) {
        if (named.has(uuid)) continue;
        named.add(uuid);
        yield [uuid];
        this.#guard.check(context.signal);
      }
      ({ cursor } = part);
    } while (cursor !== undefined);
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  /**
   * Where the objects are and what their names begin with. Never a password, and of TLS only that it is used: another
   * process has its own of these. That closing clears the objects stays with this connector.
   *
   * @throws ConnectorError when a user's client goes where a config cannot lead.
   */
  config(): ConnectorConfig {
    const { prefix } = this.#settings;
    return { kind, options: { ...targetOptions(this.#link.target()), prefix, ...this.#configured } };
  }

  close(): Promise<void> {
    // Not waited for: nobody can tell when they would end.
    const watchClosed = this.#watch.close(this.#guard.closedError());
    return this.#guard.close(async () => {
      try {
        await watchClosed;
        if (this.#settings.clear) await this.#objects.clear();
      } finally {
        await this.#link.close();
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Checks all keys of a batch before the first is used. */
function uuidsOf(keys: readonly UUIDKey[]): string[] {
  return keys.map((key) => uuidOf(key, kind));
}

interface LinkWithSettings {
  readonly link: Link;
  readonly settings: CommonSettings;
  readonly configured: ConnectorConfig['options'];
}

function linkOf(options: RedisConnectorOptions): LinkWithSettings {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw optionsError('They are not an object.');
  if ('client' in options) return borrowedLink(options);
  const settings = connectionSettings(options);
  const { commandTimeout, connectTimeout, whenOffline } = options;
  const configured = { commandTimeout, connectTimeout, whenOffline };
  return { link: new OwnedLink(settings), settings, configured: withoutAbsent(configured) };
}

function borrowedLink(options: RedisBorrowOptions): LinkWithSettings {
  const other = Object.keys(options).filter((name) =>
    (connectionOptionNames as readonly string[]).includes(name),
  );
  if (other.length > 0) {
    throw optionsError(`A client has its own connection: leave out ${other.join(', ')}, or give no client.`);
  }
  // What is used of it beyond the type is checked, as far as it tells a client of another package.
  const client = options.client as unknown as Client;
  const given: unknown = client;
  if (
    typeof given !== 'object' ||
    given === null ||
    typeof client.sendCommand !== 'function' ||
    typeof client.options !== 'object' ||
    typeof client.status !== 'string'
  ) {
    throw optionsError('The client must be a Redis or a Cluster of the package ioredis.');
  }
  const settings = commonSettings(options);
  const { keyPrefix } = client.options;
  // Commands are sent as the bytes they are, so the client does not add it.
  const prefix = (typeof keyPrefix === 'string' ? keyPrefix : '') + settings.prefix;
  return {
    link: new BorrowedLink(client),
    settings: { ...settings, prefix },
    configured: withoutAbsent({ commandTimeout: options.commandTimeout }),
  };
}

function withoutAbsent(options: Readonly<Record<string, JsonValue | undefined>>): ConnectorConfig['options'] {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

registerConnector(RedisConnector);
