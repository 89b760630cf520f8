/** The options of a NATS connector, checked and made whole. */

import { ConnectorError } from '../../errors.js';
import type { NatsCommonOptions, NatsConnectionOptions } from './options.js';

/** The options of every connector, whole. */
export interface CommonSettings {
  readonly bucket: string;
  /** What was asked of the bucket; absent where nothing was. */
  readonly ttl: number | undefined;
  readonly storage: 'file' | 'memory' | undefined;
  readonly replicas: number | undefined;
  readonly commandTimeout: number;
  readonly clear: boolean;
}

/** Where a connection goes, and how it is made. */
export interface ConnectionSettings {
  /** `host:port` of each server. */
  readonly servers: readonly string[];
  readonly user: string | undefined;
  readonly pass: string | undefined;
  readonly token: string | undefined;
  readonly authenticator: unknown;
  readonly tls: object | undefined;
  readonly inboxPrefix: string;
  readonly connectTimeout: number;
}

/** The names of the options that only a connector has which makes its own connection. */
export const connectionOptionNames = [
  ...['servers', 'user', 'pass', 'token', 'authenticator', 'tls', 'inboxPrefix', 'connectTimeout'],
] as const;

/** The names of the options of every connector. */
export const commonOptionNames = [
  ...['name', 'bucket', 'ttl', 'storage', 'replicas', 'commandTimeout', 'clear'],
] as const;

/** What the subjects of answers begin with by default. */
export const defaultInboxPrefix = '_INBOX';

const defaultPort = 4222;
/** What `setTimeout` can wait at most. */
const longestTimeout = 2 ** 31 - 1;
/** What the server takes as the shortest time for which a stream keeps its messages. */
const shortestTTL = 100;
/** 2^63 nanoseconds, which is the longest that the server can count, are a little more. */
const longestTTL = 9.2e12;

/**
 * Checks the options that every connector has.
 *
 * @throws ConnectorError for one that is wrong.
 */
export function commonSettings(options: NatsCommonOptions): CommonSettings {
  const { name, bucket, ttl, storage, replicas, commandTimeout = 30_000, clear = false } = options;
  checkOption('name', name, isToken, tokenForm);
  checkOption('bucket', bucket, isToken, tokenForm);
  checkOption('ttl', ttl, isTTL, `a number of milliseconds, from ${shortestTTL} to ${longestTTL}`);
  checkOption('storage', storage, (value) => value === 'file' || value === 'memory', "'file' or 'memory'");
  checkOption('replicas', replicas, isReplicas, 'a whole number from 1 to 5');
  checkOption('commandTimeout', commandTimeout, isTimeout, timeoutRange);
  checkOption('clear', clear, isBoolean, 'true or false');
  if (name !== undefined && bucket !== undefined) throw optionsError('Give a name or a bucket, not both.');
  return {
    bucket: bucket ?? `proxystore-${name ?? 'default'}`,
    ttl,
    storage,
    replicas,
    commandTimeout,
    clear,
  };
}

/**
 * Checks the options of a connector that makes its own connection.
 *
 * @throws ConnectorError for one that is wrong, or for two that exclude each other.
 */
export function connectionSettings(options: NatsConnectionOptions): ConnectionSettings {
  const { servers = `localhost:${defaultPort}`, authenticator, tls = false } = options;
  const { inboxPrefix = defaultInboxPrefix, connectTimeout = 10_000 } = options;
  const expected = 'an address such as nats://host:4222, or an array of them';
  const texts: readonly unknown[] = typeof servers === 'string' ? [servers] : servers;
  checkOption('servers', texts, (value) => Array.isArray(value) && value.length > 0, expected);
  const parsed = texts.map((text) => parseServer(text, expected));
  for (const name of ['user', 'pass', 'token'] as const) {
    checkOption(name, options[name], isText, 'a text that is not empty');
  }
  checkOption('authenticator', authenticator, isAuthenticator, 'a function, or an array of functions');
  checkOption('tls', tls, (value) => isBoolean(value) || isObject(value), 'true, false, or an object');
  checkOption('inboxPrefix', inboxPrefix, isSubject, 'a subject without wildcards');
  checkOption('connectTimeout', connectTimeout, isTimeout, timeoutRange);
  const [access] = parsed.filter(({ user, token }) => user !== undefined || token !== undefined);
  // The options beside the addresses complete them.
  const { user = access?.user, pass = access?.pass, token = access?.token } = options;
  if (pass !== undefined && user === undefined) throw optionsError('A password needs a user.');
  if (user !== undefined && token !== undefined) throw optionsError('Give a user or a token, not both.');
  const inURL = parsed.some((server) => server.tls);
  return {
    servers: parsed.map(({ address }) => address),
    user,
    pass,
    token,
    authenticator,
    tls: typeof tls === 'object' ? tls : tls || inURL ? {} : undefined,
    inboxPrefix,
    connectTimeout,
  };
}

/** What an option that is wrong is refused with. */
export function optionsError(message: string): ConnectorError {
  return new ConnectorError(`A NATS connector cannot be made of these options. ${message}`, {
    connector: 'nats',
  });
}

interface Server {
  readonly address: string;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly tls: boolean;
}

function parseServer(text: unknown, expected: string): Server {
  const wrong = optionsError(`The option "servers" must be ${expected}.`);
  if (typeof text !== 'string' || text === '') throw wrong;
  const [, scheme = 'nats', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  if (scheme !== 'nats' && scheme !== 'tls') throw wrong;
  let url: URL;
  try {
    // URL knows the parts of an address only behind a scheme of its own.
    url = new URL(`http://${rest}`);
    const [name, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong;
    const port = url.port === '' ? portBefore(rest) : url.port;
    const address = `${url.hostname}:${port}`;
    const access = pass === '' ? { token: name } : { user: name, pass };
    return { address, tls: scheme === 'tls', ...(name !== '' && access) };
  } catch {
    // What is wrong may be in the password, so neither the text nor the error, which has it, is told.
    throw wrong;
  }
}

/** URL leaves out port 80, for it is that of its scheme. */
function portBefore(rest: string): number {
  return /:80\/?$/.test(rest) ? 80 : defaultPort;
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

const timeoutRange = `a number of milliseconds, from 1 to ${longestTimeout}`;
const tokenForm = 'a text of letters, digits, - and _';

function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= longestTimeout;
}

function isTTL(value: unknown): boolean {
  return typeof value === 'number' && value >= shortestTTL && value <= longestTTL;
}

function isReplicas(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5;
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && /^[-\w]+$/.test(value);
}

function isSubject(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s.*>]+(?:\.[^\s.*>]+)*$/.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAuthenticator(value: unknown): boolean {
  return [value].flat().every((each) => typeof each === 'function');
}
