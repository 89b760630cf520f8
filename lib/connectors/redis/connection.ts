/** Requests to Redis, each with a limit to how long it may take. */

import type { ServerClient } from './client.js';
import type { Command, Request } from './command.js';
import { isRefusal, operationError, timeoutError, type Doing } from './errors.js';
import type { Link, Session } from './link.js';

/** What goes with requests. */
export interface RequestOptions extends Doing {
  readonly signal?: AbortSignal | undefined;
  /** What takes back what the requests did, in case that one fails. */
  readonly undo?: readonly Request[] | undefined;
  /** The client of the node of a cluster that they go to. By default the node of each one's key. */
  readonly node?: ServerClient | undefined;
}

/** Marks that the time was up, until it is known what was waited for. */
const timeIsUp = Symbol('time is up');

/** Sends requests over a link. */
export class Connection {
  readonly #link: Link;
  readonly #timeout: number;

  /**
   * @param link - The way to Redis.
   * @param timeout - How long requests that are made together may take, in milliseconds.
   */
  constructor(link: Link, timeout: number) {
    this.#link = link;
    this.#timeout = timeout;
  }

  /** Makes the connection, unless it is there. */
  async open(signal?: AbortSignal): Promise<void> {
    await this.request([], { verb: 'connect', signal });
  }

  /** A client that takes commands. */
  async client(options: RequestOptions): Promise<Session['client']> {
    return await this.#limited(options, async () => (await this.#link.session()).client);
  }

  /**
   * Makes one request.
   *
   * @returns The reply.
   */
  async requestOne(request: Request, options: RequestOptions): Promise<unknown> {
    const [reply] = await this.request([request], options);
    return reply;
  }

  /**
   * Makes requests, one right behind the other.
   *
   * @returns Their replies.
   * @throws ConnectorError when one fails; the signal's reason when it is aborted.
   */
  async request(requests: readonly Request[], options: RequestOptions): Promise<unknown[]> {
    const commands: Command[] = [];
    let session: Session | undefined;
    try {
      return await this.#limited(options, async (limit) => {
        const present = this.#link.session();
        session = present instanceof Promise ? await present : present;
        limit.throwIfReached();
        const client = options.node ?? session.client;
        for (const request of requests) commands.push(new session.Command(request));
        limit.decides = () => commands.every((command) => !command.irrevocable);
        for (const command of commands) client.sendCommand(command);
        return await Promise.all(commands.map((command) => command.promise));
      });
    } catch (error) {
      const sent = commands.some((command) => command.sent);
      for (const command of commands) command.withdraw();
      const { undo } = options;
      if (session !== undefined && sent && undo !== undefined) await this.#undo(session, undo, error);
      throw error;
    }
  }

  /** Runs with a limit, and tells the link so. */
  async #limited<T>(options: RequestOptions, run: (limit: Limit) => Promise<T>): Promise<T> {
    const { place } = this.#link;
    this.#link.begin();
    const limit = new Limit(this.#timeout, options.signal);
    try {
      return await Promise.race([run(limit), limit.reached]);
    } catch (error) {
      if (limit.aborted && error === options.signal?.reason) throw error;
      if (error !== timeIsUp) throw operationError(options, place, error);
      const { trouble } = this.#link;
      this.#link.stalled();
      throw timeoutError(options, place, this.#timeout, trouble);
    } finally {
      limit.end();
      this.#link.end();
    }
  }

  /**
   * Takes back what may have been done. Waits for it only where the server answers: where the connection is bad, it
   * goes out if there is another.
   */
  async #undo({ client, Command }: Session, undo: readonly Request[], error: unknown): Promise<void> {
    const commands = undo.map((request) => new Command(request));
    for (const command of commands) client.sendCommand(command);
    if (isRefusal((error as { cause?: unknown }).cause)) {
      await Promise.allSettled(commands.map((command) => command.promise));
    }
  }
}

/** Ends a wait by a time or a signal. */
class Limit {
  /** Rejects with the signal's reason, or with {@link timeIsUp}. */
  readonly reached: Promise<never>;
  /** Whether the signal still decides. */
  decides: () => boolean = () => true;
  readonly #signal: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #abort: (() => void) | undefined;
  #reason: { readonly value: unknown } | undefined;

  constructor(timeout: number, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.reached = new Promise((_, reject) => {
      const end = (value: unknown): void => {
        this.#reason ??= { value };
        // The reason is the caller's own; whatever it is, it is what an aborted operation rejects with.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(value);
      };
      this.#timer = setTimeout(end, timeout, timeIsUp);
      if (signal === undefined) return;
      this.#abort = () => {
        if (this.decides()) end(signal.reason);
      };
      signal.addEventListener('abort', this.#abort, { once: true });
    });
    // It may be reached when what it limits has failed by itself.
    this.reached.catch(() => undefined);
  }

  /** Whether it was the signal that ended it. */
  get aborted(): boolean {
    return this.#reason !== undefined && this.#reason.value !== timeIsUp;
  }

  throwIfReached(): void {
    if (this.#reason !== undefined) throw this.#reason.value;
  }

  end(): void {
    clearTimeout(this.#timer);
    if (this.#abort !== undefined) this.#signal?.removeEventListener('abort', this.#abort);
  }
}
