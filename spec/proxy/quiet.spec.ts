import { isResolved } from '../../lib/proxy/proxy.js';
import { isQuiet, QuietProxy, withoutResolving } from '../../lib/proxy/quiet.js';
import { resolved, untouchable } from './factories-for-tests.js';

it('has proxies say that their constructor is of no special class, resolved or not', () => {
  const unresolved = untouchable();
  const nothing = resolved(Object.create(null) as object);
  const map = resolved(new Map());
  withoutResolving(() => {
    expect(unresolved.constructor).toBe(QuietProxy);
    expect(nothing.constructor).toBe(QuietProxy);
    expect(map.constructor).toBe(QuietProxy);
  });
  expect(isResolved(unresolved)).toBe(false);
  expect(nothing.constructor).toBeUndefined();
  expect(map.constructor).toBe(Map);
});

it('may be nested, ends with the function, and gives what that returns', () => {
  const result = withoutResolving(() => {
    withoutResolving(() => undefined);
    return isQuiet();
  });
  expect(result).toBe(true);
  expect(isQuiet()).toBe(false);
});

it('ends when the function throws', () => {
  expect(() =>
    withoutResolving(() => {
      throw new Error('e');
    }),
  ).toThrow('e');
  expect(isQuiet()).toBe(false);
});
