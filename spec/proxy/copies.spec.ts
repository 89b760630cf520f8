import type * as ProxyModule from '../../lib/proxy/proxy.js';
import {
  createProxy,
  extract,
  getFactory,
  isProxy,
  isResolved,
  resolve,
  resolveSync,
} from '../../lib/proxy/proxy.js';
import { AsyncFactory, CountingFactory, untouchable } from './factories-for-tests.js';

/** The module a second time, as the CommonJS build beside the ES module, or another version, would be. */
let copy!: typeof ProxyModule;
jest.isolateModules(() => {
  copy = jest.requireActual<typeof ProxyModule>('../../lib/proxy/proxy.js');
});

it('is a copy', () => {
  expect(copy.createProxy).not.toBe(createProxy);
});

it('knows the proxies of another copy', async () => {
  const theirs = copy.createProxy(new CountingFactory(() => ({ a: 1 })));
  expect(isProxy(theirs)).toBe(true);
  expect(isResolved(theirs)).toBe(false);
  expect(getFactory(theirs)).toBeInstanceOf(CountingFactory);
  expect(await resolve(theirs)).toEqual({ a: 1 });
  expect(resolveSync(theirs)).toBe(copy.extract(theirs));
});

it('follows the proxies of another copy', async () => {
  const target = {};
  const outer = createProxy(new CountingFactory(() => copy.createProxy(new CountingFactory(() => target))));
  expect(extract(outer)).toBe(target);
  const waiting = createProxy(new AsyncFactory(() => copy.createProxy(new AsyncFactory(() => target))));
  expect(await resolve(waiting)).toBe(target);
});

it('sees that it goes round in circles with another copy', async () => {
  const ours: object = createProxy(new AsyncFactory<object>(() => theirs));
  const theirs: object = copy.createProxy(new AsyncFactory<object>(() => ours));
  await expect(resolve(ours)).rejects.toThrow('uses the proxy that it is to produce the target of');
});

it('does not bind the proxies of another copy', () => {
  const inner = copy.createProxy<() => number>(
    { resolve: () => Promise.reject(new Error('resolved by accident')) },
    { kind: 'function' },
  );
  const outer = createProxy<{ inner: unknown }>(
    { resolve: async () => ({ inner }) },
    { target: Object.create({ inner }) as { inner: unknown } },
  );
  expect(outer.inner).toBe(inner);
});

it('takes the receiver of a method from a proxy of another copy', () => {
  const ours = createProxy(new CountingFactory(() => new Map([[1, 'ours']])));
  const theirs = copy.createProxy(new CountingFactory(() => new Map([[1, 'theirs']])));
  expect(ours.get.call(theirs, 1)).toBe('theirs');
  expect(copy.isProxy(untouchable())).toBe(true);
});
