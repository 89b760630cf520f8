/** The bucket of an object store: one stream. */

import { ConnectorError } from '../../errors.js';
import { isRefusal } from './errors.js';
import { ask } from './jetstream.js';
import { Limits } from './limits.js';
import type { Session } from './session.js';
import type { CommonSettings } from './settings.js';

const nanosecondsPerMillisecond = 1e6;

/** A bucket, with the names that the object store gives to what is in it (NATS, ADR-20). */
export class Bucket {
  readonly name: string;
  /** The name of the stream. */
  readonly stream: string;
  /** Matches the subjects of the objects' descriptions. */
  readonly infoSubjects: string;
  readonly #settings: CommonSettings;
  #isReady = false;
  #preparing: Promise<void> | undefined;

  constructor(settings: CommonSettings) {
    this.#settings = settings;
    this.name = settings.bucket;
    this.stream = `OBJ_${this.name}`;
    this.infoSubjects = `$O.${this.name}.M.>`;
  }

  /** The subject of an object's description. */
  infoSubject(uuid: string): string {
    // Of the length of a UUID, base64 has no padding.
    return `$O.${this.name}.M.${Buffer.from(uuid).toString('base64url')}`;
  }

  /** The name of the object that a description's subject is for. */
  nameOf(infoSubject: string): string {
    return Buffer.from(infoSubject.slice(this.infoSubjects.length - 1), 'base64url').toString();
  }

  /** The subject of an object's chunks. */
  chunkSubject(nuid: string): string {
    return `$O.${this.name}.C.${nuid}`;
  }

  /**
   * Makes the bucket, unless it is there.
   *
   * @throws ConnectorError when it is there and is not as it was asked for.
   */
  async ready(session: Session, limits: Limits): Promise<void> {
    if (this.#isReady) return;
    // Nobody's own limits end it, for others wait for it, too.
    this.#preparing ??= this.#prepare(session, new Limits()).finally(() => {
      this.#preparing = undefined;
    });
    try {
      await limits.until(this.#preparing);
    } catch (error) {
      if (limits.ended !== undefined) this.#preparing = undefined;
      throw error;
    }
  }

  /** Has {@link ready} look again. */
  forget(): void {
    this.#isReady = false;
  }

  /** Whether the server drops objects by their age. */
  async drops(session: Session, limits: Limits): Promise<boolean> {
    // The answer to this request has the stream's config.
    const { config } = (await ask(
      session,
      `STREAM.INFO.${this.stream}`,
      {},
      limits,
    )) as unknown as StreamInfo;
    return config.max_age > 0;
  }

  /** Removes all messages of a subject. */
  async purge(session: Session, filter: string, limits: Limits): Promise<void> {
    await ask(session, `STREAM.PURGE.${this.stream}`, { filter }, limits);
  }

  /**
   * Removes one message.
   *
   * @param sequence - Its number in the stream.
   * @throws RefusalError when it is not there: of several who remove it, one does.
   */
  async removeMessage(session: Session, sequence: number, limits: Limits): Promise<void> {
    // Erasing, which overwrites it on the disk, takes the server some times as long.
    const request = { seq: sequence, no_erase: true };
    await ask(session, `STREAM.MSG.DELETE.${this.stream}`, request, limits);
  }

  /** Deletes the bucket, with all that is in it. */
  async delete(session: Session, limits: Limits): Promise<void> {
    try {
      await ask(session, `STREAM.DELETE.${this.stream}`, {}, limits);
    } catch (error) {
      if (!isRefusal(error, 'streamNotFound')) throw error;
    }
  }

  async #prepare(session: Session, limits: Limits): Promise<void> {
    const { ttl = 0, storage = 'file', replicas = 1 } = this.#settings;
    const info = await this.#infoOr(session, limits, () =>
      ask(
        session,
        `STREAM.CREATE.${this.stream}`,
        {
          name: this.stream,
          subjects: [this.chunkSubject('>'), this.infoSubjects],
          retention: 'limits',
          discard: 'new',
          max_age: Math.round(ttl * nanosecondsPerMillisecond),
          storage,
          num_replicas: replicas,
          allow_rollup_hdrs: true,
          allow_direct: true,
        },
        limits,
      ),
    );
    this.#compare(info.config);
    this.#isReady = true;
  }

  async #infoOr(
    session: Session,
    limits: Limits,
    create: () => Promise<Record<string, unknown>>,
  ): Promise<StreamInfo> {
    const info = (): Promise<Record<string, unknown>> =>
      ask(session, `STREAM.INFO.${this.stream}`, {}, limits);
    const answer = await info().catch((error: unknown) => {
      if (!isRefusal(error, 'streamNotFound')) throw error;
      return create().catch((failure: unknown) => {
        // Another process has made it meanwhile, or is about to.
        if (isRefusal(failure, 'streamNameInUse', 'subjectsOverlap')) return info();
        throw failure;
      });
    });
    // Both answers have the stream's config.
    return answer as unknown as StreamInfo;
  }

  #compare(config: StreamInfo['config']): void {
    const { ttl, storage, replicas } = this.#settings;
    const there = {
      ttl: config.max_age / nanosecondsPerMillisecond,
      storage: config.storage,
      replicas: config.num_replicas,
    };
    for (const [option, asked] of Object.entries({ ttl, storage, replicas })) {
      const found = there[option as keyof typeof there];
      if (asked === undefined || asked === found) continue;
      throw new ConnectorError(
        `The bucket ${this.name} is there already with ${option} ${String(found)}, not ${asked}. Leave out the option "${option}", or take another name.`,
        { connector: 'nats' },
      );
    }
  }
}

/** What is read of a stream's description. */
interface StreamInfo {
  readonly config: {
    /** In nanoseconds. */
    readonly max_age: number;
    readonly storage: string;
    readonly num_replicas: number;
  };
}
