import { SerializationError } from '../../lib/errors.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { bytesOf, roundTrip, tagOf, thrownBy } from './round-trip.js';

describe('the form on the wire', () => {
  it.each<[string, unknown]>([
    ['BS', new Uint8Array([1])],
    ['BS', Buffer.from('x')],
    ['US', 'text'],
    ['US', ''],
    ['NP', new Float64Array([1])],
    ['NP', new Int8Array([1])],
    ['NP', new BigUint64Array([1n])],
    ['NP', new NdArray({ data: new Float32Array(4), shape: [2, 2] })],
    ['MP', new Uint8ClampedArray([1])],
    ['MP', new ArrayBuffer(1)],
    ['MP', new DataView(new ArrayBuffer(1))],
    ['MP', 'half of \ud83d'],
    ['MP', 1],
    ['MP', 1n],
    ['MP', null],
    ['MP', undefined],
    ['MP', true],
    ['MP', [1]],
    ['MP', { a: 1 }],
    ['MP', new Map()],
    ['MP', Object.create(null)],
  ])('is of %s for %p', (tag, value) => {
    expect(tagOf(value)).toBe(tag);
    expect(bytesOf(value)[2]).toBe(0x0a);
  });

  it('gives the tag as one part for all values of a codec', () => {
    expect(serialize('a')[0]).toBe(serialize('b')[0]);
  });
});

describe('BS', () => {
  it('hands over the very array, not a copy', () => {
    const bytes = new Uint8Array(100_000_000);
    const parts = serialize(bytes);
    expect(parts).toHaveLength(2);
    expect(parts[1]).toBe(bytes);
  });

  it('reads a view of the bytes that were given', () => {
    const data = new Uint8Array([0x42, 0x53, 0x0a, 1, 2, 3]);
    const value = deserialize(data) as Uint8Array;
    expect(value.buffer).toBe(data.buffer);
    expect([...value]).toEqual([1, 2, 3]);
  });

  it('reads a Uint8Array, of a Buffer and from a Buffer too', () => {
    const value = deserialize(Buffer.concat(serialize(Buffer.from('abc'))));
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
    expect(value).toEqual(Uint8Array.of(97, 98, 99));
  });

  it('writes a view without what is around it', () => {
    expect(roundTrip(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(Uint8Array.of(2, 3));
  });

  it('refuses a class that extends Uint8Array', () => {
    class Pixels extends Uint8Array {}
    expect(() => serialize(new Pixels(2))).toThrow('of the class "Pixels", which is not registered');
  });
});

describe('US', () => {
  it.each(['', 'a', 'naïve 字 🚀\n end', '\ufeffbyte order mark', '\0', 'x'.repeat(100_000)])(
    'keeps %j',
    (text) => {
      expect(tagOf(text)).toBe('US');
      expect(roundTrip(text)).toBe(text);
    },
  );

  it('leaves text that UTF-8 cannot keep to MP, which keeps it', () => {
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800', '🚀\ud83d']) expect(roundTrip(text)).toBe(text);
  });

  it('refuses bytes that are no UTF-8', () => {
    const error = thrownBy(() => deserialize(Uint8Array.of(0x55, 0x53, 0x0a, 0xff)));
    expect(error).toBeInstanceOf(SerializationError);
    expect(error).toMatchObject({ tag: 'US', cause: { name: 'TypeError' } });
  });
});

describe('deserialize', () => {
  it.each([[[]], [[0x4d]], [[0x4d, 0x50]], [[0x4d, 0x50, 0x20, 0xc0]]])('refuses the bytes %j', (bytes) => {
    const error = thrownBy(() => deserialize(Uint8Array.from(bytes)));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as Error).message).toContain(`${bytes.length} bytes that do not begin with a codec's tag`);
  });

  it('refuses an unknown tag, and says what to do', () => {
    const error = thrownBy(() => deserialize(Uint8Array.of(0x58, 0x07, 0x0a)));
    expect(error).toBeInstanceOf(SerializationError);
    expect(error).toMatchObject({
      tag: 'X\x07',
      message: 'No codec has the tag "X\\u0007". Register the codec it was written with by registerCodec().',
    });
  });

  it.each(['PK', 'CP'])('says of %s that only Python reads it', (tag) => {
    expect(() => deserialize(Buffer.from(`${tag}\n.`))).toThrow('It was pickled, which only Python can read');
  });

  it.each([[undefined], ['US\n'], [new ArrayBuffer(4)], [[0x55, 0x53, 0x0a]]])(
    'throws a TypeError for %p',
    (data) => {
      expect(() => deserialize(data as unknown as Uint8Array)).toThrow(TypeError);
    },
  );

  it('leaves the given array as it is', () => {
    const data = bytesOf({ a: [1, 2, 3], b: 'text' });
    const before = Object.getOwnPropertyNames(data);
    deserialize(data);
    expect(Object.getOwnPropertyNames(data)).toEqual(before);
  });
});
