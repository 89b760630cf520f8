/** What stands between a connector and its connection, whoever that belongs to. */

import type { Connection } from './client.js';
import type { Session } from './session.js';

/** A way to NATS. */
export interface Link {
  /** Where it leads, as in `'the NATS server at localhost:4222'`. */
  readonly place: string;
  /** What the client said last about the connection; absent while it has one. */
  readonly trouble: unknown;
  /**
   * What requests are made with: at once where there is a connection, or when there is one.
   *
   * @throws ConnectorError when there can be none.
   */
  session(): Session | Promise<Session>;
  /** Says that somebody wants a connection, until {@link end}. */
  begin(): void;
  /** Says that somebody does no more. */
  end(): void;
  /** Says that no answer has come in time. */
  stalled(): void;
  /** Lets go of the connection. */
  close(): Promise<void>;
}

/** A place as a text for errors. */
export function describePlace(servers: readonly string[]): string {
  return `the NATS server${servers.length > 1 ? 's' : ''} at ${servers.join(', ')}`;
}

/** What is told of what happens to a connection. */
export interface Observer {
  disconnected(): void;
  reconnected?(): void;
  /** It has ended for good. */
  closed?(): void;
  /** What was sent to a subject was refused. */
  refused(subject: unknown, error: Error): void;
}

/**
 * Has an observer told of what happens to a connection, until it is closed.
 *
 * @returns Ends it.
 */
export function observe(connection: Connection, observer: Observer): () => void {
  const events = connection.status();
  let observing = true;
  const tell = async (): Promise<void> => {
    for await (const { type, error } of events) {
      if (type === 'disconnect') observer.disconnected();
      else if (type === 'reconnect') observer.reconnected?.();
      else if (type === 'error' && error?.operation === 'publish') observer.refused(error.subject, error);
    }
    // The client's event of its end came with 3.1; that there are no more events any version tells.
    if (observing) observer.closed?.();
  };
  void tell();
  // The client's iterators can be stopped, which their type does not say.
  return () => {
    observing = false;
    (events as { stop?: () => void }).stop?.();
  };
}
