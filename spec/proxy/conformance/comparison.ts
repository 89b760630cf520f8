/** Running an operation on a raw value and on its proxies, and comparing. */

/* eslint-disable @typescript-eslint/no-deprecated -- Error.isError is newer than the oldest runtime that runs this */

import { types } from 'node:util';
import { stateOf, stateSymbol } from '../../../lib/proxy/brand.js';
import { createProxy, extract, isResolved, resolve } from '../../../lib/proxy/proxy.js';
import { kindOf } from '../../../lib/proxy/state.js';
import type { ProxyKind } from '../../../lib/proxy/types.js';
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
  /** Resolved by use, of an array or function, which nobody has told it beforehand. */
  | 'resolved by use, of no kind'
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
  /** What it does to a `Proxy` without traps: what no proxy can help doing. */
  readonly bare: Outcome;
  /** What the operation's {@link Operation.equivalent} does to the raw value. */
  readonly equivalent: Outcome | undefined;
  /** What it does to an object that has all that the proxy has, but is no array and no function. */
  readonly asObject: Outcome | undefined;
}

/** A deviation, without what it is judged by. */
type Finding = Pick<Deviation, 'state' | 'raw' | 'proxied'>;

/**
 * Runs an operation on a raw value and on a proxy in each state.
 *
 * @returns Where the proxy did something else, and how many comparisons were made.
 */
export async function compare(
  target: Target,
  operation: Operation,
): Promise<{ deviations: Deviation[]; comparisons: number }> {
  const raw = await outcomeOf(operation, rawSubject(target), target);
  const findings: Finding[] = [];
  let comparisons = 0;
  const check = (state: State, expected: Outcome, proxied: Outcome): void => {
    comparisons += 1;
    if (!equal(expected, proxied)) findings.push({ state, raw: expected, proxied });
  };
  check('resolved', raw, await outcomeOf(operation, resolvedSubject(target), target));
  check('resolved by use', raw, await outcomeOfFirstUse(operation, target, kindOf(target.make())));
  check('resolved by await', raw, await outcomeOf(operation, await awaitedSubject(target), target));
  if (hasShadowOfItsOwn(target.make())) {
    check('resolved by use, of no kind', raw, await outcomeOfFirstUse(operation, target, undefined));
  }

  const { subject, factory } = asyncSubject(target);
  const early = await outcomeOf(operation, subject, target);
  if (factory.calls > 0) throw new Error(`${operation.name} has called an asynchronous factory.`);
  // The factory has the target still, and nothing may have happened to it; nor may a refusal come late.
  const untouched = { ...raw, effect: describeTarget(rawSubject(target)) };
  const refused = refusals.has(early.result) && operation.resolves !== false;
  const expected = refused ? { ...untouched, result: early.result, calls: [] } : untouched;
  check('not resolvable in place', expected, early);
  return { deviations: await judged(findings, target, operation), comparisons };
}

/**
 * Runs an operation on a raw value and on a proxy that is not resolved yet: the state in which most can go wrong.
 *
 * @param wrapped - Whether a primitive's proxy is compared with its wrapper object, and not with itself.
 * @returns Whether the proxy did the same.
 */
export async function sameUnresolved(
  target: Target,
  operation: Operation,
  wrapped: boolean,
): Promise<boolean> {
  const value: unknown = wrapped ? Object(target.make()) : target.make();
  const raw = await outcomeOf(operation, { itself: value, target: Object(value) }, target);
  return equal(raw, await outcomeOf(operation, unresolvedSubject(target, kindOf(value)).subject, target));
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
  return judged([{ state: 'against the primitive', raw, proxied }], target, operation);
}

/** What a use of a proxy gives that cannot be resolved in place. */
const refusals: ReadonlySet<string> = new Set([
  'throws ProxyUnresolvedError',
  'promise that throws ProxyUnresolvedError',
]);

/**
 * Whether two outcomes are the same.
 *
 * @param a - One.
 * @param b - The other.
 */
export function equal(a: Outcome, b: Outcome): boolean {
  return a.result === b.result && a.effect === b.effect && a.calls.join() === b.calls.join();
}

