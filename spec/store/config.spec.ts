import { join } from 'node:path';
import { FileConnector } from '../../lib/connectors/file.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import { ConnectorError, StoreError, StoreExistsError } from '../../lib/errors.js';
import {
  getOrCreateStore,
  getStore,
  registerConnector,
  registerStore,
  Store,
  storeRegistration,
  unregisterStore,
} from '../../lib/index.js';
import type { ConnectorConfig, StoreConfig } from '../../lib/index.js';
import { globalRegistry } from '../../lib/store/store-registry.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';
import { caught } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';

afterEach(() => {
  expect([...globalRegistry()]).toEqual([]);
});

/** What another process reads of a config. */
const sent = (config: StoreConfig): StoreConfig => JSON.parse(JSON.stringify(config)) as StoreConfig;

describe('config', () => {
  it('names the store and its connector, and only the options that were given', async () => {
    await using store = new Store('results', new LocalConnector());
    expect(store.config()).toEqual({ name: 'results', connector: store.connector.config() });
    const options = { cacheSize: 0, metrics: true, populateTarget: false, register: false };
    await using other = new Store('other', new LocalConnector(), options);
    expect(other.config()).toEqual({ name: 'other', connector: other.connector.config(), ...options });
  });

  it('says that there is a serializer or deserializer, which it cannot carry', async () => {
    await using store = new Store('results', new LocalConnector(), {
      serializer: () => new Uint8Array(),
      deserializer: () => 'x',
    });
    expect(sent(store.config())).toMatchObject({ serializer: 'custom', deserializer: 'custom' });
  });
});

describe('fromConfig', () => {
  it('opens a store of the same objects in memory', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false, metrics: true });
    const key = await store.put({ rows: 3 });
    await using again = Store.fromConfig(sent(store.config()));
    expect(again).not.toBe(store);
    expect(again.config()).toEqual(store.config());
    expect(again.metrics).toBeDefined();
    await expect(again.get(key)).resolves.toEqual({ rows: 3 });
  });

  it('opens a store of the same objects in a directory', async () => {
    using directory = new TemporaryDirectory();
    await using store = new Store('results', new FileConnector(join(directory.path, 'objects')), {
      cacheSize: 2,
    });
    const key = await store.put('x');
    await using again = Store.fromConfig(sent(store.config()));
    expect(again.config()).toEqual(store.config());
    await expect(again.get(key)).resolves.toBe('x');
  });

  it('registers the store where the config says so', async () => {
    const store = new Store('results', new LocalConnector(), { register: true });
    const config = store.config();
    expect(() => Store.fromConfig(config)).toThrow(StoreExistsError);
    unregisterStore('results');
    const again = Store.fromConfig(config);
    expect(getStore('results')).toBe(again);
    await again.close();
    await store.close();
  });

  it('takes the serializer and deserializer that a config cannot carry', async () => {
    const options = {
      serializer: (value: unknown) => Buffer.from(String(value)),
      deserializer: (data: Uint8Array) => `read ${Buffer.from(data).toString()}`,
    };
    await using store = new Store('results', new LocalConnector(), options);
    const config = sent(store.config());
    for (const [given, missing] of [
      [{}, 'serializer'],
      [{ serializer: options.serializer }, 'deserializer'],
      [{ deserializer: options.deserializer }, 'serializer'],
      [{ serializer: undefined, deserializer: undefined }, 'serializer'],
    ] as const) {
      const error = caught(() => Store.fromConfig(config, given));
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ storeName: 'results' });
      expect((error as Error).message).toContain(`has a ${missing} of its own`);
    }
    await using again = Store.fromConfig(config, options);
    await expect(again.get(await store.put('x'))).resolves.toBe('read x');
    await using plain = Store.fromConfig({ name: 'plain', connector: config.connector }, options);
    expect(plain.config()).toMatchObject({ serializer: 'custom', deserializer: 'custom' });
  });

  it('opens no connector where a serializer is missing', () => {
    const opened = countedConnector();
    const config: StoreConfig = { name: 'results', connector: opened.config, serializer: 'custom' };
    expect(() => Store.fromConfig(config)).toThrow(StoreError);
    expect(opened.connectors).toEqual([]);
  });

  it('knows no connector but those that were imported', () => {
    const error = caught(() =>
      Store.fromConfig({ name: 'results', connector: { kind: 'child_process', options: {} } }),
    );
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 'child_process' });
    expect((error as Error).message).toMatch(/No connector of kind "child_process" is known here/);
    for (const kind of ['constructor', '__proto__', 'toString']) {
      expect(() => Store.fromConfig({ name: 'results', connector: { kind, options: {} } })).toThrow(
        ConnectorError,
      );
    }
  });

  const connector = { kind: 'local', options: {} };
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', 'results'],
    ['a number', 7],
    ['an array', []],
    ['no name', { connector }],
    ['a name that is no string', { name: 7, connector }],
    ['no connector', { name: 'results' }],
    ['a connector of null', { name: 'results', connector: null }],
    ['a connector that is a name', { name: 'results', connector: 'local' }],
    ['a connector without kind', { name: 'results', connector: { options: {} } }],
    ['a connector without options', { name: 'results', connector: { kind: 'local' } }],
    ['options of null', { name: 'results', connector: { kind: 'local', options: null } }],
  ])('refuses what is no config: %s', (_, config) => {
    expect(() => Store.fromConfig(config as StoreConfig)).toThrow(/A store config is/);
    expect(() => getOrCreateStore(config as StoreConfig)).toThrow(TypeError);
  });

  it('leaves what the connector refuses to the connector', () => {
    expect(() => Store.fromConfig({ name: 'results', connector })).toThrow(ConnectorError);
    expect(() =>
      Store.fromConfig({ name: 'results', connector: { kind: 'local', options: [] as never } }),
    ).toThrow(ConnectorError);
  });

  it.each<[string, object]>([
    ['an empty name', { name: '' }],
    ['a cache size that is none', { cacheSize: 1.5 }],
    ['a cache size as text', { cacheSize: '16' }],
    ['metrics that are no boolean', { metrics: 'yes' }],
    ['a register that is no boolean', { register: 1 }],
  ])('closes the connector that it has opened when no store can be made: %s', (_, members) => {
    const opened = countedConnector();
    const config = { name: 'results', connector: opened.config, ...members } as StoreConfig;
    expect(() => Store.fromConfig(config)).toThrow(/takes|cacheSize/);
    expect(opened.connectors.map(({ calls }) => calls)).toEqual([['close']]);
  });

  it('closes it when the name is taken, and tells of that alone', async () => {
    const opened = countedConnector();
    await using first = new Store('results', new LocalConnector());
    using _registration = storeRegistration(first);
    opened.failToClose = true;
    expect(() => Store.fromConfig({ name: 'results', connector: opened.config, register: true })).toThrow(
      StoreExistsError,
    );
    expect(opened.connectors.map(({ calls }) => calls)).toEqual([['close']]);
    expect(getStore('results')).toBe(first);
  });
});

