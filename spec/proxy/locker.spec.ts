import { inspect } from 'node:util';
import { ProxyLocker } from '../../lib/proxy/locker.js';
import { createProxy, isProxy, isResolved } from '../../lib/proxy/proxy.js';
import { resolved, untouchable } from './factories-for-tests.js';

it('gives back the proxy it holds', () => {
  const proxy = untouchable();
  expect(new ProxyLocker(proxy).unlock() === proxy).toBe(true);
});

it.each([undefined, null, {}, 'text'])('refuses %p', (value) => {
  expect(() => new ProxyLocker(value as object)).toThrow(new TypeError('ProxyLocker takes a proxy.'));
});

it('keeps the proxy from being resolved by who does not know of it', () => {
  const proxy = untouchable();
  const locked = new ProxyLocker(proxy);
  expect(isProxy(locked)).toBe(false);
  expect({ ...locked }).toEqual({});
  expect(JSON.stringify({ ...Object.assign({}, locked) })).toBe('{}');
  expect(locked).toEqual(new ProxyLocker(untouchable()));
  expect(inspect({ locked })).toBe("{ locked: ObjectProxy { unresolved: 'object', factory: 'Object' } }");
  expect(isResolved(proxy)).toBe(false);
});

it('shows a resolved proxy as that is shown', () => {
  expect(inspect(new ProxyLocker(resolved([1])))).toBe('[proxied] [ 1 ]');
});

it('is written as the reference, where there is one', () => {
  const proxy = createProxy<object>({ resolve: async () => ({}), toJSON: () => 'reference' });
  expect(JSON.stringify([new ProxyLocker(proxy)])).toBe('["reference"]');
  expect(JSON.stringify([new ProxyLocker(untouchable())])).toBe('[null]');
});
