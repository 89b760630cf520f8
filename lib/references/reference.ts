/** Proxies as JSON, and JSON as proxies. */

import type { ConnectorConfig, ConnectorKey, JsonValue } from '../connectors/protocol.js';
import { InvalidReferenceError, ProxyStoreFactoryError } from '../errors.js';
import { createProxy, getFactory, isProxy } from '../proxy/proxy.js';
import { factoryName } from '../proxy/failures.js';
import type { ObjectProxy, ProxyKind, ProxyOf } from '../proxy/types.js';
import { isStoreFactory } from '../registry/registered-store.js';
import { readerOf } from './packable.js';
import { referenceVersion } from '../store/proxy-reference.js';
import type { ProxyReference } from '../store/proxy-reference.js';
import { StoreFactory } from '../store/store-factory.js';
import { globalRegistry } from '../store/store-registry.js';

/** How deep a key or config may be nested. Those that a connector makes are flat; one from outside might not be. */
const deepest = 16;

/** How large a key or config may be, in characters and values. Those that a connector makes have some 40. */
const largest = 8192;

/** What the target can be. A function is none of what is stored, but may be what a store's own deserializer makes of it. */
const kinds: ReadonlySet<unknown> = new Set<ProxyKind>([
  'object',
  'array',
  'function',
  'string',
  'number',
  'bigint',
  'symbol',
]);

/** Members that no reference has, and that would be dangerous to anybody who copies one member by member. */
const forbidden = ['__proto__', 'constructor', 'prototype'] as const;

/**
 * The JSON form of a store's proxy: what `JSON.stringify` writes in its place. Resolves nothing.
 *
 * @param proxy - A proxy that a store has made.
 * @returns Plain data of some 100 bytes as JSON.
 * @throws ProxyStoreFactoryError for a proxy that no store has made: its target is nowhere else.
 * @throws TypeError for anything that is no proxy.
 */
export function reference(proxy: ProxyOf<unknown>): ProxyReference {
  if (!isProxy(proxy)) {
    throw new TypeError('reference() takes a proxy. Anything else travels as it is, or by pack(value).');
  }
  const factory = getFactory(proxy);
  if (!isStoreFactory(factory)) {
    throw new ProxyStoreFactoryError(
      `A proxy that was made with a ${factoryName(factory)} cannot be referred to from elsewhere. Put its target in a store and send that proxy, or send extract(proxy).`,
      { factoryName: factoryName(factory) },
    );
  }
  return factory.toJSON?.() as ProxyReference; // what a StoreFactory of any copy of this package writes
}

/**
 * Makes a proxy from a reference. It resolves through the store that is registered under the reference's name, here in
 * this thread, when it is used. Nothing is fetched, and nothing is opened or imported by what the reference says.
 *
 * @param reference - What `reference()` gave. Anything may be passed; it is checked.
 * @returns The proxy.
 * @throws InvalidReferenceError for what is no reference, or one of a version that is not understood here.
 * @throws InvalidKeyError where the store is registered and its connector could not have made the key.
 */
export function fromReference<T = unknown>(reference: ProxyReference): ObjectProxy<T> {
  const { store, key, kind, evict } = checked(reference);
  globalRegistry().get(store)?.connector.checkKey(key);
  const reader = readerOf(reference);
  if (reader !== undefined) return reader(reference) as ObjectProxy<T>; // what its writer has packed as one
  return createProxy<T>(new StoreFactory<T>({ storeName: store, key, kind, evict }), { kind });
}

/**
 * A reviver for `JSON.parse` that turns references into proxies, wherever they stand.
 *
 * @param _key - The name that the value stands under.
 * @param value - The value.
 * @returns A proxy in place of a reference; any other value as it is.
 * @throws As {@link fromReference}, for what says that it is a reference.
 * @example
 * ```ts
 * const { input } = JSON.parse(message, reviver);
 * ```
 */
export function reviver(_key: string, value: unknown): unknown {
  return isReferenceForm(value) ? fromReference(value) : value;
}