describe('getOrCreateStore', () => {
  it('makes a store that is registered until it is closed, and gives it to who asks again', async () => {
    await using source = new LocalConnector();
    const config: StoreConfig = { name: 'results', connector: source.config(), metrics: true };
    const store = getOrCreateStore(config);
    expect([getStore('results') === store, store.metrics !== undefined]).toEqual([true, true]);
    expect(getOrCreateStore(sent(config))).toBe(store);
    await store.close();
    expect(getStore('results')).toBeUndefined();
    const next = getOrCreateStore(config);
    expect(next).not.toBe(store);
    await next.close();
  });

  it('gives the registered store, whoever has registered it, and however its config is written', async () => {
    using directory = new TemporaryDirectory();
    await using store = new Store('results', new FileConnector(join(directory.path, 'objects')));
    using _registration = storeRegistration(store);
    const { kind, options } = store.connector.config();
    const reversed = Object.fromEntries(Object.entries(options).reverse());
    expect(getOrCreateStore({ name: 'results', connector: { options: reversed, kind } })).toBe(store);
  });

  it('refuses a store of that name with another connector config', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    for (const connector of [
      new LocalConnector().config(),
      { kind: 'file', options: store.connector.config().options },
    ]) {
      const error = caught(() => getOrCreateStore({ name: 'results', connector }));
      expect(error).toBeInstanceOf(StoreExistsError);
      expect(error).toMatchObject({ storeName: 'results' });
      expect((error as Error).message).toMatch(/with another connector config \(kind "local"\)/);
    }
    expect(getStore('results')).toBe(store);
  });

  it('takes what a config cannot carry', async () => {
    await using source = new LocalConnector();
    const config: StoreConfig = { name: 'results', connector: source.config(), deserializer: 'custom' };
    expect(() => getOrCreateStore(config)).toThrow(StoreError);
    await using store = getOrCreateStore(config, { deserializer: () => 'read' });
    await expect(store.get(await store.put('x'))).resolves.toBe('read');
    expect(getOrCreateStore(config)).toBe(store);
  });

  it('finds a store of whatever connector', async () => {
    await using store = new Store('results', new ObservedConnector());
    registerStore(store);
    expect(getOrCreateStore(sent(store.config()))).toBe(store);
    unregisterStore(store);
  });
});

/** A connector class, and all connectors that are made of its configs. */
function countedConnector(): {
  readonly config: ConnectorConfig;
  readonly connectors: ObservedConnector[];
  failToClose: boolean;
} {
  const config = { kind: 'counted', options: {} };
  const counted = { config, connectors: new Array<ObservedConnector>(), failToClose: false };
  registerConnector({
    kind: config.kind,
    fromConfig() {
      const connector = new ObservedConnector();
      if (counted.failToClose) connector.fail('close', new Error('unreachable'));
      counted.connectors.push(connector);
      return connector;
    },
  });
  return counted;
}
