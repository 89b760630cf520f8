/** The input: real text that every checkout has. */

import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The declaration files that the typescript package ships, the largest first, so that none is left to the end. */
export async function readTexts(signal: AbortSignal): Promise<string[]> {
  const directory = dirname(createRequire(import.meta.url).resolve('typescript'));
  const names = (await readdir(directory)).filter((name) => name.endsWith('.d.ts'));
  const texts = await Promise.all(
    names.map((name) => readFile(join(directory, name), { encoding: 'utf8', signal })),
  );
  return texts.sort((a, b) => b.length - a.length);
}
