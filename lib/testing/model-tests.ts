/**
 * Random sequences of operations, compared with what a Map of keys to bytes would answer: those of fast-check where the
 * tests are given it, else some that are the same each time.
 */

import type { FastCheck, FastCheckArbitrary } from './fast-check.js';
import { largestBatch, Model, operationsOf, type Operation, type Piece, type Step } from './model.js';
import { Random } from './random.js';
import type { Complete, Suite } from './suite.js';

const sequences = { light: 5, heavy: 25 };
const stepsInSequence = 100;
const partsInObject = 3;
/** Most objects are small, for there are many of them. */
const lengths = [0, 1, 8, 64, 5000];

type Operations = Readonly<Record<string, Operation>>;

/** The model. */
export function describeModel({
  describe,
  test,
  testWithout,
  withConnector,
  has,
  heavy,
  fastCheck,
}: Suite): void {
  describe('a sequence of operations', () => {
    const operations = operationsOf(has);
    const count = heavy ? sequences.heavy : sequences.light;
    const carryOut = (steps: readonly Step[]) => async (connector: Complete) => {
      const model = new Model();
      const done: string[] = [];
      try {
        for (const step of steps) {
          done.push(step.operation);
          // Of the names of these very operations.
          await operations[step.operation]!(step, model, connector);
        }
        await model.compareAll(connector, has('list'));
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`After ${done.join(', ')}: ${message}`, { cause });
      }
    };

    const title = 'answers as a Map would, whatever is done to it';
    if (fastCheck !== undefined) {
      testWithout(title, async () => {
        const steps = stepsFrom(fastCheck, operations);
        const property = fastCheck.asyncProperty(steps, (sequence) => withConnector(carryOut(sequence)));
        await fastCheck.assert(property, { numRuns: count });
      });
      return;
    }
    for (let seed = 1; seed <= count; seed += 1) {
      test(`${title} (seed ${seed})`, carryOut(fixedSteps(seed, operations)));
    }
  });
}

/** Sequences of steps, of any length up to the longest. */
function stepsFrom(fc: FastCheck, operations: Operations): FastCheckArbitrary<Step[]> {
  const several = <T>(
    item: FastCheckArbitrary<T>,
    minLength: number,
    maxLength: number,
  ): FastCheckArbitrary<T[]> => fc.array(item, { minLength, maxLength, size: 'max' });
  const piece = fc
    .tuple(fc.nat(lengths.length - 1), fc.nat(5000), fc.nat(255))
    // An index of one of them.
    .map(([index, length, first]): Piece => ({ length: Math.min(length, lengths[index]!), first }));
  const objects = several(several(piece, 0, partsInObject), largestBatch, largestBatch);
  const keys = several(fc.nat(stepsInSequence), largestBatch, largestBatch);
  const step = fc
    .tuple(fc.constantFrom(...Object.keys(operations)), keys, objects)
    .map(([operation, keys, objects]): Step => ({ operation, keys, objects }));
  return several(step, 1, stepsInSequence);
}

/** A sequence of steps that is the same each time. */
function fixedSteps(seed: number, operations: Operations): Step[] {
  const random = new Random(seed);
  const several = <T>(length: number, one: () => T): T[] => Array.from({ length }, one);
  const piece = (): Piece => ({ length: random.below(random.oneOf(lengths) + 1), first: random.below(256) });
  return several(stepsInSequence, () => ({
    operation: random.oneOf(Object.keys(operations)),
    keys: several(largestBatch, () => random.below(stepsInSequence)),
    objects: several(largestBatch, () => several(random.below(partsInObject + 1), piece)),
  }));
}
