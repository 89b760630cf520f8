/** Fills the memory with a million things and prints how many bytes one is. Started with `--expose-gc`. */

import { createProxy, LambdaFactory } from 'proxystore';

/** What there can be a million of. */
export type Content = keyof typeof makers;

const count = 1_000_000;
const factory = new LambdaFactory(() => ({ rows: [1, 2, 3] }));

const makers = {
  createProxy: () => createProxy(factory),
  object: () => ({}),
  bareProxy: () => new Proxy({}, {}),
};

const make = makers[process.argv[2] as Content]; // as memory.ts starts it
const things = new Array<unknown>(count).fill(undefined);
const before = usedBytes();
for (let i = 0; i < count; i += 1) things[i] = make();
const after = usedBytes();
// What is used afterwards is not collected before.
if (things.length !== count) throw new Error('The things are not all there.');
console.log(Math.round((after - before) / count));

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Start this program with --expose-gc.');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
