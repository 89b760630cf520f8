/** `proxystore/s3`: the connector that keeps objects in a bucket of S3, or of a service that speaks its protocol. */

import '../resources/symbols.js';
import { ConfigOptions } from './config-options.js';
import { registerConnector } from './connector-classes.js';
import { OperationGuard } from './operation-guard.js';
import type {
  ConnectorConfig,
  ConnectorKey,
  DeferrableConnector,
  OperationOptions,
  Parts,
  SetOptions,
} from './protocol.js';
import { withCancellation, type Cancellation } from './s3/cancellation.js';
import { Link } from './s3/link.js';
import { S3Objects } from './s3/objects.js';
import type { S3ConnectorOptions, S3PresignedUrlOptions } from './s3/options.js';
import { expiryFor, presignedURL } from './s3/presign.js';
import { Requests } from './s3/requests.js';
import { configOptionNames, settingsOf, type Settings } from './s3/settings.js';
import { newUUIDKey, uuidOf, type UUIDKey } from './uuid-key.js';

export type {
  S3BorrowOptions,
  S3ClientLike,
  S3CommonOptions,
  S3ConnectionOptions,
  S3ConnectorOptions,
  S3Credentials,
  S3PresignedUrlOptions,
  S3PresignOptions,
} from './s3/options.js';

const kind = 's3';

/**
 * Keeps objects in a bucket of S3, or of a service that speaks its protocol, such as MinIO, Ceph and R2. Has the
 * capabilities `deferred` and `list`. Needs the package `@aws-sdk/client-s3`, 3.729 or later.
 *
 * An object is an object of S3, whose key is the connector's prefix and a UUID. It stays until it is evicted, or until a
 * lifecycle rule of the bucket removes it. A large one is stored in parts, several at a time; nobody sees it before it is
 * whole.
 *
 * Bytes go from the caller's memory without a copy where they lie together; of what is sent, a piece that lies apart is
 * joined, which is a part at most. They must not be changed before `put` or `set` has settled.
 *
 * Objects are private, as those of the bucket are, unless `presignedUrl` is turned on by the option `presign` and used.
 *
 * A write that is aborted, or fails, is taken back before it rejects, as far as S3 can be reached: what was sent by then
 * is waited for, up to two seconds, because a request that is broken off may still be carried out, and taking it back is
 * given five more. So where S3 stands still, an abort ends a write after seven. A `set` that was carried out by then
 * settles as it was.
 *
 * @example
 * ```ts
 * await using connector = new S3Connector({ bucket: 'objects', region: 'eu-central-1', name: 'results' });
 * const key = await connector.put([new TextEncoder().encode('hello')]);
 * ```
 */
export class S3Connector implements DeferrableConnector<UUIDKey> {
  static readonly kind = kind;

  readonly kind = kind;
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #objects: S3Objects;
  readonly #guard = new OperationGuard(kind);

  /**
   * Makes a connector; nothing is asked of S3 yet.
   *
   * @param options - The bucket, and a `client` of the AWS SDK, which stays its user's, or how to make one.
   * @throws ConnectorError for options that are wrong.
   */
  constructor(options: S3ConnectorOptions) {
    const settings = settingsOf(options);
    this.#settings = settings;
    this.#link = new Link(settings);
    this.#objects = new S3Objects(new Requests(this.#link, settings.place, settings.concurrency), settings);
  }

  /**
   * Makes a connector, and checks that its bucket is there for it.
   *
   * @param options - As the constructor takes them.
   * @returns The connector, which the caller closes.
   * @throws ConnectorError when the bucket cannot be reached or is refused: within `connectTimeout`, and with the reason.
   */
  static async open(options: S3ConnectorOptions): Promise<S3Connector> {
    const connector = new S3Connector(options);
    try {
      await connector.#objects.check();
      return connector;
    } catch (error) {
      connector.#link.close();
      throw error;
    }
  }

  /**
   * Makes a connector from what `config()` gave, with `credentials` where the SDK finds none.
   *
   * @throws ConnectorError when an option is wrong, and for `clear`, which is said in code only.
   */
  static fromConfig(options: ConnectorConfig['options']): S3Connector {
    // Tells an option of a later version, and what is no object.
    new ConfigOptions(kind, options, configOptionNames);
    // The constructor checks what each of them is.
    return new S3Connector(options as unknown as S3ConnectorOptions);
  }

