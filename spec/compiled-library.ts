/** The library compiled to CommonJS, for tests that run it in another process or thread, where no jest compiles it. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const builds = join(root, 'build', 'spec-library');
const millisecondsInDay = 24 * 60 * 60 * 1000;

let directory: string | undefined;

/**
 * Compiles the library, unless these very sources have been compiled already.
 *
 * Each state of the sources is a directory of its own, made under another name and renamed when it is complete: test
 * files that run at the same time need no lock, and none of them sees half a build or one of other sources.
 *
 * @returns The directory to require from, as in `require(join(compiledLibrary(), 'connectors/file.js'))`.
 */
export function compiledLibrary(): string {
  directory ??= build();
  return directory;
}

function build(): string {
  const target = join(builds, hashOfSources());
  if (existsSync(target)) return target;
  mkdirSync(builds, { recursive: true });
  removeOldBuilds();
  const unfinished = mkdtempSync(join(builds, 'unfinished-'));
  try {
    compileInto(unfinished);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another test file was faster; a directory cannot be renamed over one that is not empty.
    if (!existsSync(target)) throw error;
  }
  return target;
}

function compileInto(outDir: string): void {
  const tsc = require.resolve('typescript/bin/tsc');
  const options = ['--noCheck', '--declaration', 'false', '--declarationMap', 'false', '--outDir', outDir];
  try {
    execFileSync(process.execPath, [tsc, '-p', 'tsconfig.cjs.json', ...options], {
      cwd: root,
      encoding: 'utf8',
    });
  } catch (cause) {
    const { stdout } = cause as { stdout?: string };
    throw new Error(`The library does not compile:\n${stdout ?? ''}`, { cause });
  }
  // What dist/cjs/package.json and the "imports" of the package are to the real build.
  const imports = {
    '#platform': './platform/node.js',
    '#disposable-stacks': './platform/disposable-stacks.cjs',
  };
  const manifest = { type: 'commonjs', imports };
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'package.json'), JSON.stringify(manifest));
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).sort();
  const files = [
    'tsconfig.json',
    'tsconfig.esm.json',
    'tsconfig.cjs.json',
    ...sources.map((name) => join('lib', name)),
  ];
  for (const file of files) {
    if (!/\.(json|c?ts)$/.test(file)) continue;
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Builds of sources that nobody has any more. One of today may be in use by another run. */
function removeOldBuilds(): void {
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - changed > millisecondsInDay) rmSync(path, { recursive: true, force: true });
  }
}
