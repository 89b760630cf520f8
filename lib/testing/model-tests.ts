/**
 * Random sequences of operations, each with what a Map of keys to bytes would answer. A sequence that fails is named
 * by its seed and its steps, and is the same each time.
 */

import assert from 'node:assert/strict';
import type { ConnectorKey, Parts } from '../connectors/protocol.js';
import { joined, plain } from './bytes.js';
import { collected } from './operations.js';
import { Random } from './random.js';
import type { Complete, Suite } from './suite.js';

const sequences = { light: 5, heavy: 50 };
const stepsInSequence = 60;

/** What is to be there, by the key's JSON; a key that has been made stays, also without an object. */
interface Model {
  readonly keys: ConnectorKey[];
  readonly objects: Map<string, Uint8Array>;
}

/** Does one thing to the connector and the model, and compares. */
type Step = (random: Random, model: Model, connector: Complete) => Promise<void>;

/** The model. */
export function describeModel({ describe, test, has, heavy }: Suite): void {
  describe('a sequence of operations', () => {
    const steps: Record<string, Step> = {
      ...baseSteps,
      ...(has('deferred') && deferredSteps),
      ...(has('take') && takeSteps),
      ...(has('sync') && syncSteps),
    };
    for (let seed = 1; seed <= (heavy ? sequences.heavy : sequences.light); seed += 1) {
      test(`answers as a Map would, whatever is done to it (seed ${seed})`, async (connector) => {
        const random = new Random(seed);
        const model: Model = { keys: [], objects: new Map() };
        const done: string[] = [];
        try {
          for (let count = 0; count < stepsInSequence; count += 1) {
            const name = random.oneOf(Object.keys(steps));
            done.push(name);
            // Of the names of these very steps.
            await steps[name]!(random, model, connector);
          }
          await compareAll(model, connector, has('list'));
        } catch (cause) {
          const message = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`After ${done.join(', ')}: ${message}`, { cause });
        }
      });
    }
  });
}

const baseSteps: Record<string, Step> = {
  async put(random, model, connector) {
    const parts = randomParts(random);
    add(model, await connector.put(parts), parts);
  },
  async putBatch(random, model, connector) {
    const batch = [randomParts(random), [], randomParts(random)];
    const keys = await connector.putBatch(batch);
    for (const [index, key] of keys.entries()) add(model, key, batch[index] ?? []);
  },
  async get(random, model, connector) {
    for (const key of someKeys(random, model, 1)) compare(await connector.get(key), model, key);
  },
  async getBatch(random, model, connector) {
    const keys = someKeys(random, model, 4);
    const found = await connector.getBatch(keys);
    assert.equal(found.length, keys.length);
    for (const [index, key] of keys.entries()) compare(found[index], model, key);
  },
  async exists(random, model, connector) {
    for (const key of someKeys(random, model, 1)) {
      assert.equal(await connector.exists(key), model.objects.has(JSON.stringify(key)));
    }
  },
  async evict(random, model, connector) {
    for (const key of someKeys(random, model, 1)) {
      await connector.evict(key);
      model.objects.delete(JSON.stringify(key));
    }
  },
  async evictBatch(random, model, connector) {
    const keys = someKeys(random, model, 3);
    await connector.evictBatch(keys);
    for (const key of keys) model.objects.delete(JSON.stringify(key));
  },
};

const deferredSteps: Record<string, Step> = {
  async newKey(_random, model, connector) {
    model.keys.push(connector.newKey());
  },
  async set(random, model, connector) {
    for (const key of someKeys(random, model, 1)) {
      const parts = randomParts(random);
      assert.equal(await connector.set(key, parts), true);
      model.objects.set(JSON.stringify(key), joined(parts));
    }
  },
  async setIfAbsent(random, model, connector) {
    for (const key of someKeys(random, model, 1)) {
      const parts = randomParts(random);
      const absent = !model.objects.has(JSON.stringify(key));
      assert.equal(await connector.set(key, parts, { ifAbsent: true }), absent);
      if (absent) model.objects.set(JSON.stringify(key), joined(parts));
    }
  },
};

const takeSteps: Record<string, Step> = {
  async take(random, model, connector) {
    for (const key of someKeys(random, model, 1)) {
      compare(await connector.take(key), model, key);
      model.objects.delete(JSON.stringify(key));
    }
  },
};

const syncSteps: Record<string, Step> = {
  async 'sync.put'(random, model, { sync }) {
    const parts = randomParts(random);
    add(model, sync.put(parts), parts);
  },
  async 'sync.get'(random, model, { sync }) {
    for (const key of someKeys(random, model, 1)) compare(sync.get(key), model, key);
  },
  async 'sync.evict'(random, model, { sync }) {
    for (const key of someKeys(random, model, 1)) {
      sync.evict(key);
      model.objects.delete(JSON.stringify(key));
    }
  },
};

function add(model: Model, key: ConnectorKey, parts: Parts): void {
  model.keys.push(key);
  model.objects.set(JSON.stringify(key), joined(parts));
}

function compare(found: Uint8Array | undefined, model: Model, key: ConnectorKey): void {
  assert.deepEqual(plain(found), model.objects.get(JSON.stringify(key)));
}

async function compareAll(model: Model, connector: Complete, listed: boolean): Promise<void> {
  for (const key of model.keys) compare(await connector.get(key), model, key);
  if (listed) assert.deepEqual((await collected(connector.list())).sort(), [...model.objects.keys()].sort());
}

/** Some of the keys, of which one may be there twice; none where there are none. */
function someKeys(random: Random, { keys }: Model, count: number): ConnectorKey[] {
  return keys.length === 0 ? [] : Array.from({ length: count }, () => random.oneOf(keys));
}

/** Most objects are small, for there are many of them. */
function randomParts(random: Random): Parts {
  const size = random.oneOf([1, 8, 64, 5000]);
  return Array.from({ length: random.below(4) }, () => random.bytes(random.below(size)));
}
