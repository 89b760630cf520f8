/** Waits for objects to be stored, told by Redis. */

import { Waiters } from '../waiters.js';
import { disconnected } from './client-state.js';
import type { ServerClient } from './client.js';
import { isRefusal, operationError } from './errors.js';
import type { Link } from './link.js';

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
  readonly #waiters = new Waiters();
  #subscriber: Promise<ServerClient> | undefined;
  /** Whether there has been a connection: one that is lost then is made again, without those who wait noticing. */
  #established = false;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param link - The way to Redis.
   * @param channelPrefix - What comes before an object's UUID in the name of the channel at which it is told of.
   * @param has - Whether an object is there; what it throws fails the wait.
   */
  constructor(link: Link, channelPrefix: string, has: (uuid: string) => Promise<boolean>) {
    this.#link = link;
    this.#channelPrefix = channelPrefix;
    this.#has = has;
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

  /** Keeps the process alive until it is known that the objects are not there. */
  async #join(uuids: readonly string[]): Promise<void> {
    this.#link.begin();
    try {
      await this.#subscribe(uuids);
    } finally {
      this.#link.end();
    }
  }

  /** Subscribes, and looks only then: what is stored from that moment on is told. */
  async #subscribe(uuids: readonly string[]): Promise<void> {
    let subscriber: ServerClient;
    try {
      subscriber = await (this.#subscriber ??= this.#connect());
    } catch (error) {
      this.#subscriber = undefined;
      this.#retryOrFail(uuids, error);
      return;
    }
    try {
      await subscriber.subscribe(...uuids.map((uuid) => this.#channelPrefix + uuid));
    } catch (error) {
      // When the connection was lost, its end has been told, and all join again.
      if (isRefusal(error)) this.#fail(uuids, error);
      return;
    }
    this.#attempts = 0;
    await Promise.all(uuids.map((uuid) => this.#look(uuid)));
  }

  #leave(uuid: string): void {
    void this.#subscriber
      ?.then((subscriber) => subscriber.unsubscribe(this.#channelPrefix + uuid))
      .catch(() => undefined);
    if (this.#waiters.size > 0 || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#waiters.size === 0) void this.#release();
    }, linger).unref();
  }

  async #look(uuid: string): Promise<void> {
    try {
      if (await this.#has(uuid)) this.#waiters.wake(uuid);
    } catch (error) {
      this.#waiters.fail(uuid, error);
    }
  }

  async #connect(): Promise<ServerClient> {
    const subscriber = await this.#link.subscriber();
    this.#established = true;
    subscriber.stream?.unref();
    subscriber.on('message', (channel) => this.#waiters.wake(channel.slice(this.#channelPrefix.length)));
    subscriber.on('end', () => {
      if (this.#closed || this.#waiters.size === 0) return;
      this.#subscriber = undefined;
      this.#retryOrFail([...this.#waiters.names()], new Error('Connection is closed.'));
    });
    return subscriber;
  }

  #retryOrFail(uuids: readonly string[], error: unknown): void {
    if (!this.#established || !this.#link.persists) {
      this.#fail(uuids, error);
      return;
    }
    this.#attempts += 1;
    const delay = Math.min(shortestDelay * 2 ** (this.#attempts - 1), longestDelay);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#join([...this.#waiters.names()]), delay).unref();
  }

  #fail(uuids: readonly string[], error: unknown): void {
    const failure = operationError({ verb: 'wait for an object' }, this.#link.place, error);
    for (const uuid of uuids) this.#waiters.fail(uuid, failure);
  }

  async #release(): Promise<void> {
    clearTimeout(this.#timer);
    const subscriber = this.#subscriber;
    this.#subscriber = undefined;
    await subscriber?.then(disconnected, () => undefined);
  }
}
