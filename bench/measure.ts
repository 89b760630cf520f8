/** Measures one row: ours and its controls by turns, several times. */

import { Bench } from 'tinybench';
import type { BenchRow, MeasuredRow } from './row.js';

/** What one thing was measured to take, in the row's unit. */
export interface Figures {
  /** What it took in the turn in which it took least: the others were disturbed by what else the machine does. */
  readonly ours: number;
  /** The same of each control. */
  readonly controls: Readonly<Record<string, number>>;
}

/** How many turns each has. */
const turns = 15;
const millisecondsPerTurn = 30;
const nanosecondsPerMillisecond = 1e6;

/** Measures a row in nanoseconds per operation. */
export async function measureTimed(row: BenchRow): Promise<Figures> {
  await row.before?.();
  try {
    return await takeTurns(row, turns, (run) => timed(run, row.operations ?? 1));
  } finally {
    await row.after?.();
  }
}

/** Measures a row that measures itself, in its own unit. */
export async function measureMeasured(row: MeasuredRow): Promise<Figures> {
  return await takeTurns(row, row.samples ?? 1, async (run) => await run());
}

async function takeTurns<R>(
  row: { readonly ours: R; readonly controls: Readonly<Record<string, R>> },
  count: number,
  measure: (run: R) => Promise<number>,
): Promise<Figures> {
  const names = Object.keys(row.controls);
  const contenders = [row.ours, ...Object.values(row.controls)];
  const least = contenders.map(() => Infinity);
  for (let turn = 0; turn < count; turn += 1) {
    for (let step = 0; step < contenders.length; step += 1) {
      // Another begins each time, so that none always runs on the garbage of the same other.
      const index = (turn + step) % contenders.length;
      const figure = await measure(contenders[index] as R); // index is below the length
      least[index] = Math.min(least[index] ?? Infinity, figure);
    }
  }
  const [ours = NaN, ...controls] = least;
  return { ours, controls: Object.fromEntries(names.map((name, index) => [name, controls[index] ?? NaN])) };
}

async function timed(run: () => unknown, operations: number): Promise<number> {
  const bench = new Bench({
    time: millisecondsPerTurn,
    iterations: 3,
    warmupTime: millisecondsPerTurn / 3,
    warmupIterations: 1,
    throws: true,
  });
  bench.add('run', run);
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`The benchmark ended as ${String(result?.state)}.`);
  return (result.latency.p50 * nanosecondsPerMillisecond) / operations;
}
