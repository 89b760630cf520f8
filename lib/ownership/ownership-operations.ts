/** What can be done with owned and borrowed objects. */

import { ProxyStoreFactoryError, ProxyResolveMissingKeyError, ReferenceNotOwnedError } from '../errors.js';
import { createProxy, getFactory, isResolved, resolve, resolveSync } from '../proxy/proxy.js';
import type { Factory, ObjectProxy, ProxyOf } from '../proxy/types.js';
import { isStoreFactory } from '../registry/registered-store.js';
import type { StoreFactory } from '../store/store-factory.js';
import type { OperationOptions } from '../connectors/protocol.js';
import type { SyncOptions } from '../store/store-options.js';
import { BorrowedFactory } from './borrowed-factory.js';
import { OwnedFactory } from './owned-factory.js';
import type { OwnedFactoryOptions, UpdateOptions } from './owned-factory.js';
import type { OwnedProxy, RefMutProxy, RefProxy } from './types.js';

/** What {@link mutBorrow} takes. */
export interface MutBorrowOptions {
  /** Write the object to the store when the borrow is disposed of. Default false. */
  readonly updateOnDispose?: boolean | undefined;
}

/**
 * Makes the proxy of a new owner.
 *
 * @param options - What it owns.
 * @param target - The object, where it is here.
 * @internal
 */
export function createOwned<T>(options: OwnedFactoryOptions<T>, target?: T): OwnedProxy<T> {
  const factory = new OwnedFactory(options);
  return createOwnedBy(factory, target);
}

/**
 * Makes the proxy of an owner's factory.
 *
 * @param factory - The factory.
 * @param target - The object, where it is here.
 * @internal
 */
export function createOwnedBy<T>(factory: OwnedFactory<T>, target?: T): OwnedProxy<T> {
  const proxy = createProxy<T>(factory, { kind: factory.kind, target });
  factory.attach(proxy as object); // a proxy is one
  return proxy as OwnedProxy<T>; // by its factory
}

/**
 * Borrows an object to read. Nothing can be changed through the borrow, nor through whatever is read from it.
 *
 * @param owned - The owner; it cannot be disposed of, moved or updated as long as it is lent.
 * @returns The borrow. Dispose of it, best with `using`.
 * @throws MutableBorrowError while the object is mutably borrowed.
 * @throws ReferenceNotOwnedError for a proxy that owns nothing.
 * @throws ReferenceInvalidError after the owner was disposed of or moved.
 * @example
 * ```ts
 * await using owned = await store.ownedProxy({ rows: [1, 2] });
 * {
 *   using ref = borrow(owned);
 *   ref.rows.length; // 2
 * }
 * ```
 */
export function borrow<T>(owned: OwnedProxy<T>): RefProxy<T> {
  const factory = new BorrowedFactory<T>({
    owner: owned,
    owned: ownedFactoryOf(owned, 'borrow'),
    loan: 'shared',
  });
  return attached(factory) as unknown as RefProxy<T>; // its target is a view through which nothing can be changed
}

/**
 * Borrows an object to change. The changes are the owner's at once, and the store's with {@link update} or, with
 * `updateOnDispose`, when the borrow is disposed of.
 *
 * @param owned - The owner.
 * @param options - Whether to write the object when it is given back.
 * @returns The borrow. Dispose of it, best with `await using`.
 * @throws MutableBorrowError while the object is borrowed.
 * @throws ReferenceNotOwnedError for a proxy that owns nothing.
 * @throws ReferenceInvalidError after the owner was disposed of or moved.
 * @example
 * ```ts
 * {
 *   await using ref = mutBorrow(owned, { updateOnDispose: true });
 *   ref.rows.push(3);
 * }
 * ```
 */
export function mutBorrow<T>(owned: OwnedProxy<T>, options: MutBorrowOptions = {}): RefMutProxy<T> {
  const { updateOnDispose } = options;
  const factory = new BorrowedFactory<T>({
    owner: owned,
    owned: ownedFactoryOf(owned, 'mutBorrow'),
    loan: 'exclusive',
    updateOnDispose,
  });
  return attached(factory) as RefMutProxy<T>; // its target is the owner's own
}

/**
 * Copies an object in its store, byte by byte; what was changed here and not written by {@link update} is not in the
 * copy.
 *
 * @param owned - The owner of the object to copy.
 * @param options - A signal.
 * @returns The owner of the copy.
 * @throws ProxyResolveMissingKeyError when the object is not there.
 * @throws ReferenceNotOwnedError for a proxy that owns nothing.
 * @throws ReferenceInvalidError after the owner was disposed of or moved.
 */
export async function clone<T>(owned: OwnedProxy<T>, options: OperationOptions = {}): Promise<OwnedProxy<T>> {
  const factory = ownedFactoryOf(owned, 'clone');
  await factory.claimed();
  const store = factory.getStore();
  const { deserializer, key, kind, label, storeName } = factory;
  const data = await store.connector.get(key, options);
  if (data === undefined) {
    throw new ProxyResolveMissingKeyError(`Cannot clone ${label}: it is not there.`, { storeName, key });
  }
  return createOwned<T>({
    storeName,
    store,
    kind,
    deserializer,
    key: await store.connector.put([data], options),
  });
}

/**
 * Makes an owner of a plain proxy. Its object is evicted with the owner, whoever else has a proxy of it.
 *
 * @param proxy - A proxy that a store has made. It stays what it is; use the owner in its place.
 * @returns The owner.
 * @throws ReferenceNotOwnedError for one that is owned or borrowed already.
 * @throws ProxyStoreFactoryError for a proxy that no store has made.
 */
