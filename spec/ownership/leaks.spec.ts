import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { borrow, LocalConnector, mutBorrow, Store } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { keysOf } from './stores.js';

/** Runs a script with the library and a garbage collector at hand; gives what it prints and warns. */
function run(body: string, environment: NodeJS.ProcessEnv = {}): { output: string; errors: string } {
  const script = `
    const { borrow, LocalConnector, mutBorrow, Store } = require(${JSON.stringify(join(compiledLibrary(), 'index.js'))});
    const store = new Store('leaks', new LocalConnector());
    const keys = async () => { let n = 0; for await (const _ of store.connector.list()) n += 1; return n; };
    const collected = async (condition) => {
      while (!(await condition())) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    (async () => { ${body} })();
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect([status, stderr.includes('Error:') && !stderr.includes('PROXYSTORE_LEAK')]).toEqual([0, false]);
  return { output: stdout, errors: stderr };
}

const leakOwner = `
  await (async function makesAnOwnerAndForgetsIt() { await store.ownedProxy({ a: 1 }); })();
  await collected(async () => (await keys()) === 0);
  console.log(await keys());
`;

describe('what is collected without having been disposed of', () => {
  it('is an owner: it is warned of once, and its object evicted', () => {
    const { output, errors } = run(leakOwner);
    expect(output).toBe('0\n');
    expect(errors.match(/PROXYSTORE_LEAK/g)).toHaveLength(1);
    expect(errors).toContain('was collected without having been disposed of');
    expect(errors).not.toContain('makesAnOwnerAndForgetsIt');
  });

  it('is told with the stack of its creation to who asks for it', () => {
    const { errors } = run(leakOwner, { NODE_DEBUG: 'fs,proxystore' });
    expect(errors).toContain('makesAnOwnerAndForgetsIt');
  });

  it('is a borrow: it is warned of, and given back', () => {
    const { output, errors } = run(`
      const owned = await store.ownedProxy({ a: 1 });
      (function () { borrow(owned).a; })();
      const free = () => { try { mutBorrow(owned)[Symbol.dispose](); return true; } catch { return false; } };
      await collected(free);
      await owned[Symbol.asyncDispose]();
      console.log(await keys());
    `);
    expect(output).toBe('0\n');
    expect(errors.match(/PROXYSTORE_LEAK/g)).toHaveLength(1);
    expect(errors).toContain('A borrow of the object');
  });

  it('is not what was disposed of, moved, or is borrowed still', () => {
    const { errors } = run(`
      await (async () => {
        await (await store.ownedProxy(1))[Symbol.asyncDispose]();
        (await store.ownedProxy([2]))[Symbol.dispose]();
      })();
      let borrowed = await (async () => borrow(await store.ownedProxy({ a: 3 })))();
      const registry = new FinalizationRegistry(() => { done = true; });
      let done = false;
      (() => { registry.register({}); registry.register({}, 1); })();
      await collected(async () => done);
      if (borrowed.a !== 3) throw new Error('Error: the owner is gone');
      process.exit(0);
    `);
    expect(errors).not.toContain('PROXYSTORE_LEAK');
  });
});

describe('in this process, which the collector is called in', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let warn: jest.SpyInstance<void, [string, { code?: string; detail?: string }]>;

  beforeEach(() => {
    warn = jest.spyOn(process, 'emitWarning').mockImplementation() as never; // of its overloads, the one that is used
  });
  afterEach(() => {
    warn.mockRestore();
  });

  async function warned(): Promise<readonly [string, { code?: string; detail?: string }]> {
    while (warn.mock.calls.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    return warn.mock.calls[0]!;
  }

  it('warns of an owner, whose object goes', async () => {
    await using store = new Store('leaks', new LocalConnector());
    await (async () => {
      await store.ownedProxy({ a: 1 });
    })();
    const [message, { code, detail }] = await warned();
    expect(message).toContain('was collected without having been disposed of, and is released now.');
    expect(code).toBe('PROXYSTORE_LEAK');
    expect(detail).toBe('Run with NODE_DEBUG=proxystore to see where it was made.');
    await new Promise((resolve) => setImmediate(resolve));
    await expect(keysOf(store)).resolves.toEqual([]);
  });

  it('warns of a borrow, with the stack of its creation for who debugs, and gives it back', async () => {
    const before = process.env['NODE_DEBUG'];
    process.env['NODE_DEBUG'] = 'fs, ProxyStore';
    try {
      await using store = new Store('leaks', new LocalConnector());
      await using owned = await store.ownedProxy({ a: 1 });
      (function makesABorrowAndForgetsIt() {
        borrow(owned);
      })();
      const [message, { detail }] = await warned();
      expect(message).toContain('A borrow of the object');
      expect(detail).toContain('makesABorrowAndForgetsIt');
      mutBorrow(owned)[Symbol.dispose]();
    } finally {
      if (before === undefined) delete process.env['NODE_DEBUG'];
      else process.env['NODE_DEBUG'] = before;
    }
  });

  it('tells of an object that could not be evicted', async () => {
    const store = new Store('leaks', new LocalConnector());
    await (async () => {
      await store.ownedProxy({ a: 1 });
    })();
    await store.close();
    await warned();
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn.mock.calls[1]?.[0]).toContain('could not be evicted after its owner was collected');
  });
});

describe('100,000 owned objects that were disposed of', () => {
  it('leave the backend empty and the heap where it was', () => {
    const { output } = run(`
      const round = async (count) => {
        for (let made = 0; made < count; made += 1) {
          const owned = await store.ownedProxy({ made });
          borrow(owned)[Symbol.dispose]();
          await owned[Symbol.asyncDispose]();
        }
      };
      const heap = async () => {
        for (let turn = 0; turn < 5; turn += 1) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
        return process.memoryUsage().heapUsed;
      };
      await round(2000);
      const before = await heap();
      await round(100000);
      const after = await heap();
      console.log(JSON.stringify({ keys: await keys(), grown: after - before }));
    `);
    const { keys, grown } = JSON.parse(output) as { keys: number; grown: number };
    expect(keys).toBe(0);
    // 100,000 of anything would be megabytes.
    expect(grown).toBeLessThan(1_000_000);
  }, 120_000);
});
