/** The options of an S3 connector, checked and made whole. */

import { ConnectorError } from '../../errors.js';
import type { ConnectorConfig, JsonValue } from '../protocol.js';
import { defaultExpiry, expiryRange, isExpiry } from './expiry.js';
import type { S3BorrowOptions, S3ClientLike, S3ConnectionOptions, S3ConnectorOptions } from './options.js';

/** How large the parts of an object are, and how large it is to be stored in parts. */
export interface PartSettings {
  readonly multipartThreshold: number;
  readonly partSize: number;
}

/** What a connector makes its own client of. */
export interface ClientSettings extends Pick<
  S3ConnectionOptions,
  'region' | 'endpoint' | 'forcePathStyle' | 'credentials'
> {
  readonly requestTimeout: number;
  readonly maxAttempts: number;
}

/** The options, whole. */
export interface Settings extends PartSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly concurrency: number;
  readonly connectTimeout: number;
  readonly clear: boolean;
  /** How long a presigned URL lasts where nobody says, in seconds; `undefined` where none are made. */
  readonly presign: number | undefined;
  /** The user's client, or what one is made of. */
  readonly client: S3ClientLike | ClientSettings;
  /** The bucket as a text for errors. */
  readonly place: string;
  /** What a config says. */
  readonly configured: ConnectorConfig['options'];
}

/** The names of the options that a config can have. */
const configurableNames = [
  ...['bucket', 'region', 'endpoint', 'forcePathStyle', 'multipartThreshold', 'partSize'],
  ...['concurrency', 'connectTimeout', 'requestTimeout', 'maxAttempts'],
] as const;

/** The names of the options that `fromConfig` takes. */
export const configOptionNames = [
  ...configurableNames,
  ...['name', 'prefix', 'clear', 'presign', 'credentials'],
] as const;

/** The names of the options that only a connector has which makes its own client. */
const connectionNames = ['credentials', 'connectTimeout', 'requestTimeout', 'maxAttempts'] as const;

const mebibyte = 1024 * 1024;
/** S3's bounds of a part; the upper one is that of what is stored at once, too. */
const [smallestPart, largestPart] = [5 * mebibyte, 5 * 1024 * mebibyte];
/** S3's keys have 1,024 bytes at most, of which a UUID takes 36. */
const longestPrefix = 1024 - 36;
/** What `setTimeout` can wait at most. */
const longestTimeout = 2 ** 31 - 1;

/**
 * Checks the options of a connector.
 *
 * @throws ConnectorError for one that is wrong, or for two that exclude each other.
 */
export function settingsOf(options: S3ConnectorOptions): Settings {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) throw optionsError('They are not an object.');
  const { bucket, name, prefix, region, endpoint, forcePathStyle, clear = false, presign } = options;
  const { multipartThreshold = 16 * mebibyte, partSize = 8 * mebibyte, concurrency = 32 } = options;
  if (!isText(bucket)) throw optionsError('The option "bucket" must be the name of a bucket.');
  checkOption('name', name, isText, 'a text that is not empty');
  checkOption('prefix', prefix, isPrefix, `a text of ${longestPrefix} bytes at most`);
  checkOption('region', region, isText, 'a text that is not empty');
  checkOption('endpoint', endpoint, isEndpoint, 'a URL such as https://host:9000, and have no user in it');
  checkOption('forcePathStyle', forcePathStyle, isBoolean, 'true or false');
  checkOption('multipartThreshold', multipartThreshold, isPartSize, partRange);
  checkOption('partSize', partSize, isPartSize, partRange);
  checkOption('concurrency', concurrency, isCount, 'a whole number, 1 or more');
  checkOption('clear', clear, isBoolean, 'true or false');
  checkOption('presign', presign, isPresign, `true, false, or { expiresIn } with ${expiryRange}`);
  if (name !== undefined && prefix !== undefined) throw optionsError('Give a name or a prefix, not both.');
  const whole = prefix ?? `proxystore/${name ?? 'default'}/`;
  checkOption('name', whole, isPrefix, `of ${longestPrefix} bytes at most, with proxystore/ before it`);
  if (clear && whole === '') {
    throw optionsError(
      'Without a prefix, clear would remove whatever has a UUID for its key. Give a prefix.',
    );
  }
  const { client, connectTimeout } = 'client' in options ? borrowed(options) : connection(options);
  const where = endpoint ?? (region === undefined ? 'S3' : `S3 in ${region}`);
  return {
    ...{ bucket, prefix: whole, multipartThreshold, partSize, concurrency, connectTimeout, clear, client },
    presign: expiryOf(presign),
    place: `the bucket "${bucket}" at ${where}`,
    configured: {
      ...configuredOf(options),
      ...(presign !== undefined && { presign: plain(presign) }),
      prefix: whole,
    },
  };
}

