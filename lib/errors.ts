/**
 * Every error class of the package.
 *
 * All of them carry a `name`, a stable `code` to compare with, a `cause` where another error is behind it,
 * and what the message names as properties. `instanceof` goes by a brand and not by the prototype chain, so it
 * also recognises an error that another copy of this package in the same process (its CommonJS build, another
 * version) has thrown.
 */

/** What every error of this package can be given beside its message. */
export interface ProxyStoreErrorOptions {
  /** The error behind this one. */
  readonly cause?: unknown;
}

/** What a {@link StoreError} can name beside its cause. */
export interface StoreErrorOptions extends ProxyStoreErrorOptions {
  /** Name of the store that the failed operation was asked of. */
  readonly storeName?: string | undefined;
  /** Key of the object that the failed operation was about, as its connector made it. */
  readonly key?: unknown;
}

/** What a {@link ConnectorError} can name beside its cause. */
export interface ConnectorErrorOptions extends ProxyStoreErrorOptions {
  /** Kind of the connector, such as `'file'`. */
  readonly connector?: string | undefined;
  /** Key of the object that the failed operation was about, as it came in. */
  readonly key?: unknown;
}

/** What a {@link ProxyStoreFactoryError} can name beside its cause. */
export interface ProxyStoreFactoryErrorOptions extends ProxyStoreErrorOptions {
  /** Name of the class of the factory that was found. */
  readonly factoryName?: string | undefined;
}

/** What a {@link NonProxiableTypeError} can name beside its cause. */
export interface NonProxiableTypeErrorOptions extends ProxyStoreErrorOptions {
  /** The value that no proxy can stand for. */
  readonly value?: unknown;
}

/** What a {@link SerializationError} can name beside its cause. */
export interface SerializationErrorOptions extends ProxyStoreErrorOptions {
  /** The two characters that name the codec, where they are known. */
  readonly tag?: string | undefined;
}

/** What an {@link InvalidReferenceError} can name beside its cause. */
export interface InvalidReferenceErrorOptions extends ProxyStoreErrorOptions {
  /** What was given for a reference. */
  readonly reference?: unknown;
}

/** What a {@link MultiConnectorError} can name beside its cause. */
export interface MultiConnectorErrorOptions extends ConnectorErrorOptions {
  /** Failures of the single children, by the child's name. */
  readonly failures?: Readonly<Record<string, unknown>> | undefined;
}

const brandOf = (name: string): symbol => Symbol.for(`proxystore.error.${name}`);

/** Gives a class its name on every instance and the brand that `instanceof` looks for. */
function brand(errorClass: { readonly prototype: object; readonly name: string }, name: string): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(errorClass.prototype, brandOf(name), { value: true });
  Object.defineProperty(errorClass, branded, { value: brandOf(name) });
}

/** Own property of each branded class: the brand of its instances. A user's subclass has none of its own. */
const branded = Symbol('proxystore.error.brand');

/** Sets the properties that were given; one that was not is not there, so that logs stay short. */
function assignNamed(error: object, properties: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true });
  }
}

/** The root of every error that this package throws. */
export class ProxyStoreError extends Error {
  /** A stable code to compare with; it stays when the message's wording changes. */
  readonly code: string = 'ERR_PROXYSTORE';

  constructor(message: string, options: ProxyStoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const own = Object.getOwnPropertyDescriptor(this, branded)?.value as symbol | undefined;
    if (own === undefined) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && own in value;
  }

  static {
    brand(this, 'ProxyStoreError');
  }
}

/** A store could not do what it was asked to; the more exact errors below extend it. */
export class StoreError extends ProxyStoreError {
  /** Name of the store, where one was named. */
  declare readonly storeName?: string;
  /** Key of the object, where one was named. */
  declare readonly key?: unknown;

  override readonly code: string = 'ERR_PROXYSTORE_STORE';

  constructor(message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { storeName: options.storeName, key: options.key });
  }

  static {
    brand(this, 'StoreError');
  }
}

/** A store of this name is registered already. */
export class StoreExistsError extends StoreError {
  override readonly code: string = 'ERR_PROXYSTORE_STORE_EXISTS';

  static {
    brand(this, 'StoreExistsError');
  }
}

/** The store has been closed; nothing more can be asked of it. */
export class StoreClosedError extends StoreError {
  override readonly code: string = 'ERR_PROXYSTORE_STORE_CLOSED';

  static {
    brand(this, 'StoreClosedError');
  }
}

/** A reference names a store that is not registered in this thread. */
export class StoreNotRegisteredError extends StoreError {
  override readonly code: string = 'ERR_PROXYSTORE_STORE_NOT_REGISTERED';

  static {
    brand(this, 'StoreNotRegisteredError');
  }
}

/** A store was asked for by a proxy whose factory belongs to no store. */
export class ProxyStoreFactoryError extends StoreError {
  /** Name of the class of the factory that was found. */
  declare readonly factoryName?: string;

  override readonly code: string = 'ERR_PROXYSTORE_FACTORY';

  constructor(message: string, options: ProxyStoreFactoryErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { factoryName: options.factoryName });
  }

  static {
    brand(this, 'ProxyStoreFactoryError');
  }
}

/** No proxy can stand for this value: `null`, `undefined` and booleans have no object to behave as. */
export class NonProxiableTypeError extends ProxyStoreError {
  /** The value. Absent where it is `undefined`. */
  declare readonly value?: unknown;

  override readonly code: string = 'ERR_PROXYSTORE_NON_PROXIABLE_TYPE';

