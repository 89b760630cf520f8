/** The bytes of objects, in chunks: messages of one subject for each object. */

import { createHash } from 'node:crypto';
import { platform } from '#platform';
import { allocateAligned } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';
import type { Bucket } from './bucket.js';
import type { Message } from './client.js';
import { DamagedObjectError, isRefusal } from './errors.js';
import { publish } from './jetstream.js';
import { Limits } from './limits.js';
import { formatDigest, hasDigest, type ObjectInfo } from './object-info.js';
import type { Attempt } from './operations.js';
import { piecesOf } from './pieces.js';
import { replay } from './replay.js';
import type { Session } from './session.js';
import { tidy } from './tidy.js';

/** How long a chunk is, in bytes, unless the server takes only shorter messages: what all clients use by default. */
const longestChunk = 128 * 1024;
/** How many chunks of an object are under way at once. */
const chunksAtOnce = 32;
/**
 * Up to this length a chunk is removed by its number, which is asked for with the chunk, in bytes. The server looks for
 * messages to be purged one by one, which takes it some milliseconds.
 */
const shortChunk = 16 * 1024;

/** The chunks of a bucket. */
export class Chunks {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /**
   * Stores an object's bytes.
   *
   * @returns What makes them an object, when all of them are stored. When it fails none of them are left.
   */
  async write(session: Session, parts: Parts, attempt: Attempt): Promise<ObjectInfo> {
    const nuid = platform.randomUUID().replaceAll('-', '');
    const subject = this.#bucket.chunkSubject(nuid);
    const hash = createHash('sha256');
    // A chunk that is given up may still be stored, so its answer is waited for before the chunks are removed.
    const answers = new Limits();
    const sent: Promise<unknown>[] = [];
    let size = 0;
    try {
      for (const chunk of piecesOf(parts, chunkLength(session))) {
        hash.update(chunk);
        size += chunk.length;
        const answer = publish(session, subject, chunk, undefined, answers);
        answer.catch(() => undefined);
        sent.push(answer);
        const oldest = sent.at(-chunksAtOnce);
        if (oldest !== undefined) await attempt.until(oldest);
      }
      await attempt.until(Promise.all(sent));
    } catch (error) {
      await tidy(session, async (limits) => {
        await limits.until(Promise.allSettled(sent));
        await this.#bucket.purge(session, subject, limits);
      });
      answers.end(error);
      throw error;
    }
    return { nuid, size, chunks: sent.length, digest: formatDigest(hash.digest()), deleted: false };
  }

  /**
   * Fetches an object's bytes.
   *
   * @returns Them, or `undefined` where not all are there.
   * @throws DamagedObjectError when they are not those that were stored.
   */
  async read(session: Session, info: ObjectInfo, limits: Limits): Promise<Uint8Array | undefined> {
    const hash = createHash('sha256');
    const bytes = allocateAligned(info.size);
    let length = 0;
    const add = ({ data }: Pick<Message, 'data'>): void => {
      if (length + data.length > bytes.length) {
        throw new DamagedObjectError('its chunks are longer than its description says');
      }
      hash.update(data);
      bytes.set(data, length);
      length += data.length;
    };
    const only = info.chunks === 1 ? await this.#only(session, info, limits) : undefined;
    if (only !== undefined) add(only);
    else if (info.chunks > 0 && !(await this.#all(session, info, add, limits))) return undefined;
    if (length !== info.size || !hasDigest(info, hash.digest())) {
      throw new DamagedObjectError('its bytes are not those of its digest');
    }
    return bytes;
  }

  /** Removes an object's bytes. */
  async remove(session: Session, info: ObjectInfo, limits: Limits): Promise<void> {
    if (info.chunks === 0) return;
    if (info.chunks === 1 && info.size <= shortChunk) {
      const only = await this.#only(session, info, limits);
      if (only !== undefined) {
        await this.#bucket.removeMessage(session, Number(only.headers?.get('Nats-Sequence')), limits);
        return;
      }
    }
    await this.#bucket.purge(session, this.#bucket.chunkSubject(info.nuid), limits);
  }

  /** The only chunk of an object, from whichever server answers; `undefined` where that one does not know it. */
  async #only(session: Session, { nuid }: ObjectInfo, limits: Limits): Promise<Message | undefined> {
    const subject = `$JS.API.DIRECT.GET.${this.#bucket.stream}`;
    const payload = JSON.stringify({ last_by_subj: this.#bucket.chunkSubject(nuid) });
    const message = await session.request({ subject, payload }, limits);
    return message.headers?.code === 0 ? message : undefined;
  }

  /** Fetches all chunks of an object. Gives whether they are there. */
  async #all(
    session: Session,
    { nuid, chunks }: ObjectInfo,
    add: (message: Message) => void,
    limits: Limits,
  ): Promise<boolean> {
    const { stream } = this.#bucket;
    const filter = this.#bucket.chunkSubject(nuid);
    try {
      return (await replay(session, { stream, filter, limit: chunks }, add, limits)) === chunks;
    } catch (error) {
      if (isRefusal(error, 'streamNotFound')) return false;
      throw error;
    }
  }
}

/** How long chunks are that are sent over a connection, in bytes. */
export function chunkLength({ maxPayload }: Session): number {
  return Math.min(longestChunk, maxPayload);
}
