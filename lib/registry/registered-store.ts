/** What the registry knows of a store: that it is one, and its name. */

/** On every store, of whichever copy of the package. */
export const storeBrand: unique symbol = Symbol.for('proxystore.store') as never; // Symbol.for gives no unique symbol

/** On every factory that produces its target from a store. */
export const storeFactoryBrand: unique symbol = Symbol.for('proxystore.storeFactory') as never; // as above

/** A store, as far as the registry needs to know it. */
export interface RegisteredStore {
  /** The name that it is found by. */
  readonly name: string;
  readonly [storeBrand]: true;
}

/** A factory that produces its target from a store. */
export interface RegisteredStoreFactory {
  /** The name of the store. */
  readonly storeName: string;
  readonly [storeFactoryBrand]: true;
}

/**
 * Whether a value is a store, of this or another copy of the package.
 *
 * @param value - Anything.
 */
export function isStore(value: unknown): value is RegisteredStore {
  return typeof value === 'object' && value !== null && storeBrand in value;
}

/**
 * Whether a factory belongs to a store, of this or another copy of the package.
 *
 * @param factory - A proxy's factory.
 */
export function isStoreFactory(factory: object): factory is RegisteredStoreFactory {
  return storeFactoryBrand in factory;
}
