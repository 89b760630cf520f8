import fc from 'fast-check';
import { SerializationError } from '../../lib/errors.js';
import { registerClass } from '../../lib/serialize/classes.js';
import type { ClassOptions } from '../../lib/serialize/classes.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { anyGraph, difference } from './graphs.js';
import { bytesOf, roundTrip, thrownBy } from './round-trip.js';

class Point {
  static made = 0;

  constructor(
    public x: number,
    public y: number,
  ) {
    Point.made += 1;
  }

  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

/** Refers to its like, in whatever way. */
class Knot {
  declare to?: unknown;
}

class Secret {
  #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }
}

const secretOptions: ClassOptions<Secret, string> = {
  toData: (secret) => secret.text,
  fromData: (text) => new Secret(text),
};

describe('an instance of a registered class', () => {
  it('comes back as one, and no constructor runs', () => {
    using _point = registerClass(Point);
    const point = new Point(3, 4);
    const made = Point.made;
    const read = roundTrip({ point, again: [point] });
    expect(read.point).toBeInstanceOf(Point);
    expect(read.point.length).toBe(5);
    expect(read.again[0]).toBe(read.point);
    expect(Point.made).toBe(made);
    expect(difference(point, roundTrip(point))).toBeUndefined();
  });

  it('keeps every kind of property, and setters of the class do not run', () => {
    class Guarded {
      set value(_: unknown) {
        throw new Error('set');
      }
    }
    using _guarded = registerClass(Guarded);
    const guarded = new Guarded();
    for (const [name, value] of [
      ['value', -0],
      ['__proto__', { a: 1 }],
      ['__keys__', 2],
      ['\ud800', 3],
      ['', 4],
    ] as const) {
      Object.defineProperty(guarded, name, { value, enumerable: true, writable: true, configurable: true });
    }
    expect(difference(guarded, roundTrip(guarded))).toBeUndefined();
    expect(Object.getPrototypeOf(roundTrip(guarded))).toBe(Guarded.prototype);
  });

  it('may refer to itself and to others, in any graph', () => {
    using _knot = registerClass(Knot);
    using _point = registerClass(Point);
    const makers = [() => new Knot(), () => new Point(1, -0)] as unknown as (() => Record<string, unknown>)[];
    fc.assert(
      fc.property(anyGraph(makers), (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('is written and read by the functions that were given', () => {
    using _secret = registerClass(Secret, secretOptions);
    const secret = new Secret('x');
    const read = roundTrip({ secret, list: [secret, new Secret('\ud800')], map: new Map([[secret, 1]]) });
    expect(read.secret).toBeInstanceOf(Secret);
    expect(read.secret.text).toBe('x');
    expect(read.list.map(({ text }) => text)).toEqual(['x', '\ud800']);
    expect(read.list[0]).toBe(read.secret);
    expect([...read.map.keys()]).toEqual([read.secret]);
  });

  it('is made of data that is complete, wherever else that is', () => {
    class Summary {
      constructor(
        readonly of: unknown,
        readonly text: string,
      ) {}
    }
    using _summary = registerClass(Summary, {
      toData: ({ of }) => of,
      fromData: (of) => new Summary(of, JSON.stringify(of)),
    });
    const shared = { n: 1, deep: { list: [1, 2, { three: 3 }] } };
    const summary = new Summary(shared, '');
    const text = JSON.stringify(shared);
    for (const value of [
      { shared, summary },
      { summary, shared },
      [[summary], shared],
      new Map([[shared, summary]]),
    ]) {
      const read = roundTrip<object>({ value }) as { value: object };
      const members = read.value instanceof Map ? [...read.value] : Object.values(read.value);
      const [of, other] = (members.flat() as object[]).sort((one) => (one instanceof Summary ? -1 : 1)) as [
        Summary,
        object,
      ];
      expect(of.text).toBe(text);
      expect(of.of).toBe(other);
    }
    // One within another is there first.
    expect(roundTrip(new Summary(new Summary(shared, ''), '')).text).toBe(
      JSON.stringify({ of: shared, text }),
    );
  });

  it('may have but one of the two functions', () => {
    using _written = registerClass(Point, { toData: ({ x, y }) => ({ x: x * 10, y, sum: x + y }) });
    expect({ ...roundTrip(new Point(1, 2)) }).toEqual({ x: 10, y: 2, sum: 3 });
    expect(roundTrip(new Point(1, 2))).toBeInstanceOf(Point);
    using _read = registerClass(Knot, {
      fromData: (data: { to: unknown }) => Object.assign(new Knot(), { to: [data.to] }),
    });
    expect(roundTrip(Object.assign(new Knot(), { to: -0 }))).toEqual(Object.assign(new Knot(), { to: [-0] }));
  });

  it('is given data that is a plain object, where the writer had no toData', () => {
    const data = (() => {
      using _point = registerClass(Point);
      return bytesOf(new Point(1, 2));
    })();
    const seen: unknown[] = [];
    using _point = registerClass(Point, {
      fromData: (plain: { x: number; y: number }) => {
        seen.push(Object.getPrototypeOf(plain));
        return new Point(plain.x + 1, plain.y);
      },
    });
    expect(deserialize(data)).toEqual(new Point(2, 2));
    expect(seen).toEqual([Object.prototype]);
  });

  it('cannot be in its own data', () => {
    using _knot = registerClass(Knot, {
      toData: ({ to }) => [to],
      fromData: ([to]) => Object.assign(new Knot(), { to }),
    });
    const knot = new Knot();
    knot.to = { back: [knot] };
    const error = thrownBy(() => serialize({ a: { knot } }));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as Error).message).toBe(
      'The value at $.a.knot is in its own data, and could not be made of that before it is there.',
    );
    // It may be in a cycle that is not its own.
    const holder: Record<string, unknown> = { knots: [Object.assign(new Knot(), { to: 1 })] };
    holder['self'] = holder;
    const read = roundTrip(holder) as { knots: Knot[]; self: unknown };
    expect(read.self).toBe(read);
    expect(read.knots[0]?.to).toBe(1);
  });

  it('is no instance of a class that it extends, nor of one that extends it', () => {
    class Place extends Point {}
    using _point = registerClass(Point);
    expect(() => serialize(new Place(1, 2))).toThrow('of the class "Place", which is not registered');
    using _place = registerClass(Place);
    expect(roundTrip(new Place(1, 2))).toBeInstanceOf(Place);
    expect(roundTrip(new Point(1, 2))).not.toBeInstanceOf(Place);
  });

  it('may be of a class that extends a built-in, with both functions', () => {
    class Bag extends Map<string, number> {}
    using _bag = registerClass(Bag, { toData: (bag) => [...bag], fromData: (entries) => new Bag(entries) });
    const read = roundTrip(new Bag([['a', 1]]));
    expect(read).toBeInstanceOf(Bag);
    expect(read.get('a')).toBe(1);
  });

  it('is refused where its class is not registered, with the name and what to do', () => {
    const data = (() => {
      using _point = registerClass(Point, { name: 'geometry.Point' });
      return bytesOf([new Point(1, 2)]);
    })();
    const error = thrownBy(() => deserialize(data));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as Error).message).toContain(
      '"geometry.Point" in it, which is not registered here. Register it by registerClass()',
    );
    expect(() => serialize(new Point(1, 2))).toThrow('"Point", which is not registered');
  });

  it('is not written where its class fails, which is the cause', () => {
    const cause = new RangeError('of the class');
    const fail = (): never => {
      throw cause;
    };
    const written = (() => {
      using _point = registerClass(Point, { toData: () => 1, fromData: () => new Point(0, 0) });
      return bytesOf(new Point(1, 2));
    })();
    using _point = registerClass(Point, { toData: fail, fromData: fail });
    expect(thrownBy(() => serialize({ a: new Point(1, 2) }))).toMatchObject({
      name: 'SerializationError',
      message: 'The value at $.a cannot be serialized: of the class',
      cause,
    });
    expect(thrownBy(() => deserialize(written))).toMatchObject({
      name: 'SerializationError',
      tag: 'MP',
      cause,
    });
  });

  it('is an error where its class extends Error', () => {
    class HttpError extends TypeError {
      override name = 'HttpError';

      constructor(
        readonly status: number,
        options?: ErrorOptions,
      ) {
        super(`status ${status}`, options);
      }
    }
    const cause = new Error('below');
    const error = new HttpError(404, { cause });
    using _error = registerClass(HttpError);
    const read = roundTrip({ error, cause });
    expect(read.error).toBeInstanceOf(HttpError);
    expect(read.error).toMatchObject({
      name: 'HttpError',
      message: 'status 404',
      status: 404,
      stack: error.stack,
    });
    expect(read.error.cause).toBe(read.cause);
    expect(Object.prototype.toString.call(read.error)).toBe('[object Error]');
    expect(difference(error, read.error)).toBeUndefined();
  });
});

describe('registerClass', () => {
  it('goes by the name that is given', () => {
    using _point = registerClass(Point, { name: 'geometry.Point' });
    expect(Buffer.from(bytesOf(new Point(1, 2))).toString('latin1')).toContain('geometry.Point');
    using _nameless = registerClass(class {}, { name: 'nameless' });
  });

  it('refuses a name that is taken', () => {
    using _point = registerClass(Point);
    const other = { Point: class {} }.Point;
    expect(thrownBy(() => registerClass(other))).toBeInstanceOf(SerializationError);
    expect(() => registerClass(other)).toThrow('A class named "Point" is registered already');
    expect(roundTrip(new Point(1, 2))).toBeInstanceOf(Point);
  });

  it('refuses a class that is registered already', () => {
    using _point = registerClass(Point);
    expect(() => registerClass(Point, { name: 'Other' })).toThrow('registered already, by the name "Point"');
  });

  it('makes its own class unknown, once', () => {
    const first = registerClass(Point);
    first[Symbol.dispose]();
    using _second = registerClass(Point);
    first[Symbol.dispose]();
    expect(roundTrip(new Point(1, 2))).toBeInstanceOf(Point);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'takes a class'],
    ['an object', {}, 'takes a class'],
    ['an arrow function', () => 1, 'takes a class'],
    ['a class without a name', class {}, 'A class without a name'],
    ['Map', Map, 'Instances of Map are serialized without being registered'],
    ['Object', Object, 'Instances of Object are serialized'],
    ['Float64Array', Float64Array, 'Instances of Float64Array are serialized'],
    ['TypeError', TypeError, 'Instances of TypeError are serialized'],
    [
      'one that extends Array',
      class Stack extends Array {},
      '"Stack" extends Array, whose state no property shows',
    ],
    ['one that extends one', class Pile extends class Stack extends Set {} {}, '"Pile" extends Set'],
    ['one that extends Promise', class Later extends Promise<void> {}, '"Later" extends Promise'],
  ])('throws a TypeError for %s', (_, Class, message) => {
    expect(() => registerClass(Class as typeof Point)).toThrow(TypeError);
    expect(() => registerClass(Class as typeof Point)).toThrow(message);
  });

  it('throws a TypeError for an empty name', () => {
    expect(() => registerClass(Point, { name: '' })).toThrow(TypeError);
  });

  it('asks an error for both functions or none, and what hides its state for both', () => {
    class Failure extends Error {}
    class Stack extends Array<unknown> {}
    expect(() => registerClass(Failure, { toData: () => 1 })).toThrow('"Failure" extends Error');
    expect(() => registerClass(Failure, { fromData: () => new Failure() })).toThrow(
      '"Failure" extends Error',
    );
    expect(() => registerClass(Stack, { toData: () => 1 })).toThrow('both toData and fromData');
    using _failure = registerClass(Failure, {
      toData: ({ message }) => message,
      fromData: (text) => new Failure(text),
    });
    expect(roundTrip(new Failure('x'))).toEqual(new Failure('x'));
  });

  it('takes a class that nobody else can make instances of', () => {
    class Token {
      private constructor(readonly text: string) {}

      static of(text: string): Token {
        return new Token(text);
      }
    }
    using _token = registerClass(Token, { toData: ({ text }) => text, fromData: (text) => Token.of(text) });
    expect(roundTrip(Token.of('x'))).toEqual(Token.of('x'));
  });

  it('takes a function that is used as a class', () => {
    function Legacy(this: { a: number }): void {
      this.a = 1;
    }
    const LegacyClass = Legacy as unknown as new () => { a: number };
    using _legacy = registerClass(LegacyClass);
    expect(roundTrip(new LegacyClass())).toBeInstanceOf(LegacyClass);
  });
});