  async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    const key = newUUIDKey();
    await this.#run(options, (cancellation) =>
      this.#objects.storeNew([{ uuid: key[0], parts: data }], { verb: 'store an object', cancellation }),
    );
    return key;
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#run(options, async (cancellation) =>
      this.#objects.fetch(uuidOf(key, kind), { verb: 'fetch an object', key, cancellation }),
    );
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#run(options, async (cancellation) =>
      this.#objects.has(uuidOf(key, kind), { verb: 'look for an object', key, cancellation }),
    );
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.#run(options, async (cancellation) =>
      this.#objects.remove([uuidOf(key, kind)], { verb: 'remove an object', key, cancellation }),
    );
  }

  async putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    const objects = data.map((parts) => ({ key: newUUIDKey(), parts }));
    const named = objects.map(({ key, parts }) => ({ uuid: key[0], parts }));
    await this.#run(options, (cancellation) =>
      this.#objects.storeNew(named, { verb: `store ${named.length} objects`, cancellation }),
    );
    return objects.map(({ key }) => key);
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#run(options, async (cancellation) =>
      this.#objects.fetchAll(uuidsOf(keys), { verb: `fetch ${keys.length} objects`, cancellation }),
    );
  }

  /**
   * Removes several objects, a thousand in a request.
   *
   * @throws ConnectorError when some could not be removed; its cause is an AggregateError with an error for each, which
   *   has its `key`.
   */
  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#run(options, async (cancellation) =>
      this.#objects.remove(uuidsOf(keys), { verb: `remove ${keys.length} objects`, cancellation }),
    );
  }

  newKey(): UUIDKey {
    this.#guard.check();
    return newUUIDKey();
  }

  /**
   * Stores an object under a key from `newKey`. With `ifAbsent`, S3 decides, by the condition `If-None-Match: *`, which AWS
   * and Cloudflare R2 know; a service that passes it over stores the object in any case.
   */
  set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    const { ifAbsent = false } = options ?? {};
    return this.#run(options, async (cancellation) =>
      this.#objects.store(
        { uuid: uuidOf(key, kind), parts: data },
        { verb: 'store an object', key, cancellation, ifAbsent },
      ),
    );
  }

  async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    const signal = options?.signal;
    let token: string | undefined;
    do {
      const page = await this.#run(options, (cancellation) =>
        this.#objects.page(token, { verb: 'list the objects', cancellation }),
      );
      for (const uuid of page.uuids) {
        yield [uuid];
        this.#guard.check(signal);
      }
      token = page.next;
    } while (token !== undefined);
  }

  /**
   * Makes a URL by which an object is fetched with a plain GET, without credentials and without this package: by a
   * browser, or a service of another language. What comes is the bytes that were stored; `deserialize` makes the value of
   * what a store has put.
   *
   * This gives access away. Whoever comes by the URL reads the object until it expires, and it cannot be called back but
   * by evicting the object, or by revoking the credentials that it was signed with: do not log it, and let it last no
   * longer than it is needed. So the connector must have been made with the option `presign`. The URL reads this one
   * object and can do nothing else; one signed with temporary credentials ends with them, however long it was to last.
   *
   * Nothing is asked of S3: an object that is not there has a URL, too, which leads to 404. Needs the package
   * `@aws-sdk/s3-request-presigner`, in the version of `@aws-sdk/client-s3`.
   *
   * @param key - A key of this connector, or of a store over it.
   * @param options - `expiresIn`, how long it lasts, in seconds: from 1 to 604,800, which are 7 days. Default is what the
   *   option `presign` says, else 3600. And a `signal`.
   * @throws ConnectorError when `presign` is off, for another `expiresIn`, without the package, and without credentials.
   * @throws InvalidKeyError for what is no key of this kind of connector.
   * @example
   * ```ts
   * const url = await connector.presignedUrl(await store.put(report), { expiresIn: 600 });
   * ```
   */
  presignedUrl(key: ConnectorKey, options?: S3PresignedUrlOptions): Promise<string> {
    return this.#run(options, async (cancellation) => {
      const expiresIn = expiryFor(this.#settings, options?.expiresIn);
      const target = this.#objects.target(uuidOf(key, kind));
      const { place } = this.#settings;
      return presignedURL(this.#link, target, expiresIn, {
        ...{ verb: 'presign the URL of an object', key, place, cancellation },
      });
    });
  }

  checkKey(key: unknown): UUIDKey {
    uuidOf(key, kind);
    // The call above throws for anything else.
    return key as UUIDKey;
  }

  /**
   * The bucket, the prefix, and the options that were given. Never credentials: another process has its own. That closing
   * clears the objects stays with this connector.
   */
  config(): ConnectorConfig {
    return { kind, options: this.#settings.configured };
  }

  close(): Promise<void> {
    return this.#guard.close(async () => {
      try {
        if (this.#settings.clear) await this.#objects.clear();
      } finally {
        this.#link.close();
      }
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #run<T>(
    options: OperationOptions | undefined,
    operation: (cancellation: Cancellation) => Promise<T>,
  ): Promise<T> {
    const signal = options?.signal;
    return this.#guard.run(signal, () => withCancellation(signal, operation));
  }
}

/** Checks all keys of a batch before the first is used. */
function uuidsOf(keys: readonly UUIDKey[]): string[] {
  return keys.map((key) => uuidOf(key, kind));
}

registerConnector(S3Connector);
