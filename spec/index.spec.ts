import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as proxystore from '../lib/index.js';
import {
  createProxy,
  getStore,
  LambdaFactory,
  LocalConnector,
  ProxyStoreFactoryError,
  registerStore,
  Store,
  StoreExistsError,
  storeRegistration,
  unregisterStore,
} from '../lib/index.js';
import { caught } from './caught.js';
import { loadPackageCopy } from './package-copy.js';

/** The values of the package. Whoever adds or removes one changes what the package promises. */
const values = [
  'ConnectorClosedError',
  'ConnectorError',
  'ContextLifetime',
  'Errors',
  'FutureAlreadySetError',
  'InvalidKeyError',
  'InvalidReferenceError',
  'LambdaFactory',
  'LeaseLifetime',
  'Lifetime',
  'LifetimeEndedError',
  'LocalConnector',
  'MultiConnectorError',
  'MutableBorrowError',
  'NdArray',
  'NonProxiableTypeError',
  'ProxyLocker',
  'ProxyResolveError',
  'ProxyResolveMissingKeyError',
  'ProxyStoreError',
  'ProxyStoreFactoryError',
  'ProxyUnresolvedError',
  'ReferenceInvalidError',
  'ReferenceNotOwnedError',
  'SerializationError',
  'SimpleFactory',
  'StaticLifetime',
  'Store',
  'StoreClosedError',
  'StoreError',
  'StoreExistsError',
  'StoreFactory',
  'StoreFuture',
  'StoreMetrics',
  'StoreNotRegisteredError',
  'StoreRegistration',
  'StoreRegistry',
  'UntrustedConnectorError',
  'borrow',
  'capabilities',
  'clone',
  'createProxy',
  'deserialize',
  'extract',
  'fromReference',
  'getFactory',
  'getOrCreateStore',
  'getStore',
  'intoOwned',
  'isDeferrable',
  'isProxy',
  'isResolved',
  'isSync',
  'markOutOfScope',
  'mutBorrow',
  'pack',
  'reference',
  'registerClass',
  'registerCodec',
  'registerConnector',
  'registerStore',
  'resolve',
  'resolveAsync',
  'resolveSync',
  'reviver',
  'serialize',
  'storeRegistration',
  'unpack',
  'unregisterStore',
  'update',
  'updateSync',
];

/** The types of the package, but for what the errors take. */
const types = [
  'ArrayOfDType',
  'AttributeValue',
  'CacheOptions',
  'Capability',
  'ClassOf',
  'ClassOptions',
  'Codec',
  'Connector',
  'ConnectorClass',
  'ConnectorConfig',
  'ConnectorKey',
  'ConnectorPutOptions',
  'CreateProxyOptions',
  'DType',
  'DeepReadonly',
  'DeferrableConnector',
  'Deserializer',
  'Duration',
  'ElementOfDType',
  'Factory',
  'FromConfigOptions',
  'FutureArguments',
  'FutureOptions',
  'FutureProxyOptions',
  'FutureState',
  'FutureValue',
  'FutureValues',
  'GetOptions',
  'HalfFloats',
  'JsonValue',
  'KeyLifetime',
  'KeyMetrics',
  'LifetimeOptions',
  'Measurement',
  'Milliseconds',
  'MutBorrowOptions',
  'NdArrayInit',
  'Nested',
  'NonProxiable',
  'ObjectProxy',
  'OperationOptions',
  'Order',
  'OwnedProxy',
  'OwnedProxyOptions',
  'OwnedReference',
  'Packed',
  'Parts',
  'PollingOptions',
  'ProxiesOr',
  'ProxyFromKeyOptions',
  'ProxyKind',
  'ProxyOf',
  'ProxyOptions',
  'ProxyOr',
  'ProxyReference',
  'PutOptions',
  'RefMutProxy',
  'RefProxy',
  'RegisterOptions',
  'RegisteredStore',
  'ResolveOptions',
  'ResultOptions',
  'Serializer',
  'SetOptions',
  'StoreConfig',
  'StoreFactoryOptions',
  'StoreFutureOptions',
  'StoreKey',
  'StoreKeys',
  'StoreMetricsOptions',
  'StoreOptions',
  'StoredValues',
  'StringProxy',
  'SyncConnector',
  'SyncOperations',
  'SyncOptions',
  'TimeStatistics',
  'UUIDKey',
  'UpdateOptions',
  'WaitReference',
];

describe('the public names', () => {
  it('are these values', () => {
    expect(Object.keys(proxystore).sort()).toEqual(values);
  });

  it('are these types', () => {
    const path = join(__dirname, '../lib/index.ts');
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    const names = source.statements.flatMap((statement) => {
      if (!ts.isExportDeclaration(statement) || !statement.isTypeOnly) return [];
      const clause = statement.exportClause;
      return clause !== undefined && ts.isNamedExports(clause)
        ? clause.elements.map(({ name }) => name.text)
        : [];
    });
    expect(names.sort()).toEqual(types);
  });

  it('have the errors under one name, too', () => {
    const { Errors, ...others } = proxystore;
    const errors = Object.entries(others).filter(([name]) => name.endsWith('Error'));
    expect(Object.fromEntries(errors)).toEqual({ ...Errors });
  });
});

describe('a registration', () => {
  const storeNamed = (name: string): Store => new Store(name, new LocalConnector());
  const [a, b] = [storeNamed('a'), storeNamed('b')];

  afterEach(() => {
    expect([getStore('a'), getStore('b'), getStore('c')]).toEqual([undefined, undefined, undefined]);
  });

  it('ends with its block, which throws', () => {
    const block = (): void => {
      using _registration = storeRegistration(a, b);
      expect([getStore('a'), getStore('b')]).toEqual([a, b]);
      throw new Error('x');
    };
    expect(block).toThrow('x');
    expect([getStore('a'), getStore('b')]).toEqual([undefined, undefined]);
  });

  it('is all or nothing', () => {
    using _taken = storeRegistration(storeNamed('c'));
    const error = caught(() => storeRegistration(a, b, storeNamed('c')));
    expect(error).toBeInstanceOf(StoreExistsError);
    expect(error).toMatchObject({ storeName: 'c' });
    expect([getStore('a'), getStore('b')]).toEqual([undefined, undefined]);
  });

  it('leaves a store that was put over one of its own', () => {
    const over = storeNamed('a');
    {
      using _registration = storeRegistration(a, b);
      registerStore(over, { existOk: true });
    }
    expect([getStore('a'), getStore('b')]).toEqual([over, undefined]);
    unregisterStore('a');
  });

  it('may be disposed of twice', () => {
    const registration = storeRegistration(a);
    registration.dispose();
    expect(() => registration.dispose()).not.toThrow();
    expect(registration.disposed).toBe(true);
  });

  it('is seen by another copy of the package', async () => {
    const copy = await loadPackageCopy();
    {
      using _registration = copy.storeRegistration(new copy.Store('a', new copy.LocalConnector()));
      expect(getStore('a')).toBe(copy.getStore('a'));
      expect(getStore('a')).toBeInstanceOf(Store);
    }
    expect(copy.getStore('a')).toBeUndefined();
  });
});

it('a proxy that belongs to no store leads to none, and says by what it was made', () => {
  const error = caught(() => getStore(createProxy(new LambdaFactory(() => ({})))));
  expect(error).toBeInstanceOf(ProxyStoreFactoryError);
  expect((error as Error).message).toContain('LambdaFactory');
});
