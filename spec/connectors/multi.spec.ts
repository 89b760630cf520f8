import { LocalConnector } from '../../lib/connectors/local.js';
import { MultiConnector, type MultiChild, type Policy } from '../../lib/connectors/multi.js';
import { capabilities, type ConnectorConfig, type JsonValue } from '../../lib/connectors/protocol.js';
import { ConnectorError, InvalidKeyError, MultiConnectorError } from '../../lib/errors.js';
import type { StoreConfig } from '../../lib/store/store-config.js';
import { Store } from '../../lib/store/store.js';
import { rejection } from '../caught.js';

const bytes = (length: number): Uint8Array[] => [new Uint8Array(length).fill(1)];

/** A multi-connector of local ones with these policies. */
function withPolicies(policies: Record<string, Policy>, hostname = 'node-1'): MultiConnector {
  const children = Object.entries(policies).map(([name, policy]): [string, MultiChild] => [
    name,
    { connector: new LocalConnector(), policy },
  ]);
  return new MultiConnector(Object.fromEntries(children), { hostname });
}

function failing(...members: (keyof LocalConnector)[]): LocalConnector {
  const fail = async (): Promise<never> => {
    throw new Error(`no ${members.join()}`);
  };
  return Object.assign(new LocalConnector(), Object.fromEntries(members.map((member) => [member, fail])));
}

async function listed(connector: LocalConnector): Promise<number> {
  let count = 0;
  for await (const _key of connector.list()) count += 1;
  return count;
}

