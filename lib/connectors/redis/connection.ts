/** Requests to Redis, each with a limit to how long it may take. */

import type { Client, ServerClient } from './client.js';
import type { Command, Request } from './command.js';
import { isRefusal, operationError, timeoutError, type Doing } from './errors.js';
import type { Link, Session } from './link.js';

/** What goes with requests. */
export interface RequestOptions extends Doing {
  readonly signal?: AbortSignal | undefined;
  /** What takes back what the requests did, in case that one fails. */
  readonly undo?: (() => readonly Request[]) | undefined;
  /** When the time began that they may take, by `performance.now()`. By default now. */
  readonly since?: number | undefined;
  /** The client of the node of a cluster that they go to. By default the node of each one's key. */
  readonly node?: ServerClient | undefined;
}

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

  /** Makes the connection, unless it is there, and gives its client. */
  async open(options: RequestOptions): Promise<Client> {
    await this.request([], options);
    const { client } = await this.#link.session();
    return client;
  }

  /**
   * Makes one request.
   *
   * @returns The reply.
   */
  async requestOne(request: Request, options: RequestOptions): Promise<unknown> {
    const replies = await this.request([request], options);
    return replies[0];
  }

  /**
   * Makes requests, one right behind the other.
   *
   * @returns Their replies.
   * @throws ConnectorError when one fails; the signal's reason when it is aborted.
   */
  request(requests: readonly Request[], options: RequestOptions): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      new Attempt(this.#link, this.#timeout, requests, options, resolve, reject).start();
    });
  }
}

/** Requests under way. One object with the state of all, since there is one for every operation. */
class Attempt {
  readonly #link: Link;
  readonly #timeout: number;
  readonly #requests: readonly Request[];
  readonly #options: RequestOptions;
  readonly #resolve: (replies: readonly unknown[]) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #commands: Command[] = [];
  readonly #replies: unknown[] = [];
  #session: Session | undefined;
  #settled = false;

  constructor(
    link: Link,
    timeout: number,
    requests: readonly Request[],
    options: RequestOptions,
    resolve: (replies: readonly unknown[]) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#link = link;
    this.#timeout = timeout;
    this.#requests = requests;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    const { since } = options;
    const spent = since === undefined ? 0 : performance.now() - since;
    this.#timer = setTimeout(endByTime, Math.max(timeout - spent, 1), this);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  static readonly endByTime = (attempt: Attempt): void => attempt.#endByTime();

  start(): void {
    this.#link.begin();
    if (this.#options.signal?.aborted === true) {
      // It will not tell so again.
      this.#abort();
      return;
    }
    let session: Session | Promise<Session>;
    try {
      session = this.#link.session();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (session instanceof Promise) session.then((present) => this.#send(present), this.#failed);
    else this.#send(session);
  }

  #send(session: Session): void {
    if (this.#settled) return;
    this.#session = session;
    const requests = this.#requests;
    if (requests.length === 0) {
      this.#end();
      this.#resolve([]);
      return;
    }
    const client = this.#options.node ?? session.client;
    try {
      for (const request of requests) {
        this.#commands.push(new session.Command(request, this.#maySettleEarly(request)));
      }
      for (const command of this.#commands) client.sendCommand(command);
    } catch (error) {
      this.#fail(error);
      return;
    }
    let missing = requests.length;
    for (const [index, command] of this.#commands.entries()) {
      command.promise.then((reply) => {
        this.#replies[index] = reply;
        missing -= 1;
        if (missing === 0 && this.#end()) this.#resolve(this.#replies);
      }, this.#failed);
    }
  }

  /**
   * Whether the caller may have its bytes back, and change them or transfer them to a worker, while a socket has still
   * to read them: it announced them, and what it would send in their place would be taken for them.
   */
  #maySettleEarly({ final = false }: Request): boolean {
    return !this.#link.breaks || (this.#options.signal !== undefined && !final);
  }

  readonly #failed = (error: unknown): void => this.#fail(error);

  #fail(error: unknown): void {
    if (!this.#end()) return;
    const rejection = operationError(this.#options, this.#link.place, error);
    if (!isRefusal(error)) {
      this.#withdraw();
      this.#reject(rejection);
      return;
    }
    // The server answers, so what the other requests did can be taken back before the failure is told.
    void Promise.allSettled(this.#withdraw().map((command) => command.promise)).then(() =>
      this.#reject(rejection),
    );
  }

  readonly #abort = (): void => {
    if (this.#commands.some((command) => command.irrevocable) || !this.#end()) return;
    this.#withdraw();
    this.#reject(this.#options.signal?.reason);
  };

  #endByTime(): void {
    if (!this.#end()) return;
    const { place, trouble } = this.#link;
    this.#link.stalled();
    this.#withdraw();
    this.#reject(timeoutError(this.#options, place, this.#timeout, trouble));
  }

  /**
   * Gives up what has not been done, and has what may have been done taken back.
   *
   * @returns What takes it back.
   */
  #withdraw(): readonly Command[] {
    const sent = this.#commands.some((command) => command.sent);
    for (const command of this.#commands) command.withdraw();
    const session = this.#session;
    if (session === undefined || !sent) return [];
    const commands = (this.#options.undo?.() ?? []).map((request) => new session.Command(request));
    for (const command of commands) {
      session.client.sendCommand(command);
      command.promise.catch(() => undefined);
    }
    return commands;
  }

  /** Whether this call is the first one. */
  #end(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#link.end();
    return true;
  }
}

const { endByTime } = Attempt;