/** Adds what others do in the proxy's place, where there is something to judge. */
async function judged(
  findings: readonly Finding[],
  target: Target,
  operation: Operation,
): Promise<Deviation[]> {
  if (findings.length === 0) return [];
  const isOfNoKind = ({ state }: Finding): boolean => state === 'resolved by use, of no kind';
  const common = {
    target: target.name,
    operation: operation.name,
    bare: await outcomeOf(operation, bareSubject(target), target),
    equivalent: await equivalentOutcome(operation, target, kindOf(target.make())),
    asObject: undefined,
  };
  if (!findings.some(isOfNoKind)) return findings.map((finding) => ({ ...common, ...finding }));
  const ofNoKind = {
    ...common,
    equivalent: await equivalentOutcome(operation, target, undefined),
    asObject: await outcomeOf(operation, objectSubject(target), target),
  };
  return findings.map((finding) => ({ ...(isOfNoKind(finding) ? ofNoKind : common), ...finding }));
}

/** What the proxy's is to be, where the operation is another one on it: told in the words of who has the proxy. */
async function equivalentOutcome(
  { name, equivalent }: Operation,
  target: Target,
  kind: ProxyKind | undefined,
): Promise<Outcome | undefined> {
  if (equivalent === undefined) return undefined;
  const { subject } = unresolvedSubject(target, kind);
  extract(subject.itself as object);
  const run: Operation['run'] = (p, context) => equivalent(subject.target, context, p);
  const outcome = await outcomeOf({ name, run }, subject, target);
  // A method that returns its `this` returns the proxy.
  return { ...outcome, result: outcome.result === '<target>' ? '<itself>' : outcome.result };
}

/** Of the use that resolves the proxy; or does not, where the operation is one that must not. */
async function outcomeOfFirstUse(
  operation: Operation,
  target: Target,
  kind: ProxyKind | undefined,
): Promise<Outcome> {
  const { subject, factory } = unresolvedSubject(target, kind);
  const outcome = await outcomeOf(operation, subject, target);
  const called = factory.calls > 0 || isResolved(subject.itself as object);
  return called && operation.resolves === false
    ? { ...outcome, result: `${outcome.result}, and was resolved by it` }
    : outcome;
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
  if (value === subject.itself || value === subject.target) return describeValue(value, subject);
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
  if (error instanceof DOMException) return error.name;
  return types.isNativeError(error)
    ? error.constructor.name
    : describeValue(error, { itself: undefined, target: errorName });
}

/** Whether `typeof` or `Array.isArray` tells the value from an object, so that its proxy has to know its kind. */
function hasShadowOfItsOwn(value: unknown): boolean {
  return Array.isArray(value) || typeof value === 'function';
}

function rawSubject(target: Target): Subject {
  const value = Object(target.make()) as object; // the proxy of a primitive behaves as its wrapper object
  return { itself: value, target: value };
}

function bareSubject(target: Target): Subject {
  const value = Object(target.make()) as object;
  return { itself: new Proxy(value, {}), target: value };
}

/** Has all that a proxy has, and is one of this package to its methods; but to the engine it is a plain object. */
function objectSubject(target: Target): Subject {
  const { itself, target: value } = resolvedSubject(target);
  const proxy = itself as object;
  const object: object = new Proxy(
    {},
    {
      get(_, key) {
        if (key === stateSymbol)
          return Object.create(stateOf(proxy) ?? null, { proxy: { value: object } }) as object;
        const got: unknown = Reflect.get(proxy, key);
        return got === proxy ? object : got;
      },
      set: (_, key, each) => Reflect.set(proxy, key, each),
      has: (_, key) => Reflect.has(proxy, key),
      deleteProperty: (_, key) => Reflect.deleteProperty(proxy, key),
      getPrototypeOf: () => Reflect.getPrototypeOf(proxy),
      ownKeys: () => Reflect.ownKeys(proxy),
      getOwnPropertyDescriptor(_, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(proxy, key);
        return descriptor && { ...descriptor, configurable: true }; // else the engine asked for it on the {}
      },
    },
  );
  return { itself: object, target: value };
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

function unresolvedSubject(
  target: Target,
  kind: ProxyKind | undefined,
): { subject: Subject; factory: CountingFactory<unknown> } {
  const value = target.make();
  const factory = new CountingFactory(() => value);
  return { subject: subjectOf(createProxy<unknown>(factory, { kind }), value), factory };
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
