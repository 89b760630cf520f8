import { sameUnresolved } from '../conformance/comparison.js';
import { judges } from './judges.js';
import { judgeByLodash, lodashExceptions, lodashSamples } from './lodash.js';
import { samples } from './samples.js';

const names = samples.map(({ name }) => name);

describe.each(judges.map((judge) => [judge.name, judge] as const))('%s', (_, judge) => {
  it('takes a proxy for what it stands for, but for the kinds that the page names', async () => {
    const noticed: string[] = [];
    for (const sample of samples) {
      if (!(await sameUnresolved(sample, judge, false))) noticed.push(sample.name);
    }
    expect(noticed).toEqual(names.filter((name) => judge.extractFirst.includes(name)));
  });
});

describe('lodash', () => {
  let comparisons = 0;

  it.each(lodashSamples.map((sample) => [sample.name, sample] as const))(
    'takes the proxy of this for it in each of its functions, but for those that the page names: %s',
    async (name, sample) => {
      const { noticed, count } = await judgeByLodash(sample);
      comparisons += count;
      expect(noticed).toEqual(lodashExceptions[name] ?? []);
    },
  );

  afterAll(() => {
    process.stdout.write(`lodash: ${comparisons} comparisons.\n`);
  });
});
