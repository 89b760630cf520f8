/** The options of a Redis connector, checked and made whole. */

import { ConnectorError } from '../../errors.js';
import type { RedisCommonOptions, RedisConnectionOptions } from './options.js';
import type { Address, Target } from './target.js';

/** The options of every connector, whole. */
export interface CommonSettings {
  readonly prefix: string;
  readonly commandTimeout: number;
  readonly clear: boolean;
}

/** The options of a connector that makes its own connection, whole. */
export interface ConnectionSettings extends CommonSettings {
  readonly target: Target;
  readonly connectTimeout: number;
  readonly whenOffline: 'wait' | 'fail';
}

/** The names of the options that only a connector has which makes its own connection. */
export const connectionOptionNames = [
  ...['url', 'host', 'port', 'username', 'password', 'database', 'tls'],
  ...['cluster', 'sentinels', 'sentinelGroup', 'connectTimeout', 'whenOffline'],
] as const;

/** The names of the options of every connector. */
export const commonOptionNames = ['name', 'prefix', 'commandTimeout', 'clear'] as const;

const defaultPort = 6379;
/** What `setTimeout` can wait at most. */
const longestTimeout = 2 ** 31 - 1;

/**
 * Checks the options that every connector has.
 *
 * @throws ConnectorError for one that is wrong.
 */
export function commonSettings(options: RedisCommonOptions): CommonSettings {
  const { name, prefix, commandTimeout = 30_000, clear = false } = options;
  checkOption('name', name, isText, 'a text that is not empty');
  checkOption('prefix', prefix, (value) => typeof value === 'string', 'a text');
  checkOption('commandTimeout', commandTimeout, isTimeout, timeoutRange);
  checkOption('clear', clear, isBoolean, 'true or false');
  if (name !== undefined && prefix !== undefined) throw optionsError('Give a name or a prefix, not both.');
  const whole = prefix ?? `proxystore:${name ?? 'default'}:`;
  if (clear && whole === '') {
    throw optionsError(
      'Without a prefix, clear would remove whatever has a UUID for its name. Give a prefix.',
    );
  }
  return { prefix: whole, commandTimeout, clear };
}

/**
 * Checks the options of a connector that makes its own connection.
 *
 * @throws ConnectorError for one that is wrong, or for two that exclude each other.
 */
export function connectionSettings(options: RedisConnectionOptions): ConnectionSettings {
  const { connectTimeout = 10_000, whenOffline = 'wait' } = options;
  checkOption('connectTimeout', connectTimeout, isTimeout, timeoutRange);
  checkOption(
    'whenOffline',
    whenOffline,
    (value) => value === 'wait' || value === 'fail',
    "'wait' or 'fail'",
  );
  return { ...commonSettings(options), target: targetOf(options), connectTimeout, whenOffline };
}

/** What an option that is wrong is refused with. */
export function optionsError(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError(`A Redis connector cannot be made of these options. ${message}`, {
    connector: 'redis',
    cause,
  });
}

function targetOf(options: RedisConnectionOptions): Target {
  const { url, cluster, sentinels, sentinelGroup } = options;
  const given = [['url', url] as const, ['cluster', cluster] as const, ['sentinels', sentinels] as const];
  const places = given.filter(([, value]) => value !== undefined).map(([name]) => name);
  if (options.host !== undefined || options.port !== undefined) places.push('host' as never);
  if (places.length > 1) {
    throw optionsError(
      `Of url, cluster, sentinels, and host and port, give one, not ${places.join(' and ')}.`,
    );
  }
  if ((sentinels === undefined) !== (sentinelGroup === undefined)) {
    throw optionsError('sentinels and sentinelGroup come together.');
  }
  checkOption('sentinelGroup', sentinelGroup, isText, 'a text that is not empty');
  if (url !== undefined) return urlTarget(url, options);
  const access = accessOf(options);
  if (cluster !== undefined) {
    if (access.database !== 0) throw optionsError('A cluster has no database but 0.');
    return { kind: 'cluster', addresses: addressesOf('cluster', cluster), ...access };
  }
  if (sentinels !== undefined) {
    return { kind: 'sentinels', addresses: addressesOf('sentinels', sentinels), sentinelGroup, ...access };
  }
  const { host = 'localhost', port = defaultPort } = options;
  checkOption('host', host, isText, 'a text that is not empty');
  checkOption('port', port, isPort, 'a whole number from 1 to 65535');
  return { kind: 'server', addresses: [{ host, port }], ...access };
}

function accessOf(
  options: RedisConnectionOptions,
): Pick<Target, 'username' | 'password' | 'database' | 'tls'> {
  const { username, password, database = 0, tls = false } = options;
  checkOption('username', username, isText, 'a text that is not empty');
  checkOption('password', password, isText, 'a text that is not empty');
  checkOption('database', database, isDatabase, 'a whole number, 0 or more');
  checkOption('tls', tls, (value) => isBoolean(value) || isObject(value), 'true, false, or an object');
  return { username, password, database, tls };
}

function urlTarget(text: string, options: RedisConnectionOptions): Target {
  const { username, password, database, tls } = accessOf(options);
  const url = parseURL(text);
  const inURL = {
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database: url.pathname.length > 1 ? Number(url.pathname.slice(1)) : undefined,
    tls: url.protocol === 'rediss:' ? true : undefined,
  };
  checkOption('url', inURL.database, isDatabase, 'a URL with the number of a database behind the last slash');
  const address = {
    // Brackets are a URL's way to write an IPv6 address.
    host: url.hostname === '' ? 'localhost' : url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
  };
  return {
    kind: 'server',
    addresses: [address],
    // The options beside the URL complete it: a config's URL has no password, and says nothing of certificates.
    username: username ?? inURL.username,
    password: password ?? inURL.password,
    database: options.database === undefined ? (inURL.database ?? 0) : database,
    tls: options.tls === undefined ? (inURL.tls ?? false) : tls,
  };
}

function parseURL(text: string): URL {
  const expected = 'a URL such as redis://user@host:6379/0';
  checkOption('url', text, isText, expected);
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(url.username + url.password);
  } catch {
    // What is wrong may be in the password, so neither the text nor the error, which has it, is told.
    throw optionsError(`The option "url" must be ${expected}.`);
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw optionsError(`The option "url" must begin with redis:// or rediss://, not ${url.protocol}//.`);
  }
  return url;
}

function addressesOf(option: string, texts: readonly unknown[]): Address[] {
  const expected = 'an array of texts of the form host:port, one or more';
  checkOption(option, texts, (value) => Array.isArray(value) && value.length > 0, expected);
  return texts.map((text) => {
    const match = typeof text === 'string' ? /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) : null;
    const [, ipv6, host = ipv6, port] = match ?? [];
    if (host === undefined || !isPort(Number(port)))
      throw optionsError(`The option "${option}" must be ${expected}.`);
    return { host, port: Number(port) };
  });
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

function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= longestTimeout;
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function isDatabase(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
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
