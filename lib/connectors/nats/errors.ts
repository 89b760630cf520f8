/** What went wrong at NATS, and what to do about it. */

import { ConnectorError } from '../../errors.js';

/** An operation's part of an error's message. */
export interface Doing {
  /** What was to be done, as in `'store an object'`. */
  readonly verb: string;
  /** The key that it was asked of. */
  readonly key?: unknown;
}

/** A connection was lost: what was sent over it may have been done or not. */
export class ConnectionLostError extends Error {
  constructor(cause: unknown) {
    super('The connection was lost', { cause });
  }
}

/** The connection was lost behind a request that counts when it is carried out, and would count twice. */
export class OutcomeUnknownError extends Error {
  constructor(cause: unknown) {
    super('The connection was lost before the answer had come', { cause });
  }
}

/** What JetStream answered a request with that it has not carried out. */
export class RefusalError extends Error {
  /** Its number in NATS's list of errors; 503 where nobody is there to answer. */
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** What is stored of an object is not what was. */
export class DamagedObjectError extends Error {
  constructor(why: string) {
    super(`The object is damaged: ${why}`);
  }
}

/** Numbers in NATS's list of errors. */
export const refusals = {
  nobodyAnswers: 503,
  insufficientResources: 10023,
  messageNotFound: 10037,
  jetStreamNotEnabledForAccount: 10039,
  sequenceNotFound: 10043,
  storageExceeded: 10047,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  subjectsOverlap: 10065,
  wrongLastSequence: 10071,
  replicasNotSupported: 10074,
  jetStreamNotEnabled: 10076,
  storeFailed: 10077,
} as const;

/** How an error begins that says that connecting has taken too long. */
export const tookLonger = 'It took longer than';

/**
 * What a failed operation rejects with.
 *
 * @param doing - What was to be done.
 * @param place - Where, as in `'the NATS server at localhost:4222'`.
 * @param cause - What the client or the server said.
 */
export function operationError({ verb, key }: Doing, place: string, cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const message = `Could not ${verb} at ${place}: ${withoutStop(messageOf(cause))}${sentence(operationAdvice(cause))}`;
  return new ConnectorError(message, { connector: 'nats', key, cause });
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
      ? 'no answer came. Raise commandTimeout if the objects are large and the connection is slow'
      : `there was no connection: ${messageOf(cause)}`;
  return new ConnectorError(`Could not ${verb} at ${place} within ${timeout} ms: ${withoutStop(why)}.`, {
    connector: 'nats',
    key,
    cause,
  });
}

/** What everything rejects with that needed a connection which could not be made. */
export function connectError(place: string, cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const message = `Could not connect to ${place}: ${withoutStop(messageOf(cause))}${sentence(connectAdvice(cause))}`;
  return new ConnectorError(message, { connector: 'nats', cause });
}

/** Whether an error is a certain refusal of JetStream. */
export function isRefusal(error: unknown, ...names: readonly (keyof typeof refusals)[]): boolean {
  return error instanceof RefusalError && names.some((name) => refusals[name] === error.code);
}

function operationAdvice(cause: unknown): string | undefined {
  if (cause instanceof OutcomeUnknownError) {
    return 'It may have been done or not; it was not tried again, because it would count twice';
  }
  if (cause instanceof ConnectionLostError) return 'What was sent by then may have been done or not';
  if (isRefusal(cause, 'nobodyAnswers', 'jetStreamNotEnabled', 'jetStreamNotEnabledForAccount')) {
    return 'Is JetStream enabled at the server (nats-server --jetstream) and for this account? If so, the bucket was deleted meanwhile, or has no leader at the moment; try again';
  }
  if (isRefusal(cause, 'insufficientResources', 'storageExceeded', 'storeFailed')) {
    return 'Raise the limits of the bucket or of the account, or remove objects; nothing of this was stored';
  }
  if (isRefusal(cause, 'replicasNotSupported')) return 'A server of its own keeps one replica';
  if (cause instanceof DamagedObjectError) return 'Remove it, and store it again';
  if (/permissions violation/i.test(messageOf(cause))) return 'Give the user the permission';
  return undefined;
}

function connectAdvice(cause: unknown): string | undefined {
  const inner = (cause as { cause?: unknown }).cause;
  const codes = [cause, inner].map((error) => String((error as { code?: unknown } | undefined)?.code));
  const text = [...codes, messageOf(cause), String(inner)].join(' ');
  if (/ECONNREFUSED|connection refused/.test(text)) return 'Is the server running, and is this its port?';
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'Is the name of the host right?';
  if (/authorization|authentication/i.test(text)) {
    return 'Give the user and the password, the token, or the authenticator that the server wants';
  }
  if (/CERT|certificate|altname/i.test(text)) {
    return 'Give the authority that signed the server’s certificate as tls: { ca }, and the name that it is for as the host';
  }
  if (/SSL|TLS|EPROTO|does not support 'tls'/.test(text)) {
    return 'Does the server speak TLS at this port? If not, leave out tls';
  }
  if (/ECONNRESET|EPIPE|unexpected response|closed|timeout/i.test(text) || text.includes(tookLonger)) {
    return 'Is the server running, is this its port, and is TLS used at both ends or at neither?';
  }
  return undefined;
}

/** Errors are known by what they have, since those of Node are of another realm where a program runs in one of its own. */
function messageOf(error: unknown): string {
  const { message, errors } = (error ?? {}) as { message?: unknown; errors?: unknown };
  // Node tries all addresses of a host, and says what became of each.
  if (message === '' && Array.isArray(errors)) return errors.map(messageOf).join(', ');
  return typeof message === 'string' && message !== '' ? message : String(error);
}

function sentence(advice: string | undefined): string {
  return advice === undefined ? '.' : `. ${advice}${advice.endsWith('?') ? '' : '.'}`;
}

function withoutStop(text: string): string {
  // What comes of OpenSSL ends a line.
  return text.trim().replace(/\.$/, '');
}