describe('MultiConnector', () => {
  it('gives an object to the child of the highest priority that takes its size', async () => {
    await using connector = withPolicies({
      all: { priority: -1 },
      small: { maxSizeBytes: 10, priority: 1 },
      medium: { minSizeBytes: 10, maxSizeBytes: 20 },
    });
    const children = await Promise.all(
      [0, 10, 11, 20, 21].map(async (n) => (await connector.put(bytes(n)))[0]),
    );
    expect(children).toEqual(['small', 'small', 'medium', 'medium', 'all']);
    const batch = await connector.putBatch([0, 30, 15].map(bytes));
    expect(batch.map(([child]) => child)).toEqual(['small', 'all', 'medium']);
    expect((await connector.getBatch(batch)).map((found) => found?.length)).toEqual([0, 30, 15]);
    expect(connector.sync?.putBatch([15, 0].map(bytes)).map(([child]) => child)).toEqual(['medium', 'small']);
    expect(connector.newKey?.()[0]).toBe('small');
  });

  it('gives an object by its tags', async () => {
    await using connector = withPolicies({
      fast: { subsetTags: ['fast', 'local'], priority: 1, supersetTags: ['job'] },
      tagged: { subsetTags: ['slow'] },
    });
    const put = async (subsetTags?: string[], supersetTags?: string[]): Promise<string> =>
      (await connector.put([], { subsetTags, supersetTags }))[0];
    expect(await put()).toBe('tagged');
    expect(await put(['slow'])).toBe('tagged');
    expect(await put(['fast'], ['job', 'more'])).toBe('fast');
    const refused = await rejection(put(['fast', 'slow']));
    expect(refused).toBeInstanceOf(MultiConnectorError);
    expect(String(refused)).toMatch(/with the tags fast, slow/);
    await using store = new Store('tags', connector);
    expect((await store.put('value', { subsetTags: ['local'], supersetTags: ['job'] }))[0]).toBe('fast');
  });

  it('stores nothing where no child takes an object', async () => {
    const child = new LocalConnector();
    await using connector = new MultiConnector({ child: { connector: child, policy: { maxSizeBytes: 1 } } });
    await expect(connector.put(bytes(2))).rejects.toThrow(MultiConnectorError);
    await expect(connector.putBatch([bytes(1), bytes(2)])).rejects.toThrow(/takes an object of 2 bytes/);
    expect(() => connector.sync?.putBatch([bytes(1), bytes(2)])).toThrow(MultiConnectorError);
    expect(await listed(child)).toBe(0);
  });

  it('refuses a key of no child, and of a child that cannot have made it', async () => {
    await using connector = withPolicies({ a: {}, b: {} });
    const [, ...inChild] = await connector.put([]);
    for (const key of [
      ['c', ...inChild],
      ['__proto__', ...inChild],
      inChild,
      ['a'],
      ['a', ['a', ...inChild]],
    ]) {
      expect(() => connector.checkKey(key)).toThrow(InvalidKeyError);
    }
  });

  it('shows the capabilities that all children have', async () => {
    const less = Object.assign(new LocalConnector(), { take: undefined, watch: undefined, sync: undefined });
    await using connector = new MultiConnector({
      all: { connector: new LocalConnector() },
      less: { connector: less },
    });
    expect([...capabilities(connector)]).toEqual(['deferred', 'expire', 'list']);
  });

  it('sets and takes in place where all children can, and only there', async () => {
    const { set, take, ...less } = new LocalConnector().sync as unknown as Record<string, () => unknown>;
    expect([set, take]).not.toContain(undefined);
    const child = Object.assign(new LocalConnector(), { sync: less });
    await using connector = new MultiConnector({
      all: { connector: new LocalConnector() },
      less: { connector: child },
    });
    expect(connector.sync).not.toHaveProperty('set');
    expect(connector.sync).not.toHaveProperty('take');
    await using other = new MultiConnector({ all: { connector: new LocalConnector() } });
    const key = other.newKey!();
    expect(other.sync!.set!(key, [Uint8Array.of(1)])).toBe(true);
    expect(other.sync!.set!(key, [Uint8Array.of(2)], { ifAbsent: true })).toBe(false);
    expect(other.sync!.take!(key)).toEqual(Uint8Array.of(1));
    expect(other.sync!.take!(key)).toBeUndefined();
  });

  it('shows nothing that a child has not', async () => {
    const least = Object.assign(new LocalConnector(), {
      ...{ sync: undefined, newKey: undefined, take: undefined },
      ...{ expire: undefined, watch: undefined, list: undefined },
    });
    await using connector = new MultiConnector({ least: { connector: least } });
    expect([...capabilities(connector)]).toEqual([]);
  });

  it('says of which size and tags there was no child', async () => {
    await using connector = withPolicies({ small: { maxSizeBytes: 10, supersetTags: ['fast'] } });
    expect(() => connector.newKey!()).toThrow('takes an object of a size that is not known yet on this host');
    await expect(connector.put(bytes(11), { subsetTags: ['a'], supersetTags: ['fast'] })).rejects.toThrow(
      'takes an object of 11 bytes with the tags a, fast on this host',
    );
  });

  describe('on other hosts', () => {
    it('opens those children that are there, and keeps the others dormant', async () => {
      await using space = new LocalConnector();
      const children = {
        here: { connector: new LocalConnector() },
        gpu: { connector: space.config(), policy: { hostPattern: ['gpu-\\d+', 'login'], priority: 1 } },
      };
      await using cpu = new MultiConnector(children, { hostname: 'cpu-1' });
      await using gpu = new MultiConnector(
        { ...children, here: { connector: children.here.connector.config() } },
        { hostname: 'gpu-12' },
      );
      expect((await cpu.put([]))[0]).toBe('here');
      const key = await gpu.put(bytes(3));
      expect(key[0]).toBe('gpu');
      for (const use of [() => cpu.get(key), () => cpu.evictBatch([key]), async () => cpu.checkKey(key)]) {
        const error = await rejection(use());
        expect(error).toBeInstanceOf(MultiConnectorError);
        expect(error).toMatchObject({ connector: 'multi', key });
      }
      expect((await gpu.get(key))?.length).toBe(3);
      expect(cpu.config()).toEqual(gpu.config());
      await using partOfAName = new MultiConnector(
        { ...children, here: { connector: children.here.connector.config() } },
        { hostname: 'my-gpu-12' },
      );
      expect((await partOfAName.put([]))[0]).toBe('here');
    });

    it('says of a key of a dormant child of a child what it is, and refuses those that nobody made', async () => {
      await using space = new LocalConnector();
      const gpu = { connector: space.config(), policy: { hostPattern: 'gpu' } };
      const inner = new MultiConnector(
        { cpu: { connector: new LocalConnector() }, gpu },
        { hostname: 'cpu' },
      );
      await using outer = new MultiConnector({ inner: { connector: inner } });
      const key = ['inner', 'gpu', ...(await space.put([]))] as const;
      for (const use of [
        () => outer.get(key),
        () => outer.getBatch([key]),
        async () => outer.checkKey(key),
      ]) {
        const error = await rejection(use());
        expect(error).toBeInstanceOf(MultiConnectorError);
        expect(error).toMatchObject({ connector: 'multi', key, cause: expect.any(MultiConnectorError) });
        expect(error).toHaveProperty('message', expect.stringMatching(/the child "gpu" .* is dormant/));
      }
      for (const wrong of [['inner', 'tpu'], ['inner'], ['inner', 'cpu', 'x']]) {
        expect(() => outer.checkKey(wrong)).toThrow(InvalidKeyError);
      }
    });

    it('lets through what a child fails with when it is asked whose a key is', async () => {
      const fault = new RangeError('A fault of the child.');
      const checkKey = (): never => {
        throw fault;
      };
      const child = Object.assign(new LocalConnector(), { checkKey });
      await using connector = new MultiConnector({ child: { connector: child } });
      expect(await rejection(connector.get(['child', 'key']))).toBe(fault);
    });

    it('reads from an open child that is not of this host, and gives it nothing', async () => {
      const child = new LocalConnector();
      const key = await child.put(bytes(2));
      await using connector = new MultiConnector({
        child: { connector: child, policy: { hostPattern: 'x' } },
      });
      expect((await connector.get(['child', ...key]))?.length).toBe(2);
      await expect(connector.put([])).rejects.toThrow(MultiConnectorError);
    });

    it('goes by the name of this machine', async () => {
      await using connector = new MultiConnector({
        all: { connector: new LocalConnector(), policy: { hostPattern: '.*' } },
      });
      expect((await connector.put([]))[0]).toBe('all');
    });
  });

  it('makes a store that is rebuilt from its config, policies and all', async () => {
    await using store = new Store(
      'tree',
      withPolicies({ small: { maxSizeBytes: 20, priority: 2 }, large: { hostPattern: '.*' } }),
    );
    const nested = new MultiConnector({ inner: { connector: withPolicies({ leaf: {} }) } });
    await using outer = new Store('outer', nested);
    for (const original of [store, outer]) {
      await using rebuilt = Store.fromConfig(JSON.parse(JSON.stringify(original.config())) as StoreConfig);
      const config = original.config();
      expect(rebuilt.config()).toEqual(config);
      for (const value of ['x', 'x'.repeat(100)]) {
        const key = await original.put(value);
        expect(await rebuilt.get(key)).toBe(value);
        expect((await rebuilt.put(value))[0]).toBe(key[0]);
      }
    }
  });

  describe('where a child fails', () => {
    it('leaves nothing of a batch in the others', async () => {
      const small = new LocalConnector();
      const policy = { maxSizeBytes: 1, priority: 1 };
      const large = failing('putBatch');
      await using connector = new MultiConnector({
        small: { connector: small, policy },
        large: { connector: large },
      });
      await expect(connector.putBatch([bytes(1), bytes(2)])).rejects.toThrow('no putBatch');
      expect(await listed(small)).toBe(0);
      Object.assign(large, {
        sync: {
          ...large.sync,
          putBatch: () => {
            throw new Error('no sync.putBatch');
          },
        },
      });
      expect(() => connector.sync?.putBatch([bytes(1), bytes(2)])).toThrow('no sync.putBatch');
      expect(await listed(small)).toBe(0);
    });

    it('names those that failed, where there are several', async () => {
      const members = ['putBatch', 'getBatch', 'evictBatch'] as const;
      await using connector = new MultiConnector({
        small: { connector: failing(...members), policy: { maxSizeBytes: 1, priority: 1 } },
        large: { connector: failing(...members) },
      });
      const keys = [await connector.put(bytes(1)), await connector.put(bytes(2))];
      for (const use of [
        () => connector.putBatch([bytes(1), bytes(2)]),
        () => connector.getBatch(keys),
        () => connector.evictBatch(keys),
      ]) {
        const error = await rejection(use());
        expect(error).toBeInstanceOf(MultiConnectorError);
        expect(Object.keys((error as MultiConnectorError).failures ?? {})).toEqual(['small', 'large']);
      }
    });

    it('closes the others all the same', async () => {
      const first = new LocalConnector();
      const connector = new MultiConnector({
        first: { connector: first },
        last: { connector: failing('close') },
      });
      await expect(connector.close()).rejects.toThrow('no close');
      await expect(first.put([])).rejects.toThrow(/closed/);
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['no number', { priority: 'high' }],
    ['no size', { minSizeBytes: -1 }],
    ['half a byte', { maxSizeBytes: 1.5 }],
    ['sizes of no object', { minSizeBytes: 2, maxSizeBytes: 1 }],
    ['no pattern', { hostPattern: '(' }],
    ['no patterns', { hostPattern: [1] }],
    ['one tag', { subsetTags: 'fast' }],
    ['an unknown member', { maxSize: 1 }],
  ])('refuses a policy of %s', (_, policy) => {
    expect(() => withPolicies({ child: policy })).toThrow(ConnectorError);
  });

  it.each<[string, JsonValue]>([
    ['no children', []],
    ['no array', {}],
    ['a child that is none', [1]],
    ['a child without a name', [{ connector: { kind: 'local', options: {} } }]],
    ['a child without a kind', [{ name: 'a', connector: { options: {} } }]],
    ['a child without options', [{ name: 'a', connector: { kind: 'local' } }]],
    ['a policy that is none', [{ name: 'a', connector: { kind: 'local', options: {} }, policy: [] }]],
    ['a kind that is not known', [{ name: 'a', connector: { kind: 'nowhere', options: {} } }]],
  ])('refuses a config of %s', (_, children) => {
    expect(() => MultiConnector.fromConfig({ children })).toThrow(ConnectorError);
  });

  it('closes what it has opened where it cannot open all', async () => {
    const space = new LocalConnector();
    const key = await space.put([]);
    const unknown: ConnectorConfig = { kind: 'nowhere', options: {} };
    expect(() => new MultiConnector({ a: { connector: space.config() }, b: { connector: unknown } })).toThrow(
      /nowhere/,
    );
    expect(await space.exists(key)).toBe(true);
    const { options } = space.config();
    await space.close();
    // The last connector of its objects was closed: the one that was opened is not there any more.
    expect(() => LocalConnector.fromConfig(options)).toThrow(ConnectorError);
  });
});
