/** The types of owned and borrowed objects. A function can ask for one of them. */

import type { NonProxiable, ObjectProxy, ProxyOf } from '../proxy/types.js';

/** Only in the type system: no proxy has this property. */
declare const ownershipKind: unique symbol;

/** What tells owned, borrowed and mutably borrowed proxies apart, and all of them from plain ones. */
interface OwnershipKind<K extends 'owned' | 'borrowed' | 'mutably borrowed'> {
  readonly [ownershipKind]: K;
}

/**
 * A value that cannot be changed through this type, however deep. Functions and what is immutable stay what they are.
 *
 * @typeParam T - The type of the value.
 */
export type DeepReadonly<T> = T extends
  ((...args: never[]) => unknown) | string | number | bigint | symbol | NonProxiable | Date | RegExp
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<DeepReadonly<V>>
      : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/**
 * A proxy that owns its object: the object is evicted when the proxy is disposed of. There is one owner at a time.
 *
 * @typeParam T - The type of the object.
 */
export type OwnedProxy<T> = ObjectProxy<T> & ProxyOf<T> & OwnershipKind<'owned'> & AsyncDisposable;

/**
 * A loan of an owned object to read. There may be many at a time.
 *
 * @typeParam T - The type of the object.
 */
export type RefProxy<T> = ObjectProxy<DeepReadonly<T>> &
  ProxyOf<DeepReadonly<T>> &
  OwnershipKind<'borrowed'> &
  Disposable;

/**
 * A loan of an owned object to change. There is no other loan of the object at the same time.
 *
 * @typeParam T - The type of the object.
 */
export type RefMutProxy<T> = ObjectProxy<T> &
  ProxyOf<T> &
  OwnershipKind<'mutably borrowed'> &
  Disposable &
  AsyncDisposable;
