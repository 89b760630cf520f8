import fc from 'fast-check';
import { isWellFormed, wellFormedness } from '../../lib/serialize/text.js';
import { anyText } from './graphs.js';

describe('isWellFormed', () => {
  it.each([
    ['', true],
    ['ascii', true],
    ['naïve 字 🚀', true],
    ['\ufeff', true],
    ['\ud83d', false],
    ['\ude80\ud83d', false],
    ['a🚀\ud83db', false],
  ])('is of %j: %p', (text, expected) => {
    expect(isWellFormed(text)).toBe(expected);
  });

  it('is the same in runtimes that have no such method', () => {
    const isWellFormedThere = wellFormedness(undefined);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isWellFormedThere(text)).toBe(isWellFormed(text));
      }),
    );
  });
});
