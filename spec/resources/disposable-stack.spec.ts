import type { DisposableConstructors } from '../../lib/resources/disposable-stack.js';
import { stubGlobals } from '../stub-globals.js';

const without = {
  DisposableStack: undefined,
  AsyncDisposableStack: undefined,
  SuppressedError: undefined,
};

describe('where the runtime has all three', () => {
  it('gives the ones of the runtime and loads no package', async () => {
    class DisposableStack {}
    class AsyncDisposableStack {}
    class SuppressedError {}
    using _stubbed = stubGlobals({ DisposableStack, AsyncDisposableStack, SuppressedError });
    const { constructors, loads } = await freshConstructors();
    expect(constructors()).toEqual({ DisposableStack, AsyncDisposableStack, SuppressedError });
    expect(loads()).toBe(0);
  });
});

describe.each(['DisposableStack', 'AsyncDisposableStack', 'SuppressedError'])(
  'where the runtime lacks %s',
  (name) => {
    it('loads the package', async () => {
      const runtime = (await freshConstructors()).constructors();
      using _stubbed = stubGlobals({ ...runtime, [name]: undefined });
      const { constructors, loads } = await freshConstructors();
      constructors();
      expect(loads()).toBe(1);
    });
  },
);

describe('where the runtime has none', () => {
  it('loads the package with the first call, and once', async () => {
    using _stubbed = stubGlobals(without);
    const { constructors, loads } = await freshConstructors();
    expect(loads()).toBe(0);
    expect(constructors()).toBe(constructors());
    expect(loads()).toBe(1);
  });

  it('leaves the globals as they are', async () => {
    using _stubbed = stubGlobals(without);
    (await freshConstructors()).constructors();
    expect('DisposableStack' in globalThis || 'SuppressedError' in globalThis).toBe(false);
  });

  it('gives stacks that dispose in reverse order', async () => {
    using _stubbed = stubGlobals(without);
    const { DisposableStack, AsyncDisposableStack } = (await freshConstructors()).constructors();
    const order: string[] = [];
    {
      using stack = new DisposableStack();
      stack.defer(() => order.push('first'));
      stack.defer(() => order.push('second'));
    }
    {
      await using stack = new AsyncDisposableStack();
      stack.defer(() => void order.push('third'));
      stack.defer(async () => void order.push('fourth'));
    }
    expect(order).toEqual(['second', 'first', 'fourth', 'third']);
  });

  it('gives the SuppressedError that its stacks throw', async () => {
    using _stubbed = stubGlobals(without);
    const { DisposableStack, SuppressedError } = (await freshConstructors()).constructors();
    const stack = new DisposableStack();
    for (const name of ['first', 'second']) {
      stack.defer(() => {
        throw new Error(name);
      });
    }
    expect(() => stack.dispose()).toThrow(SuppressedError);
    const error = new SuppressedError('later', 'earlier', 'closing');
    expect([error.error, error.suppressed, error.message]).toEqual(['later', 'earlier', 'closing']);
  });

  it('refuses stacks that lose what their resources throw', async () => {
    using _stubbed = stubGlobals(without);
    await jest.isolateModulesAsync(async () => {
      const stack = { defer: () => undefined, dispose: () => undefined };
      const DisposableStack = function DisposableStack() {
        return stack;
      };
      jest.doMock('#disposable-stacks', () => ({
        loadDisposableStacks: () => ({ DisposableStack, AsyncDisposableStack: DisposableStack }),
      }));
      const { disposableConstructors } = await import('../../lib/resources/disposable-stack.js');
      expect(() => disposableConstructors()).toThrow(TypeError);
      jest.dontMock('#disposable-stacks');
    });
  });
});

/** A copy of the module that has chosen nothing yet, and how often it has had the package loaded. */
async function freshConstructors(): Promise<{
  constructors: () => DisposableConstructors;
  loads: () => number;
}> {
  let constructors!: () => DisposableConstructors;
  let loads!: () => number;
  await jest.isolateModulesAsync(async () => {
    const stacks = await import('../../lib/platform/disposable-stacks.cjs');
    const load = jest.spyOn(stacks, 'loadDisposableStacks');
    loads = () => load.mock.calls.length;
    ({ disposableConstructors: constructors } = await import('../../lib/resources/disposable-stack.js'));
  });
  return { constructors, loads };
}
