/** What a child of a multi-connector is for. */

import { ConnectorError } from '../../errors.js';
import type { ConnectorPutOptions } from '../protocol.js';

const names = ['priority', 'hostPattern', 'minSizeBytes', 'maxSizeBytes', 'subsetTags', 'supersetTags'];

/** Which objects a child takes, and on which hosts it is there. ProxyStore's `Policy`. */
export interface Policy {
  /** Of several children that take an object, the one of the highest gets it; of equals, the first. Default 0. */
  readonly priority?: number | undefined;
  /**
   * The hosts that the child is there on: regular expressions, one of which matches the whole name of the host. Default:
   * everywhere.
   */
  readonly hostPattern?: string | readonly string[] | undefined;
  /** The smallest object that it takes, in bytes. Default 0. */
  readonly minSizeBytes?: number | undefined;
  /** The largest object that it takes, in bytes. Default: no limit. */
  readonly maxSizeBytes?: number | undefined;
  /** All that an object's `subsetTags` may name. Default none: an object that names one goes elsewhere. */
  readonly subsetTags?: readonly string[] | undefined;
  /** What an object's `supersetTags` must name. Default none. */
  readonly supersetTags?: readonly string[] | undefined;
}

/** A policy in JSON form, with what is left to its default left out. */
export type PolicyConfig = { readonly [P in keyof Policy]?: Exclude<Policy[P], undefined> };

/** The tags that an object is put with. */
export type Tags = Pick<ConnectorPutOptions, 'subsetTags' | 'supersetTags'>;

/**
 * Checks a policy, which may come from outside.
 *
 * @param child - Name of the child, for the error.
 * @param policy - The policy; `undefined` takes everything, everywhere.
 * @returns A copy in JSON form.
 * @throws ConnectorError for what is no policy.
 */
export function checkedPolicy(child: string, policy: unknown): PolicyConfig {
  const fail = (message: string): never => {
    throw new ConnectorError(`The policy of the child "${child}" of a multi connector is wrong. ${message}`, {
      connector: 'multi',
    });
  };
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    return fail('It is not an object.');
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  for (const [name, value] of given as [string, unknown][]) {
    if (!names.includes(name)) fail(`There is no "${name}"; there are: ${names.join(', ')}.`);
    if (!accepts(name, value)) fail(`Its "${name}" must be ${expected(name)}.`);
  }
  const checked: PolicyConfig = Object.fromEntries(given);
  if ((checked.minSizeBytes ?? 0) > (checked.maxSizeBytes ?? Infinity))
    fail('Its sizes leave out every object.');
  return checked;
}

/** Whether a child is there on a host. */
export function isOnHost({ hostPattern }: PolicyConfig, hostname: string): boolean {
  if (hostPattern === undefined) return true;
  return patternsOf(hostPattern).some((pattern) => wholeName(pattern).test(hostname));
}

/**
 * Whether a policy takes an object.
 *
 * @param size - Its bytes; `undefined` where they are not known yet, which any range takes.
 * @param tags - What it is put with.
 */
export function takes(policy: PolicyConfig, size: number | undefined, tags: Tags): boolean {
  const { minSizeBytes = 0, maxSizeBytes = Infinity, subsetTags = [], supersetTags = [] } = policy;
  if (size !== undefined && (size < minSizeBytes || size > maxSizeBytes)) return false;
  return (
    (tags.subsetTags ?? []).every((tag) => subsetTags.includes(tag)) &&
    supersetTags.every((tag) => tags.supersetTags?.includes(tag) === true)
  );
}

function accepts(name: string, value: unknown): boolean {
  switch (name) {
    case 'priority':
      return Number.isFinite(value);
    case 'minSizeBytes':
    case 'maxSizeBytes':
      return Number.isSafeInteger(value) && (value as number) >= 0; // an integer is a number
    case 'hostPattern':
      return (typeof value === 'string' || isStrings(value)) && patternsOf(value).every(isPattern);
    default:
      return isStrings(value);
  }
}

function expected(name: string): string {
  if (name === 'priority') return 'a finite number';
  if (name === 'hostPattern') return 'a regular expression, or an array of them';
  return name.endsWith('Tags') ? 'an array of strings' : 'a number of bytes';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function patternsOf(hostPattern: string | readonly string[]): readonly string[] {
  return typeof hostPattern === 'string' ? [hostPattern] : hostPattern;
}

function isPattern(pattern: string): boolean {
  try {
    wholeName(pattern);
    return true;
  } catch {
    return false;
  }
}

function wholeName(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}
