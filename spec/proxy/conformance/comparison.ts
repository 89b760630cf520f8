/** Running an operation on a raw value and on its proxies, and comparing. */

/* eslint-disable @typescript-eslint/no-deprecated -- Error.isError is newer than the oldest runtime that runs this */

import { types } from 'node:util';
import { stateOf } from '../../../lib/proxy/brand.js';
import { createProxy, resolve } from '../../../lib/proxy/proxy.js';
import { kindOf } from '../../../lib/proxy/state.js';
import { AsyncFactory, CountingFactory } from '../factories-for-tests.js';
import { describeTarget, describeValue } from './description.js';
import type { Subject } from './description.js';
import type { Context, Operation } from './operations.js';
import type { Target } from './targets.js';

/** What a proxy has been through when it is used. */
export type State =
  | 'resolved'
  | 'resolved by use'
  | 'resolved by await'
  | 'not resolvable in place'
  /** Resolved, and compared with the primitive in place of its wrapper object. */
  | 'against the primitive';

/** What an operation did. */
export interface Outcome {
  /** What it gave, or the class of what it threw. */
  readonly result: string;
  /** What the functions that it was given were called with. */
  readonly calls: readonly string[];
  /** The raw value afterwards. */
  readonly effect: string;
}

/** An operation that did something else to a proxy than to the raw value. */
export interface Deviation {
  readonly target: string;
  readonly operation: string;
  readonly state: State;
  readonly raw: Outcome;
  readonly proxied: Outcome;
}

/**
 * Runs an operation on a raw value and on a proxy in each state.
 *
 * @returns Where the proxy did something else.
 */
export async function compare(target: Target, operation: Operation): Promise<Deviation[]> {
  const rawValue = Object(target.make()) as object; // the proxy of a primitive behaves as its wrapper object
  const raw = await outcomeOf(operation, { itself: rawValue, target: rawValue }, target);
  const deviations: Deviation[] = [];
  const check = (state: State, expected: Outcome, proxied: Outcome): void => {
    if (!equal(expected, proxied)) {
      deviations.push({ target: target.name, operation: operation.name, state, raw: expected, proxied });
    }
  };
  check('resolved', raw, await outcomeOf(operation, resolvedSubject(target), target));
  check('resolved by use', raw, await outcomeOf(operation, unresolvedSubject(target), target));
  check('resolved by await', raw, await outcomeOf(operation, await awaitedSubject(target), target));

  const { subject, factory } = asyncSubject(target);
  const early = await outcomeOf(operation, subject, target);
  if (factory.calls > 0) throw new Error(`${operation.name} has called an asynchronous factory.`);
  const untouched = { effect: early.effect }; // the factory has it still
  if (!refusals.has(early.result)) check('not resolvable in place', { ...raw, ...untouched }, early);
  return deviations;
}

/**
 * Runs an operation on a raw value and on a proxy that is not resolved yet: the state in which most can go wrong.
 *
 * @param wrapped - Whether a primitive's proxy is compared with its wrapper object, and not with itself.
 * @returns Where the proxy did something else.
 */
export async function compareUnresolved(
  target: Target,
  operation: Operation,
  wrapped: boolean,
): Promise<Deviation[]> {
  const value: unknown = wrapped ? Object(target.make()) : target.make();
  const raw = await outcomeOf(operation, { itself: value, target: Object(value) }, target);
  const proxied = await outcomeOf(operation, unresolvedSubject(target), target);
  if (equal(raw, proxied)) return [];
  return [{ target: target.name, operation: operation.name, state: 'resolved by use', raw, proxied }];
}

/**
 * Runs an operation on a primitive and on its proxy.
 *
 * @returns Where the proxy did something else.
 */
export async function compareWithPrimitive(target: Target, operation: Operation): Promise<Deviation[]> {
  const value = target.make();
  const raw = await outcomeOf(operation, { itself: value, target: Object(value) }, target);
  const proxied = await outcomeOf(operation, resolvedSubject(target), target);
  if (equal(raw, proxied)) return [];
  return [{ target: target.name, operation: operation.name, state: 'against the primitive', raw, proxied }];
}

/** What a use of a proxy gives that cannot be resolved in place. */
const refusals: ReadonlySet<string> = new Set([
  'throws ProxyUnresolvedError',
  'promise that throws ProxyUnresolvedError',
]);

/** How many comparisons `compare` makes. */
export const statesCompared = 4;

function equal(a: Outcome, b: Outcome): boolean {
  return a.result === b.result && a.effect === b.effect && a.calls.join() === b.calls.join();
}

async function outcomeOf(operation: Operation, subject: Subject, target: Target): Promise<Outcome> {
  const calls: string[] = [];
  let running = true;
  const context: Context = {
    other: target.make(),
    spy: (answer) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const described = [this, ...args].map((each) => describeValue(each, subject));
        if (running && calls.length < 20) calls.push(described.join(', '));
        return answer(...args);
      },
  };
  let result: string;
  try {
    result = await describeResult(operation.run(subject.itself, context), subject);
  } catch (error) {
    result = `throws ${errorName(error)}`;
  }
  running = false; // describing may call functions that are iterators now
  return { result, calls, effect: describeTarget(subject) };
}

/** Waits for promises and runs asynchronous iterators, and describes what they give. */
async function describeResult(value: unknown, subject: Subject): Promise<string> {
  if (value === subject.itself) return describeValue(value, subject);
  if (types.isPromise(value)) {
    try {
      return `promise of ${describeValue(await value, subject)}`;
    } catch (error) {
      return `promise that throws ${errorName(error)}`;
    }
  }
  if (types.isGeneratorObject(value) && Symbol.asyncIterator in value) {
    const all: unknown[] = [];
    for await (const each of value as AsyncIterable<unknown>) all.push(each);
    return `asynchronous ${describeValue(all, subject)}`;
  }
  return describeValue(value, subject);
}

function errorName(error: unknown): string {
  return types.isNativeError(error)
    ? error.constructor.name
    : describeValue(error, { itself: undefined, target: errorName });
}

/** The proxy of a primitive wraps it when it is resolved, so that its target is known only then. */
function subjectOf(proxy: unknown, value: unknown): Subject {
  const wrapper = Object(value) as object;
  return {
    itself: proxy,
    get target() {
      return stateOf(proxy)?.target ?? wrapper;
    },
  };
}

function resolvedSubject(target: Target): Subject {
  const value = target.make();
  return subjectOf(createProxy<unknown>(new CountingFactory(() => value), { target: value }), value);
}

function unresolvedSubject(target: Target): Subject {
  const value = target.make();
  return subjectOf(createProxy<unknown>(new CountingFactory(() => value), { kind: kindOf(value) }), value);
}

async function awaitedSubject(target: Target): Promise<Subject> {
  const { subject } = asyncSubject(target);
  if (isThenable(subject.target)) return resolvedSubject(target); // every promise would take it for one
  await resolve(subject.itself as object);
  return subject;
}

function asyncSubject(target: Target): { subject: Subject; factory: AsyncFactory<unknown> } {
  const value = target.make();
  const factory = new AsyncFactory<unknown>(() => value);
  return { subject: subjectOf(createProxy<unknown>(factory, { kind: kindOf(value) }), value), factory };
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}
