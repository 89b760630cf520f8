/** Objects in S3: each one there, too. */

import { ConnectorError } from '../../errors.js';
import type { Parts } from '../protocol.js';
import { isUUID, newUUIDKey } from '../uuid-key.js';
import { bytesOf, joined, lengthOf } from './body.js';
import { forEach, withCancellation, type Cancellation } from './cancellation.js';
import type { ClientPackage } from './client.js';
import { isNamed, isRefusal, statusOf, triedAgain, unreachableError } from './errors.js';
import type { RequestOptions, Requests } from './requests.js';
import type { Settings } from './settings.js';
import { cleanupTime, upload, type Target } from './upload.js';

/** How many objects one request removes at most, which is S3's bound. */
const objectsPerRequest = 1000;
/** How often an object is stored when others store or remove it at the same time, and how long is waited between. */
const [mostConflicts, conflictPause] = [5, 50];
/** The name of the error that an object is not there. */
const noObject = 'NoSuchKey';
/** The metadata by which a writer knows its own object again. */
const writer = 'proxystore-writer';

/** An object to be stored. */
export interface NamedObject {
  readonly uuid: string;
  readonly parts: Parts;
}

/** A part of a listing. */
export interface Page {
  readonly uuids: readonly string[];
  /** Where it goes on; absent at its end. */
  readonly next: string | undefined;
}

/** How an object is stored. */
interface StoreOptions extends RequestOptions {
  readonly ifAbsent: boolean;
  /** Called when the request is sent that makes it visible. */
  readonly committing?: () => void;
}

/** All objects of a bucket whose keys begin with a prefix. */
export class S3Objects {
  readonly #requests: Requests;
  readonly #settings: Settings;
  /** Whether the bucket has answered, so that what is not there is an object. */
  #bucketFound = false;

  constructor(requests: Requests, settings: Settings) {
    this.#requests = requests;
    this.#settings = settings;
  }

  /** Checks that the bucket is there, and that its objects can be listed, within the time for connecting. */
  async check(): Promise<void> {
    const { place, connectTimeout } = this.#settings;
    await withCancellation(undefined, async (cancellation) => {
      cancellation.cancelAfter(connectTimeout, unreachableError(place, connectTimeout));
      await this.#findBucket({ verb: 'look for objects', cancellation });
    });
  }

