/** A way to a server that can be cut, held up, and made to lose a part of what goes over it. */

import '../../lib/resources/symbols.js';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where bytes go. */
export type Direction = 'toServer' | 'toClient';

/** What happens to the connection after so many more bytes. */
interface Limit {
  bytes: number;
  readonly then: 'cut' | 'swallow';
  readonly reached: () => void;
}

/** Forwards connections to a server. */
export class TCPProxy implements AsyncDisposable {
  /** Where it listens, at 127.0.0.1. */
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #limits = new Map<Direction, Limit>();
  readonly #held = new Set<Direction>();
  readonly #whenEnded: (() => void)[] = [];
  #delay = 0;
  #accepted = 0;
  #refusing = false;

  /**
   * Starts one.
   *
   * @param target - The server's port at 127.0.0.1.
   */
  static async start(target: number): Promise<TCPProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TCPProxy(server, target);
  }

  private constructor(server: Server, target: number) {
    this.#server = server;
    // A server that listens at a port has an address with one.
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => {
      this.#accepted += 1;
      if (this.#refusing) client.on('error', () => undefined).resetAndDestroy();
      else this.#forward(client, connect({ port: target, host: '127.0.0.1', allowHalfOpen: true }));
    });
  }

  /** How many connections are open. */
  get open(): number {
    return this.#links.size;
  }

  /** How many connections have been made, since it started. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Breaks all connections that are open. */
  cut(): void {
    for (const link of this.#links) link.break();
  }

  /** Breaks all connections, those to come too, until {@link accept}. */
  refuse(): void {
    this.#refusing = true;
    this.cut();
  }

  /** Forwards connections again. */
  accept(): void {
    this.#refusing = false;
  }

  /** Settles when the next connection is made. */
  async connection(): Promise<void> {
    await once(this.#server, 'connection');
  }

  /** Settles when the next connection ends. */
  disconnection(): Promise<void> {
    return new Promise((resolve) => this.#whenEnded.push(resolve));
  }

  /** Breaks the connection after so many more bytes; settles when it has. */
  cutAfter(direction: Direction, bytes: number): Promise<void> {
    return this.#limit(direction, bytes, 'cut');
  }

  /** Loses all bytes after so many more, until the connection is broken; settles when it loses the first. */
  swallowAfter(direction: Direction, bytes: number): Promise<void> {
    return this.#limit(direction, bytes, 'swallow');
  }

  /** Keeps bytes back, until {@link release}. */
  hold(direction: Direction): void {
    this.#held.add(direction);
  }

  /** Hands on what was kept back, and what comes. */
  release(direction: Direction): void {
    this.#held.delete(direction);
    for (const link of this.#links) link.flush(direction);
  }

  /** Hands bytes on so much later, in milliseconds. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #limit(direction: Direction, bytes: number, then: Limit['then']): Promise<void> {
    return new Promise((reached) => this.#limits.set(direction, { bytes, then, reached }));
  }

  #forward(client: Socket, server: Socket): void {
    const link = new Link(client, server, () => {
      if (this.#links.delete(link)) for (const ended of this.#whenEnded.splice(0)) ended();
    });
    this.#links.add(link);
    for (const [source, direction] of [
      [client, 'toServer'],
      [server, 'toClient'],
    ] as const) {
      source.on('data', (bytes: Buffer) => {
        if (this.#delay === 0) this.#pass(link, direction, bytes);
        else setTimeout(() => this.#pass(link, direction, bytes), this.#delay);
      });
    }
  }

  #pass(link: Link, direction: Direction, bytes: Buffer): void {
    if (link.swallows.has(direction)) return;
    const limit = this.#limits.get(direction);
    if (limit === undefined || bytes.length <= limit.bytes) {
      if (limit !== undefined) limit.bytes -= bytes.length;
      link.send(direction, bytes, this.#held.has(direction));
      return;
    }
    this.#limits.delete(direction);
    link.send(direction, bytes.subarray(0, limit.bytes), this.#held.has(direction));
    if (limit.then === 'cut') link.finish(direction);
    else link.swallows.add(direction);
    limit.reached();
  }
}

/** One connection: its two ends. */
class Link {
  /** The directions in which everything is lost. */
  readonly swallows = new Set<Direction>();
  readonly #ends: Readonly<Record<Direction, Socket>>;
  readonly #kept: Readonly<Record<Direction, Buffer[]>> = { toServer: [], toClient: [] };

  constructor(client: Socket, server: Socket, closed: () => void) {
    this.#ends = { toServer: server, toClient: client };
    let open = 2;
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.setNoDelay();
      // An end that breaks closes too.
      end.on('error', () => undefined);
      end.on('end', () => other.end());
      end.on('close', () => {
        other.destroy();
        open -= 1;
        if (open === 0) closed();
      });
    }
  }

  send(direction: Direction, bytes: Buffer, keep: boolean): void {
    if (keep) this.#kept[direction].push(bytes);
    else this.#ends[direction].write(bytes);
  }

  flush(direction: Direction): void {
    for (const bytes of this.#kept[direction].splice(0)) this.#ends[direction].write(bytes);
  }

  /** Breaks the connection when what was sent has arrived. */
  finish(direction: Direction): void {
    this.swallows.add('toServer').add('toClient');
    this.#ends[direction].end(() => this.break());
  }

  break(): void {
    for (const end of Object.values(this.#ends)) {
      // The system does not reset an end that is being shut down, and Node then never closes it, nor itself exits.
      if (end.writableEnded) end.destroy();
      else end.resetAndDestroy();
    }
  }
}
