/**
 * Runs the compiled examples: each file of `examples/`, and of each folder its `main.ts`. Fails where one fails, and
 * says which.
 *
 *     node scripts/run-examples.mjs             all of them
 *     node scripts/run-examples.mjs one-shot    those named
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const compiled = fileURLToPath(new URL('../build/examples', import.meta.url));
/** An example that runs longer hangs. */
const timeoutMilliseconds = 60_000;

/** The compiled file of each example, by its name. */
const files = new Map(
  readdirSync(examples, { withFileTypes: true })
    .map((entry) => ({ ...parse(entry.name), folder: entry.isDirectory() }))
    .filter(({ base, ext, folder }) =>
      folder ? existsSync(join(examples, base, 'main.ts')) : ext === '.ts' || ext === '.cjs',
    )
    .map(({ name, ext, folder }) => [
      name,
      join(compiled, folder ? join(name, 'main.js') : `${name}${ext.replace('ts', 'js')}`),
    ]),
);
if (files.size === 0) throw new Error('There is no example to run.');

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !files.has(name));
if (unknown.length > 0) {
  throw new Error(
    `No example is called ${unknown.join(' or ')}. There are: ${[...files.keys()].join(', ')}.`,
  );
}

const names = asked.length > 0 ? asked : [...files.keys()];
const failed = names.filter((name) => {
  console.log(`\n--- ${name}`);
  const { status, signal } = spawnSync(process.execPath, [files.get(name)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: timeoutMilliseconds,
  });
  if (status !== 0) console.error(`${name} ended with ${signal ?? `status ${status}`}.`);
  return status !== 0;
});
console.log(`\n${names.length - failed.length} of ${names.length} examples ran.`);
if (failed.length > 0) process.exitCode = 1;
