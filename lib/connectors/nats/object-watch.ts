/** Waits for objects to be stored, told by the server. */

import { Waiters } from '../waiters.js';
import type { Bucket } from './bucket.js';
import { isThere, lookUp } from './look-up.js';
import { parseInfo } from './object-info.js';
import type { Link } from './link.js';
import type { Attempt, Operations } from './operations.js';
import { createConsumer, deleteConsumer, isControl, obey } from './replay.js';
import type { Session } from './session.js';

/** How often the server says that it is there, in milliseconds. */
const heartbeat = 10_000;

/**
 * All waits of one connector. For each object that is waited for, the server sends its description when there is one,
 * stored by whomever.
 */
export class ObjectWatch {
  readonly #bucket: Bucket;
  readonly #link: Link;
  readonly #operations: Operations;
  readonly #waiters = new Waiters();
  readonly #watches = new Map<string, Watch>();

  constructor(bucket: Bucket, link: Link, operations: Operations) {
    this.#bucket = bucket;
    this.#link = link;
    this.#operations = operations;
  }

  /**
   * Waits until an object is there.
   *
   * @param signal - Ends the wait. Not aborted yet.
   */
  async wait(uuid: string, signal?: AbortSignal): Promise<void> {
    const stored = this.#waiters.wait(uuid, signal);
    if (!this.#watches.has(uuid)) {
      // It has ended before those who waited go on: who waits from then on is told by another one.
      const watch = new Watch(this.#bucket, uuid, this.#operations, {
        stored: () => {
          this.#leave(uuid);
          this.#waiters.wake(uuid);
        },
        failed: (error) => {
          this.#leave(uuid);
          this.#waiters.fail(uuid, error);
        },
      });
      this.#watches.set(uuid, watch);
      this.#link.begin();
      watch.begin();
    }
    try {
      await stored;
    } finally {
      if (!this.#waiters.has(uuid)) this.#leave(uuid);
    }
  }

  /**
   * Ends all waits.
   *
   * @param error - What they fail with.
   */
  close(error: Error): void {
    this.#waiters.failAll(error);
    for (const uuid of [...this.#watches.keys()]) this.#leave(uuid);
  }

  #leave(uuid: string): void {
    const watch = this.#watches.get(uuid);
    if (watch === undefined) return;
    this.#watches.delete(uuid);
    watch.end();
    this.#link.end();
  }
}

/** Who is told what becomes of a watch, unless it is ended first. */
interface Watcher {
  stored(): void;
  failed(error: unknown): void;
}

/** What watches one object, over as many connections as it takes. */
class Watch {
  readonly #bucket: Bucket;
  readonly #uuid: string;
  readonly #operations: Operations;
  readonly #watcher: Watcher;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  /** Gives up what there is at the present connection. */
  #release: (() => void) | undefined;

  constructor(bucket: Bucket, uuid: string, operations: Operations, watcher: Watcher) {
    this.#bucket = bucket;
    this.#uuid = uuid;
    this.#operations = operations;
    this.#watcher = watcher;
  }

  /** Keeps the process alive until it is known that the object is not there; later on it keeps nothing alive. */
  begin(background = false): void {
    const { signal } = this.#ending;
    const operation = { verb: 'wait for an object', key: [this.#uuid], background, signal };
    const began = this.#operations.run(operation, (session, attempt) => this.#listen(session, attempt));
    began.catch((error: unknown) => {
      if (!signal.aborted) this.#watcher.failed(error);
    });
  }

  end(): void {
    this.#ending.abort();
    this.#stop();
  }

  async #listen(session: Session, attempt: Attempt): Promise<void> {
    const { stream } = this.#bucket;
    await this.#bucket.ready(session, attempt);
    let heard = true;
    const listener = session.listen((message) => {
      heard = true;
      if (isControl(message)) obey(session, message);
      else if (!parseInfo(message.data).deleted) this.#watcher.stored();
    });
    this.#release = () => listener.end();
    try {
      const filter = this.#bucket.infoSubject(this.#uuid);
      const options = { stream, subject: listener.subject, filter, heartbeat };
      const { name } = await createConsumer(session, options, attempt);
      this.#release = () => {
        clearInterval(this.#timer);
        listener.end();
        deleteConsumer(session, stream, name);
      };
      // What is stored from here on is told; what was stored while the consumer was made is looked for.
      if (isThere(await lookUp(session, this.#bucket, this.#uuid, attempt))) this.#watcher.stored();
    } catch (error) {
      this.#stop();
      throw error;
    }
    if (this.#ending.signal.aborted) return;
    this.#timer = setInterval(() => {
      if (!heard) this.#again();
      heard = false;
    }, 3 * heartbeat).unref();
    listener.whenBroken(() => this.#again());
  }

  /** Watches over another connection, or by another consumer, since nothing is heard of this one. */
  #again(): void {
    this.#stop();
    this.begin(true);
  }

  #stop(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
