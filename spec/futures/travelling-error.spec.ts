import fc from 'fast-check';
import type { Store } from '../../lib/index.js';
import {
  InvalidKeyError,
  MultiConnectorError,
  ProxyStoreError,
  SerializationError,
  StoreError,
  UntrustedConnectorError,
  createProxy,
  isProxy,
  isResolved,
  SimpleFactory,
} from '../../lib/index.js';
import { registerClass } from '../../lib/serialize/classes.js';
import { serialize } from '../../lib/serialize/serialize.js';
import { rejection } from '../caught.js';
import { difference } from '../serialize/graphs.js';
import { OpenedStore } from './backends.js';

let opened: OpenedStore;
let store: Store;
beforeEach(() => {
  opened = new OpenedStore();
  store = opened.store;
});
afterEach(() => opened[Symbol.asyncDispose]());

/** What comes out where a future was set to fail with something. */
async function travelled(thrown: unknown): Promise<unknown> {
  const future = store.future({ evict: true });
  await future.setError(thrown);
  return await rejection(future.result());
}

/** What an error says of itself. */
function told(error: unknown): unknown {
  const { name, message, stack, code, cause } = error as Error & { code?: unknown };
  return { name, message, stack, code, cause };
}

class HttpError extends TypeError {
  override name = 'HttpError';
  readonly status: number;
  readonly request = { headers: { authorization: 'secret' } };

  constructor(status: number) {
    if (!Number.isInteger(status)) throw new Error('constructed without a status');
    super(`status ${status}`);
    this.status = status;
  }
}

