import { InvalidReferenceError, ProxyStoreFactoryError, SerializationError } from '../../lib/errors.js';
import {
  createProxy,
  deserialize,
  fromReference,
  isProxy,
  isResolved,
  LambdaFactory,
  ProxyLocker,
  reference,
  resolve,
  serialize,
  Store,
} from '../../lib/index.js';
import type { Parts } from '../../lib/index.js';
import { registerClass } from '../../lib/serialize/classes.js';
import { rejection } from '../caught.js';
import { ObservedConnector } from '../store/observed-connector.js';
import { graphText } from './graph-text.js';

const proxyOf = (name: string, kind?: 'array' | 'string'): object =>
  fromReference({ $proxystore: 1, store: 'nowhere', key: [name], ...(kind && { kind }) });

const joined = (parts: Parts): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** What is read of what was stored. */
const stored = (value: unknown): unknown => deserialize(joined(serialize(value)));

describe('a proxy inside of a stored object', () => {
  it('is stored as its reference and read as a proxy, unresolved', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector, {
      populateTarget: false,
      register: true,
      cacheSize: 0,
    });
    const table = await store.proxy({ rows: 3 });
    const key = await store.put({ title: 'report', table });
    expect([isResolved(table), connector.calls]).toEqual([false, ['put', 'put']]);
    const report = await store.get(key);
    expect([isProxy(report!.table), isResolved(report!.table), connector.calls]).toEqual([
      true,
      false,
      ['put', 'put', 'get'],
    ]);
    await expect(resolve(report!.table)).resolves.toEqual({ rows: 3 });
  });

  it('is stored by reference where it is resolved, too: its target is not stored twice', async () => {
    await using store = new Store('results', new ObservedConnector());
    const table = await store.proxy({ rows: 'x'.repeat(10_000) });
    expect(isResolved(table)).toBe(true);
    expect(joined(serialize({ table })).length).toBeLessThan(300);
  });

  it('may be all of the object', async () => {
    await using store = new Store('results', new ObservedConnector(), {
      register: true,
      populateTarget: false,
    });
    const inner = await store.proxy({ rows: 3 });
    const outer = await store.proxy(inner);
    await expect(resolve(outer)).resolves.toEqual({ rows: 3 });
    const key = await store.put(inner);
    const read: unknown = await store.get(key);
    expect(isProxy(read)).toBe(true);
  });

  class Report {
    constructor(readonly table: object) {}
  }

  const proxy = proxyOf('a');
  it.each<[string, unknown]>([
    ['nothing', proxy],
    ['an object', { proxy }],
    ['an object of no prototype', Object.assign(Object.create(null) as object, { proxy })],
    ['an array', [1, proxy, [proxy]]],
    ['an array with holes', Object.assign(new Array<unknown>(3), { 1: proxy })],
    ['the values of a Map', new Map([['a', proxy]])],
    ['the keys of a Map', new Map([[proxy, 'a']])],
    ['a Set', new Set([proxy, 'a'])],
    ['all of them', { a: new Map([[new Set([proxy]), [{ proxy }]]]) }],
    ['places side by side', { a: proxy, b: proxy, c: proxyOf('b') }],
    ['proxies of several kinds', [proxyOf('a', 'array'), proxyOf('b', 'string')]],
    [
      'a cycle',
      (() => {
        const cycle: Record<string, unknown> = { proxy };
        cycle['self'] = cycle;
        cycle['list'] = [cycle, proxy];
        return cycle;
      })(),
    ],
  ])('comes back from inside of %s', (_, value) => {
    expect(graphText(stored(value))).toBe(graphText(value));
  });

  it('comes back from inside of an instance of a registered class', () => {
    using _registration = registerClass(Report);
    const report = stored(new Report(proxy)) as Report;
    expect(report).toBeInstanceOf(Report);
    expect(reference(report.table)).toEqual(reference(proxy));
  });

  it('comes back from inside of an error', () => {
    const error = stored(new Error('failed', { cause: { proxy } })) as Error;
    expect(reference((error.cause as { proxy: object }).proxy)).toEqual(reference(proxy));
  });

  it('is told from data that looks like a reference', () => {
    const look = { $proxystore: 1, store: 'results', key: ['a'] };
    const read = stored({ look, proxy, deep: [{ $proxystore: 'data', value: look }] }) as Record<
      string,
      object
    >;
    expect(isProxy(read['look'])).toBe(false);
    expect(graphText(read)).toBe(graphText({ look, proxy, deep: [{ $proxystore: 'data', value: look }] }));
  });

  it('cannot be stored where no store has made it; nothing is stored then', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const stranger = createProxy(
      new LambdaFactory((): object => {
        throw new Error('resolved');
      }),
    );
    for (const value of [stranger, { stranger }, [new Map([[stranger, 1]])]]) {
      const error = await rejection(store.put(value));
      expect(error).toBeInstanceOf(ProxyStoreFactoryError);
    }
    expect([isResolved(stranger), connector.calls]).toEqual([false, []]);
  });

  it('is refused where somebody has written a malformed reference into the bytes', () => {
    const text = Buffer.from(joined(serialize({ proxy }))).toString('latin1');
    const forged = Buffer.from(text.replace('$proxystore', '$proxystorx'), 'latin1');
    expect(() => deserialize(new Uint8Array(forged))).toThrow(InvalidReferenceError);
  });

  it('of a locked proxy is not let out silently', () => {
    const locked = new ProxyLocker(proxy);
    expect(() => serialize({ locked })).toThrow(SerializationError);
  });
});
