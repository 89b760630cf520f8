import { Consumer } from './consumer.js';
import { currentNode, runtimes } from './runtimes.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => consumer[Symbol.dispose]());

const used = {
  resolved: [1, 2, 3],
  revived: { rows: 3 },
  future: 'RangeError: set in another place',
  registered: true,
  unregistered: true,
  closed: 'ERR_PROXYSTORE_STORE_CLOSED',
  file: 'text in a file',
  blocking: 'fetched in place',
  polyfilled: 'disposed',
};

interface Loaded {
  /** Packages that a module has been loaded of. */
  readonly byPackage: readonly string[];
  readonly byPolyfill: readonly string[];
}

/** What msgpackr looks for its native half with. */
const ofMsgpackr = /^(@msgpackr-extract\/.+|msgpackr-extract|node-gyp-build-optional-packages|detect-libc)$/;

describe.each(runtimes())('$name', (runtime) => {
  it('imports and uses the ES modules', () => {
    expect(consumer.run(runtime, 'use.mjs')).toEqual(used);
  });

  it('requires and uses the CommonJS modules', () => {
    expect(consumer.run(runtime, 'use.cjs')).toEqual(used);
  });

  it('loads the native half of msgpackr when it has much to read, and not before', () => {
    expect(consumer.run(runtime, 'native.mjs')).toEqual({
      afterImport: false,
      afterSmall: false,
      afterLarge: true,
      readNatively: 'text 999',
    });
  });

  it('sees through both builds what one of them has registered, made and thrown', () => {
    expect(consumer.run(runtime, 'both-builds.mjs')).toEqual({
      twoBuilds: true,
      seenWhileRegistered: true,
      seenAfterwards: false,
      proxyKnown: true,
      proxyResolved: { made: 'by CommonJS' },
      referenceResolved: { made: 'by CommonJS' },
      errorKnown: 'ERR_PROXYSTORE_STORE_EXISTS',
    });
  });
});

describe.each(runtimes().filter(({ name }) => name.startsWith('Node')))('$name', (runtime) => {
  const hasOwnStacks = Number(/^Node (\d+)/.exec(runtime.name)![1]) >= 24;

  it.each([
    ['loaded.cjs', ['lru-cache', 'msgpackr', 'proxystore']],
    // The cache that is looked into has CommonJS modules only. The ES modules load none.
    ['loaded.mjs', []],
  ])('loads no package that it does not need: %s', (file, expected) => {
    const { byPackage } = consumer.run(runtime, file) as Loaded;
    expect(byPackage.filter((name) => !ofMsgpackr.test(name))).toEqual(expected);
  });

  it.each(['loaded.cjs', 'loaded.mjs'])(
    `loads disposablestack for the polyfill ${hasOwnStacks ? 'neither, having its own stacks' : 'only'}: %s`,
    (file) => {
      const { byPackage, byPolyfill } = consumer.run(runtime, file) as Loaded;
      expect(byPackage).not.toContain('disposablestack');
      expect(byPolyfill.includes('disposablestack')).toBe(!hasOwnStacks);
    },
  );
});

it('runs in the Node that runs the tests, and in others where there are any for this platform', () => {
  const names = runtimes().map(({ name }) => name);
  expect(names[0]).toBe(currentNode.name);
  if (process.platform === 'linux' && process.arch === 'x64')
    expect(names).toEqual(expect.arrayContaining(['Node 18', 'Node 24']));
});
