import { createContext, runInContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import { StoreError } from '../../lib/errors.js';
import { suppressedError } from '../../lib/resources/suppressed-error.js';
import { createStandardError, isStandardErrorName } from '../../lib/serialize/standard-errors.js';
import { difference } from './graphs.js';
import { roundTrip, thrownBy } from './round-trip.js';

describe('an error', () => {
  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'of %p comes back as one',
    (ErrorClass) => {
      const error = new ErrorClass('what happened');
      const read = roundTrip(error);
      expect(read).toBeInstanceOf(ErrorClass);
      expect(difference(error, read)).toBeUndefined();
      expect(read.stack).toBe(error.stack);
      expect(Object.prototype.toString.call(read)).toBe('[object Error]');
    },
  );

  it('keeps its properties, hidden or not', () => {
    const error = Object.assign(new TypeError('x'), { code: 'E_X', details: { list: [-0] }, name: 'Named' });
    Object.defineProperty(error, 'secret', { value: 1 });
    expect(difference(error, roundTrip(error))).toBeUndefined();
  });

  it('has a cause where it had one, be it undefined, and none where it had none', () => {
    for (const error of [
      new Error('x'),
      new Error('x', { cause: undefined }),
      new Error('x', { cause: new RangeError('y') }),
    ]) {
      expect(difference(error, roundTrip(error))).toBeUndefined();
    }
    expect(Object.hasOwn(roundTrip(new Error('x')), 'cause')).toBe(false);
    expect(Object.hasOwn(roundTrip(new Error()), 'message')).toBe(false);
  });

  it('may be its own cause', () => {
    const error = new Error('x');
    error.cause = error;
    const read = roundTrip(error);
    expect(read.cause).toBe(read);
  });

  it('comes with the errors that it stands for', () => {
    const inner = [new Error('a'), new TypeError('b')];
    const error = new AggregateError([...inner, inner], 'all');
    const read = roundTrip(error);
    expect(read).toBeInstanceOf(AggregateError);
    expect(difference(error, read)).toBeUndefined();
  });

  it('comes with the error that it suppressed', () => {
    const error = suppressedError(new Error('later'), new TypeError('earlier'), 'two failures');
    const read = roundTrip(error);
    expect(read).toMatchObject({ name: 'SuppressedError', message: 'two failures' });
    expect(read.error).toEqual(new Error('later'));
    expect(read.suppressed).toBeInstanceOf(TypeError);
  });

  it('of the web comes back as one', () => {
    const aborted = AbortSignal.abort().reason as DOMException;
    for (const error of [aborted, new DOMException('\ud800', 'TimeoutError')]) {
      const read = roundTrip(error);
      expect(read).toBeInstanceOf(DOMException);
      expect([read.name, read.message]).toEqual([error.name, error.message]);
      expect(Object.keys(read)).toEqual([]);
    }
  });

  it('of the system comes back with what the system said', () => {
    const error = thrownBy(() => readFileSync('/does/not/exist')) as NodeJS.ErrnoException;
    const read = roundTrip(error);
    expect(read).toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
      path: '/does/not/exist',
      message: error.message,
    });
    expect(read).toBeInstanceOf(Error);
  });

  it('of a class that is not registered comes back as what that extends, with its name and code', () => {
    const error = new StoreError('not there', { storeName: 'results' });
    const read = roundTrip<Error>(error);
    expect(Object.getPrototypeOf(read)).toBe(Error.prototype);
    expect(read).toMatchObject({
      name: 'StoreError',
      message: 'not there',
      code: 'ERR_PROXYSTORE_STORE',
      storeName: 'results',
      stack: error.stack,
    });
    class Late extends RangeError {
      override get message(): string {
        return 'of the class';
      }
    }
    expect(roundTrip<Error>(new Late())).toMatchObject({ name: 'RangeError', message: 'of the class' });
    expect(roundTrip<Error>(new Late())).toBeInstanceOf(RangeError);
  });

  it('of another realm comes back as one of this', () => {
    const foreign = runInContext(
      'Object.assign(new TypeError("x", { cause: new (class extends RangeError {})("y") }), { code: 7 })',
      createContext({}),
    ) as TypeError;
    const read = roundTrip(foreign);
    expect(read).toBeInstanceOf(TypeError);
    expect(read).toMatchObject({ message: 'x', code: 7, stack: foreign.stack });
    expect(read.cause).toBeInstanceOf(RangeError);
  });

  it('may have no stack', () => {
    const error = new Error('x');
    delete error.stack;
    expect(roundTrip(error).stack).toBeUndefined();
  });

  it('may have anything for a message and a name', () => {
    const error = Object.assign(new Error('x'), { name: { a: 1 }, message: 1 });
    expect(difference(error, roundTrip(error))).toBeUndefined();
    const text = Object.assign(new Error('\ud800'), { name: '\udc00' });
    expect(difference(text, roundTrip(text))).toBeUndefined();
  });
});

describe('standard errors', () => {
  it('are known by name, also those of newer runtimes', () => {
    expect(isStandardErrorName('SuppressedError')).toBe(true);
    expect([isStandardErrorName('StoreError'), isStandardErrorName(undefined)]).toEqual([false, false]);
  });

  it('are made as errors where the runtime has no such class', () => {
    const error = createStandardError('SuppressedError', { message: '', name: '' });
    expect(error).toBeInstanceOf(Error);
    expect(error.constructor.name).toBe('SuppressedError' in globalThis ? 'SuppressedError' : 'Error');
  });
});
