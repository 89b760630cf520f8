/**
 * ProxyStore for TypeScript: transparent object proxies over any byte store, with every resource a TC39 disposable.
 *
 * @packageDocumentation
 */

/// <reference lib="esnext.disposable" />

import './resources/symbols.js';
import './ownership/owned-references.js';
import './ownership/store-owned-proxy-method.js';
import './references/stored-proxies.js';
import './tracing/debug.js';
import './futures/future-references.js';
import './futures/store-future-method.js';

export * as Errors from './errors.js';
export * from './errors.js';

export {
  createProxy,
  extract,
  getFactory,
  isProxy,
  isResolved,
  resolve,
  resolveAsync,
  resolveSync,
} from './proxy/proxy.js';
export type { CreateProxyOptions } from './proxy/proxy.js';
export { LambdaFactory, SimpleFactory } from './proxy/factories.js';
export { ProxyLocker } from './proxy/locker.js';
export type {
  Factory,
  NonProxiable,
  ObjectProxy,
  ProxyKind,
  ProxyOf,
  ResolveOptions,
  StringProxy,
} from './proxy/types.js';

export { Store } from './store/store.js';
export type { ProxiesOr, ProxyOr } from './store/store.js';
export { StoreFactory } from './store/store-factory.js';
export type { StoreFactoryOptions } from './store/store-factory.js';
export type { FromConfigOptions, StoreConfig } from './store/store-config.js';
export type { StoreKey, StoreKeys, StoredValues } from './store/store-key.js';
export type {
  CacheOptions,
  Deserializer,
  GetOptions,
  ProxyFromKeyOptions,
  ProxyOptions,
  PutOptions,
  Serializer,
  StoreOptions,
  SyncOptions,
} from './store/store-options.js';
export { StoreMetrics } from './store/metrics.js';
export type {
  AttributeValue,
  KeyMetrics,
  Measurement,
  StoreMetricsOptions,
  TimeStatistics,
} from './store/metrics.js';

export { StoreRegistry } from './store/store-registry.js';
export { StoreRegistration } from './registry/store-registration.js';
export type { RegisteredStore } from './registry/registered-store.js';
export type { RegisterOptions } from './registry/named-store-registry.js';
export {
  getOrCreateStore,
  getStore,
  registerStore,
  storeRegistration,
  unregisterStore,
} from './store/registered-stores.js';

export { ContextLifetime } from './lifetimes/context-lifetime.js';
export { LeaseLifetime } from './lifetimes/lease-lifetime.js';
export type { Duration, Milliseconds } from './lifetimes/lease-lifetime.js';
export { Lifetime } from './lifetimes/lifetime.js';
export type { LifetimeOptions } from './lifetimes/lifetime.js';
export { StaticLifetime } from './lifetimes/static-lifetime.js';
export type { KeyLifetime } from './store/key-lifetime.js';

export {
  borrow,
  clone,
  intoOwned,
  markOutOfScope,
  mutBorrow,
  update,
  updateSync,
} from './ownership/ownership-operations.js';
export type { MutBorrowOptions } from './ownership/ownership-operations.js';
export type { UpdateOptions } from './ownership/owned-factory.js';
export type { OwnedProxyOptions } from './ownership/store-owned-proxy-method.js';
export type { DeepReadonly, OwnedProxy, RefMutProxy, RefProxy } from './ownership/types.js';

export { fromReference, reference, reviver } from './references/reference.js';
export { pack, unpack } from './references/pack.js';
export type { Packed } from './references/pack.js';
export type { OwnedReference, ProxyReference, WaitReference } from './store/proxy-reference.js';

export { StoreFuture } from './futures/store-future.js';
export type { FutureState, FutureValue, FutureValues } from './futures/store-future.js';
export type { FutureArguments } from './futures/store-future-method.js';
export type {
  FutureOptions,
  FutureProxyOptions,
  ResultOptions,
  StoreFutureOptions,
} from './futures/future-options.js';
export type { PollingOptions } from './futures/waiting.js';

export { registerClass } from './serialize/classes.js';
export type { ClassOf, ClassOptions } from './serialize/classes.js';
export { registerCodec } from './serialize/codec.js';
export type { Codec } from './serialize/codec.js';
export type { ArrayOfDType, DType, ElementOfDType, HalfFloats } from './serialize/dtype.js';
export { NdArray } from './serialize/nd-array.js';
export type { NdArrayInit, Nested, Order } from './serialize/nd-array.js';
export { deserialize, serialize } from './serialize/serialize.js';

export { LocalConnector } from './connectors/local.js';
export { registerConnector } from './connectors/connector-classes.js';
export { capabilities, isDeferrable, isSync } from './connectors/protocol.js';
export type {
  Capability,
  Connector,
  ConnectorClass,
  ConnectorConfig,
  ConnectorKey,
  ConnectorPutOptions,
  DeferrableConnector,
  JsonValue,
  OperationOptions,
  Parts,
  SetOptions,
  SyncConnector,
  SyncOperations,
} from './connectors/protocol.js';
export type { UUIDKey } from './connectors/uuid-key.js';
