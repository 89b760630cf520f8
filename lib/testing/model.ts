/** What a Map of keys to bytes would answer to each operation of a connector. */

import assert from 'node:assert/strict';
import type { Capability, ConnectorKey, Parts } from '../connectors/protocol.js';
import { joined, plain } from './bytes.js';
import { collected, longTime } from './operations.js';
import type { Complete } from './suite.js';

/** How many objects the largest batch of a step has. */
export const largestBatch = 4;

/** One operation, and what it is given: as much as any needs, so that all steps are alike. */
export interface Step {
  readonly operation: string;
  /** Numbers that choose among the keys that there are by then; {@link largestBatch} of them. */
  readonly keys: readonly number[];
  /** Objects to be stored; {@link largestBatch} of them. */
  readonly objects: readonly (readonly Piece[])[];
}

/** A part of an object: so many bytes, each one more than the byte before it. */
export interface Piece {
  readonly length: number;
  readonly first: number;
}

/** Carries out a step on the connector and the model, and compares. */
export type Operation = (step: Step, model: Model, connector: Complete) => Promise<void>;

/** What is to be there. */
export class Model {
  /** Every key that was made; one stays, also without an object. */
  readonly #keys: ConnectorKey[] = [];
  /** By the key's JSON. */
  readonly #objects = new Map<string, Uint8Array>();

  /** Some of the keys, of which one may be there twice; none where there are none. */
  choose(numbers: readonly number[]): ConnectorKey[] {
    const keys = this.#keys;
    // A remainder is below the length.
    return keys.length === 0 ? [] : numbers.map((number) => keys[number % keys.length]!);
  }

  addKey(key: ConnectorKey): void {
    this.#keys.push(key);
  }

  add(key: ConnectorKey, parts: Parts): void {
    this.addKey(key);
    this.set(key, parts);
  }

  has(key: ConnectorKey): boolean {
    return this.#objects.has(JSON.stringify(key));
  }

  set(key: ConnectorKey, parts: Parts): void {
    this.#objects.set(JSON.stringify(key), joined(parts));
  }

  delete(key: ConnectorKey): void {
    this.#objects.delete(JSON.stringify(key));
  }

  /** Compares what a connector has found. */
  compare(key: ConnectorKey, found: Uint8Array | undefined): void {
    assert.deepEqual(plain(found), this.#objects.get(JSON.stringify(key)));
  }

  /** Compares everything that is there. */
  async compareAll(connector: Complete, listed: boolean): Promise<void> {
    for (const key of this.#keys) this.compare(key, await connector.get(key));
    if (!listed) return;
    assert.deepEqual((await collected(connector.list())).sort(), [...this.#objects.keys()].sort());
  }
}

/**
 * The operations of a connector, by their names.
 *
 * @param has - Tells its capabilities.
 */
export function operationsOf(has: (capability: Capability) => boolean): Readonly<Record<string, Operation>> {
  return {
    ...commonOperations('', (connector) => connector, has),
    ...(has('sync') && commonOperations('sync.', ({ sync }) => sync, has)),
    ...(has('deferred') && { newKey }),
    ...(has('expire') && { 'expire, later': expireLater, 'expire, now': expireNow }),
  };
}

/** Those that there are with and without waiting. */
function commonOperations(
  prefix: string,
  through: (connector: Complete) => Complete | Complete['sync'],
  has: (capability: Capability) => boolean,
): Record<string, Operation> {
  const operations: Record<string, Operation> = {
    async put({ objects }, model, connector) {
      const [parts] = partsOf(objects);
      model.add(await through(connector).put(parts!), parts!);
    },
    async putBatch({ objects }, model, connector) {
      const batch = partsOf(objects);
      const keys = await through(connector).putBatch(batch);
      assert.equal(keys.length, batch.length);
      for (const [index, key] of keys.entries()) model.add(key, batch[index]!);
    },
    get: async (step, model, connector) =>
      atOneKey(step, model, async (key) => model.compare(key, await through(connector).get(key))),
    async getBatch({ keys: numbers }, model, connector) {
      const keys = model.choose(numbers);
      const found = await through(connector).getBatch(keys);
      assert.equal(found.length, keys.length);
      for (const [index, key] of keys.entries()) model.compare(key, found[index]);
    },
    exists: async (step, model, connector) =>
      atOneKey(step, model, async (key) => {
        assert.equal(await through(connector).exists(key), model.has(key));
      }),
    evict: async (step, model, connector) =>
      atOneKey(step, model, async (key) => {
        await through(connector).evict(key);
        model.delete(key);
      }),
    async evictBatch({ keys: numbers }, model, connector) {
      const keys = model.choose(numbers);
      await through(connector).evictBatch(keys);
      for (const key of keys) model.delete(key);
    },
  };
  if (has('deferred')) {
    operations['set'] = async (step, model, connector) =>
      atOneKey(step, model, async (key, parts) => {
        assert.equal(await through(connector).set(key, parts), true);
        model.set(key, parts);
      });
    operations['set, ifAbsent'] = async (step, model, connector) =>
      atOneKey(step, model, async (key, parts) => {
        const absent = !model.has(key);
        assert.equal(await through(connector).set(key, parts, { ifAbsent: true }), absent);
        if (absent) model.set(key, parts);
      });
  }
  if (has('take')) {
    operations['take'] = async (step, model, connector) =>
      atOneKey(step, model, async (key) => {
        model.compare(key, await through(connector).take(key));
        model.delete(key);
      });
  }
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [prefix + name, operation]),
  );
}

const newKey: Operation = async (_step, model, connector) => model.addKey(connector.newKey());

const expireLater: Operation = async (step, model, connector) =>
  atOneKey(step, model, async (key) => {
    assert.equal(await connector.expire(key, longTime), model.has(key));
  });

const expireNow: Operation = async (step, model, connector) =>
  atOneKey(step, model, async (key) => {
    assert.equal(await connector.expire(key, 0), model.has(key));
    model.delete(key);
  });

/** Does something at one key, unless there is none yet. */
async function atOneKey(
  { keys, objects }: Step,
  model: Model,
  use: (key: ConnectorKey, parts: Parts) => Promise<void>,
): Promise<void> {
  const [key] = model.choose(keys);
  const [parts] = partsOf(objects);
  if (key !== undefined) await use(key, parts!);
}

function partsOf(objects: Step['objects']): Parts[] {
  return objects.map((pieces) =>
    pieces.map(({ length, first }) => Uint8Array.from({ length }, (_, index) => first + index)),
  );
}
