import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';

/** Runs a script with the library and a garbage collector at hand; gives what it prints as JSON. */
function run(body: string): unknown {
  const script = `
    const { createProxy, extract, LambdaFactory, LocalConnector, resolve, SimpleFactory, Store } =
      require(${JSON.stringify(join(compiledLibrary(), 'index.js'))});
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const collected = async (refs) => {
      // What deref() gave is kept to the end of the turn: the collector has to come in another one.
      do { await turn(); gc(); } while (refs.some((ref) => ref.deref() !== undefined));
    };
    const heap = async () => {
      for (let turns = 0; turns < 3; turns += 1) { gc(); await turn(); }
      return process.memoryUsage().heapUsed;
    };
    const print = (value) => console.log(JSON.stringify(value));
    (async () => { ${body} })();
  `;
  const options = { encoding: 'utf8', timeout: 40_000 } as const; // what is never collected is waited for no longer
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '-e', script], options);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('proxies that are not resolved', () => {
  /** In bytes, with the place in an array, where an empty object is 64. Above what Node 20 and 24 take by
   * more than the 24 that V8 sometimes leaves free in each object of a class, and less than it would if a proxy had more
   * objects. */
  const most = {
    object: 215, // 176
    array: 270, // 232
    function: 240, // 200
    'factory of its own': 310, // 271
    proxyFromKey: 310, // 272
  };

  it('cost a few hundred bytes each, and nothing when they are gone', () => {
    const { costs, left } = run(`
      const factory = new LambdaFactory(() => { throw new Error('They are not resolved.'); });
      const store = new Store('many', new LocalConnector());
      const key = await store.put({ a: 1 });
      const makers = {
        empty: () => ({}),
        object: () => createProxy(factory),
        array: () => createProxy(factory, { kind: 'array' }),
        function: () => createProxy(factory, { kind: 'function' }),
        'factory of its own': () => createProxy(new LambdaFactory(factory.resolveSync)),
        proxyFromKey: () => store.proxyFromKey(key),
      };
      const cost = async (make, count) => {
        make();
        const before = await heap();
        const made = new Array(count);
        for (let index = 0; index < count; index += 1) made[index] = make();
        const grown = (await heap()) - before;
        return made.length === count ? grown / count : NaN;
      };
      for (const make of Object.values(makers)) make();
      const before = await heap();
      const costs = {};
      for (const [name, make] of Object.entries(makers)) {
        costs[name] = await cost(make, name === 'object' ? 1_000_000 : 200_000);
      }
      print({ costs, left: ((await heap()) - before) / 1_000_000 });
    `) as { costs: Record<string, number>; left: number };
    const { empty = NaN, ...proxies } = costs;
    expect(empty).toBeGreaterThan(8);
    expect(Object.keys(proxies)).toEqual(Object.keys(most));
    for (const [name, cost] of Object.entries(proxies)) {
      expect([name, cost > empty]).toEqual([name, true]);
      expect([name, cost, cost < most[name as keyof typeof most]]).toEqual([name, cost, true]);
    }
    expect(left).toBeLessThan(4);
  });
});

describe('what is collected', () => {
  it('is a proxy that was never resolved, with its factory', () => {
    expect(
      run(`
        const refs = (() => {
          const factory = new SimpleFactory({});
          return [factory, createProxy(factory)].map((object) => new WeakRef(object));
        })();
        await collected(refs);
        print('collected');
      `),
    ).toBe('collected');
  });

  it('is a proxy that was resolved, in place or not, with its target and its methods', () => {
    expect(
      run(`
        const refs = await (async () => {
          const refs = [];
          for (const use of [(proxy) => proxy.size, resolve, extract, (proxy) => proxy.set(1, proxy).get(1)]) {
            const factory = new LambdaFactory(() => new Map());
            const proxy = createProxy(factory);
            await use(proxy);
            refs.push(...[factory, proxy, extract(proxy), proxy.get].map((object) => new WeakRef(object)));
          }
          return refs;
        })();
        await collected(refs);
        print(refs.length);
      `),
    ).toBe(16);
  });

  it('is told to a FinalizationRegistry, once for each', () => {
    expect(
      run(`
        const told = [];
        const registry = new FinalizationRegistry((name) => told.push(name));
        (() => {
          const proxy = createProxy(new LambdaFactory(() => {
            const target = { a: 1 };
            registry.register(target, 'target');
            return target;
          }));
          registry.register(proxy, 'proxy');
          if (proxy.a !== 1) throw new Error('not its target');
        })();
        while (told.length < 2) { gc(); await turn(); }
        for (let turns = 0; turns < 3; turns += 1) { gc(); await turn(); }
        print(told.sort());
      `),
    ).toEqual(['proxy', 'target']);
  });

  it('is a proxy whose factory failed', () => {
    expect(
      run(`
        const refs = await (async () => {
          const proxy = createProxy({ resolve: () => Promise.reject(new Error('lost')) });
          const failure = await resolve(proxy).catch((error) => error);
          return [proxy, failure].map((object) => new WeakRef(object));
        })();
        await collected(refs);
        print('collected');
      `),
    ).toBe('collected');
  });

  it('is not the target of a proxy that is in use', () => {
    expect(
      run(`
        const proxy = createProxy(new LambdaFactory(() => ({ a: 1 })));
        const ref = new WeakRef(extract(proxy));
        // Something else that is collected tells that the collector has been round.
        await collected([(() => new WeakRef({}))()]);
        await heap();
        print(ref.deref() === extract(proxy));
      `),
    ).toBe(true);
  });
});

describe("a store's proxy", () => {
  it('keeps the store that it is of as long as it lives, and no longer', () => {
    expect(
      run(`
        let proxy;
        const store = await (async () => {
          const store = new Store('held', new LocalConnector(), { cacheSize: 0 });
          proxy = await store.proxy({ a: 1 }, { populateTarget: false });
          return new WeakRef(store);
        })();
        await heap();
        const held = store.deref() !== undefined;
        const { a } = await resolve(proxy);
        proxy = undefined;
        await collected([store]);
        print({ held, a });
      `),
    ).toEqual({ held: true, a: 1 });
  });

  it('is not kept by it', () => {
    expect(
      run(`
        const store = new Store('kept', new LocalConnector(), { cacheSize: 0 });
        const refs = await (async () => {
          const key = await store.put({ rows: [1, 2, 3] });
          const proxies = [store.proxyFromKey(key), await store.proxy({ rows: [] }, { populateTarget: false })];
          await Promise.all(proxies.map((proxy) => resolve(proxy)));
          return proxies.map((proxy) => new WeakRef(proxy));
        })();
        await collected(refs);
        print(store.name);
      `),
    ).toBe('kept');
  });
});
