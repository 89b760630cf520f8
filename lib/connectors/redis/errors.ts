/** What went wrong at Redis, and what to do about it. */

import { ConnectorError } from '../../errors.js';
import { OutcomeUnknownError } from './command.js';

/** What the client says of commands whose connection was lost. */
const connectionClosed = 'Connection is closed.';

/** How an error begins that says that connecting has taken too long. */
export const tookLonger = 'It took longer than';

/** An operation's part of an error's message. */
export interface Doing {
  /** What was to be done, as in `'store an object'`. */
  readonly verb: string;
  /** The key that it was asked of. */
  readonly key?: unknown;
}

/**
 * What a failed operation rejects with.
 *
 * @param doing - What was to be done.
 * @param place - Where, as in `'the Redis server at localhost:6379'`.
 * @param cause - What the client or the server said.
 */
export function operationError({ verb, key }: Doing, place: string, cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const message = `Could not ${verb} at ${place}: ${withoutStop(messageOf(cause))}${sentence(operationAdvice(cause))}`;
  return new ConnectorError(message, { connector: 'redis', key, cause });
}

/**
 * What an operation rejects with that has taken too long.
 *
 * @param timeout - How long that was, in milliseconds.
 * @param cause - What the client said last, where it has no connection.
 */
export function timeoutError(
  { verb, key }: Doing,
  place: string,
  timeout: number,
  cause: unknown,
): ConnectorError {
  const why =
    cause === undefined
      ? 'no reply came. Raise commandTimeout if the objects are large and the connection is slow'
      : `there was no connection: ${messageOf(cause)}`;
  return new ConnectorError(`Could not ${verb} at ${place} within ${timeout} ms: ${withoutStop(why)}.`, {
    connector: 'redis',
    key,
    cause,
  });
}

/** What everything rejects with that needed a connection which could not be made. */
export function connectError(place: string, cause: unknown): ConnectorError {
  const message = `Could not connect to ${place}: ${withoutStop(messageOf(cause))}${sentence(connectAdvice(cause))}`;
  return new ConnectorError(message, { connector: 'redis', cause });
}

/** Whether an error is what Redis answered a command with, which it then has not carried out. */
export function isRefusal(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'ReplyError';
}

function operationAdvice(cause: unknown): string | undefined {
  if (cause instanceof OutcomeUnknownError) {
    return 'It may have been done or not; it was not tried again, because it would count twice';
  }
  if (messageOf(cause) === connectionClosed) {
    return 'The connection was lost. What was sent by then may have been done or not';
  }
  if (/invalid bulk length|this server takes \d+ at most/.test(messageOf(cause))) {
    return 'Raise proto-max-bulk-len of the server, or keep objects of this size by another connector';
  }
  const [word] = messageOf(cause).split(' ', 1);
  if (word === 'OOM' || word === 'EXECABORT') {
    return 'Raise maxmemory of the server, or remove objects; nothing of this was stored';
  }
  if (word === 'READONLY') return 'This server is a replica; connect to its master, or through sentinels';
  if (word === 'NOPERM') return 'Give the user the permission';
  if (word === 'WRONGTYPE')
    return 'Something else has taken this name; give the connector a prefix of its own';
  return undefined;
}

function connectAdvice(cause: unknown): string | undefined {
  const code = (cause as { code?: unknown }).code;
  const text = `${String(code)} ${messageOf(cause)}`;
  if (text.includes('ECONNREFUSED')) return 'Is the server running, and is this its port?';
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'Is the name of the host right?';
  if (/WRONGPASS|NOAUTH|invalid password|Client sent AUTH/i.test(text)) {
    return 'Give the username and the password that the server wants';
  }
  if (/CERT|certificate|altname/i.test(text)) {
    return 'Give the authority that signed the server’s certificate as tls: { ca }, and the name that it is for as host';
  }
  if (/SSL|TLS|EPROTO/.test(text)) return 'Does the server speak TLS at this port? If not, leave out tls';
  // All that a client says of an end of its connection that has no reason, and of any end of a cluster's or a sentinel's.
  if (/ECONNRESET|EPIPE|Connection is closed/.test(text) || text.includes(tookLonger)) {
    return 'Is the server running, is this its port, and is TLS used at both ends or at neither?';
  }
  return undefined;
}

/** Errors are known by what they have, since those of Node are of another realm where a program runs in one of its own. */
function messageOf(error: unknown): string {
  const { message, lastNodeError, errors } = error as {
    message: string;
    lastNodeError?: unknown;
    errors?: unknown;
  };
  // Node tries all addresses of a host, and says what became of each.
  if (message === '' && Array.isArray(errors)) return errors.map(messageOf).join(', ');
  // A cluster's client says only that none of its nodes answered, and keeps what the last of them said.
  return lastNodeError === undefined ? message : `${withoutStop(message)} (${messageOf(lastNodeError)})`;
}

function sentence(advice: string | undefined): string {
  return advice === undefined ? '.' : `. ${advice}${advice.endsWith('?') ? '' : '.'}`;
}

function withoutStop(text: string): string {
  // OpenSSL ends its messages with a colon and the end of the line.
  return text.replace(/[.:\s]+$/, '');
}
