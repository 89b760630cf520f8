/** The part of the NATS client that is used, as types of our own: its own would have to be installed to read ours. */

/**
 * A connection of the package `@nats-io/transport-node`, or of another one over `@nats-io/nats-core` 3.
 *
 * Described only as far as a user's connection is recognised by it.
 */
export interface NatsConnection {
  /** What the server has said of itself. */
  readonly info?: unknown;
  /** Where it is connected to, or was last. */
  getServer(): string;
  /** Whether it has been closed, by its owner or because it could not be made again. */
  isClosed(): boolean;
  /** Ends it. Never called of a user's connection. */
  close(): Promise<void>;
}

/** What is used of a connection. */
export interface Connection extends NatsConnection {
  readonly info?: { readonly max_payload: number } | undefined;
  /** Settles when it has ended: with the reason, where it was not asked to. */
  closed(): Promise<unknown>;
  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): void;
  subscribe(subject: string, options: SubscribeOptions): Subscription;
  /** What happens to it, from now on. */
  status(): AsyncIterable<Status>;
}

/** What goes with a message. */
export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: Headers;
}

/** What a subscription is made with. */
export interface SubscribeOptions {
  /** Called for each message, or once with an error that ends it. */
  readonly callback: (error: Error | null, message: Message) => void;
}

/** A subscription. */
export interface Subscription {
  unsubscribe(): void;
}

/** A message. */
export interface Message {
  readonly subject: string;
  /** Where an answer goes; empty where none is asked for. */
  readonly reply: string;
  readonly headers?: Headers | undefined;
  readonly data: Uint8Array;
}

/** The headers of a message. */
export interface Headers {
  /** A status that the server gives, such as 503; 0 where there is none. */
  readonly code: number;
  get(name: string): string;
  set(name: string, value: string): void;
}

/** Something that has happened to a connection. */
export interface Status {
  /** `'disconnect'`, `'reconnect'`, `'close'` and `'error'` are looked at. */
  readonly type: string;
  /** What the server refused, for `'error'`; of a permission, also what it was for. */
  readonly error?: Error & { readonly operation?: unknown; readonly subject?: unknown };
}

/** How a connection is made. */
export interface ConnectOptions {
  readonly servers: readonly string[];
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  readonly token?: string | undefined;
  readonly authenticator?: unknown;
  readonly tls?: object | undefined;
  readonly timeout: number;
  readonly reconnect: false;
  readonly name: string;
}

/** The package, as far as it is used. */
export interface ClientPackage {
  readonly connect: (options: ConnectOptions) => Promise<Connection>;
  readonly headers: () => Headers;
}