export function intoOwned<T>(proxy: ProxyOf<T>): OwnedProxy<T> {
  const factory = getFactory(proxy);
  if (factory instanceof OwnedFactory || factory instanceof BorrowedFactory) {
    throw new ReferenceNotOwnedError(
      `${factory instanceof OwnedFactory ? 'The object has an owner' : factory.label + ' is a loan'} already, and an object has one owner at a time. Use clone(owned) for another object.`,
    );
  }
  if (!isStoreFactory(factory)) {
    throw new ProxyStoreFactoryError(
      'Only an object in a store can have an owner. Put it in one: await store.ownedProxy(value).',
      {
        factoryName: (factory as object).constructor.name,
      },
    );
  }
  return ownerOf(proxy);
}

/**
 * Makes an owner of a store's proxy that is neither owned nor borrowed.
 *
 * @param proxy - The proxy.
 * @internal
 */
export function ownerOf<T>(proxy: ProxyOf<T>): OwnedProxy<T> {
  const factory = getFactory(proxy) as unknown as StoreFactory<T>; // of this or another copy of the package
  const { storeName, key, kind, deserializer } = factory;
  const target = isResolved(proxy) ? resolveSync(proxy) : undefined;
  return createOwned<T>({ storeName, key, kind, deserializer, store: storeOf(factory) }, target);
}

/**
 * Writes an object to the store as it has become, under the same key. One that was never looked at has not changed.
 *
 * @param proxy - The owner, or a mutable borrow.
 * @param options - A serializer for this call, a signal.
 * @throws MutableBorrowError for an owner that is borrowed.
 * @throws ReferenceNotOwnedError for a borrow to read, or a plain proxy.
 * @throws ReferenceInvalidError after the proxy was disposed of or moved.
 * @throws StoreError where the connector cannot store under a key that is there.
 */
export async function update<T>(
  proxy: OwnedProxy<T> | RefMutProxy<T>,
  options: UpdateOptions<T> = {},
): Promise<void> {
  const factory = writableFactoryOf<T>(proxy);
  if (factory instanceof BorrowedFactory) await factory.update(options);
  else if (isResolved(proxy)) await factory.update(await resolve<T>(proxy), options);
}

/**
 * {@link update} without waiting.
 *
 * @param proxy - The owner, or a mutable borrow.
 * @param options - A serializer for this call.
 * @throws StoreError where the store only works asynchronously.
 * @throws As {@link update}.
 */
export function updateSync<T>(
  proxy: OwnedProxy<T> | RefMutProxy<T>,
  options: SyncOptions<UpdateOptions<T>> = {},
): void {
  const factory = writableFactoryOf<T>(proxy);
  if (factory instanceof BorrowedFactory) factory.updateSync(options);
  else if (isResolved(proxy)) factory.updateSync(resolveSync<T>(proxy), options);
}

/**
 * Says that an owner or a borrow is not needed any more: what the end of its `using` block does.
 *
 * @param proxy - The owner, whose object is evicted, or the borrow, which is given back.
 * @returns For an owner, settles when the object is gone.
 * @throws MutableBorrowError for an owner that is borrowed.
 * @throws ReferenceNotOwnedError for a plain proxy.
 */
export function markOutOfScope(proxy: OwnedProxy<unknown>): Promise<void>;
export function markOutOfScope(proxy: RefProxy<unknown> | RefMutProxy<unknown>): void;
export function markOutOfScope(proxy: ProxyOf<unknown>): Promise<void> | undefined {
  const factory = getFactory(proxy);
  if (factory instanceof OwnedFactory) return factory[Symbol.asyncDispose]();
  if (!(factory instanceof BorrowedFactory)) throw notOwned('markOutOfScope');
  factory[Symbol.dispose]();
  return undefined;
}

function attached<T>(factory: BorrowedFactory<T>): ObjectProxy<T> {
  const proxy = createProxy<T>(factory, { kind: factory.kind });
  factory.attach(proxy as object); // a proxy is one
  return proxy;
}

function ownedFactoryOf<T>(proxy: ProxyOf<T>, operation: string): OwnedFactory<T> {
  const factory: Factory<T> = getFactory(proxy);
  if (factory instanceof OwnedFactory) return factory as OwnedFactory<T>; // instanceof does not tell of T
  throw notOwned(operation);
}

function writableFactoryOf<T>(proxy: ProxyOf<T>): OwnedFactory<T> | BorrowedFactory<T> {
  const factory: Factory<T> = getFactory(proxy);
  if (factory instanceof OwnedFactory) {
    factory.ownership.assertUnborrowed('update');
    return factory as OwnedFactory<T>; // as above
  }
  if (factory instanceof BorrowedFactory && factory.loan === 'exclusive')
    return factory as BorrowedFactory<T>; // as above
  throw notOwned('update');
}

function notOwned(operation: string): ReferenceNotOwnedError {
  return new ReferenceNotOwnedError(
    `${operation}() takes an owned proxy${operation === 'update' ? ' or a mutable borrow' : ''}, as store.ownedProxy() makes it. Use intoOwned(proxy) to own the object of a plain one.`,
  );
}

/** The store that a factory would use now; none where it is registered only later. */
function storeOf<T>(factory: StoreFactory<T>): ReturnType<StoreFactory<T>['getStore']> | undefined {
  try {
    return factory.getStore();
  } catch {
    return undefined;
  }
}
