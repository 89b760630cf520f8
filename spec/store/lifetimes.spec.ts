import { LocalConnector } from '../../lib/connectors/local.js';
import { LifetimeEndedError } from '../../lib/errors.js';
import { Store } from '../../lib/index.js';
import { Lifetime } from '../../lib/lifetimes/lifetime.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';

describe('a lifetime that has ended', () => {
  it('is refused before anything is serialized or stored', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const lifetime = new Lifetime(store);
    await lifetime.close();
    let serialized = 0;
    const serializer = (): Uint8Array => {
      serialized += 1;
      return new Uint8Array();
    };
    for (const operation of [
      () => store.put('x', { lifetime, serializer }),
      () => store.putBatch(['x'], { lifetime, serializer }),
      () => store.proxy('x', { lifetime, serializer }),
      () => store.setOnce(connector.newKey(), 'x', { lifetime, serializer }),
    ]) {
      await expect(operation()).rejects.toBeInstanceOf(LifetimeEndedError);
    }
    expect([serialized, connector.calls]).toEqual([0, []]);
  });

  it('is refused without waiting, too', async () => {
    await using store = new Store('results', new LocalConnector());
    const lifetime = new Lifetime(store);
    lifetime.closeSync();
    expect(() => store.putSync('x', { lifetime })).toThrow(LifetimeEndedError);
    expect(() => store.putBatchSync(['x'], { lifetime })).toThrow(LifetimeEndedError);
  });
});

it('a lifetime that is open takes what is stored', async () => {
  await using store = new Store('results', new LocalConnector());
  const lifetime = new Lifetime(store);
  const deferred = store.connector.newKey();
  const keys = [
    await store.put('a', { lifetime }),
    store.putSync('b', { lifetime }),
    ...(await store.putBatch(['c'], { lifetime })),
    ...store.putBatchSync(['d'], { lifetime }),
  ];
  await expect(store.setOnce(deferred, 'e', { lifetime })).resolves.toBe(true);
  await expect(store.setOnce(deferred, 'f', { lifetime: new Lifetime(store) })).resolves.toBe(false);
  expect(lifetime.size).toBe(5);
  await lifetime.close();
  expect([...keys, deferred].map((key) => store.existsSync(key))).toEqual(new Array(5).fill(false));
});

describe('a lifetime that ends while its object is stored', () => {
  it('leaves nothing of it behind', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const lifetime = new Lifetime(store);
    const held = connector.hold('put');
    const put = rejection(store.put('x', { lifetime }));
    await held.reached;
    await lifetime.close();
    held.release();
    expect(await put).toBeInstanceOf(LifetimeEndedError);
    expect(connector.calls).toEqual(['put', 'evictBatch']);
    const keys = [];
    for await (const key of connector.inner.list()) keys.push(key);
    expect(keys).toEqual([]);
  });

  it('says both where the object cannot be removed either', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const lifetime = new Lifetime(store);
    const held = connector.hold('putBatch');
    const put = rejection(store.putBatch(['x'], { lifetime }));
    await held.reached;
    await lifetime.close();
    const failure = new Error('unreachable');
    connector.fail('evictBatch', failure);
    held.release();
    const error = (await put) as SuppressedError;
    expect([error.name, error.error]).toEqual(['SuppressedError', failure]);
    expect(error.suppressed).toBeInstanceOf(LifetimeEndedError);
  });

  it('leaves nothing of it behind without waiting, too', async () => {
    await using connector = new LocalConnector();
    const store = new Store('results', connector);
    const lifetime = new Lifetime(store);
    const serializer = (): Uint8Array => {
      lifetime.closeSync();
      return new Uint8Array(3);
    };
    expect(() => store.putSync('x', { lifetime, serializer })).toThrow(LifetimeEndedError);
    const keys = [];
    for await (const key of connector.list()) keys.push(key);
    expect(keys).toEqual([]);

    const failure = new Error('unreachable');
    const other = new Lifetime(store);
    const evictBatch = (): never => {
      throw failure;
    };
    const end = (): Uint8Array => {
      other.closeSync();
      Object.assign(connector.sync, { evictBatch });
      return new Uint8Array(3);
    };
    const error = caught(() =>
      store.putBatchSync(['x'], { lifetime: other, serializer: end }),
    ) as SuppressedError;
    expect([error.name, error.error]).toEqual(['SuppressedError', failure]);
    expect(error.suppressed).toBeInstanceOf(LifetimeEndedError);
  });
});
