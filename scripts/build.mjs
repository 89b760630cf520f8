/**
 * Builds `dist/` from `lib/`: ES modules and CommonJS, each with its declarations and source maps.
 *
 *     node scripts/build.mjs              builds
 *     node scripts/build.mjs --if-stale   builds only where lib/ or the build's settings have changed since
 *
 * The build is made beside `dist/` and put in its place when it is whole, so that another process that is
 * reading `dist/` meets the old build or the new one.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const dist = join(root, 'dist');
/** Digest of what the present `dist/` was built from. Lies outside of it because that one is published. */
const digestFile = join(root, 'build', 'dist.sha256');

/**
 * The scope of the CommonJS build. It ends the root's scope, whose `"type"` is module, and so needs its own
 * `#platform`.
 */
const commonJsScope = {
  type: 'commonjs',
  imports: { '#platform': { node: './platform/node.js', default: './platform/web.js' } },
};

const digest = digestOfSources();
if (process.argv.includes('--if-stale') && builtFrom() === digest) process.exit(0);

const staging = join(root, `.dist-${process.pid}`);
try {
  for (const format of ['esm', 'cjs']) compile(format);
  writeFileSync(join(staging, 'cjs', 'package.json'), `${JSON.stringify(commonJsScope, undefined, 2)}\n`);
  rmSync(dist, { recursive: true, force: true });
  renameSync(staging, dist);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(digestFile, digest);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** @param {'esm' | 'cjs'} format */
function compile(format) {
  const options = ['-p', join(root, `tsconfig.${format}.json`), '--outDir', join(staging, format)];
  const { status, error } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) {
    rmSync(staging, { recursive: true, force: true });
    console.error(`The ${format} build failed; dist/ is as it was.`);
    process.exit(1);
  }
}

function digestOfSources() {
  const hash = createHash('sha256');
  const settings = [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.esm.json',
    'tsconfig.cjs.json',
    'scripts/build.mjs',
  ];
  const sources = readdirSync(join(root, 'lib'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  for (const file of [...settings.map((name) => join(root, name)), ...sources].sort()) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function builtFrom() {
  return existsSync(dist) && existsSync(digestFile) ? readFileSync(digestFile, 'utf8') : undefined;
}
