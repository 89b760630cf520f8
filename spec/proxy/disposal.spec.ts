import '../../lib/resources/symbols.js';
import { stateOf } from '../../lib/proxy/brand.js';
import { createProxy, extract, isResolved, resolve } from '../../lib/proxy/proxy.js';
import { AsyncFactory, deferred, resolved, untouchable } from './factories-for-tests.js';

describe('the proxy of a disposable factory', () => {
  const target = { [Symbol.dispose]: (): void => { throw new Error('That is the target’s own.'); } }; // prettier-ignore

  it.each([
    ['resolved', target],
    ['not resolved', undefined],
  ])('%s is disposed of through the factory', (_, there) => {
    const disposed: unknown[] = [];
    const factory = {
      resolve: async () => target,
      [Symbol.dispose](): void {
        disposed.push(this);
      },
    };
    const proxy = createProxy(factory, { target: there }) as unknown as Disposable;
    expect(proxy[Symbol.dispose]).toBe(proxy[Symbol.dispose]);
    {
      using used = proxy;
      expect(used).toBe(proxy);
    }
    expect(disposed).toEqual([factory]);
    expect(isResolved(proxy as object)).toBe(there !== undefined);
  });

  it('is disposed of asynchronously where the factory is', async () => {
    let disposed = 0;
    const proxy = createProxy<object>({
      resolve: async () => ({}),
      async [Symbol.asyncDispose]() {
        disposed += 1;
      },
    }) as AsyncDisposable;
    {
      await using used = proxy;
      expect(used[Symbol.asyncDispose]).toBe(proxy[Symbol.asyncDispose]);
    }
    expect(disposed).toBe(1);
    expect(isResolved(proxy as object)).toBe(false);
  });
});

it('the proxy of another factory is disposed of as its target', () => {
  let disposed = 0;
  const proxy = resolved({
    [Symbol.dispose]() {
      disposed += 1;
    },
  });
  proxy[Symbol.dispose]();
  expect(disposed).toBe(1);
  expect(() => (untouchable() as unknown as Disposable)[Symbol.dispose]).toThrow('resolved by accident');
});

describe('a target that is forgotten', () => {
  it('is asked for again at the next use', () => {
    const targets = [new Map([[1, 'old']]), new Map([[1, 'new']])];
    const proxy = createProxy<Map<number, string>>({
      resolve: async () => targets[0]!,
      resolveSync: () => targets.shift()!,
    });
    expect(proxy.get(1)).toBe('old');
    stateOf(proxy)?.unresolve();
    expect(isResolved(proxy)).toBe(false);
    expect(proxy.get(1)).toBe('new');
  });

  it('does not come back with a call that was under way', async () => {
    const gates = [deferred<object>(), deferred<object>()];
    const factory = new AsyncFactory((): Promise<object> => gates[factory.calls - 1]!.promise);
    const proxy = createProxy(factory);
    const early = resolve(proxy);
    stateOf(proxy)?.unresolve();
    const late = resolve(proxy);
    const [first, second] = [{}, {}];
    gates[0]!.resolve(first);
    expect(await early).toBe(first);
    expect(isResolved(proxy)).toBe(false);
    gates[1]!.resolve(second);
    expect(await late).toBe(second);
    expect(extract(proxy)).toBe(second);
  });

  it('leaves the failure of a call that was under way to who waits for it', async () => {
    const gate = deferred<object>();
    const target = {};
    const proxy = createProxy<object>({ resolve: () => gate.promise, resolveSync: () => target });
    const early = resolve(proxy);
    stateOf(proxy)?.unresolve();
    expect(extract(proxy)).toBe(target);
    gate.reject(new Error('connection lost'));
    await expect(early).rejects.toThrow('connection lost');
  });
});
