import { inspect } from 'node:util';
import * as errors from '../lib/errors.js';

interface Row {
  readonly errorClass: new (message: string, options?: never) => errors.ProxyStoreError;
  readonly code: string;
  readonly parent: string;
  /** One value for each option that becomes a property. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What users compare with: nothing here may change between versions. */
const table: Readonly<Record<string, Row>> = {
  ProxyStoreError: {
    errorClass: errors.ProxyStoreError,
    code: 'ERR_PROXYSTORE',
    parent: 'Error',
    properties: {},
  },
  StoreError: {
    errorClass: errors.StoreError,
    code: 'ERR_PROXYSTORE_STORE',
    parent: 'ProxyStoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  StoreExistsError: {
    errorClass: errors.StoreExistsError,
    code: 'ERR_PROXYSTORE_STORE_EXISTS',
    parent: 'StoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  StoreClosedError: {
    errorClass: errors.StoreClosedError,
    code: 'ERR_PROXYSTORE_STORE_CLOSED',
    parent: 'StoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  StoreNotRegisteredError: {
    errorClass: errors.StoreNotRegisteredError,
    code: 'ERR_PROXYSTORE_STORE_NOT_REGISTERED',
    parent: 'StoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  ProxyStoreFactoryError: {
    errorClass: errors.ProxyStoreFactoryError,
    code: 'ERR_PROXYSTORE_FACTORY',
    parent: 'StoreError',
    properties: { factoryName: 'ValueFactory' },
  },
  NonProxiableTypeError: {
    errorClass: errors.NonProxiableTypeError,
    code: 'ERR_PROXYSTORE_NON_PROXIABLE_TYPE',
    parent: 'ProxyStoreError',
    properties: { value: null },
  },
  ProxyResolveError: {
    errorClass: errors.ProxyResolveError,
    code: 'ERR_PROXYSTORE_RESOLVE',
    parent: 'ProxyStoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  ProxyResolveMissingKeyError: {
    errorClass: errors.ProxyResolveMissingKeyError,
    code: 'ERR_PROXYSTORE_RESOLVE_MISSING_KEY',
    parent: 'ProxyResolveError',
    properties: { storeName: 'results', key: ['a'] },
  },
  ProxyUnresolvedError: {
    errorClass: errors.ProxyUnresolvedError,
    code: 'ERR_PROXYSTORE_UNRESOLVED',
    parent: 'ProxyResolveError',
    properties: { storeName: 'results', key: ['a'] },
  },
  SerializationError: {
    errorClass: errors.SerializationError,
    code: 'ERR_PROXYSTORE_SERIALIZATION',
    parent: 'ProxyStoreError',
    properties: { tag: 'NP' },
  },
  ConnectorError: {
    errorClass: errors.ConnectorError,
    code: 'ERR_PROXYSTORE_CONNECTOR',
    parent: 'ProxyStoreError',
    properties: { connector: 'file', key: ['a'] },
  },
  ConnectorClosedError: {
    errorClass: errors.ConnectorClosedError,
    code: 'ERR_PROXYSTORE_CONNECTOR_CLOSED',
    parent: 'ConnectorError',
    properties: { connector: 'file', key: ['a'] },
  },
  InvalidKeyError: {
    errorClass: errors.InvalidKeyError,
    code: 'ERR_PROXYSTORE_INVALID_KEY',
    parent: 'ConnectorError',
    properties: { connector: 'file', key: ['a'] },
  },
  MultiConnectorError: {
    errorClass: errors.MultiConnectorError,
    code: 'ERR_PROXYSTORE_MULTI_CONNECTOR',
    parent: 'ConnectorError',
    properties: { connector: 'multi', key: ['a'], failures: { disk: 'is full' } },
  },
  UntrustedConnectorError: {
    errorClass: errors.UntrustedConnectorError,
    code: 'ERR_PROXYSTORE_UNTRUSTED_CONNECTOR',
    parent: 'ConnectorError',
    properties: { connector: 'redis', key: ['a'] },
  },
  InvalidReferenceError: {
    errorClass: errors.InvalidReferenceError,
    code: 'ERR_PROXYSTORE_INVALID_REFERENCE',
    parent: 'ProxyStoreError',
    properties: { reference: { $proxystore: 99 } },
  },
  LifetimeEndedError: {
    errorClass: errors.LifetimeEndedError,
    code: 'ERR_PROXYSTORE_LIFETIME_ENDED',
    parent: 'ProxyStoreError',
    properties: {},
  },
  FutureAlreadySetError: {
    errorClass: errors.FutureAlreadySetError,
    code: 'ERR_PROXYSTORE_FUTURE_ALREADY_SET',
    parent: 'StoreError',
    properties: { storeName: 'results', key: ['a'] },
  },
  MutableBorrowError: {
    errorClass: errors.MutableBorrowError,
    code: 'ERR_PROXYSTORE_MUTABLE_BORROW',
    parent: 'ProxyStoreError',
    properties: {},
  },
  ReferenceNotOwnedError: {
    errorClass: errors.ReferenceNotOwnedError,
    code: 'ERR_PROXYSTORE_REFERENCE_NOT_OWNED',
    parent: 'ProxyStoreError',
    properties: {},
  },
  ReferenceInvalidError: {
    errorClass: errors.ReferenceInvalidError,
    code: 'ERR_PROXYSTORE_REFERENCE_INVALID',
    parent: 'ProxyStoreError',
    properties: {},
  },
};

const names = Object.keys(table);

function make(name: string, options: Readonly<Record<string, unknown>> = {}): errors.ProxyStoreError {
  // The table gives each class options of its own; `never` is what all of their types have in common.
  return new table[name]!.errorClass('what happened, to what, and what to do', options as never);
}

/** Names of a class and of all above it that are this package's. */
function lineage(name: string): string[] {
  const row = table[name];
  return row === undefined ? [] : [name, ...lineage(row.parent)];
}

it('lists every error class of the package', () => {
  expect(Object.keys(errors).sort()).toEqual([...names].sort());
});

it('gives each class a code of its own', () => {
  expect(new Set(Object.values(table).map((row) => row.code)).size).toBe(names.length);
});

describe.each(names)('%s', (name) => {
  const row = table[name]!;
  const other = names.find((candidate) => !lineage(name).includes(candidate))!;

  it('has its name, code and message', () => {
    const error = make(name);
    expect(error.name).toBe(name);
    expect(error.code).toBe(row.code);
    expect(error.message).toBe('what happened, to what, and what to do');
    expect(error.toString()).toBe(`${name}: what happened, to what, and what to do`);
    expect(error.stack).toMatch(new RegExp(`^${name}: what happened`));
  });

  it('carries the cause that it was given, and none where it was given none', () => {
    const cause = new RangeError('behind it');
    expect(make(name, { cause }).cause).toBe(cause);
    expect('cause' in make(name)).toBe(false);
    expect('cause' in make(name, { cause: undefined })).toBe(false);
  });

  it('carries what the message names, and nothing that was not given', () => {
    expect({ ...make(name, row.properties) }).toEqual({ code: row.code, ...row.properties });
    const ungiven = Object.fromEntries(Object.keys(row.properties).map((property) => [property, undefined]));
    expect(Object.keys(make(name, ungiven))).toEqual(['code']);
  });

  it('is an instance of its class and of those above, and of no other', () => {
    const error = make(name);
    expect(error).toBeInstanceOf(Error);
    for (const candidate of names) {
      expect([candidate, error instanceof table[candidate]!.errorClass]).toEqual([
        candidate,
        lineage(name).includes(candidate),
      ]);
    }
    expect(Object.getPrototypeOf(row.errorClass)).toBe(table[row.parent]?.errorClass ?? Error);
  });

  it('is recognised by another copy of the package', async () => {
    await jest.isolateModulesAsync(async () => {
      const copy = (await import('../lib/errors.js')) as unknown as Record<string, Row['errorClass']>;
      expect(copy[name]).not.toBe(row.errorClass);
      expect(make(name)).toBeInstanceOf(copy[name]);
      expect(new copy[name]!('from the other copy')).toBeInstanceOf(row.errorClass);
      expect(make(name)).not.toBeInstanceOf(copy[other]);
    });
  });

  it("takes a user's subclass for one of its own, and none of its own for the subclass", () => {
    class Subclass extends row.errorClass {}
    expect(new Subclass('a failure')).toBeInstanceOf(Subclass);
    expect(new Subclass('a failure')).toBeInstanceOf(row.errorClass);
    expect(new Subclass('a failure').code).toBe(row.code);
    expect(make(name)).not.toBeInstanceOf(Subclass);
  });

  it.each([undefined, null, 'ERR_PROXYSTORE', 1, {}, new Error('a foreign error'), () => undefined])(
    'is not to be mistaken for %p',
    (value) => {
      expect(value instanceof row.errorClass).toBe(false);
    },
  );

  it('shows in a log what it names', () => {
    const shown = inspect(make(name, row.properties));
    for (const part of [name, 'what happened', row.code, ...Object.keys(row.properties)]) {
      expect(shown).toContain(part);
    }
    expect(JSON.parse(JSON.stringify(make(name, row.properties)))).toEqual({
      code: row.code,
      ...row.properties,
    });
  });
});
