/** Graphs of objects for tests: how two are compared, and where they come from. */

import fc from 'fast-check';

/**
 * Whether two values are the same in everything that is data: kinds, contents, order, holes, signs of zeros, and
 * which objects are one and the same.
 *
 * @returns Where they differ, as a path; `undefined` where they do not.
 */
export function difference(left: unknown, right: unknown): string | undefined {
  return compare(left, right, new Map(), new Map(), '$');
}

type Pairs = Map<object, object>;

function compare(left: unknown, right: unknown, to: Pairs, from: Pairs, path: string): string | undefined {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right) ? undefined : path;
  if (to.has(left) || from.has(right)) {
    return to.get(left) === right && from.get(right) === left ? undefined : `${path} (identity)`;
  }
  to.set(left, right);
  from.set(right, left);
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path} (prototype)`;
  if (Object.prototype.toString.call(left) !== Object.prototype.toString.call(right)) return `${path} (kind)`;
  const [leftParts, rightParts] = [partsOf(left), partsOf(right)];
  if (leftParts.length !== rightParts.length) return `${path} (size)`;
  for (const [index, [name, value]] of leftParts.entries()) {
    const other = rightParts[index]!;
    if (other[0] !== name) return `${path}.${name} (name)`;
    const found = compare(value, other[1], to, from, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What a value consists of, in its order. */
function partsOf(value: object): [name: string, value: unknown][] {
  if (value instanceof Map) {
    return [...value].flatMap(([key, inner], at): [string, unknown][] => [
      [`<key ${at}>`, key],
      [`<value ${at}>`, inner],
    ]);
  }
  if (value instanceof Set) return [...value].map((item, at) => [`<item ${at}>`, item]);
  if (value instanceof Date) return [['<time>', value.getTime()]];
  if (value instanceof RegExp) return [['<source>', String(value)]];
  if (value instanceof ArrayBuffer) return [['<bytes>', Buffer.from(value).toString('hex')]];
  if (ArrayBuffer.isView(value)) {
    return [['<bytes>', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')]];
  }
  if (value instanceof Error) {
    // Their order is that of the engine and not of who made the error.
    const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    return properties.map(([name, { enumerable }]) => [
      `${name}${enumerable === true ? '' : ' (hidden)'}`,
      value[name as keyof Error],
    ]);
  }
  if (/^\[object (String|Number|Boolean|BigInt)\]$/.test(Object.prototype.toString.call(value))) {
    return [['<primitive>', value.valueOf()]];
  }
  const entries = Object.entries(value);
  return Array.isArray(value) ? [['length', value.length], ...entries] : entries;
}

/** Text of any code units, surrogates without their other half among them, and names that mean something elsewhere. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom('\ud83d', '\ude80', 'a', '\ufeff')).map((characters) => characters.join('')),
  fc.constantFrom('__proto__', '__keys__', 'constructor', 'hasOwnProperty', 'toJSON', 'then', 'length', ''),
);

const leaves = fc.oneof(
  anyText,
  fc.double(),
  fc.integer(),
  fc.constantFrom(undefined, null, true, false, -0, NaN, 0xffff_ffff, 0x1_0000_0000, -0x8000_0001),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
);

const leafObjects = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a(?<b>c)/gi, /[/]\n/su).map((pattern) => new RegExp(pattern.source, pattern.flags)),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.uint8ClampedArray(),
  fc.uint8Array().map((bytes) => bytes.slice().buffer),
  fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer)),
  fc
    .oneof(anyText, fc.double(), fc.boolean(), fc.bigInt())
    .map((primitive): object => Object(primitive) as object),
);

/** Values as fast-check makes them, of every kind that it knows, and with names and text of any form in them. */
export const anyTree: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    key: anyText,
    values: [leaves, leafObjects],
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withBigInt: true,
    withDate: true,
    withBoxedValues: true,
  }),
  leaves,
  leafObjects,
);

type Container = unknown[] | Map<unknown, unknown> | Set<unknown> | Error | Record<string, unknown>;

const emptyContainers: readonly (() => Container)[] = [
  () => ({}),
  () => [],
  () => new Map(),
  () => new Set(),
  () => Object.create(null) as Record<string, unknown>,
  () => new TypeError('of a graph'),
];

/**
 * Graphs: a few objects of every kind, each with references to any of them, so that sharing and cycles abound.
 *
 * @param further - Makers of further kinds of objects, whose properties are to be set.
 */
export function anyGraph(further: readonly (() => Container)[] = []): fc.Arbitrary<unknown> {
  const makers = [...emptyContainers, ...further];
  const edge = fc.tuple(fc.nat(), fc.nat(), anyText, fc.option(fc.oneof(leaves, leafObjects)));
  return fc
    .tuple(
      fc.array(fc.nat(makers.length - 1), { minLength: 1, maxLength: 12 }),
      fc.array(edge, { maxLength: 30 }),
    )
    .map(([kinds, edges]) => {
      const containers = kinds.map((kind) => makers[kind]!());
      for (const [from, to, name, leaf] of edges) {
        const target = leaf ?? containers[to % containers.length];
        connect(containers[from % containers.length]!, name, target);
      }
      return containers[0];
    });
}

function connect(container: Container, name: string, target: unknown): void {
  if (container instanceof Map) container.set(name.length % 2 === 0 ? name : target, target);
  else if (container instanceof Set) container.add(target);
  else if (Array.isArray(container)) container[container.length + (name.length % 3)] = target;
  // Not by assignment, for the name may be that of a setter.
  else if (container instanceof Error) define(container, 'cause', target, false);
  else define(container, name, target, true);
}

function define(object: object, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, name, { value, enumerable, writable: true, configurable: true });
}
