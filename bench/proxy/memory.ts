/** What a proxy takes of memory until it is resolved, measured in a process of its own each time. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MeasuredRow } from '../row.js';
import type { Content } from './memory-process.js';

const execute = promisify(execFile);
const program = fileURLToPath(new URL('memory-process.js', import.meta.url));

export const rows: readonly MeasuredRow[] = [
  {
    group: 'proxy',
    name: 'memory of each of 1,000,000 unresolved',
    unit: 'bytes',
    ours: () => bytesOf('createProxy'),
    controls: {
      '{}': () => bytesOf('object'),
      'new Proxy, a handler of its own': () => bytesOf('bareProxy'),
    },
  },
];

async function bytesOf(content: Content): Promise<number> {
  const { stdout } = await execute(process.execPath, ['--expose-gc', program, content]);
  return Number(stdout);
}