  /** Stores objects under names that nobody knows yet: all of them or none. */
  async storeNew(objects: readonly NamedObject[], options: Omit<RequestOptions, 'changes'>): Promise<void> {
    const committed: string[] = [];
    try {
      await forEach(objects, options.cancellation, (object, cancellation) =>
        this.#store(object, {
          ...{ ...options, cancellation, ifAbsent: false },
          committing: () => committed.push(object.uuid),
        }),
      );
    } catch (error) {
      const refused = isRefusal(error) && !triedAgain(error) && objects.length === 1;
      if (!refused) await this.#undo(committed);
      throw options.cancellation.cancelled ? options.cancellation.reason : error;
    }
  }

  /**
   * Stores an object under a name that others may know.
   *
   * @returns Whether it was stored: false only with `ifAbsent` where something was there.
   */
  async store(object: NamedObject, options: StoreOptions): Promise<boolean> {
    const token = newUUIDKey()[0];
    for (let conflicts = 1; ; conflicts += 1) {
      try {
        return await this.#store(object, options, token, conflicts > 1);
      } catch (error) {
        if (options.cancellation.cancelled) throw options.cancellation.reason;
        if (!isNamed(error, 'ConditionalRequestConflict') || conflicts === mostConflicts) throw error;
        await pause(conflicts * conflictPause, options.cancellation);
      }
    }
  }

  /** An object's bytes, or `undefined` where it is not there. */
  async fetch(uuid: string, options: RequestOptions): Promise<Uint8Array | undefined> {
    const make = (commands: ClientPackage) => new commands.GetObjectCommand(this.target(uuid));
    return this.#requests.send(options, make, bytesOf).catch((error: unknown) => {
      if (isNamed(error, noObject)) return undefined;
      throw error;
    });
  }

  /** The same of several objects. */
  fetchAll(uuids: readonly string[], options: RequestOptions): Promise<(Uint8Array | undefined)[]> {
    return forEach(uuids, options.cancellation, (uuid, cancellation) =>
      this.fetch(uuid, { ...options, cancellation }),
    );
  }

  /** Whether an object is there. */
  async has(uuid: string, options: RequestOptions): Promise<boolean> {
    return (await this.#metadata(uuid, options)) !== undefined;
  }

  /** Removes objects. */
  async remove(uuids: readonly string[], options: RequestOptions): Promise<void> {
    const [first, ...rest] = new Set(uuids);
    if (first === undefined) return;
    if (rest.length === 0) {
      const make = (commands: ClientPackage) => new commands.DeleteObjectCommand(this.target(first));
      await this.#requests
        .send(options, make, () => undefined)
        .catch((error: unknown) => {
          // S3 does not mind that there is none; some that speak its protocol say so.
          if (!isNamed(error, noObject)) throw error;
        });
      return;
    }
    await forEach(chunks([first, ...rest]), options.cancellation, (chunk, cancellation) =>
      this.#removeChunk(chunk, { ...options, cancellation }),
    );
  }

  /**
   * A part of a listing.
   *
   * @param token - Where the part before it has said that it goes on; `undefined` for the first one.
   */
  page(token: string | undefined, options: RequestOptions, size?: number): Promise<Page> {
    const { bucket, prefix } = this.#settings;
    const input = {
      ...{ Bucket: bucket, Prefix: prefix },
      ...(token !== undefined && { ContinuationToken: token }),
      ...(size !== undefined && { MaxKeys: size }),
    };
    return this.#requests.send(
      options,
      (commands) => new commands.ListObjectsV2Command(input),
      ({ Contents = [], NextContinuationToken }) => {
        const names = Contents.map(({ Key = '' }) => Key.slice(prefix.length));
        return { uuids: names.filter(isUUID), next: NextContinuationToken };
      },
    );
  }

  /** Removes all objects. */
  async clear(): Promise<void> {
    await withCancellation(undefined, async (cancellation) => {
      const options = { verb: 'remove all objects', cancellation };
      let token: string | undefined;
      do {
        const page = await this.page(token, options);
        await this.remove(page.uuids, options);
        token = page.next;
      } while (token !== undefined);
    });
  }

  /**
   * Stores an object, unless others that store it get in the way.
   *
   * @param token - What the writer knows its own object by.
   * @param again - Whether it has been tried before, with the same token.
   */
  async #store(
    { uuid, parts }: NamedObject,
    options: StoreOptions,
    token = newUUIDKey()[0],
    again = false,
  ): Promise<boolean> {
    const { ifAbsent, committing = () => undefined } = options;
    const { multipartThreshold, partSize } = this.#settings;
    const condition = ifAbsent ? { IfNoneMatch: '*' } : {};
    try {
      if (lengthOf(parts) >= multipartThreshold) {
        const metadata = { [writer]: token };
        await upload(this.#requests, this.target(uuid), parts, {
          ...{ ...options, partSize, metadata, condition, committing },
        });
      } else {
        const Metadata = ifAbsent ? { [writer]: token } : undefined;
        const make = (commands: ClientPackage) => {
          committing();
          return new commands.PutObjectCommand({
            ...{ ...this.target(uuid), ...condition, Metadata },
            Body: joined(parts),
          });
        };
        await this.#requests.send({ ...options, changes: true }, make, () => undefined);
      }
      return true;
    } catch (error) {
      const present = ifAbsent && statusOf(error) === 412;
      // Told of an upload that was completed before, too.
      const completed = isNamed(error, 'NoSuchUpload');
      if (!present && !completed) throw error;
      // The answer to an earlier attempt may have been lost, in which the object was stored by this very call.
      const own = (again || triedAgain(error)) && (await this.#metadata(uuid, options))?.[writer] === token;
      if (completed && !own) throw error;
      return own;
    }
  }

  /** What is known of an object, or `undefined` where it is not there. */
  async #metadata(uuid: string, options: RequestOptions): Promise<Record<string, string> | undefined> {
    const make = (commands: ClientPackage) => new commands.HeadObjectCommand(this.target(uuid));
    try {
      return await this.#requests.send(options, make, ({ Metadata = {} }) => Metadata);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // What answers HEAD has no body to say whether it is for the bucket, which is not there or refused.
      if (!this.#bucketFound) await this.#findBucket(options);
      if (statusOf(error) !== 404) throw error;
      return undefined;
    }
  }

  async #findBucket(options: RequestOptions): Promise<void> {
    const Bucket = this.#settings.bucket;
    const make = (commands: ClientPackage) => new commands.HeadBucketCommand({ Bucket });
    try {
      await this.#requests.send(options, make, () => undefined);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // What answers HEAD has no body to say why; what answers this has.
      await this.page(undefined, options, 1);
    }
    this.#bucketFound = true;
  }

  async #removeChunk(uuids: readonly string[], options: RequestOptions): Promise<void> {
    const Objects = uuids.map((uuid) => ({ Key: this.#settings.prefix + uuid }));
    const input = { Bucket: this.#settings.bucket, Delete: { Objects, Quiet: true } };
    const failed = await this.#requests.send(
      options,
      (commands) => new commands.DeleteObjectsCommand(input),
      ({ Errors = [] }) => Errors.filter(({ Code }) => Code !== noObject),
    );
    const [first] = failed;
    if (first === undefined) return;
    const causes = failed.map(({ Key = '', Code, Message }) =>
      Object.assign(new Error(`${String(Code)}: ${String(Message)}`), {
        key: [Key.slice(this.#settings.prefix.length)],
      }),
    );
    throw new ConnectorError(
      `Could not remove ${failed.length} of ${uuids.length} objects in ${this.#settings.place}; the others are gone. Of the first S3 says ${String(first.Code)}: ${String(first.Message)}. See "cause" for each one's key and reason.`,
      { connector: 's3', cause: new AggregateError(causes, `${failed.length} objects were not removed`) },
    );
  }

  /** Removes what a failed operation may have stored, as far as S3 can be reached. */
  async #undo(uuids: readonly string[]): Promise<void> {
    await withCancellation(undefined, async (cancellation) => {
      const verb = 'remove what was stored';
      cancellation.cancelAfter(cleanupTime, undefined);
      // What is told is why it was to be undone.
      await this.remove(uuids, { verb, cancellation }).catch(() => undefined);
    });
  }

  /** Where S3 has an object. */
  target(uuid: string): Target {
    const { bucket, prefix } = this.#settings;
    return { Bucket: bucket, Key: prefix + uuid };
  }
}

function chunks(uuids: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let start = 0; start < uuids.length; start += objectsPerRequest) {
    all.push(uuids.slice(start, start + objectsPerRequest));
  }
  return all;
}

function pause(milliseconds: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, milliseconds);
    const stopListening = cancellation.onCancel(() => {
      clearTimeout(timer);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the signal's user gave
      reject(cancellation.reason);
    });
  });
}
