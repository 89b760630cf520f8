/** What went wrong at S3, and what to do about it. */

import { ConnectorError } from '../../errors.js';

/** An operation's part of an error's message. */
export interface Doing {
  /** What was to be done, as in `'store an object'`. */
  readonly verb: string;
  /** The key that it was asked of. */
  readonly key?: unknown;
}

/** What is read of an error of the SDK or of Node, each of which has some of it. */
interface Fault {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * What a failed operation rejects with.
 *
 * @param doing - What was to be done.
 * @param place - Where, as in `'the bucket "objects" at https://minio:9000'`.
 * @param cause - What the client or the server said.
 */
export function operationError({ verb, key }: Doing, place: string, cause: unknown): ConnectorError {
  const message = `Could not ${verb} in ${place}: ${withoutStop(describe(cause))}${sentence(adviceFor(cause))}`;
  return new ConnectorError(message, { connector: 's3', key, cause });
}

/**
 * What S3 was not reached with in time.
 *
 * @param timeout - How long that was, in milliseconds.
 */
export function unreachableError(place: string, timeout: number): ConnectorError {
  const cause = Object.assign(new Error(`No answer came within ${timeout} ms`), { name: 'TimeoutError' });
  return operationError({ verb: 'look for objects' }, place, cause);
}

/** The HTTP status that an operation was answered with; `undefined` where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return faultOf(error).$metadata?.httpStatusCode;
}

/** Whether the answer was that the request was wrong, or not allowed. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status >= 300 && status < 500;
}

/** Whether a request was sent several times, so that the answer may be about what an earlier one has done. */
export function triedAgain(error: unknown): boolean {
  return (faultOf(error).$metadata?.attempts ?? 1) > 1;
}

/** Whether an operation was answered with an error of one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  const { name } = faultOf(error);
  return typeof name === 'string' && names.includes(name);
}

/** What is behind the error of an operation. */
function faultOf(error: unknown): Fault {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause ?? {};
}

/** Errors are known by what they have, since those of Node are of another realm where a program runs in one of its own. */
function describe(error: unknown): string {
  const { name, message, errors, $metadata } = (error ?? {}) as Fault;
  // Node tries all addresses of a host, and says what became of each.
  if (message === '' && Array.isArray(errors)) return errors.map(describe).join(', ');
  if (typeof message !== 'string') return String(error);
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return message;
  // What answers HEAD has no body to say more in.
  if (message === 'UnknownError' || message === '') return `HTTP status ${status}`;
  return message.includes(String(name)) ? message : `${String(name)}: ${message}`;
}

const advice: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /NoSuchBucket/,
    'Make the bucket, or give the bucket, endpoint and region that it has; a connector makes none',
  ],
  [
    /InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|Credential/i,
    'Give the credentials of a user of this service, as the option credentials or where the SDK looks for them',
  ],
  [
    /PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint|\b301\b/,
    'Give the region that the bucket is in',
  ],
  [/Region is missing/, 'Give a region, as an option or as AWS_REGION'],
  [
    /AccessDenied|Forbidden|\b403\b/,
    'Allow the credentials s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and, for the bucket, s3:ListBucket, without which S3 answers so for an object that is not there',
  ],
  [
    /RequestTimeTooSkewed/,
    'Set the clock of this machine: S3 takes requests that are some minutes old at most',
  ],
  [
    /SlowDown|Throttl|TooManyRequests|ServiceUnavailable/,
    'Lower concurrency, or raise maxAttempts, so that it is waited for longer',
  ],
  [
    /NotImplemented/,
    'This service lacks a part of S3 that is needed; set with ifAbsent needs its conditional writes',
  ],
  [/ECONNREFUSED/, 'Is the service running, and is this its port?'],
  [
    /ENOTFOUND|EAI_AGAIN/,
    'Is the name of the host right? A service of one host for all buckets wants forcePathStyle: true',
  ],
  [
    /CERT|certificate|altname/i,
    'Have Node trust the authority that signed the service’s certificate, with NODE_EXTRA_CA_CERTS, or give a client that does',
  ],
  [
    /SSL|TLS|EPROTO/,
    'Does the service speak TLS at this port? If not, begin the endpoint with http://, and not with https',
  ],
  [
    /ECONNRESET|EPIPE|HPE_|socket hang up|aborted/,
    'The connection was lost. Is TLS used at both ends or at neither?',
  ],
  [
    /TimeoutError/,
    'Is this the right endpoint, and is it reached from here? connectTimeout and requestTimeout say how long it is waited for',
  ],
];

function adviceFor(cause: unknown): string | undefined {
  const { name, code } = (cause ?? {}) as Fault;
  const text = `${String(name)} ${String(code)} ${describe(cause)}`;
  return advice.find(([pattern]) => pattern.test(text))?.[1];
}

function sentence(text: string | undefined): string {
  return text === undefined ? '.' : `. ${text}${text.endsWith('?') ? '' : '.'}`;
}

/** OpenSSL ends what it says with a colon and a line's end. */
function withoutStop(text: string): string {
  return text.replace(/[.:\s]+$/, '');
}
