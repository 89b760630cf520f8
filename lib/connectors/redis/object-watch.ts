/** Waits for objects to be stored, told by Redis. */

import { Waiters } from '../waiters.js';
import { isRefusal, operationError } from './errors.js';
import type { Link } from './link.js';
import { Subscriber, type SubscriberTimes } from './subscriber.js';

/** How long the connection is kept when nobody waits any more, in milliseconds: the next one may come soon. */
const linger = 1000;
const shortestDelay = 50;
const longestDelay = 2000;

/**
 * All waits of one connector, which share one connection: Redis lets a connection that subscribes do nothing else. It is
 * there only while somebody waits, and keeps no process alive.
 */
export class ObjectWatch {
  readonly #link: Link;
  readonly #channelPrefix: string;
  readonly #has: (uuid: string) => Promise<boolean>;
  readonly #times: SubscriberTimes;
  readonly #waiters = new Waiters();
  #subscriber: Promise<Subscriber> | undefined;
  /** Whether there has been a connection: one that is lost then is made again, without those who wait noticing. */
  #established = false;
  #attempts = 0;
  #retry: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param link - The way to Redis.
   * @param channelPrefix - What comes before an object's UUID in the name of the channel at which it is told of.
   * @param has - Whether an object is there; what it throws fails the wait.
   * @param times - How soon a connection is noticed over which nothing comes any more.
   */
  constructor(
    link: Link,
    channelPrefix: string,
    has: (uuid: string) => Promise<boolean>,
    times: SubscriberTimes,
  ) {
    this.#link = link;
    this.#channelPrefix = channelPrefix;
    this.#has = has;
    this.#times = times;
  }

  /**
   * Waits until an object is there.
   *
   * @param signal - Ends the wait. Not aborted yet.
   */
  async wait(uuid: string, signal?: AbortSignal): Promise<void> {
    const stored = this.#waiters.wait(uuid, signal);
    void this.#join([uuid]);
    try {
      await stored;
    } finally {
      if (!this.#waiters.has(uuid)) this.#leave(uuid);
    }
  }

  /**
   * Ends all waits, and the connection.
   *
   * @param error - What they fail with.
   */
  async close(error: Error): Promise<void> {
    this.#closed = true;
    this.#waiters.failAll(error);
    await this.#release();
  }

  /**
   * Keeps the process alive until it is known that the objects are not there.
   *
   * @param again - Whether they have been looked for before: failing to look is then the connection's failure.
   */
  async #join(uuids: readonly string[], again = false): Promise<void> {
    this.#link.begin();
    try {
      await this.#subscribe(uuids, again);
    } finally {
      this.#link.end();
    }
  }

  /** Subscribes, and looks only then: what is stored from that moment on is told. */
  async #subscribe(uuids: readonly string[], again: boolean): Promise<void> {
    const connecting = (this.#subscriber ??= this.#connect());
    let subscriber: Subscriber;
    try {
      subscriber = await connecting;
    } catch (error) {
      this.#forget(connecting);
      this.#retryOrFail(uuids, error);
      return;
    }
    try {
      await subscriber.subscribe(uuids.map((uuid) => this.#channelPrefix + uuid));
    } catch (error) {
      // When the connection was lost, its end is told, and all join again.
      if (isRefusal(error)) this.#fail(uuids, error);
      return;
    }
    this.#attempts = 0;
    await Promise.all(uuids.map((uuid) => this.#look(uuid, again)));
  }

  #leave(uuid: string): void {
    void this.#subscriber
      ?.then((subscriber) => subscriber.unsubscribe(this.#channelPrefix + uuid))
      .catch(() => undefined);
    if (this.#waiters.size > 0 || this.#closed) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      if (this.#waiters.size === 0) void this.#release();
    }, linger).unref();
  }

  async #look(uuid: string, again: boolean): Promise<void> {
    try {
      if (await this.#has(uuid)) this.#waiters.wake(uuid);
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      if (again && !isRefusal(cause)) this.#retryOrFail([uuid], error);
      else this.#waiters.fail(uuid, error);
    }
  }

  #connect(): Promise<Subscriber> {
    const connecting = this.#link.subscriber().then((client) => {
      this.#established = true;
      return new Subscriber(client, this.#times, {
        published: (channel) => this.#waiters.wake(channel.slice(this.#channelPrefix.length)),
        lost: (reason) => {
          this.#forget(connecting);
          this.#retryOrFail([...this.#waiters.names()], reason);
        },
      });
    });
    return connecting;
  }

  /** Has the next who waits make another connection, unless somebody has already. */
  #forget(connecting: Promise<Subscriber>): void {
    if (this.#subscriber === connecting) this.#subscriber = undefined;
  }

  #retryOrFail(uuids: readonly string[], error: unknown): void {
    if (!this.#established || !this.#link.persists) {
      this.#fail(uuids, error);
      return;
    }
    // Several may say the same of one connection.
    if (this.#retry !== undefined || this.#waiters.size === 0) return;
    this.#attempts += 1;
    const delay = Math.min(shortestDelay * 2 ** (this.#attempts - 1), longestDelay);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (this.#waiters.size > 0) void this.#join([...this.#waiters.names()], true);
    }, delay).unref();
  }

  #fail(uuids: readonly string[], error: unknown): void {
    const failure = operationError({ verb: 'wait for an object' }, this.#link.place, error);
    for (const uuid of uuids) this.#waiters.fail(uuid, failure);
  }

  async #release(): Promise<void> {
    clearTimeout(this.#linger);
    const subscriber = this.#subscriber;
    this.#subscriber = undefined;
    await subscriber?.then(
      (present) => present.close(),
      () => undefined,
    );
  }
}
