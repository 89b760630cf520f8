/** Measures one row: ours and its controls by turns, several times. */

import { Bench } from 'tinybench';
import type { BenchRow, MeasuredRow } from './row.js';

/** What one thing was measured to take, in the row's unit. */
export interface Figures {
  /** What it took in the turn in which it took least, the others having been disturbed; or what the row asks for. */
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
    return await takeTurns(row, turns, least, (run) => timed(run, row.operations ?? 1));
  } finally {
    await row.after?.();
  }
}

/** Measures a row that measures itself, in its own unit. */
export async function measureMeasured(row: MeasuredRow): Promise<Figures> {
  await row.before?.();
  try {
    const figureOf = row.figure === 'median' ? median : least;
    return await takeTurns(row, row.samples ?? 1, figureOf, async (run) => await run());
  } finally {
    await row.after?.();
  }
}

async function takeTurns<R>(
  row: { readonly ours: R; readonly controls: Readonly<Record<string, R>> },
  count: number,
  figureOf: (samples: readonly number[]) => number,
  measure: (run: R) => Promise<number>,
): Promise<Figures> {
  const names = Object.keys(row.controls);
  const contenders = [row.ours, ...Object.values(row.controls)];
  const samples = contenders.map((): number[] => []);
  for (let turn = 0; turn < count; turn += 1) {
    // In any order, so that none always runs on the garbage of the same other, or right after a slow one.
    for (const index of shuffled(contenders.keys())) {
      samples[index]?.push(await measure(contenders[index] as R)); // index is below the length
    }
  }
  const [ours = NaN, ...controls] = samples.map(figureOf);
  return { ours, controls: Object.fromEntries(names.map((name, index) => [name, controls[index] ?? NaN])) };
}

function shuffled<T>(items: Iterable<T>): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return order;
}

function least(samples: readonly number[]): number {
  return Math.min(...samples);
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
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
