/** What a run gives, as it is printed, written and read back. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import type { Figures } from './measure.js';
import type { BenchRow, Budget, MeasuredRow } from './row.js';

/** The unit of a row's figures. */
export type Unit = 'ns' | 'bytes';

/** Ours beside one other figure. */
export interface Comparison {
  readonly name: string;
  /** What the other takes. */
  readonly figure: number;
  /** Whether the other ran in this run. If not, it is a constant. */
  readonly measured: boolean;
  /** What ours takes as a multiple of the other. */
  readonly ratio: number;
  /** What was promised of this comparison, if anything. */
  readonly budget?: Omit<Budget, 'against'>;
  readonly met?: boolean;
}

export interface RowResult {
  readonly group: string;
  readonly name: string;
  readonly unit: Unit;
  readonly ours: number;
  readonly comparisons: readonly Comparison[];
}

export interface RunResult {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** How many processes wanted to run while it ran, on average over the last five minutes of it. */
  readonly load: number;
  readonly rows: readonly RowResult[];
}

/** Puts the figures of a row beside its controls and constants. */
export function rowResult(row: BenchRow | MeasuredRow, figures: Figures): RowResult {
  const { group, name } = row;
  const measured = Object.entries(figures.controls).map(([control, figure]) =>
    comparison(row, control, figure, figures.ours / figure, true),
  );
  const constants = Object.entries(row.constants ?? {}).map(([constant, figure]) =>
    comparison(row, constant, figure, figures.ours / figure, false),
  );
  const comparisons = [...measured, ...constants];
  if (row.budget !== undefined && !comparisons.some((one) => one.budget !== undefined)) {
    throw new Error(
      `The budget of "${group}: ${name}" is against "${row.budget.against}", which it has not.`,
    );
  }
  return { group, name, unit: 'unit' in row ? row.unit : 'ns', ours: rounded(figures.ours), comparisons };
}

/** A run on this machine. */
export function runResult(date: string, rows: readonly RowResult[]): RunResult {
  const processors = cpus();
  return {
    date,
    node: process.version,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    load: Number((loadavg()[1] ?? 0).toFixed(1)),
    rows,
  };
}

export async function writeRun(file: string, run: RunResult): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(run, undefined, 2)}\n`);
}

export async function readRun(file: string): Promise<RunResult> {
  return JSON.parse(await readFile(file, 'utf8')) as RunResult; // what writeRun has written
}

function comparison(
  row: BenchRow | MeasuredRow,
  name: string,
  figure: number,
  ratio: number,
  measured: boolean,
): Comparison {
  const plain = { name, figure: rounded(figure), measured, ratio: rounded(ratio) };
  if (row.budget?.against !== name) return plain;
  const { atMost, atLeast } = row.budget;
  const met = ratio <= (atMost ?? Infinity) && 1 / ratio >= (atLeast ?? 0);
  return {
    ...plain,
    budget: { ...(atMost !== undefined && { atMost }), ...(atLeast !== undefined && { atLeast }) },
    met,
  };
}

/** Four digits: the rest is chance, and would make every two files differ everywhere. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(4));
}
