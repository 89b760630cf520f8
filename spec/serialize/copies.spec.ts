import { SerializationError } from '../../lib/errors.js';
import { registerClass } from '../../lib/serialize/classes.js';
import { registerCodec } from '../../lib/serialize/codec.js';
import type * as Codecs from '../../lib/serialize/codec.js';
import type * as Classes from '../../lib/serialize/classes.js';
import { NdArray } from '../../lib/serialize/nd-array.js';
import type * as NdArrays from '../../lib/serialize/nd-array.js';
import { deserialize } from '../../lib/serialize/serialize.js';
import type * as Serialize from '../../lib/serialize/serialize.js';
import { stubGlobals } from '../stub-globals.js';
import { bytesOf, thrownBy } from './round-trip.js';

type Copy = typeof Serialize & typeof Codecs & typeof Classes & typeof NdArrays;

/** The package once more, as its other build or another version is in one process, with a msgpackr of its own. */
function anotherCopy(): Copy {
  const copy = {};
  jest.isolateModules(() => {
    for (const name of ['serialize', 'codec', 'classes', 'nd-array']) {
      Object.assign(copy, jest.requireActual<object>(`../../lib/serialize/${name}.js`));
    }
  });
  return copy as Copy; // it is made of all of them
}

describe('two copies of the package', () => {
  const other = anotherCopy();
  const values = [
    'text',
    new Uint8Array([1]),
    new Float64Array([1]),
    { a: [1, { b: new Map([[1, new Date(1)]]) }] },
    { n: -0, e: new TypeError('x'), bytes: new Uint8Array(300_000) },
  ];

  it('are two', () => {
    expect(other.serialize).not.toBe(undefined);
    expect(other.NdArray).not.toBe(NdArray);
  });

  it.each(values)('read what the other wrote: %p', (value) => {
    const theirs = new Uint8Array(Buffer.concat(other.serialize(value)));
    expect(theirs).toEqual(bytesOf(value));
    expect(deserialize(theirs)).toEqual(value);
    expect(other.deserialize(bytesOf(value))).toEqual(value);
  });

  it('share codecs', () => {
    const codec = { tag: 'CO', test: (value: unknown) => value === 7, encode: () => [], decode: () => 7 };
    {
      using _codec = registerCodec(codec);
      expect(Buffer.concat(other.serialize(7)).toString()).toBe('CO\n');
      expect(other.deserialize(Buffer.from('CO\n'))).toBe(7);
      expect(thrownBy(() => other.registerCodec(codec))).toBeInstanceOf(SerializationError);
    }
    using _codec = other.registerCodec(codec);
    expect(deserialize(Buffer.from('CO\n'))).toBe(7);
  });

  it('share classes', () => {
    class Point {
      x = 1;
    }
    using _point = registerClass(Point);
    expect(other.deserialize(Buffer.concat(other.serialize(new Point())))).toBeInstanceOf(Point);
    expect(() => other.registerClass(Point)).toThrow('registered already');
  });

  it('write the arrays that the other has made', () => {
    const theirs = new other.NdArray({ data: new Float32Array([1, 2]), shape: [1, 2] });
    expect(theirs).toBeInstanceOf(NdArray);
    for (const value of [theirs, { theirs }]) {
      const read = deserialize(bytesOf(value)) as NdArray | { theirs: NdArray };
      const array = 'theirs' in read ? read.theirs : read;
      expect(array).toBeInstanceOf(NdArray);
      expect(array.toArray()).toEqual([[1, 2]]);
    }
  });
});

describe('a runtime without Buffer', () => {
  it('reads what Node writes, and writes it itself', () => {
    const values = [
      'text',
      { a: [1, 'naïve 字 🚀', new Map([[1, 2n ** 70n]])], b: new Uint8Array(3) },
      { n: -0, text: '\ud800', memory: new ArrayBuffer(300_000) },
      { text: 'x'.repeat(2_000_000) },
      new Float64Array(2),
    ];
    const written = values.map(bytesOf);
    const readHere = deserialize;
    using _globals = stubGlobals({ Buffer: undefined });
    const there = anotherCopy();
    for (const [index, value] of values.entries()) {
      expect(there.deserialize(written[index]!)).toEqual(value);
      const parts = there.serialize(value);
      expect(parts.every((part) => Object.getPrototypeOf(part) === Uint8Array.prototype)).toBe(true);
      const data = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
      let end = 0;
      for (const part of parts) {
        data.set(part, end);
        end += part.length;
      }
      expect(readHere(data)).toEqual(value);
    }
  });
});
