import { readFileSync, writeFileSync } from 'node:fs';
import { judges } from '../third-parties/judges.js';
import { lodashExceptions } from '../third-parties/lodash.js';
import { operationsOn } from './cases.js';
import { compare, compareWithPrimitive } from './comparison.js';
import type { Deviation } from './comparison.js';
import { differences } from './differences.js';
import type { Difference } from './differences.js';
import { operationsOnPrimitives } from './operations.js';
import { transparencyPage } from './page.js';
import { prepareTargets, targets } from './targets.js';

const pagePath = `${__dirname}/../../../docs/transparency.md`;

let comparisons = 0;
/** How often each known difference was met. */
const met = new Map<Difference, number>();

// Errors are thrown by the ten thousand, and nobody reads where.
const { stackTraceLimit } = Error;
beforeAll(async () => {
  await prepareTargets();
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe('a proxy does as its target, or as docs/transparency.md says', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s', async (_, target) => {
    const value = target.make();
    const unknown: Deviation[] = [];
    for (const operation of operationsOn(Object(value) as object)) {
      const compared = await compare(target, operation);
      comparisons += compared.comparisons;
      unknown.push(...unexplained(compared.deviations));
    }
    if (typeof value !== 'object' && typeof value !== 'function') {
      for (const operation of operationsOnPrimitives) {
        comparisons += 1;
        unknown.push(...unexplained(await compareWithPrimitive(target, operation)));
      }
    }
    expect(unknown).toEqual([]);
  });

  it('differs in every way that the page names', () => {
    expect(differences.filter((difference) => difference.isHere !== false && !met.has(difference))).toEqual(
      [],
    );
  });

  it('the page names what the suite knows', () => {
    const page = transparencyPage(differences, judges, lodashExceptions);
    if (process.env['UPDATE_TRANSPARENCY'] !== undefined) writeFileSync(pagePath, page);
    expect(readFileSync(pagePath, 'utf8')).toBe(page);
  });
});

afterAll(() => {
  const deviations = [...met.values()].reduce((sum, each) => sum + each, 0);
  process.stdout.write(
    `Transparency: ${comparisons} comparisons; ${deviations} deviations, all of ${met.size} documented kinds.\n`,
  );
});

/** Counts what is known. The rest is what the page does not tell its reader. */
function unexplained(deviations: readonly Deviation[]): Deviation[] {
  return deviations.filter((deviation) => {
    const difference = differences.find((each) => each.explains(deviation));
    if (difference !== undefined) met.set(difference, (met.get(difference) ?? 0) + 1);
    return difference === undefined;
  });
}