  constructor(message: string, options: NonProxiableTypeErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { value: options.value });
  }

  static {
    brand(this, 'NonProxiableTypeError');
  }
}

/** A proxy's factory failed; `cause` is what it threw. */
export class ProxyResolveError extends ProxyStoreError {
  /** Name of the store, where the factory belongs to one. */
  declare readonly storeName?: string;
  /** Key of the object, where the factory belongs to a store. */
  declare readonly key?: unknown;

  override readonly code: string = 'ERR_PROXYSTORE_RESOLVE';

  constructor(message: string, options: StoreErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { storeName: options.storeName, key: options.key });
  }

  static {
    brand(this, 'ProxyResolveError');
  }
}

/** The object that a proxy refers to is not in its store: never stored there, evicted, or expired. */
export class ProxyResolveMissingKeyError extends ProxyResolveError {
  override readonly code: string = 'ERR_PROXYSTORE_RESOLVE_MISSING_KEY';

  static {
    brand(this, 'ProxyResolveMissingKeyError');
  }
}

/** A proxy that only resolves asynchronously was used before it was resolved. */
export class ProxyUnresolvedError extends ProxyResolveError {
  override readonly code: string = 'ERR_PROXYSTORE_UNRESOLVED';

  static {
    brand(this, 'ProxyUnresolvedError');
  }
}

/** A value could not be turned into bytes, or bytes into a value. */
export class SerializationError extends ProxyStoreError {
  /** The two characters that name the codec, where they are known. */
  declare readonly tag?: string;

  override readonly code: string = 'ERR_PROXYSTORE_SERIALIZATION';

  constructor(message: string, options: SerializationErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { tag: options.tag });
  }

  static {
    brand(this, 'SerializationError');
  }
}

/** The place that keeps the bytes failed; `cause` is what the file system, client or server said. */
export class ConnectorError extends ProxyStoreError {
  /** Kind of the connector, such as `'file'`. */
  declare readonly connector?: string;
  /** Key of the object, where one was named. */
  declare readonly key?: unknown;

  override readonly code: string = 'ERR_PROXYSTORE_CONNECTOR';

  constructor(message: string, options: ConnectorErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { connector: options.connector, key: options.key });
  }

  static {
    brand(this, 'ConnectorError');
  }
}

/** The connector has been closed; nothing more can be asked of it. */
export class ConnectorClosedError extends ConnectorError {
  override readonly code: string = 'ERR_PROXYSTORE_CONNECTOR_CLOSED';

  static {
    brand(this, 'ConnectorClosedError');
  }
}

/** A key that this connector could not have made. Nothing was touched. */
export class InvalidKeyError extends ConnectorError {
  override readonly code: string = 'ERR_PROXYSTORE_INVALID_KEY';

  static {
    brand(this, 'InvalidKeyError');
  }
}

/** No child of a multi-connector takes the object, or several of them failed. */
export class MultiConnectorError extends ConnectorError {
  /** Failures of the single children, by the child's name. */
  declare readonly failures?: Readonly<Record<string, unknown>>;

  override readonly code: string = 'ERR_PROXYSTORE_MULTI_CONNECTOR';

  constructor(message: string, options: MultiConnectorErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { failures: options.failures });
  }

  static {
    brand(this, 'MultiConnectorError');
  }
}

/** A reference asks for a connector that this process has not said it trusts. */
export class UntrustedConnectorError extends ConnectorError {
  override readonly code: string = 'ERR_PROXYSTORE_UNTRUSTED_CONNECTOR';

  static {
    brand(this, 'UntrustedConnectorError');
  }
}

/** What was given for a reference is not one, or not one of a version that is understood here. */
export class InvalidReferenceError extends ProxyStoreError {
  /** What was given. */
  declare readonly reference?: unknown;

  override readonly code: string = 'ERR_PROXYSTORE_INVALID_REFERENCE';

  constructor(message: string, options: InvalidReferenceErrorOptions = {}) {
    super(message, options);
    assignNamed(this, { reference: options.reference });
  }

  static {
    brand(this, 'InvalidReferenceError');
  }
}

/** A lifetime has ended; nothing more can be put under it. Nothing was stored. */
export class LifetimeEndedError extends ProxyStoreError {
  override readonly code: string = 'ERR_PROXYSTORE_LIFETIME_ENDED';

  static {
    brand(this, 'LifetimeEndedError');
  }
}

/** A future has its result or its error already; the first one stays. */
export class FutureAlreadySetError extends StoreError {
  override readonly code: string = 'ERR_PROXYSTORE_FUTURE_ALREADY_SET';

  static {
    brand(this, 'FutureAlreadySetError');
  }
}

/** An owned object is borrowed in a way that excludes what was asked for. */
export class MutableBorrowError extends ProxyStoreError {
  override readonly code: string = 'ERR_PROXYSTORE_MUTABLE_BORROW';

  static {
    brand(this, 'MutableBorrowError');
  }
}

/** An operation that only the owner of an object may do was asked of something else. */
export class ReferenceNotOwnedError extends ProxyStoreError {
  override readonly code: string = 'ERR_PROXYSTORE_REFERENCE_NOT_OWNED';

  static {
    brand(this, 'ReferenceNotOwnedError');
  }
}

/** An owned proxy or a borrow was used after it was disposed of or moved. */
export class ReferenceInvalidError extends ProxyStoreError {
  override readonly code: string = 'ERR_PROXYSTORE_REFERENCE_INVALID';

  static {
    brand(this, 'ReferenceInvalidError');
  }
}
