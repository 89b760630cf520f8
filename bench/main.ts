/**
 * Measures the library against what it stands on and what it competes with, and prints the table.
 *
 *     npm run bench                           all rows; written to bench/results/node-<major>.json
 *     npm run bench -- --only store           the rows of one group; written nowhere
 *     npm run bench -- --json file            written to that file
 *     npm run bench -- --compare file         beside it, what has changed since that file
 *     npm run bench -- --date 2031-01-31      the date to be written, if not today's
 */

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rows as fileRows } from './connectors/file.js';
import { rows as futureRows } from './futures/set-to-resolved.js';
import { measureMeasured, measureTimed } from './measure.js';
import { rows as importRows } from './package/import-time.js';
import { rows as referenceRows } from './references/references.js';
import { rows as registrationRows } from './registry/registration.js';
import { readRun, rowResult, runResult, writeRun } from './result.js';
import type { RowResult } from './result.js';
import type { BenchRow, MeasuredRow } from './row.js';
import { rows as createProxyRows } from './store/create-proxy.js';
import { rows as smallObjectRows } from './store/small-objects.js';
import { changes, table } from './table.js';

const groups: readonly (readonly (BenchRow | MeasuredRow)[])[] = [
  registrationRows,
  createProxyRows,
  smallObjectRows,
  referenceRows,
  fileRows,
  futureRows,
  importRows,
];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    compare: { type: 'string' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
});

const { only } = options;
const selected = groups.flat().filter((row) => only === undefined || row.group === only);
if (selected.length === 0) {
  const names = new Set(groups.flat().map((row) => row.group));
  throw new Error(`There is no group "${only ?? ''}". There are: ${[...names].join(', ')}.`);
}

const results: RowResult[] = [];
for (const row of selected) {
  process.stderr.write(`${row.group}: ${row.name} ...\n`);
  results.push(rowResult(row, 'unit' in row ? await measureMeasured(row) : await measureTimed(row)));
}

const run = runResult(options.date, results);
console.log(`\nNode ${run.node.slice(1)}, ${run.cpu}, ${run.cores} cores, load ${run.load}\n`);
console.log(table(results));
console.log('\n* recorded or given, not measured in this run');
if (options.compare !== undefined) console.log(`\n${changes(run, await readRun(options.compare))}`);

const file = options.json ?? (only === undefined ? defaultFile() : undefined);
if (file !== undefined) {
  await writeRun(file, run);
  console.log(`\nWritten to ${file}`);
}

/** One file for each major version of Node. Compiled, this module is in build/bench. */
function defaultFile(): string {
  const major = process.versions.node.split('.', 1)[0] ?? '';
  return fileURLToPath(new URL(`../../bench/results/node-${major}.json`, import.meta.url));
}
