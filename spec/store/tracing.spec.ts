import { LocalConnector } from '../../lib/connectors/local.js';
import {
  ConnectorError,
  InvalidKeyError,
  ProxyResolveMissingKeyError,
  StoreClosedError,
} from '../../lib/errors.js';
import { resolve, Store } from '../../lib/index.js';
import { rejection } from '../caught.js';
import { listenTo } from '../trace-listener.js';
import { ObservedConnector } from './observed-connector.js';

describe('an asynchronous operation is traced', () => {
  let connector: ObservedConnector;
  let store: Store<ObservedConnector>;

  beforeEach(() => {
    connector = new ObservedConnector();
    store = new Store('results', connector, { populateTarget: false });
  });

  afterEach(() => store.close());

  it('from its start to its end: put', async () => {
    using listener = listenTo('put');
    const key = await store.put('abc');
    expect(listener.heard).toEqual([
      { operation: 'put', event: 'start', store: 'results', key: undefined },
      { operation: 'put', event: 'end', store: 'results', key: undefined, bytes: 6 },
      { operation: 'put', event: 'asyncStart', store: 'results', key, bytes: 6, result: key },
      { operation: 'put', event: 'asyncEnd', store: 'results', key, bytes: 6, result: key },
    ]);
  });

  it('with its store, its key, its size and its result: get, exists, evict', async () => {
    const key = await store.put('abc');
    using listener = listenTo('get', 'exists', 'evict');
    await store.get(key);
    await store.get(key);
    await store.exists(key);
    await store.evict(key);
    expect(listener.heard.filter(({ event }) => event === 'asyncEnd')).toEqual([
      { operation: 'get', event: 'asyncEnd', store: 'results', key, bytes: 6, result: 'abc' },
      { operation: 'get', event: 'asyncEnd', store: 'results', key, result: 'abc' },
      { operation: 'exists', event: 'asyncEnd', store: 'results', key, result: true },
      { operation: 'evict', event: 'asyncEnd', store: 'results', key, result: undefined },
    ]);
  });

  it('as what it is a batch of, with the keys and the sum of the sizes', async () => {
    using listener = listenTo('put', 'get', 'evict');
    const keys = await store.putBatch(['a', 'bc']);
    await store.getBatch(keys);
    await store.evictBatch(keys);
    expect(listener.heard.filter(({ event }) => event === 'asyncEnd')).toEqual([
      { operation: 'put', event: 'asyncEnd', store: 'results', key: keys, bytes: 9, result: keys },
      { operation: 'get', event: 'asyncEnd', store: 'results', key: keys, bytes: 9, result: ['a', 'bc'] },
      { operation: 'evict', event: 'asyncEnd', store: 'results', key: keys, result: undefined },
    ]);
  });

  it('with its error', async () => {
    const failure = new ConnectorError('full');
    connector.fail('put', failure);
    using listener = listenTo('put');
    await rejection(store.put('abc'));
    expect(listener.heard.map(({ event }) => event)).toEqual([
      'start',
      'end',
      'error',
      'asyncStart',
      'asyncEnd',
    ]);
    expect(listener.heard[2]).toMatchObject({ store: 'results', bytes: 6, error: failure });
  });

  it('not where it is refused at the door', async () => {
    using listener = listenTo('get');
    await expect(store.get(['../x'])).rejects.toBeInstanceOf(InvalidKeyError);
    await store.close();
    await expect(store.get(['../x'])).rejects.toBeInstanceOf(StoreClosedError);
    expect(listener.heard).toEqual([]);
  });

  it('as resolve, around the get or take that it is', async () => {
    const proxies = await store.proxyBatch([{ rows: 3 }, { rows: 4 }]);
    const once = store.proxyFromKey(await store.put({ rows: 5 }), { evict: true });
    using listener = listenTo('resolve', 'get');
    await resolve(proxies[0]);
    await resolve(once);
    expect(listener.heard.map(({ operation, event }) => `${operation} ${event}`)).toEqual(
      new Array<string[]>(2)
        .fill([
          'resolve start',
          'get start',
          'get end',
          'resolve end',
          'get asyncStart',
          'get asyncEnd',
          'resolve asyncStart',
          'resolve asyncEnd',
        ])
        .flat(),
    );
    expect(listener.heard.at(-1)).toMatchObject({ store: 'results', result: { rows: 5 } });
    const { key } = JSON.parse(JSON.stringify(once)) as { key: unknown };
    expect(listener.heard.slice(-8).every((heard) => JSON.stringify(heard.key) === JSON.stringify(key))).toBe(
      true,
    );
  });

  it('as resolve, with what is missing', async () => {
    const proxy = store.proxyFromKey<object>(connector.newKey());
    using listener = listenTo('resolve');
    await rejection(resolve(proxy));
    expect(listener.heard[2]).toMatchObject({ event: 'error', store: 'results' });
    expect(listener.heard[2]!.error).toBeInstanceOf(ProxyResolveMissingKeyError);
  });

  it('close, once', async () => {
    using listener = listenTo('close');
    await Promise.all([store.close(), store.close()]);
    await store.close();
    expect(listener.heard).toEqual([
      { operation: 'close', event: 'start', store: 'results' },
      { operation: 'close', event: 'end', store: 'results' },
      { operation: 'close', event: 'asyncStart', store: 'results', result: undefined },
      { operation: 'close', event: 'asyncEnd', store: 'results', result: undefined },
    ]);
  });
});

describe('a synchronous operation is traced', () => {
  it('with its store, its key, its size and its result', async () => {
    await using store = new Store('results', new LocalConnector(), { populateTarget: false });
    using listener = listenTo('put', 'get', 'exists', 'evict', 'resolve');
    const key = store.putSync('abc');
    store.getSync(key);
    store.existsSync(key);
    const proxy = store.proxyFromKey(key);
    expect(proxy.length).toBe(3);
    store.takeSync(key);
    store.evictSync(key);
    const keys = store.putBatchSync(['a', 'bc']);
    store.getBatchSync(keys);
    store.evictBatchSync(keys);
    expect(listener.heard.filter(({ event }) => event === 'end')).toEqual([
      { operation: 'put', event: 'end', store: 'results', key, bytes: 6, result: key },
      { operation: 'get', event: 'end', store: 'results', key, bytes: 6, result: 'abc' },
      { operation: 'exists', event: 'end', store: 'results', key, result: true },
      { operation: 'get', event: 'end', store: 'results', key, result: 'abc' },
      { operation: 'resolve', event: 'end', store: 'results', key, result: 'abc' },
      { operation: 'get', event: 'end', store: 'results', key, bytes: 6, result: 'abc' },
      { operation: 'evict', event: 'end', store: 'results', key, result: undefined },
      { operation: 'put', event: 'end', store: 'results', key: keys, bytes: 9, result: keys },
      { operation: 'get', event: 'end', store: 'results', key: keys, bytes: 9, result: ['a', 'bc'] },
      { operation: 'evict', event: 'end', store: 'results', key: keys, result: undefined },
    ]);
  });

  it('with its error', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = store.connector.sync.put([Buffer.from('nonsense')]);
    using listener = listenTo('get');
    expect(() => store.getSync(key)).toThrow();
    expect(listener.heard.map(({ event }) => event)).toEqual(['start', 'error', 'end']);
  });
});