describe('an error that travels', () => {
  const errors = [
    new Error('a'),
    new EvalError('b'),
    new RangeError('c'),
    new ReferenceError('d'),
    new SyntaxError('e'),
    new TypeError('f'),
    new URIError('g'),
    new AggregateError([], 'h'),
    new DOMException('i', 'AbortError'),
    new DOMException('j', 'TimeoutError'),
    new StoreError('k', { cause: new Error('behind') }),
    new UntrustedConnectorError('l'),
    new InvalidKeyError('m'),
    new MultiConnectorError('n'),
  ];

  it.each(errors.map((error) => [error.name, error] as const))(
    'comes out as what it was: %s',
    async (_, error) => {
      const come = await travelled(error);
      expect(come).not.toBe(error);
      expect(Object.getPrototypeOf(come)).toBe(Object.getPrototypeOf(error));
      expect(told(come)).toEqual(told(error));
      expect(String(come)).toBe(String(error));
    },
  );

  it('is recognised by who asks for a class that it extends', async () => {
    const come = await travelled(new InvalidKeyError('m', { connector: 'file' }));
    expect(come).toBeInstanceOf(ProxyStoreError);
    expect(come).toMatchObject({ code: 'ERR_PROXYSTORE_INVALID_KEY', connector: 'file' });
  });

  it('has its stack, so that one sees where it comes from', async () => {
    const come = (await travelled(new HttpError(404))) as Error;
    expect(come.stack).toContain('travelling-error.spec');
    expect(Object.getOwnPropertyDescriptor(come, 'stack')?.enumerable).toBe(false);
  });

  it('of the system keeps what the system says', async () => {
    const error = await rejection(
      import('node:fs/promises').then(({ readFile }) => readFile('/no/such/file')),
    );
    const come = await travelled(error);
    expect(come).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'open', path: '/no/such/file' });
    expect(Object.keys(come as Error)).toEqual(Object.keys(error as Error));
  });

  it('of an unknown class is one of the next class that is known', async () => {
    const come = await travelled(new HttpError(404));
    expect(Object.getPrototypeOf(come)).toBe(TypeError.prototype);
    expect(come).toMatchObject({ name: 'HttpError', message: 'status 404', status: 404 });
    expect(String(come)).toBe('HttpError: status 404');
  });

  it('of a registered class is one of it', async () => {
    using _registered = registerClass(HttpError, { name: 'app.HttpError' });
    const come = await travelled(new HttpError(404));
    expect(come).toBeInstanceOf(HttpError);
    expect(come).toMatchObject({ name: 'HttpError', message: 'status 404', status: 404 });
    // Its subclasses are none of its own name, and are registered by themselves.
    class Missing extends HttpError {}
    expect(await travelled(new Missing(410))).toBeInstanceOf(HttpError);
  });

  it('of a class that is registered with its own form comes out in it', async () => {
    using _registered = registerClass(HttpError, {
      toData: ({ status }) => status,
      fromData: (status: number) => new HttpError(status),
    });
    const come = await travelled(new HttpError(404));
    expect(come).toBeInstanceOf(HttpError);
    expect(come).toMatchObject({ status: 404, request: { headers: { authorization: 'secret' } } });
  });

  it('leaves behind what no error has to say', async () => {
    const error = Object.assign(new Error('no'), {
      socket: () => 1,
      big: 12n,
      flag: false,
      list: [1],
      none: null,
    });
    const come = await travelled(error);
    expect(Object.entries(come as object)).toEqual([
      ['big', 12n],
      ['flag', false],
    ]);
    expect(await travelled(new HttpError(500))).not.toHaveProperty('request');
  });

  it('has its code from wherever the error has it', async () => {
    class Coded extends Error {}
    Object.defineProperty(Coded.prototype, 'code', { value: 'E_CODED' });
    expect(await travelled(new Coded('no'))).toMatchObject({ message: 'no', code: 'E_CODED' });
    expect(await travelled(Object.assign(new Error('no'), { code: {} }))).not.toHaveProperty('code');
  });

  it('has its causes, whatever they are', async () => {
    const error = new Error('top', {
      cause: new RangeError('middle', { cause: new DOMException('bottom', 'X') }),
    });
    const come = (await travelled(error)) as Error & { cause: Error & { cause: DOMException } };
    expect(come.cause).toBeInstanceOf(RangeError);
    expect(come.cause.cause).toBeInstanceOf(DOMException);
    expect(come.cause.cause).toMatchObject({ name: 'X', message: 'bottom' });
    expect(Object.keys(come)).toEqual([]);

    expect(await travelled(new Error('no', { cause: { rows: new Map([[1, 2]]) } }))).toMatchObject({
      cause: { rows: new Map([[1, 2]]) },
    });
    expect(await travelled(new Error('no', { cause: undefined }))).toHaveProperty('cause', undefined);
    expect(await travelled(new Error('no'))).not.toHaveProperty('cause');
  });

  it('is not kept back by a cause that cannot travel', async () => {
    const come = (await travelled(new Error('no', { cause: Symbol('here') }))) as Error;
    expect(come.cause).toBe('Symbol(here)');
    const mute = { toString: null, run: () => 1 };
    expect(((await travelled(new Error('no', { cause: mute }))) as Error).cause).toBe(
      'a value of type object',
    );
  });

  it('keeps cycles, and depth is no limit to it', async () => {
    const [first, second] = [new Error('first'), new Error('second')];
    [first.cause, second.cause] = [second, first];
    const come = (await travelled(first)) as { cause: { cause: unknown } };
    expect(come.cause).toMatchObject({ message: 'second' });
    expect(come.cause.cause).toBe(come);

    let deep = new Error('bottom');
    for (let depth = 0; depth < 12_000; depth += 1)
      deep = Object.assign(new Error(), { cause: deep, stack: '' });
    let bottom = (await travelled(deep)) as Error;
    while (bottom.cause !== undefined) bottom = bottom.cause as Error;
    expect(bottom.message).toBe('bottom');
  });

  it('brings the errors that it is made of', async () => {
    const aggregate = new AggregateError([new TypeError('one'), 'two'], 'both');
    const come = (await travelled(aggregate)) as AggregateError;
    expect(come.errors[0]).toBeInstanceOf(TypeError);
    expect(come.errors).toMatchObject([{ message: 'one' }, 'two']);
    expect(Object.keys(come)).toEqual([]);

    const suppressed = Object.defineProperties(new Error('while closing'), {
      name: { value: 'SuppressedError' },
      error: { value: new RangeError('late') },
      suppressed: { value: new TypeError('early') },
    });
    const chain = (await travelled(suppressed)) as SuppressedError;
    expect(chain.name).toBe('SuppressedError');
    expect(chain.error).toBeInstanceOf(RangeError);
    expect(chain.suppressed).toBeInstanceOf(TypeError);
  });

  it('travels though it has no stack, name or message that is a text', async () => {
    const error = Object.assign(new Error(), { stack: undefined, name: undefined, message: 5 });
    const come = (await travelled(error)) as Error;
    expect(come).toBeInstanceOf(Error);
    expect([come.name, come.message]).toEqual(['undefined', '5']);
  });

  it('may have a prototype that has none', async () => {
    const error = Object.setPrototypeOf(new Error('no'), null) as Error;
    expect(await travelled(error)).toMatchObject({ message: 'no' });
  });
});

