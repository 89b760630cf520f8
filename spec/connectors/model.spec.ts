import fc from 'fast-check';
import { FileConnector } from '../../lib/connectors/file.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import type { UUIDKey } from '../../lib/connectors/uuid-key.js';
import { TemporaryDirectory } from './temporary-directory.js';

type FullConnector = LocalConnector | FileConnector;

/** An operation, its key as an index into those that there are by then, its outcome in a plain Map. */
interface Step {
  readonly operation:
    'put' | 'newKey' | 'set' | 'setIfAbsent' | 'get' | 'exists' | 'evict' | 'take' | 'batch';
  readonly key: number;
  readonly parts: Uint8Array[];
  readonly sync: boolean;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    operation: fc.constantFrom(
      ...(['put', 'newKey', 'set', 'setIfAbsent', 'get', 'exists', 'evict', 'take', 'batch'] as const),
    ),
    key: fc.nat(7),
    parts: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }),
    sync: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

describe.each([
  ['LocalConnector', () => new LocalConnector(), 200],
  ['FileConnector', (directory: string) => new FileConnector(directory), 60],
] as const)('%s', (_, open, runs) => {
  it('behaves as a Map of keys to bytes, whatever is done to it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        using place = new TemporaryDirectory();
        await using connector = open(place.path);
        const keys: UUIDKey[] = [];
        const model = new Map<UUIDKey, Uint8Array>();
        for (const step of sequence) await run(step, connector, keys, model);
        const listed = [];
        for await (const [uuid] of connector.list()) listed.push(uuid);
        expect(listed.sort()).toEqual([...model.keys()].map(([uuid]) => uuid).sort());
        expect(await connector.getBatch([...model.keys()])).toEqual([...model.values()]);
      }),
      { numRuns: runs },
    );
  });
});

async function run(
  { operation, key: index, parts, sync }: Step,
  connector: FullConnector,
  keys: UUIDKey[],
  model: Map<UUIDKey, Uint8Array>,
): Promise<void> {
  const bytes = Uint8Array.from(Buffer.concat(parts));
  const through = sync ? connector.sync : connector;
  const key = keys[index % Math.max(keys.length, 1)];
  if (operation === 'put') {
    const made = await through.put(parts);
    keys.push(made);
    model.set(made, bytes);
    return;
  }
  if (operation === 'newKey' || key === undefined) {
    keys.push(connector.newKey());
    return;
  }
  const expected = model.get(key);
  switch (operation) {
    case 'set':
      expect(await through.set(key, parts)).toBe(true);
      model.set(key, bytes);
      break;
    case 'setIfAbsent':
      expect(await through.set(key, parts, { ifAbsent: true })).toBe(expected === undefined);
      if (expected === undefined) model.set(key, bytes);
      break;
    case 'get':
      expect(await through.get(key)).toEqual(expected);
      break;
    case 'exists':
      expect(await through.exists(key)).toBe(expected !== undefined);
      break;
    case 'evict':
      await through.evict(key);
      model.delete(key);
      break;
    case 'take':
      expect(await through.take(key)).toEqual(expected);
      model.delete(key);
      break;
    case 'batch': {
      const made = await through.putBatch([parts, [], parts]);
      expect(await through.getBatch([...made, key])).toEqual([bytes, new Uint8Array(0), bytes, expected]);
      await through.evictBatch([...made, key]);
      expect(await through.getBatch([...made, key])).toEqual([undefined, undefined, undefined, undefined]);
      model.delete(key);
    }
  }
}
