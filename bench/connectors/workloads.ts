/** What the contenders are made to do, and the rows of it. */

import { randomFillSync } from 'node:crypto';
import type { Budget, MeasuredRow, Nanoseconds } from '../row.js';
import { ours } from './contender.js';
import type { Contender, Contenders, Fetched } from './contender.js';

/** How long each contender does it before it is measured, in milliseconds. */
const warmUp = 700;

type Bytes = number;

/** Something that a contender does, and how long it takes per operation. */
export interface Workload {
  /** As in `'1 MB: put and get'`. */
  readonly name: string;
  /** How often each contender does it. */
  readonly samples: number;
  run(contender: Contender): Promise<Nanoseconds>;
}

/** How objects are put, got and evicted one after the other. */
export interface ObjectOptions {
  readonly samples: number;
  /** How many objects one sample is of. Default 1. */
  readonly repeats?: number;
  /** Whether evicting is in the time. */
  readonly evicted: boolean;
}

/** An object that is put, got and evicted. */
export function object(size: Bytes, { samples, repeats = 1, evicted }: ObjectOptions): Workload {
  return {
    name: `${sizeText(size)}: ${evicted ? 'put, get, evict' : 'put and get'}`,
    samples,
    async run(contender) {
      const data = dataOf(size);
      let nanoseconds = 0;
      for (let i = 0; i < repeats; i += 1) {
        const start = now();
        const key = await contender.put(data);
        check(await contender.get(key), data);
        if (evicted) await contender.evict(key);
        nanoseconds += now() - start;
        if (!evicted) await contender.evict(key);
      }
      return nanoseconds / repeats;
    },
  };
}

/** An object that is got once and gone then. */
export function oneShot(size: Bytes, { samples, repeats }: { samples: number; repeats: number }): Workload {
  return {
    name: `${sizeText(size)}: a one-shot proxy, made and resolved`,
    samples,
    async run(contender) {
      const data = dataOf(size);
      const start = now();
      for (let i = 0; i < repeats; i += 1) check(await contender.oneShot(data), data);
      return (now() - start) / repeats;
    },
  };
}

/** Objects that are put, got and evicted all at once. */
export function concurrent(size: Bytes, count: number, samples: number): Workload {
  return {
    name: `${sizeText(size)}: put, get, evict of ${count} at once`,
    samples,
    async run(contender) {
      const data = dataOf(size);
      const start = now();
      await Promise.all(
        Array.from({ length: count }, async () => {
          const key = await contender.put(data);
          check(await contender.get(key), data);
          await contender.evict(key);
        }),
      );
      return (now() - start) / count;
    },
  };
}

/** Objects that are put, got and evicted by one call each. */
export function batched(size: Bytes, count: number, samples: number): Workload {
  return {
    name: `${sizeText(size)}: put, get, evict of a batch of ${count}`,
    samples,
    async run({ batch }) {
      if (batch === undefined) throw new Error('This contender has no batches.');
      const data = dataOf(size);
      const start = now();
      const keys = await batch.put(Array.from({ length: count }, () => data));
      for (const got of await batch.get(keys)) check(got, data);
      await batch.evict(keys);
      return (now() - start) / count;
    },
  };
}

/** A row of a workload, with the contenders that it opens. */
export interface ContestOptions {
  readonly group: string;
  readonly workload: Workload;
  readonly open: () => Promise<Contenders>;
  /** The names of those that ours is compared with. */
  readonly controls: readonly string[];
  readonly budget?: Budget | undefined;
}

/** A row of a workload. The contenders take turns at every call of it. */
export function contest({ group, workload, open, controls, budget }: ContestOptions): MeasuredRow {
  let present: Contenders | undefined;
  const run = (name: string) => (): Promise<Nanoseconds> => {
    const contender = present?.byName[name];
    if (contender === undefined) throw new Error(`"${name}" has not been opened.`);
    return workload.run(contender);
  };
  return {
    group,
    name: workload.name,
    unit: 'ns',
    ...(budget !== undefined && { budget }),
    samples: workload.samples,
    figure: 'median',
    ours: run(ours),
    controls: Object.fromEntries(controls.map((name) => [name, run(name)])),
    async before() {
      present = await open();
      // The first ones make connections and files, and have the code compiled.
      for (const name of [ours, ...controls]) {
        for (const end = performance.now() + warmUp; performance.now() < end;) await run(name)();
      }
    },
    async after() {
      await present?.[Symbol.asyncDispose]();
      present = undefined;
    },
  };
}

/** What comes back is not compared byte by byte, which would take longer than all else. */
function check(got: Fetched, put: Uint8Array): void {
  if (got?.length !== put.length || got.at(-1) !== put.at(-1)) throw new Error('Something else came back.');
}

const made = new Map<Bytes, Uint8Array>();

/** Bytes that nothing makes smaller, the same ones each time. */
function dataOf(size: Bytes): Uint8Array {
  let data = made.get(size);
  if (data === undefined) made.set(size, (data = randomFillSync(new Uint8Array(size))));
  return data;
}

function sizeText(size: Bytes): string {
  return size < 1e6 ? `${size / 1e3} KB` : `${size / 1e6} MB`;
}

/** The time since the process began. */
function now(): Nanoseconds {
  return performance.now() * 1e6;
}
