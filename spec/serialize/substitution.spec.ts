import { InvalidReferenceError, SerializationError } from '../../lib/errors.js';
import { registerClass } from '../../lib/serialize/classes.js';
import { registerCodec } from '../../lib/serialize/codec.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { setSubstitution, substitution } from '../../lib/serialize/substitution.js';
import type { Substitution } from '../../lib/serialize/substitution.js';
import { bytesOf, roundTrip, tagOf, thrownBy } from './round-trip.js';

const brand = Symbol('brand');
/** What `constructor` of a touchy object is, and whether a serialization is running. */
class Harmless {}
let running = 0;

/** An object that must not be touched: all but its brand, and its constructor while a serialization runs, is an error. */
function touchy(name: unknown, target: object = {}): object {
  const refuse = (trap: string) => (): never => {
    throw new Error(`the trap ${trap} was used`);
  };
  const traps = Object.fromEntries(Reflect.ownKeys(Reflect).map((trap) => [trap, refuse(String(trap))]));
  return new Proxy(target, {
    ...traps,
    get(_, property) {
      if (property === brand) return name;
      if (property === 'constructor' && running > 0) return Harmless;
      throw new Error(`the property ${String(property)} was read`);
    },
  });
}

const nameOf = (value: unknown): unknown => (value as { [brand]?: unknown })[brand];

const byName: Substitution = {
  matches: (value) => {
    // As a proxy's own brand is looked for: nothing else is asked of it, and of nothing else but objects.
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
    return nameOf(value) !== undefined;
  },
  write: (value) => ({ name: nameOf(value) }),
  read: (data) => ({ readAs: (data as { name: unknown }).name }),
  around(run) {
    running += 1;
    try {
      return run();
    } finally {
      running -= 1;
    }
  },
};

let before: Substitution | undefined;

beforeEach(() => {
  before = substitution;
  setSubstitution(byName);
});

afterEach(() => {
  setSubstitution(before);
});

describe('a value that is substituted', () => {
  it.each<[string, object]>([
    ['an object', touchy('x')],
    ['an array', touchy('x', [])],
    ['a function', touchy('x', () => undefined)],
    ['bytes', touchy('x', new Uint8Array(1))],
    ['a typed array', touchy('x', new Float64Array(1))],
    ['a Map', touchy('x', new Map())],
  ])('is not touched, and read as what stands for it: %s', (_, value) => {
    expect(tagOf(value)).toBe('MP');
    expect(roundTrip(value)).toEqual({ readAs: 'x' });
  });

  it('may be anywhere in a value', () => {
    const one = touchy('one');
    const two = touchy('two', []);
    class Holder {
      held: unknown = one;
    }
    using _holder = registerClass(Holder);
    const read = roundTrip<unknown>({
      plain: { one },
      array: [one, [two]],
      map: new Map<unknown, unknown>([
        [one, 'as a key'],
        ['as a value', two],
      ]),
      set: new Set([two]),
      holder: new Holder(),
      error: new Error('x', { cause: one }),
      bare: Object.assign(Object.create(null) as object, { two }),
    }) as Record<string, unknown>;
    expect(read).toMatchObject({
      plain: { one: { readAs: 'one' } },
      array: [{ readAs: 'one' }, [{ readAs: 'two' }]],
      holder: { held: { readAs: 'one' } },
      error: { cause: { readAs: 'one' } },
      bare: { two: { readAs: 'two' } },
    });
    expect([...(read['map'] as Map<unknown, unknown>)]).toEqual([
      [{ readAs: 'one' }, 'as a key'],
      ['as a value', { readAs: 'two' }],
    ]);
    expect([...(read['set'] as Set<unknown>)]).toEqual([{ readAs: 'two' }]);
  });

  it('may be in the data of a class', () => {
    class Job {
      constructor(readonly input: unknown) {}
    }
    using _job = registerClass(Job, {
      toData: ({ input }) => [input],
      fromData: ([input]) => new Job(input),
    });
    expect(roundTrip([new Job(touchy('x'))])).toEqual([new Job({ readAs: 'x' })]);
  });

  it('is written and read once, however often it is there', () => {
    const write = jest.spyOn(byName, 'write');
    const read = jest.spyOn(byName, 'read');
    const one = touchy('one');
    const [first, second] = roundTrip([one, one]);
    expect(first).toBe(second);
    expect([write.mock.calls.length, read.mock.calls.length]).toEqual([1, 1]);
    jest.restoreAllMocks();
  });

  it('is written as any data, with others of its kind in it', () => {
    const inner = touchy('inner');
    expect(roundTrip(touchy({ list: [-0, new Date(1), inner] }))).toEqual({
      readAs: { list: [-0, new Date(1), { readAs: 'inner' }] },
    });
  });

  it('is asked for before codecs and classes of the user are', () => {
    const asked: unknown[] = [];
    const test = (value: unknown): boolean => {
      asked.push(value);
      return false;
    };
    using _codec = registerCodec({ tag: 'QQ', test, encode: () => [], decode: () => 1 });
    roundTrip(touchy('x'));
    expect(asked).toEqual([]);
  });

  it('cannot be in its own data', () => {
    const self: { list: unknown[] } = { list: [] };
    self.list.push(touchy(self));
    const again = self.list[0];
    expect(() => serialize(again)).toThrow('The value is in its own data');
  });

  it('is written while the whole serialization runs in what is put around it', () => {
    const depths: number[] = [];
    const observed = {
      get a() {
        depths.push(running);
        return 1;
      },
    };
    serialize([observed, touchy('x')]);
    serialize(observed);
    expect(new Set(depths)).toEqual(new Set([1]));
    expect(() => serialize([touchy('x'), () => 1])).toThrow('$[1] is a function');
    expect(running).toBe(0);
  });
});

describe('data of a substituted value', () => {
  it('is refused by errors of this package as they are, and by others as a cause', () => {
    const data = bytesOf([touchy('x')]);
    const fail = (error: Error): void =>
      setSubstitution({
        ...byName,
        read: () => {
          throw error;
        },
      });
    const refused = new InvalidReferenceError('not one of ours');
    fail(refused);
    expect(thrownBy(() => deserialize(data))).toBe(refused);
    const cause = new TypeError('other');
    fail(cause);
    expect(thrownBy(() => deserialize(data))).toMatchObject({ name: 'SerializationError', tag: 'MP', cause });
  });

  it('is refused where nothing reads it', () => {
    const data = bytesOf(touchy('x'));
    setSubstitution(undefined);
    expect(thrownBy(() => deserialize(data))).toBeInstanceOf(SerializationError);
    expect(() => deserialize(data)).toThrow('a reference in it, which nothing here can read');
    expect(roundTrip({ a: [1] })).toEqual({ a: [1] });
  });
});
