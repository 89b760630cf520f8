/** Proxies in a structured clone: out of it for the way, back in it at the other end. */

import { InvalidReferenceError } from '../errors.js';
import { ProxyLocker } from '../proxy/locker.js';
import { getFactory, isProxy } from '../proxy/proxy.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { replaceInGraph } from './graph.js';
import { isPackable, packSymbol } from './packable.js';
import type { Packable } from './packable.js';
import { fromReference, isReferenceForm, reference } from './reference.js';

/** Only in the type system: no packed value has this property. */
declare const packedType: unique symbol;

/**
 * A value with references in place of its proxies, ready for `postMessage`, `structuredClone` or `v8.serialize`.
 *
 * @typeParam T - What {@link unpack} makes of it.
 */
export interface Packed<T = unknown> {
  readonly [packedType]?: T;
}

/** Data that looks like a reference, but is none: it is put in an envelope for the way. */
interface Envelope {
  readonly $proxystore: 'data';
  readonly value: unknown;
}

/**
 * Puts references in place of all proxies in a value, so that it can be cloned or sent to a thread or process. Resolves
 * nothing. A value without proxies is given back as it is.
 *
 * @param value - Anything that can be cloned but for the proxies in it: in objects, arrays, Maps and Sets, however
 *   deep, in cycles too. It is not changed. As with every clone, an instance of a class becomes a plain object where
 *   a proxy is in it. What a clone takes no members of, such as a Date or an Error, is not looked into. A
 *   locked proxy goes as what its JSON form is, too: the reference of its proxy.
 * @returns What to send.
 * @throws ProxyStoreFactoryError for a proxy that no store has made.
 * @example
 * ```ts
 * worker.postMessage(pack({ job: 7, input: proxy }));
 * ```
 */
export function pack<T>(value: T): Packed<T> {
  return replaceInGraph(value, {
    replaces: isReplaced,
    replacement: packed,
    close: (member, copy) =>
      isReferenceForm(member) ? ({ $proxystore: 'data', value: copy } satisfies Envelope) : undefined,
  }) as Packed<T>; // Packed is the name of what this function gives
}

/**
 * Puts proxies in place of all references in a value that {@link pack} has made. Resolves nothing.
 *
 * @param packed - What `pack` gave, after its way through a clone or message. It is not changed.
 * @returns The value as it was packed, with proxies that resolve through the stores registered here.
 * @throws InvalidReferenceError for a malformed reference in it.
 * @throws InvalidKeyError for a reference whose key the registered store's connector could not have made.
 * @example
 * ```ts
 * parentPort.on('message', async (message: Packed<Job>) => {
 *   const { input } = unpack(message);
 *   run(await resolve(input));
 * });
 * ```
 */
export function unpack<T>(packed: Packed<T>): T {
  return replaceInGraph(packed, {
    keeps: isProxy,
    replaces: (member) => isReferenceForm(member) && !isEnvelope(member),
    replacement: (member) => fromReference(member as ProxyReference), // checks it
    open: (member) => (isEnvelope(member) ? contentOf(member) : undefined),
  }) as T; // pack<T> has made it
}

/** Whether a reference goes in a member's place. Throws for a proxy that there can be no reference of. */
function isReplaced(member: object): boolean {
  // A proxy is told apart first: any other look at it would resolve it.
  if (!isProxy(member)) return isLocked(member) ? isReplaced(member.unlock()) : isPackable(member);
  if (!isPackable(getFactory(member))) reference(member);
  return true;
}

function packed(member: object): ProxyReference {
  // It is one or the other: isReplaced has seen it.
  if (!isProxy(member))
    return isLocked(member) ? packed(member.unlock()) : (member as Packable)[packSymbol]();
  const factory = getFactory(member);
  return isPackable(factory) ? factory[packSymbol]() : reference(member);
}

function isLocked(member: object): member is ProxyLocker<object> {
  return member instanceof ProxyLocker;
}

function isEnvelope(value: object): value is Envelope {
  return isReferenceForm(value) && (value as ProxyReference | Envelope).$proxystore === 'data';
}

function contentOf(envelope: Envelope): object {
  const content = Object.hasOwn(envelope, 'value') ? envelope.value : undefined;
  if (typeof content === 'object' && content !== null) return content;
  throw new InvalidReferenceError('Not a packed value: it has an envelope without content.', {
    reference: envelope,
  });
}
