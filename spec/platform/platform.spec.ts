import { webcrypto } from 'node:crypto';
import * as diagnosticsChannel from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { platform as node } from '../../lib/platform/node.js';
import { platform as web } from '../../lib/platform/web.js';
import { stubGlobals } from '../stub-globals.js';

/** Version 4, variant 10, as RFC 9562 has it. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([
  ['node', node],
  ['web', web],
])('%s', (_, platform) => {
  it('makes version 4 UUIDs, each another', () => {
    const made = Array.from({ length: 100 }, () => platform.randomUUID());
    expect(new Set(made).size).toBe(100);
    for (const each of made) expect(each).toMatch(uuid);
  });
});

describe('node', () => {
  it('has the diagnostics channels of Node', () => {
    expect(node.diagnosticsChannel?.channel).toBe(diagnosticsChannel.channel);
  });
});

describe.each(['works', 'cannot be loaded'])('where the main entry of msgpackr %s', (state) => {
  it('loads it once, when asked to read text natively, and goes on without it', async () => {
    await jest.isolateModulesAsync(async () => {
      const load = jest.fn(() => {
        if (state !== 'works') throw new Error('not to be loaded');
        return {};
      });
      jest.doMock('msgpackr', load);
      const { platform } = await import('../../lib/platform/node.js');
      for (let time = 0; time < 2; time += 1) {
        platform.readTextNatively();
        await setImmediate();
      }
      expect(load).toHaveBeenCalledTimes(1);
      jest.dontMock('msgpackr');
    });
  });
});

describe('web', () => {
  it('has no native half to read text with', () => {
    expect(() => web.readTextNatively()).not.toThrow();
  });

  it('has no diagnostics channels', () => {
    expect(web.diagnosticsChannel).toBeUndefined();
  });

  describe('outside of a secure context, where crypto has no randomUUID', () => {
    it('makes version 4 UUIDs, each another, of random bytes', () => {
      using _stubbed = stubGlobals({
        crypto: { getRandomValues: webcrypto.getRandomValues.bind(webcrypto) },
      });
      const made = Array.from({ length: 100 }, () => web.randomUUID());
      expect(new Set(made).size).toBe(100);
      for (const each of made) expect(each).toMatch(uuid);
    });

    it.each([
      [0, '00000000-0000-4000-8000-000000000000'],
      [255, 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
    ])('takes only the version and the variant from 128 random bits: bytes of %d', (byte, expected) => {
      using _stubbed = stubGlobals({ crypto: { getRandomValues: (array: Uint8Array) => array.fill(byte) } });
      expect(web.randomUUID()).toBe(expected);
    });
  });
});
