import { SerializationError } from '../../lib/errors.js';
import { registerCodec } from '../../lib/serialize/codec.js';
import type { Codec } from '../../lib/serialize/codec.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { bytesOf, roundTrip, tagOf, thrownBy } from './round-trip.js';

class Money {
  constructor(readonly cents: bigint) {}
}

const moneyCodec: Codec<Money> = {
  tag: '$$',
  test: (value) => value instanceof Money,
  encode: (money) => [Buffer.from('cents '), Buffer.from(String(money.cents))],
  decode: (body) => new Money(BigInt(Buffer.from(body).toString().slice('cents '.length))),
};

function codecFor(tag: string, matching: unknown): Codec {
  return { tag, test: (value) => value === matching, encode: () => [], decode: () => matching };
}

describe('registerCodec', () => {
  it('writes and reads by the codec until it is disposed of', () => {
    const data = (() => {
      using _money = registerCodec(moneyCodec);
      expect(roundTrip(new Money(250n))).toEqual(new Money(250n));
      return bytesOf(new Money(5n));
    })();
    expect(Buffer.from(data).toString()).toBe('$$\ncents 5');
    expect(() => deserialize(data)).toThrow('No codec has the tag "$$"');
    expect(() => serialize(new Money(1n))).toThrow(SerializationError);
  });

  it('is asked before the codecs of the package, and for values of every type', () => {
    for (const value of ['text', 7, undefined, null, new Uint8Array(1), {}]) {
      using _codec = registerCodec(codecFor('!!', value));
      expect(tagOf(value)).toBe('!!');
      expect(tagOf('another')).toBe('US');
    }
  });

  it('is asked before codecs that were registered earlier', () => {
    using _first = registerCodec(codecFor('C1', 'x'));
    {
      using _second = registerCodec(codecFor('C2', 'x'));
      expect(tagOf('x')).toBe('C2');
    }
    expect(tagOf('x')).toBe('C1');
  });

  it('gives the body to decode, and no more', () => {
    const bodies: Uint8Array[] = [];
    const decode = (body: Uint8Array): number => bodies.push(body);
    using _codec = registerCodec({ tag: 'CC', test: () => false, encode: () => [], decode });
    deserialize(Buffer.from('CC\n\n\nCC'));
    expect(bodies.map((body) => Buffer.from(body).toString())).toEqual(['\n\nCC']);
  });

  it('removes its own codec only, once', () => {
    const first = registerCodec(codecFor('AA', 1));
    using _second = registerCodec(codecFor('BB', 2));
    first[Symbol.dispose]();
    using _third = registerCodec(codecFor('AA', 3));
    first[Symbol.dispose]();
    expect([tagOf(2), tagOf(3), tagOf(1)]).toEqual(['BB', 'AA', 'MP']);
  });

  it.each(['BS', 'US', 'NP', 'MP'])('refuses the tag %s', (tag) => {
    const error = thrownBy(() => registerCodec(codecFor(tag, 1)));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).tag).toBe(tag);
    expect((error as SerializationError).message).toContain('cannot be replaced');
  });

  it('refuses a tag that is taken', () => {
    using _codec = registerCodec(codecFor('TT', 1));
    const error = thrownBy(() => registerCodec(codecFor('TT', 2)));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as SerializationError).tag).toBe('TT');
    expect((error as SerializationError).message).toContain('registered already');
    expect(tagOf(1)).toBe('TT');
  });

  it.each(['', 'A', 'ABC', 'A\n', 'A ', 'é!', '🚀', 7, undefined, ['AB']])(
    'throws a TypeError for the tag %p',
    (tag) => {
      expect(() => registerCodec(codecFor(tag as string, 1))).toThrow(TypeError);
    },
  );

  it('says what failed where a codec fails', () => {
    const fail = (): never => {
      throw new RangeError('of the codec');
    };
    const data = Buffer.from('FF\n');
    const steps: [Partial<Codec>, () => unknown][] = [
      [{ test: fail }, () => serialize('x')],
      [{ encode: fail }, () => serialize('x')],
      [{ decode: fail }, () => deserialize(data)],
    ];
    for (const [failing, run] of steps) {
      using _codec = registerCodec({ ...codecFor('FF', 'x'), ...failing });
      const error = thrownBy(run);
      expect(error).toBeInstanceOf(SerializationError);
      expect(error).toMatchObject({ tag: 'FF', cause: new RangeError('of the codec') });
    }
  });

  it('hands on errors of this package as they are', () => {
    const refused = new SerializationError('not this one');
    using _codec = registerCodec({
      ...codecFor('RR', 'x'),
      encode: () => {
        throw refused;
      },
    });
    expect(thrownBy(() => serialize('x'))).toBe(refused);
  });

  it.each([
    ['text'],
    [new Uint8Array(1)],
    [[new Uint8Array(1), 'x']],
    [[new Uint16Array(1)]],
    [Promise.resolve([])],
  ])('refuses what is no parts from a codec: %p', (given) => {
    using _codec = registerCodec({ ...codecFor('GG', 'x'), encode: () => given as never });
    expect(thrownBy(() => serialize('x'))).toMatchObject({
      name: 'SerializationError',
      tag: 'GG',
      message: 'The codec "GG" gave something else than a list of Uint8Arrays.',
    });
  });
});
