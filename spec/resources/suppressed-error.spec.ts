import { disposableConstructors } from '../../lib/resources/disposable-stack.js';
import { suppressedError } from '../../lib/resources/suppressed-error.js';
import { stubGlobals } from '../stub-globals.js';

describe.each([
  ['the runtime has SuppressedError', disposableConstructors().SuppressedError],
  ['the runtime has none', undefined],
])('where %s', (_, SuppressedError) => {
  it('puts the later failure over the earlier one', () => {
    using _stubbed = stubGlobals({ SuppressedError });
    const error = suppressedError('later', 'earlier', 'closing');
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('SuppressedError');
    expect(error.message).toBe('closing');
    expect(error.error).toBe('later');
    expect(error.suppressed).toBe('earlier');
    expect(Object.keys(error)).toEqual([]);
  });
});

it("is an instance of the runtime's own class where there is one", () => {
  const { SuppressedError } = disposableConstructors();
  using _stubbed = stubGlobals({ SuppressedError });
  expect(suppressedError(1, 2, 'closing')).toBeInstanceOf(SuppressedError);
});
