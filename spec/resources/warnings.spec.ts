import { ConnectorError } from '../../lib/errors.js';
import { emitWarning, warnOfFailure } from '../../lib/resources/warnings.js';
import { stubGlobals } from '../stub-globals.js';

/** What the process is asked to warn of. Not heard by a listener: the `process` of jest's realm hears no warnings. */
function warningOf(run: () => void): unknown {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  try {
    run();
    expect(emit).toHaveBeenCalledTimes(1);
    const [message, options] = emit.mock.calls[0]! as readonly unknown[];
    return { message, ...(options as object) };
  } finally {
    emit.mockRestore();
  }
}

describe('emitWarning', () => {
  it('warns through the process, with what it was given', () => {
    const options = { type: 'LeakWarning', code: 'PROXYSTORE_LEAK', detail: 'opened here' };
    expect(warningOf(() => emitWarning('left open', options))).toEqual({ message: 'left open', ...options });
  });

  it.each([[undefined], [{}], [{ type: undefined }]])(
    'warns of a ProxyStoreWarning where %p says no type',
    (options) => {
      expect(warningOf(() => emitWarning('left open', options))).toEqual({
        message: 'left open',
        type: 'ProxyStoreWarning',
      });
    },
  );

  it.each([
    ['without a process', undefined],
    ['whose process emits no warnings', {}],
  ])('is shown by the console in a runtime %s', (_, process) => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    using _stubbed = stubGlobals({ process });
    emitWarning('left open');
    emitWarning('left open', { type: 'LeakWarning', detail: 'opened here' });
    expect(warn.mock.calls).toEqual([
      ['ProxyStoreWarning: left open', ''],
      ['LeakWarning: left open', 'opened here'],
    ]);
    warn.mockRestore();
  });
});

describe('warnOfFailure', () => {
  it('says what failed, and how', () => {
    const error = new ConnectorError('The disk is full.');
    expect(warningOf(() => warnOfFailure('Not all objects were evicted', error))).toEqual({
      message: 'Not all objects were evicted: The disk is full.',
      type: 'ConnectorError',
      code: 'ERR_PROXYSTORE_CONNECTOR',
      detail: error.stack,
    });
  });

  it.each([
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('thrown'), 'Symbol(thrown)'],
    [{ message: 7, name: 7, code: 7, stack: 7 }, 'an object was thrown'],
    [Object.create(null), 'an object was thrown'],
  ])('tells of %p too', (thrown: unknown, said) => {
    expect(warningOf(() => warnOfFailure('It failed', thrown))).toEqual({
      message: `It failed: ${said}`,
      type: 'ProxyStoreWarning',
    });
  });
});