describe('something else that is thrown', () => {
  it('travels as it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything({ withMap: true, withSet: true, withDate: true, withBigInt: true }),
        async (thrown) => {
          // Not toStrictEqual, to which two sets with an invalid date in each are unequal.
          expect(difference(await travelled(thrown), thrown)).toBeUndefined();
        },
      ),
    );
  });

  it('may be a proxy, which nobody resolves', async () => {
    const proxy = await store.proxy(new Error('stored'), { populateTarget: false });
    const come = await travelled(proxy);
    expect(isProxy(come)).toBe(true);
    expect(isResolved(proxy)).toBe(false);
    const stranger = createProxy(new SimpleFactory({}));
    await expect(travelled(stranger)).rejects.toBeInstanceOf(ProxyStoreError);
  });
});

describe('any error', () => {
  it('comes out with the class, name, message, code and causes that it had', async () => {
    const classes = [
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
      StoreError,
    ];
    // These are told apart from other properties.
    const linked = new Set(['cause', 'error', 'suppressed', 'errors']);
    const { error } = fc.letrec<{ error: Error }>((tie) => ({
      error: fc
        .record({
          Class: fc.constantFrom(...classes),
          name: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
          message: fc.string({ unit: 'binary' }),
          code: fc.option(fc.oneof(fc.string(), fc.integer()), { nil: undefined }),
          cause: fc.option(fc.oneof({ maxDepth: 4 }, fc.anything(), tie('error')), { nil: undefined }),
          properties: fc.dictionary(
            fc.string(),
            fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.bigInt()),
          ),
        })
        .map(({ Class, name, message, code, cause, properties }) => {
          const made = new Class(message, cause === undefined ? undefined : { cause });
          for (const [property, value] of Object.entries(properties)) {
            if (!(property in made) && !linked.has(property)) Object.assign(made, { [property]: value });
          }
          if (name !== undefined) Object.defineProperty(made, 'name', { value: name });
          return code === undefined ? made : Object.assign(made, { code });
        }),
    }));
    await fc.assert(
      fc.asyncProperty(error, async (thrown) => {
        const come = await travelled(thrown);
        expect(told(come)).toEqual(told(thrown));
        expect({ ...(come as Error) }).toEqual({ ...thrown });
      }),
    );
  });
});

describe('a stored failure', () => {
  it.each([
    ['no data', undefined],
    ['no list', { thrown: { error: 0 } }],
    ['no such error', { thrown: { error: 1 }, errors: [] }],
    ['no link', { errors: [] }],
    ['no class names', { thrown: { error: 0 }, errors: [{}] }],
  ])('that somebody has made up is refused: %s', async (_, data) => {
    const genuine = store.future();
    await genuine.setError('x');
    const bytes = (await store.connector.get(genuine.key))!;
    const mark = bytes.subarray(0, bytes.indexOf(0x0a) + 1);
    const future = store.future();
    await store.connector.set!(future.key, [mark, ...serialize(data)]);
    const error = await rejection(future.result());
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as Error).message).toBe('The error that a future was set to cannot be read.');
  });

  it('cannot give what comes out another prototype', async () => {
    const genuine = store.future();
    await genuine.setError('x');
    const bytes = (await store.connector.get(genuine.key))!;
    const mark = bytes.subarray(0, bytes.indexOf(0x0a) + 1);
    const data = {
      thrown: { error: 0 },
      errors: [
        {
          classes: ['constructor', '__proto__', 'Map', 'ProxyStoreErrorOptions', 'default', 'RangeError'],
          name: 'RangeError',
          message: 'm',
          stack: 's',
          properties: JSON.parse('{"__proto__": 1, "message": "other", "status": 5}') as object,
          links: JSON.parse('{"__proto__": {"value": {"polluted": true}}}') as object,
        },
      ],
    };
    const future = store.future();
    await store.connector.set!(future.key, [mark, ...serialize(data)]);
    const error = await rejection(future.result());
    expect(Object.getPrototypeOf(error)).toBe(RangeError.prototype);
    expect(error).toMatchObject({ message: 'm', status: 5 });
    expect(error).not.toHaveProperty('polluted');
    expect(Object.hasOwn(error as object, '__proto__')).toBe(false);
  });
});