/** What an option that is wrong is refused with. */
export function optionsError(message: string): ConnectorError {
  return new ConnectorError(`An S3 connector cannot be made of these options. ${message}`, {
    connector: 's3',
  });
}

const defaultConnectTimeout = 10_000;

function borrowed(options: S3BorrowOptions): Pick<Settings, 'client' | 'connectTimeout'> {
  const other = Object.keys(options).filter((name) => (connectionNames as readonly string[]).includes(name));
  if (other.length > 0) {
    throw optionsError(`A client has its own ${other.join(', ')}: leave them out, or give no client.`);
  }
  const given = options.client as Partial<S3ClientLike> | null | undefined;
  if (typeof given?.send !== 'function' || typeof given.destroy !== 'function') {
    throw optionsError('The client must be an S3Client of the package @aws-sdk/client-s3.');
  }
  return { client: options.client, connectTimeout: defaultConnectTimeout };
}

function connection(options: S3ConnectionOptions): Pick<Settings, 'client' | 'connectTimeout'> {
  const { region, endpoint, forcePathStyle, credentials } = options;
  const { connectTimeout = defaultConnectTimeout, requestTimeout = 30_000, maxAttempts = 3 } = options;
  checkOption('connectTimeout', connectTimeout, isTimeout, timeoutRange);
  checkOption('requestTimeout', requestTimeout, isTimeout, timeoutRange);
  checkOption('maxAttempts', maxAttempts, isCount, 'a whole number, 1 or more');
  checkOption(
    'credentials',
    credentials,
    isCredentials,
    'an object with accessKeyId and secretAccessKey, or a function that gives a promise of one',
  );
  const client = { region, endpoint, forcePathStyle, credentials, requestTimeout, maxAttempts };
  return { client, connectTimeout };
}

function configuredOf(options: S3ConnectorOptions): ConnectorConfig['options'] {
  const entries = Object.entries(options) as [string, JsonValue | undefined][];
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, JsonValue] =>
        entry[1] !== undefined && (configurableNames as readonly string[]).includes(entry[0]),
    ),
  );
}

function checkOption(
  option: string,
  value: unknown,
  accepts: (value: unknown) => boolean,
  expected: string,
): void {
  if (value !== undefined && !accepts(value)) {
    throw optionsError(`The option "${option}" must be ${expected}.`);
  }
}

function expiryOf(presign: S3ConnectorOptions['presign']): number | undefined {
  if (presign === undefined || presign === false) return undefined;
  return (presign === true ? undefined : presign.expiresIn) ?? defaultExpiry;
}

/** A copy without what a config does not have. */
function plain(presign: NonNullable<S3ConnectorOptions['presign']>): JsonValue {
  if (typeof presign === 'boolean') return presign;
  const { expiresIn } = presign;
  return expiresIn === undefined ? true : { expiresIn };
}

const timeoutRange = `a number of milliseconds, from 1 to ${longestTimeout}`;
const partRange = `a whole number of bytes, from ${smallestPart} (5 MiB) to ${largestPart} (5 GiB), which are S3's bounds`;

function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= longestTimeout;
}

function isPartSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= smallestPart && Number(value) <= largestPart;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1;
}

function isPrefix(value: unknown): boolean {
  return typeof value === 'string' && new TextEncoder().encode(value).length <= longestPrefix;
}

function isEndpoint(value: unknown): boolean {
  try {
    const { protocol, username, password } = new URL(value as string);
    return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
  } catch {
    return false;
  }
}

function isCredentials(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Partial<Record<string, unknown>>;
  return isText(accessKeyId) && isText(secretAccessKey);
}

function isPresign(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return isBoolean(value);
  const { expiresIn, ...others } = value as Partial<Record<string, unknown>>;
  return Object.keys(others).length === 0 && (expiresIn === undefined || isExpiry(expiresIn));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}
