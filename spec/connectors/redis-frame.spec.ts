import { frameOf, lengthOf, type Argument, type Frame } from '../../lib/connectors/redis/frame.js';

const large = new Uint8Array(16 * 1024).fill(7);
const small = new Uint8Array(16 * 1024 - 1).fill(8);

describe('a frame', () => {
  it.each<[string, Argument[], string]>([
    ['texts', ['GET', 'key'], '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'],
    ['an empty text', ['ECHO', ''], '*2\r\n$4\r\nECHO\r\n$0\r\n\r\n'],
    ['a text that is not ASCII', ['GET', 'ß€'], '*2\r\n$3\r\nGET\r\n$5\r\nß€\r\n'],
    ['bytes', ['SET', 'k', [Buffer.from('v')]], '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n'],
    ['no bytes', ['SET', 'k', []], '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n'],
    [
      'bytes in pieces, some of them empty, before another word',
      ['SET', 'ü', [Buffer.from('a'), new Uint8Array(0), Buffer.from('bc')], 'NX'],
      '*4\r\n$3\r\nSET\r\n$2\r\nü\r\n$3\r\nabc\r\n$2\r\nNX\r\n',
    ],
  ])('has %s', (_title, words, expected) => {
    expect(joined(frameOf(words)).toString()).toBe(expected);
  });

  it('is one piece where all is small', () => {
    expect(frameOf(['GET', 'key'])).toHaveLength(1);
    expect(frameOf(['SET', 'key', [Buffer.from('BS\n'), new Uint8Array(1000)]])).toHaveLength(1);
  });

  it('has large bytes as they are, and what is around them in as few pieces as can be', () => {
    const frame = frameOf([
      'MSET',
      'a',
      [Buffer.from('BS\n'), large],
      'b',
      [small, small],
      'c',
      [large, large],
    ]);
    expect(frame).toHaveLength(6);
    expect(frame.filter((piece) => piece === large)).toHaveLength(3);
    const head = `*7\r\n$4\r\nMSET\r\n$1\r\na\r\n$${3 + large.length}\r\nBS\n`;
    expect(joined(frame)).toEqual(
      Buffer.concat([
        ...[Buffer.from(head), large, Buffer.from(`\r\n$1\r\nb\r\n$${2 * small.length}\r\n`)],
        ...[small, small, Buffer.from(`\r\n$1\r\nc\r\n$${2 * large.length}\r\n`)],
        ...[large, large, Buffer.from('\r\n')],
      ]),
    );
  });

  it('has copies of large bytes where that is asked for', () => {
    const bytes = Uint8Array.from(large);
    const frame = frameOf(['SET', 'key', [bytes, bytes], 'NX'], true);
    expect(frame).toHaveLength(1);
    const expected = Buffer.concat(
      frameOf(['SET', 'key', [large, large], 'NX']).map((piece) => Buffer.from(piece)),
    );
    bytes.fill(0);
    expect(joined(frame)).toEqual(expected);
  });
});

it('tells the length of an object', () => {
  expect(lengthOf([])).toBe(0);
  expect(lengthOf([large, small])).toBe(large.length + small.length);
});

function joined(frame: Frame): Buffer {
  return Buffer.concat(frame.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
