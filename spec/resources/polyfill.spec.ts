import { disposableConstructors } from '../../lib/resources/disposable-stack.js';
import { stubGlobals } from '../stub-globals.js';

const names = ['DisposableStack', 'AsyncDisposableStack', 'SuppressedError'] as const;

it('installs what the runtime lacks, as the language would: not enumerable, and open to be replaced', async () => {
  using _stubbed = stubGlobals(Object.fromEntries(names.map((name) => [name, undefined])));
  await loadPolyfill();
  for (const name of names) {
    expect(Object.getOwnPropertyDescriptor(globalThis, name)).toMatchObject({
      value: expect.any(Function) as unknown,
      enumerable: false,
      writable: true,
      configurable: true,
    });
  }
  const order: string[] = [];
  {
    using stack = new DisposableStack();
    stack.defer(() => order.push('disposed'));
  }
  expect(order).toEqual(['disposed']);
});

it.each(names)('leaves the %s that is there', async (name) => {
  const own = class extends disposableConstructors()[name] {};
  using _stubbed = stubGlobals({
    ...Object.fromEntries(names.map((each) => [each, undefined])),
    [name]: own,
  });
  await loadPolyfill();
  expect(Reflect.get(globalThis, name)).toBe(own);
  for (const each of names) expect(typeof Reflect.get(globalThis, each)).toBe('function');
});

async function loadPolyfill(): Promise<void> {
  await jest.isolateModulesAsync(async () => {
    await import('../../lib/resources/polyfill.js');
  });
}
