/** The JavaScript runtimes that tests start as processes of their own. See scripts/install-environments.mjs. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A runtime, and how to run a file with it: `command`, `parameters`, the file. */
export interface Runtime {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
}

const environments = resolve(__dirname, '../environments');

const bounds: readonly Runtime[] = [node('18', 'bounds'), node('24', 'bounds')];
const others: readonly Runtime[] = [
  node('22', 'others'),
  node('26', 'others'),
  {
    name: 'Bun',
    command: join(environments, 'others/node_modules/@oven/bun-linux-x64/bin/bun'),
    parameters: ['run'],
  },
  {
    name: 'Deno',
    command: join(environments, 'others/node_modules/@deno/linux-x64-glibc/deno'),
    parameters: ['run', '--allow-all', '--node-modules-dir=manual'],
  },
];

/** The Node that runs the tests. */
export const currentNode: Runtime = {
  name: `Node ${process.versions.node}`,
  command: process.execPath,
  parameters: [],
};

/**
 * The runtimes to test in: the Node that runs the tests and the oldest and first modern one, or all that are supported
 * where the environment says `PROXYSTORE_RUNTIMES=all`. On platforms that the npm registry has them not for, the first
 * only.
 *
 * @throws Error where they have not been installed and could be.
 */
export function runtimes(): readonly Runtime[] {
  const wanted = process.env['PROXYSTORE_RUNTIMES'] === 'all' ? [...bounds, ...others] : bounds;
  return [currentNode, ...installed(wanted)];
}

function installed(wanted: readonly Runtime[]): readonly Runtime[] {
  const missing = wanted.filter(({ command }) => !existsSync(command));
  if (missing.length === 0) return wanted;
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  const names = missing.map(({ name }) => name).join(', ');
  throw new Error(
    `Not installed: ${names}. Run "npm run prepare:tests", or "npm run test:runtimes" for all of them.`,
  );
}

function node(major: string, set: string): Runtime {
  const command = join(environments, set, 'node_modules', `node-${major}`, 'bin/node');
  return { name: `Node ${major}`, command, parameters: [] };
}
