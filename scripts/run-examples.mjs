/** Runs every compiled example, `build/examples/<name>/main.js`; fails where one fails, and says which. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const examples = fileURLToPath(new URL('../examples', import.meta.url));
const compiled = fileURLToPath(new URL('../build/examples', import.meta.url));
/** An example that runs longer hangs. */
const timeoutMilliseconds = 60_000;

const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(examples, entry.name, 'main.ts')))
  .map((entry) => entry.name);
if (names.length === 0) throw new Error('There is no example to run.');

const failed = names.filter((name) => {
  console.log(`\n--- ${name}`);
  const { status, signal } = spawnSync(process.execPath, [join(compiled, name, 'main.js')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: timeoutMilliseconds,
  });
  if (status !== 0) console.error(`${name} ended with ${signal ?? `status ${status}`}.`);
  return status !== 0;
});
console.log(`\n${names.length - failed.length} of ${names.length} examples ran.`);
if (failed.length > 0) process.exitCode = 1;
