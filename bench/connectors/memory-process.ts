/**
 * Puts or gets a large object once and prints by how many bytes the process grew meanwhile at its largest: beyond the
 * object that its caller has, which for `get` is the one that comes back. Started with `--expose-gc`, on Linux.
 *
 *     node --expose-gc memory-process.js <place> <put or get> <size in bytes>
 */

import { randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Contender } from './contender.js';
import { openPlace } from './memory-places.js';
import type { PlaceName } from './memory-places.js';

/** What can be measured. */
export type Operation = 'put' | 'get';

type Bytes = number;

/** What is less is the runtime's own, and another figure each time. */
const unit: Bytes = 1e6;

const [place, operation, size] = process.argv.slice(2) as [PlaceName, Operation, string]; // as memory.ts starts it
const opened = await openPlace(place);
const growth = await (operation === 'put' ? growthOfPut : growthOfGet)(opened.contender);
console.log(Math.max(Math.round(growth / unit), 1) * unit);
await opened[Symbol.asyncDispose]();

async function growthOfPut(contender: Contender): Promise<Bytes> {
  await useOnce(contender);
  const data = newObject(Number(size));
  const before = beginMeasuring();
  await contender.put(data);
  return largest() - before;
}

async function growthOfGet(contender: Contender): Promise<Bytes> {
  await useOnce(contender);
  const key = await contender.put(newObject(Number(size)));
  const before = beginMeasuring();
  const data = await contender.get(key);
  if (data?.length !== Number(size)) throw new Error('Something else came back.');
  return largest() - before - data.length;
}

/** Has everything loaded, connected and compiled that the first use takes. */
async function useOnce(contender: Contender): Promise<void> {
  const key = await contender.put(newObject(100e3));
  await contender.get(key);
  await contender.evict(key);
}

function newObject(length: Bytes): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}

/** Lets go of all that is not used any more, and forgets how large the process was before (proc_pid_clear_refs(5)). */
function beginMeasuring(): Bytes {
  if (globalThis.gc === undefined) throw new Error('Start this program with --expose-gc.');
  globalThis.gc();
  globalThis.gc(); // what the first one finds to be finalized is freed by the second
  writeFileSync('/proc/self/clear_refs', '5');
  return largest();
}

/** How much of the process was in memory at its largest. */
function largest(): Bytes {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  if (kilobytes === undefined) throw new Error('This system does not say how large the process was.');
  return Number(kilobytes) * 1024;
}
