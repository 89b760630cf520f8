/** How much larger a process gets while it puts or gets an object of 100 MB, in a process of its own each time. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MeasuredRow } from '../row.js';
import type { PlaceName } from './memory-places.js';
import type { Operation } from './memory-process.js';

const execute = promisify(execFile);
const program = fileURLToPath(new URL('memory-process.js', import.meta.url));

const size = 100e6;
const object = 'the object';
/** What the runtime takes for itself meanwhile, as a multiple of the object: 8 MB. */
const slack = 0.08;

/** Other systems do not say how large a process was. */
export const rows: readonly MeasuredRow[] = process.platform === 'linux' ? allRows() : [];

function allRows(): MeasuredRow[] {
  return [
    row('local', 'put', { copies: 1 }),
    row('local', 'get', { copies: 0 }),
    row('file', 'put', { copies: 0, control: ['writeFile', 'raw file'] }),
    row('file', 'get', { copies: 0, control: ['readFile', 'raw file'] }),
    row('redis', 'put', { copies: 0, control: ['ioredis: SET', 'raw redis'] }),
    row('redis', 'get', { copies: 0, control: ['ioredis: GET', 'raw redis'] }),
    row('lmdb', 'put', { control: ['lmdb: put', 'raw lmdb'] }),
    row('lmdb', 'get', { control: ['lmdb: getBinary', 'raw lmdb'] }),
  ];
}

interface RowOptions {
  /** How many times the object may be in memory beside the one that the caller has. */
  readonly copies?: number;
  /** What it is compared with: how that is called, and where. */
  readonly control?: readonly [name: string, place: PlaceName];
}

function row(place: PlaceName, operation: Operation, { copies, control }: RowOptions): MeasuredRow {
  return {
    group: 'memory',
    name: `${place}: ${operation} of ${size / 1e6} MB, beyond the object`,
    unit: 'bytes',
    ...(copies !== undefined && { budget: { against: object, atMost: copies + slack } }),
    ours: () => growth(place, operation),
    controls: control === undefined ? {} : { [control[0]]: () => growth(control[1], operation) },
    constants: { [object]: size },
  };
}

async function growth(place: PlaceName, operation: Operation): Promise<number> {
  const { stdout } = await execute(process.execPath, [
    '--expose-gc',
    program,
    place,
    operation,
    String(size),
  ]);
  return Number(stdout);
}