/**
 * Whether a value says that it is a reference. Resolves nothing; whether it is a good one is another question.
 *
 * @param value - Anything.
 * @internal
 */
export function isReferenceForm(value: unknown): value is ProxyReference {
  return (
    typeof value === 'object' && value !== null && !isProxy(value) && Object.hasOwn(value, '$proxystore')
  );
}

interface CheckedReference {
  readonly store: string;
  readonly key: ConnectorKey;
  readonly kind: ProxyKind;
  readonly evict: boolean;
}

function checked(reference: unknown): CheckedReference {
  const refuse = (what: string): never => {
    throw new InvalidReferenceError(
      `Not a reference: ${what}. A reference is what reference(proxy) or JSON.stringify(proxy) gave, unchanged.`,
      // What was given may be a proxy, or hold one; whoever logs the error shall not resolve it.
      isProxy(reference) ? {} : { reference },
    );
  };
  if (isProxy(reference)) return refuse('it is a proxy already');
  if (typeof reference !== 'object' || reference === null || Array.isArray(reference)) {
    return refuse(
      `it is ${reference === null ? 'null' : Array.isArray(reference) ? 'an array' : typeof reference}`,
    );
  }
  // Own members only: nothing is taken from a prototype that somebody has put under the data.
  const member = (name: string): unknown =>
    Object.hasOwn(reference, name) ? (reference as Readonly<Record<string, unknown>>)[name] : undefined;
  const version = member('$proxystore');
  if (version !== referenceVersion) {
    return refuse(
      `its version is ${show(version)}, and only version ${String(referenceVersion)} is understood here`,
    );
  }
  for (const name of forbidden)
    if (Object.hasOwn(reference, name)) return refuse(`it has a member "${name}"`);
  const store = member('store');
  const key = member('key');
  const kind = member('kind');
  const evict = member('evict');
  const connector = member('connector');
  if (typeof store !== 'string' || store === '') return refuse('its store is no name');
  if (!isKey(key)) return refuse('its key is no array of some JSON values');
  if (kind !== undefined && !kinds.has(kind)) return refuse(`its kind is ${show(kind)}`);
  if (evict !== undefined && typeof evict !== 'boolean')
    return refuse(`its evict is ${show(evict)}, and not a boolean`);
  if (connector !== undefined && !isConnectorConfig(connector))
    return refuse('its connector is no connector config');
  return { store, key, kind: (kind ?? 'object') as ProxyKind, evict: evict ?? false }; // kind is one of the set above
}

/** What a member is, in few words: it may be long, and it may be anything. */
function show(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? JSON.stringify(value).slice(0, 40)
    : value === undefined
      ? 'missing'
      : `of type ${typeof value}`;
}

function isKey(value: unknown): value is ConnectorKey {
  return !isProxy(value) && Array.isArray(value) && isSmallJson(value);
}

function isConnectorConfig(value: unknown): value is ConnectorConfig {
  if (!isSmallJson(value) || !isPlainObject(value)) return false;
  const { kind, options } = value as Partial<Record<'kind' | 'options', JsonValue>>;
  return typeof kind === 'string' && isPlainObject(options);
}

/** Whether a value is one that JSON can carry, and neither too deep nor too large. Resolves nothing. */
function isSmallJson(root: unknown): root is JsonValue {
  let room = largest;
  const check = (value: unknown, depth: number): boolean => {
    room -= typeof value === 'string' ? value.length + 1 : 1;
    if (room < 0) return false;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
    if (typeof value === 'number') return Number.isFinite(value);
    if (typeof value !== 'object' || depth === 0 || isProxy(value)) return false;
    // Not by `every`, which passes over what is missing in an array.
    if (Array.isArray(value))
      return value.length <= room && Array.from(value).every((member) => check(member, depth - 1));
    if (!isPlainObject(value) || forbidden.some((name) => Object.hasOwn(value, name))) return false;
    return Object.entries(value).every(([name, member]) => check(name, 0) && check(member, depth - 1));
  };
  return check(root, deepest);
}

/** An object of no class, of this or another realm. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isProxy(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
