/** Prints results: one line for each thing that a row is compared with. */

import type { Comparison, RowResult, RunResult, Unit } from './result.js';

const headings = ['', 'ours', 'compared with', 'theirs', 'ours / theirs', 'budget', 'met'];

/** The lines of the table. */
export function table(rows: readonly RowResult[]): string {
  const lines = rows.map(linesOf);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...lines.flat().map((cells) => cells[column]?.length ?? 0)),
  );
  const print = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => pad(cell, column, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const printed: string[] = [print(headings)];
  let group: string | undefined;
  for (const [index, row] of rows.entries()) {
    if (row.group !== group) {
      group = row.group;
      printed.push('', `${group}:`);
    }
    printed.push(...(lines[index] ?? []).map(print));
  }
  return printed.join('\n');
}

/** What has changed since another run, for the rows that both have. */
export function changes(now: RunResult, then: RunResult): string {
  const before = new Map(then.rows.map((row) => [`${row.group}: ${row.name}`, row]));
  const lines = now.rows.flatMap((row) => {
    const title = `${row.group}: ${row.name}`;
    const old = before.get(title);
    if (old === undefined) return [];
    const change = (row.ours / old.ours - 1) * 100;
    const sign = change < 0 ? '' : '+';
    return [
      `${title.padEnd(60)} ${figure(old.ours, old.unit).padStart(10)} -> ${figure(row.ours, row.unit).padStart(10)}  ${sign}${change.toFixed(0)} %`,
    ];
  });
  return [`Since ${then.date}, on Node ${then.node.slice(1)} and ${then.cpu}:`, ...lines].join('\n');
}

function linesOf(row: RowResult): string[][] {
  const first = [`  ${row.name}`, figure(row.ours, row.unit)];
  const [one, ...others] = row.comparisons.map((comparison) => cellsOf(comparison, row.unit));
  return [[...first, ...(one ?? [])], ...others.map((cells) => ['', '', ...cells])];
}

function cellsOf({ name, figure: theirs, measured, ratio, budget, met }: Comparison, unit: Unit): string[] {
  return [
    measured ? name : `${name} *`,
    figure(theirs, unit),
    ratio.toFixed(2),
    budget === undefined ? '' : budgetText(budget),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ];
}

function budgetText({ atMost, atLeast }: NonNullable<Comparison['budget']>): string {
  const most = atMost === undefined ? [] : [`at most ${atMost} x`];
  const least = atLeast === undefined ? [] : [`${atLeast} x as fast`];
  return [...most, ...least].join(', ');
}

function figure(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${value} B`;
  if (value < 1000) return `${value.toPrecision(3)} ns`;
  if (value < 1e6) return `${(value / 1000).toPrecision(3)} µs`;
  return `${(value / 1e6).toPrecision(3)} ms`;
}

/** Names to the left, figures to the right. */
function pad(cell: string, column: number, width: number): string {
  return column === 0 || column === 2 || column === 5 ? cell.padEnd(width) : cell.padStart(width);
}
