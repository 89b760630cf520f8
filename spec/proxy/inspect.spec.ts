import { format, inspect } from 'node:util';
import { createProxy, isResolved } from '../../lib/proxy/proxy.js';
import { ProxyLocker } from '../../lib/proxy/locker.js';
import type { Factory, ProxyKind } from '../../lib/proxy/types.js';
import { resolved, untouchable } from './factories-for-tests.js';

const stored: Factory<object> = {
  resolve: async () => ({}),
  describe: () => ({ store: 'results', key: ['17'] }),
};

describe('a proxy that is not resolved', () => {
  it('shows kind, store and key', () => {
    const proxy = createProxy(stored, { kind: 'array' });
    const text = "ObjectProxy { unresolved: 'array', store: 'results', key: [ '17' ] }";
    expect(inspect(proxy)).toBe(text);
    expect(inspect({ nested: [proxy] })).toBe(`{\n  nested: [\n    ${text}\n  ]\n}`);
    expect(format('%s', proxy)).toBe(text);
    expect(isResolved(proxy)).toBe(false);
  });

  it.each<ProxyKind>(['object', 'array', 'function', 'string'])(
    'of the kind %s shows its factory',
    (kind) => {
      expect(inspect(untouchable(kind))).toBe(`ObjectProxy { unresolved: '${kind}', factory: 'Object' }`);
    },
  );

  it('shows no more than the depth allows', () => {
    expect(inspect({ a: { b: createProxy(stored) } }, { depth: 0 })).toBe('{ a: [Object] }');
    expect(inspect({ a: createProxy(stored) }, { depth: 0 })).toBe('{ a: [ObjectProxy] }');
  });

  it('is shown with its parts where proxies are asked for, and not resolved by that', () => {
    const proxy = untouchable('array');
    expect(inspect(proxy, { showProxy: true })).toBe(
      "Proxy [\n  ArrayProxy(0) [],\n  ObjectProxy { unresolved: 'array', factory: 'Object' }\n]",
    );
    expect(format('%o', proxy)).toContain("ObjectProxy { unresolved: 'array', factory: 'Object' }");
    expect(isResolved(proxy)).toBe(false);
  });
});

describe('a resolved proxy', () => {
  it('shows the target, marked', () => {
    expect(inspect(resolved({ a: [1] }))).toBe('[proxied] { a: [ 1 ] }');
    expect(inspect(resolved([1]))).toBe('[proxied] [ 1 ]');
    expect(inspect(resolved(new Map([[1, 2]])))).toBe('[proxied] Map(1) { 1 => 2 }');
    expect(inspect(resolved(() => 1))).toBe('[proxied] [Function (anonymous)]');
    expect(inspect(resolved('text'))).toBe("[proxied] 'text'");
    expect(inspect([resolved(7n)])).toBe('[ [proxied] 7n ]');
  });

  it('shows no more of it than the depth allows', () => {
    expect(inspect({ p: resolved({ a: { b: { c: {} } } }) })).toBe('{ p: [proxied] { a: { b: [Object] } } }');
    expect(inspect({ p: resolved({ a: { b: {} } }) }, { depth: 1 })).toBe('{ p: [proxied] { a: [Object] } }');
    expect(inspect({ p: resolved({ a: { b: { c: { d: {} } } } }) }, { depth: null })).toContain('d: {}');
  });

  it('that is held by its own target is shown once', () => {
    const target: { p?: unknown } = {};
    const proxy = resolved(target);
    target.p = proxy;
    expect(inspect(proxy, { depth: Infinity })).toBe('[proxied] { p: [Circular] }');
    expect(inspect(proxy)).toBe('[proxied] { p: [Circular] }');
  });

  it('has colours where they are on', () => {
    expect(inspect(resolved(1), { colors: true })).toBe(
      '\u001b[36m[proxied]\u001b[39m \u001b[33m1\u001b[39m',
    );
  });
});

describe('a runtime that does not hand over the function', () => {
  const show = (proxy: object): unknown => {
    const locked = new ProxyLocker(proxy) as unknown as Record<
      symbol,
      (depth: number, options: object) => unknown
    >;
    return locked[inspect.custom]!(2, {});
  };

  it('shows what String gives', () => {
    expect(show(resolved([1, 2]))).toBe('[proxied] 1,2');
    expect(show(untouchable())).toBe('ObjectProxy [object Object]');
  });
});

it('what is read of a proxy is as the target has it', () => {
  const custom = (): string => 'mine';
  expect(resolved({ [inspect.custom]: custom })[inspect.custom]).toBe(custom);
  expect((untouchable() as Record<symbol, unknown>)[inspect.custom]).toBeUndefined();
});
