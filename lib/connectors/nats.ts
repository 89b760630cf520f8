/** `proxystore/nats`: the connector that keeps objects in the object store of NATS JetStream. */

import '../resources/symbols.js';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { Bucket } from './nats/bucket.js';
import { BorrowedLink } from './nats/borrowed-link.js';
import type { Connection } from './nats/client.js';
import type { Link } from './nats/link.js';
import { ObjectWatch } from './nats/object-watch.js';
import { NatsObjects } from './nats/objects.js';
import { Operations } from './nats/operations.js';
import type { NatsBorrowOptions, NatsConnectorOptions } from './nats/options.js';
import { OwnedLink } from './nats/owned-link.js';
import {
  commonOptionNames,
  commonSettings,
  connectionOptionNames,
  connectionSettings,
  defaultInboxPrefix,
  optionsError,
  type CommonSettings,
} from './nats/settings.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  DeferrableConnector,
  JsonValue,
  OperationOptions,
  Parts,
  SetOptions,
} from './protocol.js';
import { newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

export type { NatsConnection } from './nats/client.js';
export type {
  NatsAuthenticator,
  NatsBorrowOptions,
  NatsCommonOptions,
  NatsConnectionOptions,
  NatsConnectorOptions,
} from './nats/options.js';

const kind = 'nats';

/**
 * Keeps objects in the object store of NATS JetStream: a server, or a cluster of them. Has all capabilities but `sync`
 * and `expire`, for which see `ttl` of {@link NatsCommonOptions}. Needs the package `@nats-io/transport-node`, 3.0 or
 * later, and a server of 2.9 or later with JetStream.
 *
 * An object is one of the object store, and its name is a UUID, so every client of the object store can read it. It is
 * of any size: it is sent in chunks, and is there for others when all of them are stored. Its SHA-256 digest is checked
 * when it is read.
 *
 * The connection is made by the first operation, or by {@link NatsConnector.open}, and the bucket, where there is none,
 * by the first that stores something. When the connection is lost, it is made again while an operation is under way or
 * somebody waits in `watch`; operations begin again then, up to `commandTimeout`, but for a `take`, and a `set` with
 * `ifAbsent`, that may have been carried out: they fail. The connection keeps no process alive, an operation does.
 *
 * Bytes must not be changed before `put` or `set` has settled. A signal that is aborted when all chunks are stored comes
 * too late. What was stored by an operation that fails is removed where the server can be reached; where it cannot, chunks
 * may be left, of which no object is made, until the bucket's `ttl`, or the bucket, removes them.
 *
 * @example
 * ```ts
 * await using connector = new NatsConnector({ servers: 'nats://queue:4222', token, name: 'results' });
 * const key = await connector.put([new TextEncoder().encode('hello')]);
 * ```
 */
export class NatsConnector implements DeferrableConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  readonly #settings: CommonSettings;
  readonly #link: Link;
  readonly #objects: NatsObjects;
  readonly #watch: ObjectWatch;
  /** What the config says beside the bucket. */
  readonly #configured: ConnectorConfig['options'];
  readonly #guard = new OperationGuard(kind);

  /**
   * Makes a connector; nothing is connected yet.
   *
   * @param options - Where the objects are: a `connection` of NATS's client, which stays its user's, or how to connect.
   * @throws ConnectorError for options that are wrong.
   */
  constructor(options: NatsConnectorOptions = {}) {
    const { link, settings, configured } = linkOf(options);
    const bucket = new Bucket(settings);
    const operations = new Operations(link, settings.commandTimeout);
    this.#settings = settings;
    this.#configured = configured;
    this.#link = link;
    this.#objects = new NatsObjects(bucket, operations);
    this.#watch = new ObjectWatch(bucket, link, operations);
  }

  /**
   * Makes a connector, its connection, and the bucket where there is none.
   *
   * @param options - As the constructor takes them.
   * @returns The connector, which the caller closes.
   * @throws ConnectorError when it cannot connect: within `connectTimeout`, and with the reason; and when the server has
   *   no JetStream, or the bucket is not as the options say.
   */
  static async open(options: NatsConnectorOptions = {}): Promise<NatsConnector> {
    const connector = new NatsConnector(options);
    try {
      await connector.#guard.run(undefined, () => connector.#objects.open({ verb: 'open the bucket' }));
      return connector;
    } catch (error) {
      await connector.#guard.close(() => connector.#link.close());
      throw error;
    }
  }

  /**
   * Makes a connector from what `config()` gave, with a `pass` or a `token` where one is needed.
   *
   * @throws ConnectorError when an option is wrong, and for `clear`, which is said in code only.
   */
  static fromConfig(options: ConnectorConfig['options']): NatsConnector {
    // Tells an option of a later version, and what is no object.
    new ConfigOptions(kind, options, [...connectionOptionNames, ...commonOptionNames]);
    if (typeof options['tls'] === 'object') {
      throw optionsError('Of TLS, a config says only whether it is used: true or false.');
    }
    // The constructor checks what each of them is.
    return new NatsConnector(options);
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const signal = options?.signal;
    const key = newUUIDKey();
    await this.#guard.run(signal, () =>
      this.#objects.storeNew([{ uuid: key[0], parts: data }], { verb: 'store an object', signal }),
    );
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
    const verb = `store ${objects.length} objects`;
    await this.#guard.run(signal, () => this.#objects.storeNew(named, { verb, signal }));
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.fetchAll(uuidsOf(keys), { verb: `fetch ${keys.length} objects`, signal }),
    );
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
   * Fetches and removes an object. When the connection is lost before the answer has come, the object may be gone: the
   * promise then rejects.
   */
  take(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    return this.#guard.run(signal, async () =>
      this.#objects.take(uuidOf(key, kind), { verb: 'take an object', key, signal }),
    );
  }

  /**
   * Waits until an object is stored under a key, by this connector, another of its kind, or any client of the object
   * store. The server tells it; it keeps a consumer for each key that is waited for. The wait keeps no process alive.
   *
   * @throws ConnectorClosedError when the connector is closed meanwhile.
   */
  async watch(key: UUIDKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    await this.#watch.wait(uuidOf(key, kind), options?.signal);
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    const signal = options?.signal;
    const uuids = await this.#guard.run(signal, () =>
      this.#objects.list({ verb: 'list the objects', signal }),
    );
    for (const uuid of uuids) {
      this.#guard.check(signal);
      yield [uuid];
    }
    this.#guard.check(signal);
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  /**
   * Where the objects are. Never a password, a token or an authenticator, and of TLS only that it must be used: another
   * process has its own of these. That closing clears the objects stays with this connector.
   */
  config(): ConnectorConfig {
    return { kind, options: this.#configured };
  }

  close(): Promise<void> {
    this.#watch.close(this.#guard.closedError());
    return this.#guard.close(async () => {
      try {
        if (this.#settings.clear) await this.#objects.clear({ verb: 'delete the bucket' });
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

function linkOf(options: NatsConnectorOptions): LinkWithSettings {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw optionsError('They are not an object.');
  if ('connection' in options) return borrowedLink(options);
  const settings = commonSettings(options);
  const connection = connectionSettings(options);
  const { servers, user, tls, inboxPrefix } = connection;
  return {
    link: new OwnedLink(connection),
    settings,
    configured: withoutAbsent({
      servers,
      user,
      ...(tls !== undefined && { tls: true }),
      ...(inboxPrefix !== defaultInboxPrefix && { inboxPrefix }),
      connectTimeout: options.connectTimeout,
      ...bucketOptions(settings, options.commandTimeout),
    }),
  };
}

function borrowedLink(options: NatsBorrowOptions): LinkWithSettings {
  const other = Object.keys(options).filter((name) =>
    (connectionOptionNames as readonly string[]).includes(name),
  );
  if (other.length > 0) {
    throw optionsError(
      `A connection is there already: leave out ${other.join(', ')}, or give no connection.`,
    );
  }
  // What is used of it beyond the type is checked, as far as it tells the connection of another package.
  const connection = options.connection as Connection;
  const given: unknown = connection;
  const methods = ['publish', 'subscribe', 'status', 'closed', 'getServer', 'isClosed'] as const;
  if (
    typeof given !== 'object' ||
    given === null ||
    !methods.every((method) => typeof connection[method] === 'function')
  ) {
    throw optionsError('The connection must be one of the package @nats-io/transport-node.');
  }
  const settings = commonSettings(options);
  return {
    link: new BorrowedLink(connection),
    settings,
    configured: withoutAbsent({
      servers: [connection.getServer()],
      ...bucketOptions(settings, options.commandTimeout),
    }),
  };
}

function bucketOptions(
  { bucket, ttl, storage, replicas }: CommonSettings,
  commandTimeout: number | undefined,
): Readonly<Record<string, JsonValue | undefined>> {
  return { bucket, ttl, storage, replicas, commandTimeout };
}

function withoutAbsent(options: Readonly<Record<string, JsonValue | undefined>>): ConnectorConfig['options'] {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

registerConnector(NatsConnector);
