/** What a blocking connector can be told, and whether it is what it must be. */

import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConnectorError } from '../../errors.js';

/** More than the connectors of this package wait themselves, so that what is told is their own, more exact error. */
const defaultTimeout = 60_000;
/** What timers can wait at most. */
const longestTimeout = 2 ** 31 - 1;

/** What a blocking connector can be told. */
export interface BlockingConnectorOptions {
  /** How long an operation of `sync` may take, in milliseconds, the start of the worker included. Default 60,000. */
  readonly timeout?: number | undefined;
  /**
   * What a config leaves out and the worker needs, such as `{ password }`: merged into the options from which the worker
   * opens its connector, and into those of a config that was given. Must be such that structured clone can copy it. Is
   * copied, given to the worker and never in `config()`.
   */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  /**
   * A module that the worker imports before it opens its connector, for one that is not of this package: the module
   * calls `registerConnector`. An absolute path or a URL, such as `new URL('./my-connector.js', import.meta.url)`.
   */
  readonly module?: string | URL | undefined;
  /**
   * The file of the worker: where the code is bundled, an entry of its own that imports `proxystore/blocking/worker`. An
   * absolute path or a URL. Default: the one of this package.
   */
  readonly worker?: string | URL | undefined;
}

/** Options with what they leave out. */
export interface CheckedOptions {
  readonly timeout: number;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly module: string | undefined;
  readonly file: URL | undefined;
}

/**
 * Checks all options.
 *
 * @throws ConnectorError for the first that is wrong.
 */
export function checkedOptions({
  timeout = defaultTimeout,
  secrets = {},
  module,
  worker,
}: BlockingConnectorOptions): CheckedOptions {
  if (!(typeof timeout === 'number' && timeout >= 1 && timeout <= longestTimeout))
    throw wrongOption('timeout', `a number of milliseconds, from 1 to ${longestTimeout}`);
  return {
    timeout,
    secrets: copiedSecrets(secrets),
    module: module === undefined ? undefined : urlOf('module', module).href,
    file: worker === undefined ? undefined : existing(urlOf('worker', worker)),
  };
}

/** A copy, so that what the worker is given later is what was given here. */
function copiedSecrets(secrets: unknown): Readonly<Record<string, unknown>> {
  const expected = 'an object that structured clone can copy';
  if (typeof secrets !== 'object' || secrets === null) throw wrongOption('secrets', expected);
  try {
    return structuredClone(secrets) as Readonly<Record<string, unknown>>;
  } catch {
    // The error would tell what is secret.
    throw wrongOption('secrets', expected);
  }
}

function urlOf(name: string, given: unknown): URL {
  if (typeof given === 'string' && isAbsolute(given)) return pathToFileURL(given);
  try {
    return new URL(given as string | URL); // throws for anything else
  } catch (cause) {
    throw wrongOption(
      name,
      'an absolute path or a URL, such as new URL("./file.js", import.meta.url)',
      cause,
    );
  }
}

/** Checked at once, for a thread that stands still is not told why its worker could not begin. */
function existing(file: URL): URL {
  if (file.protocol !== 'file:' || existsSync(file)) return file;
  throw wrongOption('worker', `a file that exists; there is no ${file.href}`);
}

/** The error for an option that is not what it must be. */
export function wrongOption(name: string, expected: string, cause?: unknown): ConnectorError {
  return new ConnectorError(
    `A blocking connector cannot be made of these options. The option "${name}" must be ${expected}.`,
    { connector: 'blocking', cause },
  );
}
