/** Objects in a bucket of the object store (NATS, ADR-20): chunks, and a description that makes them an object. */

import type { Parts } from '../protocol.js';
import { isUUID } from '../uuid-key.js';
import type { Bucket } from './bucket.js';
import { chunkLength, Chunks } from './chunks.js';
import { DamagedObjectError, isRefusal, OutcomeUnknownError, RefusalError } from './errors.js';
import { publish } from './jetstream.js';
import type { Limits } from './limits.js';
import { isThere, lookUp, type Present } from './look-up.js';
import { formatInfo, parseInfo, type ObjectInfo } from './object-info.js';
import type { Attempt, Operation, Operations } from './operations.js';
import { replay } from './replay.js';
import type { Session } from './session.js';
import { tidy } from './tidy.js';

/** How many objects of a batch are worked on at once. */
const objectsAtOnce = 64;

/** An object to be stored. */
export interface NamedObject {
  readonly uuid: string;
  readonly parts: Parts;
}

/** An object, and what of it has been stored. */
interface Upload extends NamedObject {
  /** Its description; there when all its chunks are stored. */
  info?: ObjectInfo;
}

/** All objects of a bucket. */
export class NatsObjects {
  readonly #bucket: Bucket;
  readonly #chunks: Chunks;
  readonly #operations: Operations;

  constructor(bucket: Bucket, operations: Operations) {
    this.#bucket = bucket;
    this.#chunks = new Chunks(bucket);
    this.#operations = operations;
  }

  /** Makes the connection and the bucket, unless they are there. */
  async open(operation: Operation): Promise<void> {
    await this.#operations.run(operation, (session, attempt) => this.#bucket.ready(session, attempt));
  }

  /** Stores objects under names that nobody knows yet: all of them or none. */
  async storeNew(objects: readonly NamedObject[], operation: Operation): Promise<void> {
    if (objects.length === 0) return;
    const uploads: Upload[] = objects.map(({ uuid, parts }) => ({ uuid, parts }));
    await this.#operations.run(operation, async (session, attempt) => {
      await this.#bucket.ready(session, attempt);
      try {
        await inParallel(uploads, (object) => this.#upload(session, object, attempt));
        attempt.final = true;
        await inParallel(uploads, async (object) => {
          const info = await this.#upload(session, object, attempt);
          await this.#describe(session, object.uuid, info, undefined, attempt);
        });
      } catch (error) {
        this.#forgetBucket(error);
        await tidy(session, async (limits) => {
          const { final } = attempt;
          await inParallel(uploads, (object) => this.#discard(session, object, final, limits));
        });
        throw error;
      }
    });
  }

