/** Measures one row: ours and its controls by turns, several times. */

import { Bench } from 'tinybench';
import type { BenchRow, MeasuredRow } from './row.js';

/** What one thing was measured to take, in the row's unit. */
export interface Figures {
  /** The median of all turns. */
  readonly ours: number;
  /** The same of each control. */
  readonly controls: Readonly<Record<string, number>>;
  /** What ours takes as a multiple of each control: the median of what it was in each turn. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** How many turns each has. Odd, so that the median is one of them. */
const turns = 9;
const millisecondsPerTurn = 60;
const nanosecondsPerMillisecond = 1e6;

/** The measurements of one turn. The controls come in the order of the row. */
interface Turn {
  readonly ours: number;
  readonly controls: readonly number[];
}

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
  const taken: Turn[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const figures = contenders.map(() => 0);
    for (let step = 0; step < contenders.length; step += 1) {
      // Another begins each time, so that none always runs on the garbage of the same other.
      const index = (turn + step) % contenders.length;
      figures[index] = await measure(contenders[index] as R); // index is below the length
    }
    const [ours = 0, ...controls] = figures;
    taken.push({ ours, controls });
  }
  const perControl = (of: (turn: Turn, control: number) => number): Record<string, number> =>
    Object.fromEntries(
      names.map((name, index) => [name, median(taken.map((turn) => of(turn, turn.controls[index] ?? 0)))]),
    );
  return {
    ours: median(taken.map((turn) => turn.ours)),
    controls: perControl((_, control) => control),
    ratios: perControl((turn, control) => turn.ours / control),
  };
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
