/** What a program pays to load the package, measured in a process of its own each time. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MeasuredRow, Nanoseconds } from '../row.js';

const execute = promisify(execFile);

/** Compiled, this module is in build/bench/package. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const node24 = fileURLToPath(
  new URL('../../../spec/environments/bounds/node_modules/node-24/bin/node', import.meta.url),
);

const controlName = 'msgpackr and lru-cache';
const budget = { against: controlName, atMost: 1.4 };

export const rows: readonly MeasuredRow[] = [
  rowFor(process.execPath, `Node ${process.versions.node.split('.', 1)[0] ?? ''}`),
  // Installed by scripts/install-environments.mjs.
  ...(existsSync(node24) ? [rowFor(node24, 'Node 24')] : []),
];

function rowFor(node: string, version: string): MeasuredRow {
  return {
    group: 'import',
    name: `import 'proxystore' on ${version}`,
    unit: 'ns',
    budget,
    samples: 15,
    ours: () => importTime(node, ['proxystore']),
    controls: {
      [controlName]: () => importTime(node, ['msgpackr', 'lru-cache']),
    },
  };
}

async function importTime(node: string, packages: readonly string[]): Promise<Nanoseconds> {
  const imports = packages.map((name) => `await import(${JSON.stringify(name)});`).join('');
  const code = `const start = performance.now();${imports}console.log(performance.now() - start)`;
  const { stdout } = await execute(node, ['--input-type=module', '--eval', code], { cwd: root });
  return Number(stdout) * 1e6;
}
