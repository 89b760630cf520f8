/**
 * Builds `dist/` from `lib/`: ES modules and CommonJS, each with its declarations and source maps. The compiler checks
 * the sources and writes the declarations, scripts/bundle.mjs the modules.
 *
 *     node scripts/build.mjs              builds
 *     node scripts/build.mjs --if-stale   builds only where lib/ or the build's settings have changed since
 *
 * The build is made beside `dist/` and put in its place when it is whole, so that another process that is
 * reading `dist/` meets the old build or the new one.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const dist = join(root, 'dist');
/** Digest of what the present `dist/` was built from. Lies outside of it because that one is published. */
const digestFile = join(root, 'build', 'dist.sha256');

/** The scope of the CommonJS build. It ends the root's scope, whose `"type"` is module, and so needs its own "imports". */
const commonJsScope = {
  type: 'commonjs',
  imports: {
    '#platform': { node: './platform/node.js', default: './platform/web.js' },
    '#disposable-stacks': {
      node: './platform/disposable-stacks.cjs',
      default: './platform/no-disposable-stacks.js',
    },
  },
};

const digest = digestOfSources();
if (process.argv.includes('--if-stale') && builtFrom() === digest) process.exit(0);

const staging = join(root, `.dist-${process.pid}`);
try {
  const folders = { esm: join(staging, 'esm'), cjs: join(staging, 'cjs') };
  declare(folders.esm);
  // Of the same text. That these are of CommonJS modules shows in the scope they are in.
  cpSync(folders.esm, folders.cjs, { recursive: true });
  await bundle(folders);
  writeFileSync(join(folders.cjs, 'package.json'), `${JSON.stringify(commonJsScope, undefined, 2)}\n`);
  rmSync(dist, { recursive: true, force: true });
  renameSync(staging, dist);
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(digestFile, digest);
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** Checks the sources and writes their declarations. */
function declare(folder) {
  const options = ['-p', join(root, 'tsconfig.esm.json'), '--emitDeclarationOnly', '--outDir', folder];
  const { status, error } = spawnSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) {
    rmSync(staging, { recursive: true, force: true });
    console.error('The build failed; dist/ is as it was.');
    process.exit(1);
  }
}

function digestOfSources() {
  const hash = createHash('sha256');
  const settings = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.esm.json',
    'scripts/build.mjs',
    'scripts/bundle.mjs',
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
