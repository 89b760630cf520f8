/** The key of a stored object, typed by its value. */

import type { ConnectorKey } from '../connectors/protocol.js';

/** Only in the type system: no key has this property. */
declare const valueType: unique symbol;

/**
 * A key that remembers the type of its value, so that `await store.get(await store.put(x))` is typed as `x` is. At run
 * time it is the connector's plain JSON tuple: it may be stored, sent and compared as such.
 *
 * @typeParam T - The type of the stored value.
 */
export type StoreKey<T = unknown> = ConnectorKey & { readonly [valueType]?: T };

/** The keys of a batch: those of a tuple of values one by one, those of an array alike. */
export type StoreKeys<T extends readonly unknown[]> = { -readonly [I in keyof T]: StoreKey<T[I]> };

/**
 * The values of a batch of keys: those of a tuple one by one, those of an array alike.
 *
 * @typeParam D - What stands for an object that is not there.
 */
export type StoredValues<K extends readonly StoreKey[], D = undefined> = {
  -readonly [I in keyof K]: K[I] extends StoreKey<infer T> ? T | D : unknown;
};
