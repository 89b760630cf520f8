/** Packages, and what of Node, that are given a proxy and shall not notice. */

/* eslint-disable -- they are asked about everything, whatever their types say */

import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import equal from 'fast-deep-equal';
import fastJson from 'fast-json-stringify';
import { enableMapSet, produce } from 'immer';
import { z } from 'zod';
import type { Operation } from '../conformance/operations.js';

/** One package, or one of its functions. */
export interface Judge extends Operation {
  /** Samples, by name, that are not taken for what they stand for. The caller passes `extract(p)`. */
  readonly extractFirst: readonly string[];
}

enableMapSet();

/** Has internal slots, which Node looks at first when it compares. */
const slotted = ['Map', 'Set', 'Date', 'RegExp', 'Error', 'string', 'number', 'bigint', 'typed array', 'Buffer', 'ArrayBuffer']; // prettier-ignore
const primitives = ['string', 'number', 'bigint'];

const comparing =
  (compare: (a: any, b: any) => unknown): Operation['run'] =>
  (p, { other }) => {
    return [
      attempt(() => compare(p, other)),
      attempt(() => compare(other, p)),
      attempt(() => compare([p], [other])),
    ];
  };

/** All judges with their verdicts. */
export const judges: readonly Judge[] = [
  { name: '`assert.deepStrictEqual`', extractFirst: [...slotted, 'function', 'class'], run: comparing(assert.deepStrictEqual) },
  { name: '`assert.deepEqual`', extractFirst: [...slotted, 'function', 'class'], run: comparing(assert.deepEqual) },
  { name: 'jest `toEqual`', extractFirst: ['function', 'class', ...primitives], run: comparing((a, b) => expect(a).toEqual(b)) },
  { name: 'jest `toStrictEqual`', extractFirst: ['function', 'class', 'ArrayBuffer', ...primitives], run: comparing((a, b) => expect(a).toStrictEqual(b)) },
  { name: 'fast-deep-equal', extractFirst: ['function', 'class', ...primitives], run: comparing(equal) },
  { name: 'zod', extractFirst: primitives, run: (p) => Object.values(schemas).map((schema) => attempt(() => schema.parse(p))) },
  { name: 'immer `produce`', extractFirst: primitives, run: (p) => produce(p, (draft: any) => {
    if (Array.isArray(draft)) draft.push(9);
    else if (draft instanceof Map) draft.set('z', 26);
    else if (draft instanceof Set) draft.add(26);
    else draft.a = 26;
  }) },
  { name: 'd3-array', extractFirst: primitives, run: (p) => Object.entries(d3Array()).map(([name, f]) => [name, attempt(() => f(p)), attempt(() => f(p, (x: any) => x))]) },
  { name: 'fast-json-stringify', extractFirst: [], run: (p) => [stringifyRecord(p), stringifyList([p])] },
  { name: 'express `res.json`', extractFirst: [], run: (p) => answer((response) => response.json(p)) },
  { name: 'express `res.send`', extractFirst: ['string', 'typed array', 'Buffer'], run: (p) => answer((response) => response.send(p)) },
  { name: '`JSON.stringify`', extractFirst: [], run: (p) => [attempt(() => JSON.stringify(p)), attempt(() => JSON.stringify({ p }))] },
  { name: 'template literals', extractFirst: [], run: (p) => [`${p}`, String.raw`${p}`] },
]; // prettier-ignore

const schemas = {
  object: z.object({ a: z.number() }),
  strict: z.strictObject({ a: z.number() }),
  record: z.record(z.string(), z.unknown()),
  array: z.array(z.number()),
  tuple: z.tuple([z.number(), z.number(), z.number()]),
  map: z.map(z.string(), z.looseObject({})),
  set: z.set(z.unknown()),
  date: z.date(),
  string: z.string(),
  number: z.number(),
  bigint: z.bigint(),
  coerced: z.coerce.string(),
  url: z.instanceof(URL),
  union: z.union([z.array(z.number()), z.object({ a: z.number() })]),
};

const stringifyRecord = fastJson({ type: 'object', properties: { a: { type: 'number' }, b: { type: 'object', additionalProperties: true } } } as any); // prettier-ignore
const stringifyList = fastJson({ type: 'array', items: {} } as any);

/** The package is an ES module, which jest does not load without a flag; beside it lies a script for browsers. */
function d3Array(): Record<string, (...args: any[]) => unknown> {
  const exports: any = {};
  const path = `${__dirname}/../../../node_modules/d3-array/dist/d3-array.js`;
  new Function('exports', 'module', readFileSync(path, 'utf8'))(exports, {});
  return Object.fromEntries(
    Object.entries(exports).filter(([name, f]) => typeof f === 'function' && name !== 'shuffle'),
  ) as never;
}

/** What a handler answers over HTTP. */
async function answer(handle: (response: express.Response) => void): Promise<unknown> {
  const app = express();
  app.get('/', (_, response) => {
    handle(response);
  });
  app.use(((error, _request, response, _next) => {
    response.status(500).end(error.name);
  }) satisfies express.ErrorRequestHandler);
  const server = createServer(app as any);
  await new Promise<void>((done) => server.listen(0, done));
  try {
    return await new Promise((done, fail) => {
      request({ port: (server.address() as AddressInfo).port }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          done([
            response.statusCode,
            response.headers['content-type'],
            Buffer.concat(chunks).toString('latin1'),
          ]);
        });
      })
        .on('error', fail)
        .end();
    });
  } finally {
    await new Promise((done) => server.close(done));
  }
}

function attempt(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return `throws ${(error as Error).constructor.name}`;
  }
}
