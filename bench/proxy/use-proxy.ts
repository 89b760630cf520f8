/** What it takes to use a proxy that is resolved. */

import { immerable } from 'immer';
import { extract } from 'proxystore';
import type { ObjectProxy } from 'proxystore';
import type { BenchRow, Budget } from '../row.js';
import { bareName, constantTrap, immerName, others, ours, vueName } from './contenders.js';
import type { Contender } from './contenders.js';
import { operations } from './operations.js';

/** What can be left out of the description of a row. */
interface RowOptions {
  readonly budget?: Budget;
  /** Who cannot do it. */
  readonly without?: readonly string[];
  /** Default: as many as the functions of operations.ts do. */
  readonly operations?: number;
}

const itemCount = 1000;
/** Long to the engine, but short enough that a busy machine does not interrupt each of them. */
const loopLength = 100_000;
const shapeCount = 20;

export const rows: readonly BenchRow[] = [
  propertyRead('property read', { against: bareName, atMost: 1.2 }),
  propertyRead('property read, beside Vue', { against: vueName, atLeast: 1.6 }),
  propertyRead('property read, beside Immer', { against: immerName, atLeast: 1.6 }),
  extractFirst(),
  useRow(
    `property read, objects of ${shapeCount} shapes`,
    ({ wrap }) => differentShapes().map((object) => wrap(object)),
    ({ code }, objects) => code.readProperties(objects),
  ),
  useRow('nested read, three deep', counter, ({ code }, object) => code.readNested(object)),
  useRow('write', counter, ({ code }, object) => code.writeProperty(object)),
  useRow('method call', counter, ({ code }, object) => code.callMethod(object)),
  useRow('in', counter, ({ code }, object) => code.askIn(object)),
  useRow('Object.keys', counter, ({ code }, object) => code.listKeys(object)),
  useRow(
    'Map.get',
    ({ wrap }) => wrap(new Map([['key', 1]])),
    ({ code }, map) => code.getFromMap(map),
    { without: [bareName] },
  ),
  useRow('reduce over 1,000 items', items, ({ code }, array) => code.reduceItems(array), {
    budget: { against: vueName, atLeast: 5 },
    operations: 1,
  }),
  useRow('for...of over 1,000 items', items, ({ code }, array) => code.iterateItems(array), {
    operations: 1,
  }),
  useRow(
    'loop over a Float64Array of 1,000',
    ({ wrap }) => wrap(Float64Array.from({ length: itemCount }, (_, index) => index)),
    ({ code }, numbers) => code.indexNumbers(numbers, itemCount),
    // Neither makes a proxy of a typed array.
    { without: [vueName, immerName], operations: 1 },
  ),
];

/** The same read for each budget: a row has one. */
function propertyRead(name: string, budget: Budget): BenchRow {
  const row = useRow(name, counter, ({ code }, object) => code.readProperty(object), { budget });
  const { [budget.against]: rival } = row.controls;
  if (name !== 'property read' && rival !== undefined) {
    return { ...row, controls: { [budget.against]: rival } };
  }
  const constant = counter(constantTrap);
  return {
    ...row,
    controls: { ...row.controls, [constantTrap.name]: () => constantTrap.code.readProperty(constant) },
  };
}

/** How much a long loop gains where it starts with `extract`. */
function extractFirst(): BenchRow {
  const proxy = counter(ours);
  const target = others[0]; // whose copy of the code sees plain objects
  return {
    group: 'proxy',
    name: 'loop of 100,000 property reads',
    ours: () => ours.code.readProperty(proxy, loopLength),
    controls: {
      'extract(p) first': () =>
        // The contender gives a proxy as the type that it stands for.
        target?.code.readProperty(extract(proxy as unknown as ObjectProxy<typeof proxy>), loopLength),
    },
  };
}

function useRow<T extends object>(
  name: string,
  make: (contender: Contender) => T,
  use: (contender: Contender, object: T) => unknown,
  options: RowOptions = {},
): BenchRow {
  const { budget, without = [] } = options;
  const runOf = (contender: Contender): (() => unknown) => {
    const object = make(contender);
    return () => use(contender, object);
  };
  return {
    group: 'proxy',
    name,
    ...(budget !== undefined && { budget }),
    operations: options.operations ?? operations,
    ours: runOf(ours),
    controls: Object.fromEntries(
      others.filter((other) => !without.includes(other.name)).map((other) => [other.name, runOf(other)]),
    ),
  };
}

function counter({ wrap, code }: Contender): InstanceType<Contender['code']['Counter']> {
  // Immer takes instances of no other classes.
  return wrap(Object.assign(new code.Counter(1), { [immerable]: true }));
}

function items({ wrap }: Contender): number[] {
  return wrap(Array.from({ length: itemCount }, (_, index) => index));
}

function differentShapes(): { value: number }[] {
  return Array.from({ length: shapeCount }, (_, index) => ({ [`field${index}`]: index, value: index }));
}