  /**
   * Stores an object under a name that others may know.
   *
   * @returns Whether it was stored: false only with `ifAbsent` where something was there.
   */
  store(object: NamedObject, ifAbsent: boolean, operation: Operation): Promise<boolean> {
    const upload: Upload = { ...object };
    // Whether the description was sent without an answer, so that it may be an object by now.
    let unsure = false;
    return this.#operations.run(operation, async (session, attempt) => {
      await this.#bucket.ready(session, attempt);
      try {
        for (;;) {
          const present = await lookUp(session, this.#bucket, object.uuid, attempt);
          // It was stored when the connection was lost.
          if (unsure && present?.info.nuid === upload.info?.nuid) return true;
          if (unsure && ifAbsent) throw new OutcomeUnknownError(new Error('The object is not there'));
          if (ifAbsent && isThere(present)) {
            await tidy(session, (limits) => this.#discard(session, upload, false, limits));
            return false;
          }
          const info = await this.#upload(session, upload, attempt);
          attempt.final = true;
          unsure = true;
          const described = this.#describe(session, object.uuid, info, present?.revision ?? 0, attempt);
          const isObject = await described.catch((error: unknown) => {
            unsure = !(error instanceof RefusalError);
            throw error;
          });
          unsure = false;
          if (!isObject) continue;
          if (isThere(present)) await this.#removeChunks(session, present.info);
          return true;
        }
      } catch (error) {
        this.#forgetBucket(error);
        if (!unsure) await tidy(session, (limits) => this.#discard(session, upload, false, limits));
        throw error;
      }
    });
  }

  /** An object's bytes, or `undefined` where it is not there. */
  fetch(uuid: string, operation: Operation): Promise<Uint8Array | undefined> {
    return this.#operations.run(operation, async (session, attempt) => {
      const found = await this.#read(session, uuid, attempt);
      return found?.bytes;
    });
  }

  /** The same of several objects. */
  async fetchAll(uuids: readonly string[], operation: Operation): Promise<(Uint8Array | undefined)[]> {
    if (uuids.length === 0) return [];
    return await this.#operations.run(operation, (session, attempt) =>
      inParallel(uuids, async (uuid) => {
        const found = await this.#read(session, uuid, attempt);
        return found?.bytes;
      }),
    );
  }

  /** Whether an object is there. */
  has(uuid: string, operation: Operation): Promise<boolean> {
    return this.#operations.run(operation, async (session, attempt) =>
      isThere(await lookUp(session, this.#bucket, uuid, attempt)),
    );
  }

  /** Removes objects. */
  async remove(uuids: readonly string[], operation: Operation): Promise<void> {
    if (uuids.length === 0) return;
    await this.#operations.run(operation, (session, attempt) =>
      inParallel(uuids, async (uuid) => {
        for (;;) {
          const present = await lookUp(session, this.#bucket, uuid, attempt);
          if (!isThere(present)) return;
          if (await this.#claim(session, uuid, present, attempt)) return;
        }
      }),
    );
  }

  /** Fetches and removes an object in one step. */
  take(uuid: string, operation: Operation): Promise<Uint8Array | undefined> {
    return this.#operations.run(operation, async (session, attempt) => {
      for (;;) {
        const found = await this.#read(session, uuid, attempt);
        if (found === undefined) return undefined;
        attempt.final = true;
        attempt.once = true;
        if (await this.#claim(session, uuid, found.present, attempt)) return found.bytes;
        attempt.once = false;
      }
    });
  }

  /** The names of all objects. */
  list(operation: Operation): Promise<ReadonlySet<string>> {
    return this.#operations.run(operation, async (session, attempt) => {
      const { stream, infoSubjects: filter } = this.#bucket;
      const uuids = new Set<string>();
      try {
        await replay(
          session,
          { stream, filter },
          ({ subject, data }) => {
            const uuid = this.#bucket.nameOf(subject);
            if (parseInfo(data).deleted) uuids.delete(uuid);
            else if (isUUID(uuid)) uuids.add(uuid);
          },
          attempt,
        );
      } catch (error) {
        if (!isRefusal(error, 'streamNotFound')) throw error;
      }
      return uuids;
    });
  }

  /** Removes all objects, and the bucket. */
  async clear(operation: Operation): Promise<void> {
    await this.#operations.run(operation, (session, attempt) => this.#bucket.delete(session, attempt));
  }

  /** Stores an object's chunks, unless they are. Gives its description. */
  async #upload(session: Session, object: Upload, attempt: Attempt): Promise<ObjectInfo> {
    object.info ??= await this.#chunks.write(session, object.parts, attempt);
    return object.info;
  }

  /**
   * Makes chunks that are stored an object.
   *
   * @param revision - The description that it is to replace; 0 for none. By default any.
   * @returns Whether it has: false where there is another one.
   */
  async #describe(
    session: Session,
    uuid: string,
    info: ObjectInfo,
    revision: number | undefined,
    limits: Limits,
  ): Promise<boolean> {
    const text = formatInfo(info, uuid, this.#bucket.name, chunkLength(session));
    const headers = {
      'Nats-Rollup': 'sub',
      ...(revision !== undefined && { 'Nats-Expected-Last-Subject-Sequence': String(revision) }),
    };
    try {
      await publish(session, this.#bucket.infoSubject(uuid), text, headers, limits);
      return true;
    } catch (error) {
      if (isRefusal(error, 'wrongLastSequence')) return false;
      throw error;
    }
  }

  /** Has the bucket looked for again when it seems to be gone. */
  #forgetBucket(error: unknown): void {
    if (isRefusal(error, 'nobodyAnswers')) this.#bucket.forget();
  }

  async #read(
    session: Session,
    uuid: string,
    limits: Limits,
  ): Promise<{ readonly present: Present; readonly bytes: Uint8Array } | undefined> {
    for (let before: Present | undefined; ;) {
      const present = await lookUp(session, this.#bucket, uuid, limits);
      if (!isThere(present)) return undefined;
      if (present.revision === before?.revision) {
        // Chunks are older than the description.
        if (await this.#bucket.drops(session, limits)) return undefined;
        throw new DamagedObjectError('not all of its chunks are there');
      }
      const bytes = await this.#chunks.read(session, present.info, limits);
      if (bytes !== undefined) return { present, bytes };
      // It was removed or replaced meanwhile, or else it is looked up twice.
      before = present;
    }
  }

  /**
   * Removes an object, unless it is another one by now.
   *
   * @returns Whether it has: of several who ask, one has.
   */
  async #claim(
    session: Session,
    uuid: string,
    { info, revision }: Present,
    limits: Limits,
  ): Promise<boolean> {
    try {
      await this.#bucket.removeMessage(session, revision, limits);
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      const now = await lookUp(session, this.#bucket, uuid, limits);
      if (now?.revision === revision) throw error;
      return false;
    }
    await this.#removeChunks(session, info);
    return true;
  }

  /** Removes the chunks of an object that is there no more. Where that fails, nobody sees them. */
  async #removeChunks(session: Session, info: ObjectInfo): Promise<void> {
    await tidy(session, (limits) => this.#chunks.remove(session, info, limits));
  }

  /** Removes what there is of an object of which nobody knows. */
  async #discard(
    session: Session,
    { uuid, info }: Upload,
    described: boolean,
    limits: Limits,
  ): Promise<void> {
    if (info === undefined) return;
    if (described) await this.#bucket.purge(session, this.#bucket.infoSubject(uuid), limits);
    await this.#chunks.remove(session, info, limits);
  }
}

/**
 * Works on several things at once, but not on too many.
 *
 * @returns The results, in order, when all that was begun has settled.
 * @throws What the first one has thrown; the others that wait are not begun then.
 */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()].reverse();
  const worker = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [index, item] = next;
      try {
        results[index] = await work(item);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(objectsAtOnce, items.length) }, worker);
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}
