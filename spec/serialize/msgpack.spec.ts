import fc from 'fast-check';
import { deserialize, serialize } from '../../lib/serialize/serialize.js';
import { anyGraph, anyTree, difference } from './graphs.js';

const joined = (value: unknown): Uint8Array => new Uint8Array(Buffer.concat(serialize(value)));
const roundTrip = <T>(value: T): T => deserialize(joined(value)) as T;

describe('round trips', () => {
  it('keep every tree', () => {
    fc.assert(
      fc.property(anyTree, (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('keep every graph', () => {
    fc.assert(
      fc.property(anyGraph(), (value) => {
        expect(difference(value, roundTrip(value))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});
