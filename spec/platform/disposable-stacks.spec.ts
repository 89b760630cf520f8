import { loadDisposableStacks as inNode } from '../../lib/platform/disposable-stacks.cjs';
import { loadDisposableStacks as inBrowser } from '../../lib/platform/no-disposable-stacks.js';

it('loads stacks that work', () => {
  const { DisposableStack, AsyncDisposableStack } = inNode();
  expect(typeof new DisposableStack().dispose).toBe('function');
  expect(typeof new AsyncDisposableStack().disposeAsync).toBe('function');
});

it('says what to load where they cannot be loaded', () => {
  expect(() => inBrowser()).toThrow('import "disposablestack/auto"');
});
