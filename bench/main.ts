/**
 * Measures the library against what it stands on and what it competes with, and prints the table.
 *
 *     npm run bench                           all rows; written to bench/results/node-<major>.json
 *     npm run bench -- --only store           the rows of one group; written nowhere
 *     npm run bench -- --json file            written to that file
 *     npm run bench -- --compare file         beside it, what has changed since that file
 *     npm run bench -- --date 2031-01-31      the date to be written, if not today's
 *
 * Each group runs in a process of its own: what the engine has learnt from one does not show in the figures of another.
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureMeasured, measureTimed } from './measure.js';
import { readRun, rowResult, runResult, writeRun } from './result.js';
import type { RowResult } from './result.js';
import type { BenchRow, MeasuredRow } from './row.js';
import { changes, table } from './table.js';

/** A module of rows. */
interface RowModule {
  readonly rows: readonly (BenchRow | MeasuredRow)[];
}

/** The modules of each group, in the order of the table. */
const groups: Readonly<Record<string, readonly (() => Promise<RowModule>)[]>> = {
  registry: [() => import('./registry/registration.js')],
  proxy: [
    () => import('./store/create-proxy.js'),
    () => import('./proxy/use-proxy.js'),
    () => import('./proxy/resolve-proxy.js'),
    () => import('./proxy/stubs.js'),
    () => import('./proxy/memory.js'),
  ],
  store: [() => import('./store/small-objects.js')],
  references: [() => import('./references/references.js')],
  file: [() => import('./connectors/file.js')],
  redis: [() => import('./connectors/redis.js')],
  blocking: [() => import('./connectors/blocking.js')],
  lmdb: [() => import('./connectors/lmdb.js')],
  keyv: [() => import('./connectors/keyv.js')],
  memory: [() => import('./connectors/memory.js')],
  futures: [() => import('./futures/set-to-resolved.js')],
  import: [() => import('./package/import-time.js')],
};

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    compare: { type: 'string' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
});

const { only } = options;
const results = only === undefined ? await measureAll() : await measureGroup(only);

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

async function measureGroup(name: string): Promise<RowResult[]> {
  const modules = groups[name];
  if (modules === undefined) {
    throw new Error(`There is no group "${name}". There are: ${Object.keys(groups).join(', ')}.`);
  }
  const measured: RowResult[] = [];
  for (const load of modules) {
    const { rows } = await load();
    for (const row of rows) {
      process.stderr.write(`${row.group}: ${row.name} ...\n`);
      measured.push(rowResult(row, 'unit' in row ? await measureMeasured(row) : await measureTimed(row)));
    }
  }
  return measured;
}

/** Runs this file once for each group. */
async function measureAll(): Promise<RowResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  try {
    const measured: RowResult[] = [];
    for (const name of Object.keys(groups)) {
      const json = join(directory, `${name}.json`);
      const parameters = [fileURLToPath(import.meta.url), '--only', name, '--json', json];
      const { status } = spawnSync(process.execPath, parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
      if (status !== 0) throw new Error(`The group "${name}" could not be measured.`);
      measured.push(...(await readRun(json)).rows);
    }
    return measured;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** One file for each major version of Node. Compiled, this module is in build/bench. */
function defaultFile(): string {
  const major = process.versions.node.split('.', 1)[0] ?? '';
  return fileURLToPath(new URL(`../../bench/results/node-${major}.json`, import.meta.url));
}
