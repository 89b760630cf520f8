/** How the result of a future is waited for. */

import { InvalidReferenceError } from '../errors.js';
import type { ProxyReference, WaitReference } from '../store/proxy-reference.js';
import { longestTimer } from './quiet-timer.js';

/** A number of milliseconds. */
export type Milliseconds = number;

/**
 * How often the backend is asked where it cannot tell by itself that a result is there. The first pause is the
 * interval, and each further one is longer by the factor, up to the limit.
 */
export interface PollingOptions {
  /** The first pause, 1 or more. Default 20. */
  readonly interval?: Milliseconds | undefined;
  /** How many times as long as the last one the next pause is, 1 or more. Default 2. */
  readonly factor?: number | undefined;
  /** The longest pause, not shorter than the interval. Default 1000, or the interval if that is more. */
  readonly limit?: Milliseconds | undefined;
}

/** How a future waits: what its user has chosen, and defaults for the rest. */
export interface Waiting {
  readonly interval: Milliseconds;
  readonly factor: number;
  readonly limit: Milliseconds;
  /** How long, at most. Without one it waits for ever. */
  readonly timeout: Milliseconds | undefined;
}

const defaultInterval: Milliseconds = 20;
const defaultFactor = 2;
const defaultLimit: Milliseconds = 1000;

/**
 * Checks and completes how to wait.
 *
 * @param polling - How often to ask.
 * @param timeout - How long to wait at most; `Infinity` is the same as none.
 * @throws RangeError for what nobody can wait by.
 */
export function waitingOf(polling: PollingOptions = {}, timeout?: Milliseconds): Waiting {
  const { interval = defaultInterval, factor = defaultFactor } = polling;
  checkNumber('The polling interval', interval, 1, longestTimer);
  const { limit = Math.max(defaultLimit, interval) } = polling;
  checkNumber('The polling factor', factor, 1, Number.MAX_VALUE);
  checkNumber('The polling limit', limit, interval, longestTimer);
  return { interval, factor, limit, timeout: checkedTimeout(timeout) };
}

/**
 * Checks a timeout.
 *
 * @param timeout - How long to wait at most; `Infinity` is the same as none.
 * @returns The timeout, or `undefined` for none.
 * @throws RangeError for what is no time, or longer than a timer can wait.
 */
export function checkedTimeout(timeout: Milliseconds | undefined): Milliseconds | undefined {
  if (timeout === undefined || timeout === Infinity) return undefined;
  checkNumber('The timeout', timeout, 0, longestTimer);
  return timeout;
}

/** What of it is to be told to another process: all but the defaults. */
export function waitReference(waiting: Waiting): { readonly wait?: WaitReference } {
  const { interval, factor, limit, timeout } = waiting;
  const wait: WaitReference = {
    ...(interval !== defaultInterval && { interval }),
    ...(factor !== defaultFactor && { factor }),
    ...(limit !== Math.max(defaultLimit, interval) && { limit }),
    ...(timeout !== undefined && { timeout }),
  };
  return Object.keys(wait).length === 0 ? {} : { wait };
}

/**
 * How a future waits that came in as a reference.
 *
 * @param reference - The reference, of which nothing but `wait` is looked at.
 * @throws InvalidReferenceError for what nobody can wait by.
 */
export function waitingOfReference(reference: ProxyReference): Waiting {
  const wait: unknown = Object.hasOwn(reference, 'wait') ? reference.wait : {};
  try {
    if (typeof wait !== 'object' || wait === null) throw new TypeError('It is no object.');
    const member = (name: keyof WaitReference): number | undefined =>
      Object.hasOwn(wait, name) ? (wait as WaitReference)[name] : undefined; // waitingOf checks that it is a number
    return waitingOf(
      { interval: member('interval'), factor: member('factor'), limit: member('limit') },
      member('timeout'),
    );
  } catch (cause) {
    throw new InvalidReferenceError(
      `Not a reference of a future: how it waits cannot be read. ${(cause as Error).message}`, // both throw errors
      { reference, cause },
    );
  }
}

function checkNumber(what: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  const range = most === Number.MAX_VALUE ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new RangeError(
    `${what} is a number ${range}, not ${typeof value === 'number' ? value : `a value of type ${typeof value}`}.`,
  );
}
