/** Checks the tarball that would be published: its manifest with publint, its types with attw. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tarball = pack(join(root, 'build', 'packed'));

const tarballBytes = new Uint8Array(readFileSync(tarball)).buffer;
const { messages, pkg } = await publint({ pack: { tarball: tarballBytes }, strict: true });
const complaints = messages.filter((message) => !isScopeOfCommonJs(message));
for (const message of complaints) console.error(`publint: ${formatMessage(message, pkg)}`);
if (complaints.length > 0) process.exitCode = 1;
else console.log('publint has nothing to say.');

// `node16` means every way to resolve modules but the one of before 2022, which knows no subpath exports.
const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
const { status } = spawnSync(process.execPath, [attw, tarball, '--profile', 'node16'], { stdio: 'inherit' });
if (status !== 0) process.exitCode = 1;

/**
 * publint takes it that Node ignores a nested `"imports"`. It ignores a nested `"exports"`; `#platform` it looks up
 * in the nearest package.json, and so do the other runtimes: spec/package runs the CommonJS build in all of them.
 */
function isScopeOfCommonJs({ code, args }) {
  return (
    code === 'NESTED_PACKAGE_JSON_FIELD_IGNORED' &&
    args.field === 'imports' &&
    args.filePath === './dist/cjs/package.json'
  );
}
