/** A connection for subscriptions that is found out when nobody is at its other end any more. */

import { disconnected } from './client-state.js';
import type { ServerClient } from './client.js';
import { isRefusal, tookLonger } from './errors.js';

/** How long a subscriber waits, in milliseconds. */
export interface SubscriberTimes {
  /** From one question whether the server is still there to the next. */
  readonly checkInterval: number;
  /** For a reply. */
  readonly replyTimeout: number;
}

/** What a subscriber tells. */
export interface SubscriberListeners {
  /** Something was published at a channel. */
  readonly published: (channel: string) => void;
  /** The connection is gone, and why; not told when it was closed. */
  readonly lost: (reason: unknown) => void;
}

/**
 * Subscribes over a connection of its own, which keeps no process alive. What is published comes without being asked for,
 * so silence says nothing: a firewall may have forgotten the connection, or the server's machine be gone. The server is
 * therefore asked now and then, and a connection over which it does not answer is broken.
 */
export class Subscriber {
  readonly #client: ServerClient;
  readonly #replyTimeout: number;
  readonly #checks: NodeJS.Timeout;
  #lost: SubscriberListeners['lost'];
  #reason: unknown = new Error('Connection is closed.');

  /**
   * @param client - Connected, and makes no other connection when it loses this one. Disconnected by {@link close}.
   */
  constructor(client: ServerClient, times: SubscriberTimes, { published, lost }: SubscriberListeners) {
    this.#client = client;
    this.#replyTimeout = times.replyTimeout;
    this.#lost = lost;
    client.stream?.unref();
    client.on('message', published);
    client.on('end', () => {
      clearInterval(this.#checks);
      this.#lost(this.#reason);
    });
    // That there is an answer is all that is asked.
    const check = (): void => void this.#answered(client.ping()).catch(() => undefined);
    this.#checks = setInterval(check, times.checkInterval).unref();
  }

  /**
   * Subscribes to channels.
   *
   * @throws What the server refused it with. Any other error says that the connection is lost, which is told, too.
   */
  async subscribe(channels: readonly string[]): Promise<void> {
    await this.#answered(this.#client.subscribe(...channels));
  }

  /** Ends a subscription, unless the connection has ended. */
  unsubscribe(channel: string): void {
    this.#client.unsubscribe(channel).catch(() => undefined);
  }

  /** Ends the connection. */
  close(): Promise<void> {
    this.#lost = () => undefined;
    return disconnected(this.#client);
  }

  /** Breaks the connection where a reply does not come in time. */
  async #answered(reply: Promise<unknown>): Promise<void> {
    const timer = setTimeout(
      () => this.#break(new Error(`${tookLonger} ${this.#replyTimeout} ms until a reply came`)),
      this.#replyTimeout,
    ).unref();
    try {
      await reply;
    } catch (error) {
      if (!isRefusal(error)) this.#break(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Says why there is no answer. The client rejects what still waits for one when its connection ends. */
  #break(reason: unknown): void {
    this.#reason = reason;
    this.#client.stream?.destroy();
  }
}
