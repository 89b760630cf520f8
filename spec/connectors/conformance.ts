/**
 * What every connector must do, as tests: the protocol, and a group for each capability that the connector shows.
 *
 * Knows no test runner, only the two functions it is given, and asserts with `node:assert`.
 */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import {
  capabilities,
  type Capability,
  type Connector,
  type ConnectorConfig,
  type ConnectorKey,
  type OperationOptions,
  type Parts,
  type SyncOperations,
} from '../../lib/connectors/protocol.js';
import { ConnectorClosedError, InvalidKeyError } from '../../lib/errors.js';

/** The part of a test runner that the tests need; those of jest, vitest, mocha and node:test all have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** The connector to be tested. */
export interface Subject {
  /** The capabilities that it has; a test compares them with those it shows. */
  readonly capabilities: readonly Capability[];
  /** Opens a connector to a place of its own that is empty. It is closed after the test. */
  open(): Connector | Promise<Connector>;
  /**
   * Opens a second connector to the same place. By default from the first one's config, as it comes out of JSON.
   * It is closed after the test.
   */
  reopen?(connector: Connector): Connector | Promise<Connector>;
}

/** A connector with all that can be there; a group's tests run only where it is. */
type Complete = Required<Connector> & { readonly sync: Required<SyncOperations> };

const longTime = 60 * 60 * 1000;

/**
 * Defines the tests of a connector.
 *
 * @param runner - Where they are defined.
 * @param name - What they are grouped under.
 * @param subject - The connector.
 */
export function describeConnector(runner: Runner, name: string, subject: Subject): void {
  const { describe, it } = runner;

  /** A test with a connector, and another one to the same place for those that want it. */
  function test(
    title: string,
    body: (connector: Complete, reopen: () => Promise<Complete>) => Promise<void>,
  ): void {
    it(title, async () => {
      const opened: Connector[] = [];
      const open = async (connector: Connector | Promise<Connector>): Promise<Complete> => {
        opened.push(await connector);
        // The groups ask for a capability only where the connector has it.
        return opened.at(-1) as Complete;
      };
      try {
        const connector = await open(subject.open());
        await body(connector, () => open(subject.reopen?.(connector) ?? fromJSON(connector.config())));
      } finally {
        for (const connector of opened.reverse()) await connector.close();
      }
    });
  }

  function describeIf(capability: Capability, title: string, body: () => void): void {
    if (subject.capabilities.includes(capability)) describe(title, body);
  }

  describe(name, () => {
    test('shows the capabilities that it has', async (connector) => {
      assert.deepEqual([...capabilities(connector)].sort(), [...subject.capabilities].sort());
    });

    describe('objects', () => {
      for (const [title, parts] of Object.entries(shapes())) {
        test(`gives back what was put: ${title}`, async (connector) => {
          const key = await connector.put(parts);
          assert.deepEqual(plain(await connector.get(key)), joined(parts));
          assert.equal(await connector.exists(key), true);
        });
      }

      test('are gone once they are evicted, which can be done again', async (connector) => {
        const key = await connector.put([bytesOf('once')]);
        await connector.evict(key);
        await connector.evict(key);
        assert.equal(await connector.get(key), undefined);
        assert.equal(await connector.exists(key), false);
      });

      test('are copies: neither changing what was put nor what was got changes them', async (connector) => {
        const given = bytesOf(
          'an object of more than sixty-four bytes, which are kept in another way than fewer',
        );
        const expected = given.slice();
        const key = await connector.put([given]);
        given.fill(0);
        const first = await connector.get(key);
        assert.deepEqual(plain(first), expected);
        first?.fill(0);
        assert.deepEqual(plain(await connector.get(key)), expected);
      });

      test('are handed over in memory that can be transferred away', async (connector) => {
        for (const length of [1, 100, 100_000]) {
          const key = await connector.put([new Uint8Array(length).fill(7)]);
          const [first, second] = [await connector.get(key), await connector.get(key)];
          structuredClone(first, { transfer: [first!.buffer as ArrayBuffer] });
          assert.equal(first?.length, 0);
          assert.deepEqual(plain(second), new Uint8Array(length).fill(7));
          assert.deepEqual(plain(await connector.get(key)), new Uint8Array(length).fill(7));
        }
      });

      test('of one name are independent of each other', async (connector) => {
        const keys = await Promise.all([1, 2, 3].map((value) => connector.put([Uint8Array.of(value)])));
        await connector.evict(keys[1]!);
        assert.deepEqual(plain(await connector.get(keys[0]!)), Uint8Array.of(1));
        assert.equal(await connector.get(keys[1]!), undefined);
        assert.deepEqual(plain(await connector.get(keys[2]!)), Uint8Array.of(3));
      });
    });

    describe('keys', () => {
      test('are the same after a way through JSON', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const travelled = JSON.parse(JSON.stringify(key)) as ConnectorKey;
        assert.deepEqual(travelled, key);
        assert.deepEqual(plain(await connector.get(travelled)), bytesOf('object'));
        assert.equal(connector.checkKey(travelled), travelled);
      });

      test('are never made twice', async (connector) => {
        const keys = await connector.putBatch(Array.from({ length: 100 }, () => [bytesOf('same')]));
        assert.equal(new Set(keys.map((key) => JSON.stringify(key))).size, 100);
      });

      test('that the connector could not have made are refused by every operation', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        for (const wrong of wrongKeys(key)) {
          assert.throws(() => connector.checkKey(wrong), isInvalidKey(wrong));
          for (const [title, operation] of Object.entries(keyOperations(connector, wrong as ConnectorKey))) {
            await assert.rejects(operation(), isInvalidKey(wrong), title);
          }
          for (const [title, operation] of Object.entries(
            syncKeyOperations(connector, wrong as ConnectorKey),
          )) {
            assert.throws(operation, isInvalidKey(wrong), title);
          }
        }
        assert.deepEqual(plain(await connector.get(key)), bytesOf('object'));
      });

      test('of a batch are all checked before the first is used', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const batch = [key, ['../elsewhere']];
        await assert.rejects(connector.evictBatch(batch), InvalidKeyError);
        await assert.rejects(connector.getBatch(batch), InvalidKeyError);
        if (subject.capabilities.includes('sync')) {
          assert.throws(() => connector.sync.evictBatch(batch), InvalidKeyError);
          assert.throws(() => connector.sync.getBatch(batch), InvalidKeyError);
        }
        assert.equal(await connector.exists(key), true);
      });
    });

    describe('batches', () => {
      test('keep their order', async (connector) => {
        const objects = Array.from({ length: 50 }, (_, index) => bytesOf(`object ${index}`));
        const keys = await connector.putBatch(objects.map((object) => [object]));
        assert.deepEqual((await connector.getBatch(keys)).map(plain), objects);
        const [first, ...rest] = keys;
        await connector.evictBatch(rest);
        assert.deepEqual((await connector.getBatch([first!, ...rest])).map(plain), [
          objects[0],
          ...rest.map(() => undefined),
        ]);
      });

      test('may be empty', async (connector) => {
        assert.deepEqual(await connector.putBatch([]), []);
        assert.deepEqual(await connector.getBatch([]), []);
        await connector.evictBatch([]);
      });

      test('may name an object twice, which then is handed over twice', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const [first, second] = await connector.getBatch([key, key]);
        first?.fill(0);
        assert.deepEqual(plain(second), bytesOf('object'));
        await connector.evictBatch([key, key]);
        assert.equal(await connector.exists(key), false);
      });
    });

    describe('signals', () => {
      test('that are aborted reject every operation with their reason, and nothing is touched', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const reason = { given: 'by the caller' };
        const options = { signal: AbortSignal.abort(reason) };
        for (const [title, operation] of Object.entries(allOperations(connector, key))) {
          await assert.rejects(operation(options), (error) => error === reason, title);
        }
        assert.deepEqual(plain(await connector.get(key)), bytesOf('object'));
      });

      test('have no listener left when an operation has settled', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const { signal } = new AbortController();
        for (const operation of Object.values(allOperations(connector, key))) await operation({ signal });
        assert.equal(getEventListeners(signal, 'abort').length, 0);
      });
    });

    describe('close()', () => {
      test('refuses every later operation', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        await connector.close();
        for (const [title, operation] of Object.entries(allOperations(connector, key))) {
          await assert.rejects(operation(), isClosed(connector), title);
        }
        for (const [title, operation] of Object.entries(allSyncOperations(connector, key))) {
          assert.throws(operation, isClosed(connector), title);
        }
      });

      test('may be called again, and is what `await using` calls', async (connector) => {
        await Promise.all([connector.close(), connector.close()]);
        await connector[Symbol.asyncDispose]();
        await assert.rejects(connector.put([]), ConnectorClosedError);
      });

      test('leaves the questions that touch nothing', async (connector) => {
        const key = await connector.put([bytesOf('object')]);
        const config = connector.config();
        await connector.close();
        assert.deepEqual(connector.config(), config);
        assert.equal(connector.checkKey(key), key);
      });

      test('waits for what is under way', async (connector, reopen) => {
        const other = await reopen();
        const puts = Array.from({ length: 20 }, (_, index) =>
          connector.put([new Uint8Array(100_000).fill(index)]),
        );
        let settled = 0;
        for (const put of puts) void put.then(() => (settled += 1));
        await connector.close();
        assert.equal(settled, puts.length);
        for (const [index, key] of (await Promise.all(puts)).entries()) {
          assert.deepEqual(plain(await other.get(key)), new Uint8Array(100_000).fill(index));
        }
      });
    });

    describe('config()', () => {
      test('is JSON, names the kind, and leads to the same objects', async (connector, reopen) => {
        const config = connector.config();
        assert.equal(config.kind, connector.kind);
        assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
        const other = await reopen();
        const key = await connector.put([bytesOf('from here')]);
        assert.deepEqual(plain(await other.get(key)), bytesOf('from here'));
        const back = await other.put([bytesOf('from there')]);
        await other.close();
        assert.deepEqual(plain(await connector.get(back)), bytesOf('from there'));
      });
    });

    describeIf('sync', 'sync operations', () => {
      test('do what the asynchronous ones do, on the same objects', async ({ sync }) => {
        const objects = Object.values(shapes());
        for (const parts of objects) {
          assert.deepEqual(plain(sync.get(sync.put(parts))), joined(parts));
        }
        const keys = sync.putBatch(objects);
        assert.deepEqual(sync.getBatch(keys).map(plain), objects.map(joined));
        sync.evict(keys[0]!);
        sync.evict(keys[0]!);
        assert.equal(sync.exists(keys[0]!), false);
        assert.equal(sync.get(keys[0]!), undefined);
        assert.equal(sync.exists(keys[1]!), true);
        sync.evictBatch(keys);
        assert.deepEqual(
          sync.getBatch(keys),
          keys.map(() => undefined),
        );
        assert.deepEqual(sync.putBatch([]), []);
      });

      test('and asynchronous ones see each other', async (connector) => {
        const first = connector.sync.put([bytesOf('first')]);
        assert.deepEqual(plain(await connector.get(first)), bytesOf('first'));
        const second = await connector.put([bytesOf('second')]);
        assert.deepEqual(plain(connector.sync.get(second)), bytesOf('second'));
        connector.sync.evict(second);
        assert.equal(await connector.exists(second), false);
      });
    });

    describeIf('deferred', 'newKey() and set()', () => {
      test('make an object later than its key', async (connector) => {
        const key = connector.newKey();
        assert.equal(connector.checkKey(key), key);
        assert.equal(await connector.get(key), undefined);
        assert.equal(await connector.exists(key), false);
        assert.equal(await connector.set(key, [bytesOf('la'), bytesOf('ter')]), true);
        assert.deepEqual(plain(await connector.get(key)), bytesOf('later'));
      });

      test('put another object in the place of one, unless it is to be absent', async (connector) => {
        const key = await connector.put([bytesOf('first')]);
        assert.equal(await connector.set(key, [bytesOf('second')]), true);
        assert.equal(await connector.set(key, [bytesOf('third')], { ifAbsent: true }), false);
        assert.deepEqual(plain(await connector.get(key)), bytesOf('second'));
        await connector.evict(key);
        assert.equal(await connector.set(key, [bytesOf('fourth')], { ifAbsent: true }), true);
        assert.deepEqual(plain(await connector.get(key)), bytesOf('fourth'));
      });

      test('let one of many who set an absent object at once do it', async (connector, reopen) => {
        const other = await reopen();
        const key = connector.newKey();
        const set = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            [connector, other][index % 2]!.set(key, [new Uint8Array(10_000).fill(index)], { ifAbsent: true }),
          ),
        );
        assert.equal(set.filter(Boolean).length, 1);
        assert.deepEqual(plain(await other.get(key)), new Uint8Array(10_000).fill(set.indexOf(true)));
      });

      test('never show a part of an object', async (connector, reopen) => {
        const other = await reopen();
        const key = connector.newKey();
        const length = 300_000;
        await connector.set(key, [new Uint8Array(length)]);
        const sets = async (): Promise<void> => {
          for (let value = 1; value <= 30; value += 1)
            await connector.set(key, [new Uint8Array(length).fill(value)]);
        };
        const gets = async (): Promise<void> => {
          for (let count = 0; count < 40; count += 1) {
            const bytes = await other.get(key);
            assert.equal(bytes?.length, length);
            assert.deepEqual(plain(bytes), new Uint8Array(length).fill(bytes[0]!));
          }
        };
        await Promise.all([sets(), gets()]);
      });
    });

    describeIf('take', 'take()', () => {
      test('gives an object and leaves none', async (connector) => {
        const key = await connector.put([bytesOf('one-'), bytesOf('shot')]);
        assert.deepEqual(plain(await connector.take(key)), bytesOf('one-shot'));
        assert.equal(await connector.exists(key), false);
        assert.equal(await connector.take(key), undefined);
      });

      test('gives it to one of many who ask', async (connector, reopen) => {
        const other = await reopen();
        const key = await connector.put([bytesOf('object')]);
        const taken = await Promise.all(
          Array.from({ length: 20 }, (_, index) => [connector, other][index % 2]!.take(key)),
        );
        assert.deepEqual(
          taken.map(plain).filter((bytes) => bytes !== undefined),
          [bytesOf('object')],
        );
      });
    });

    if (subject.capabilities.includes('sync')) {
      describeIf('deferred', 'sync.set()', () => {
        test('does what set() does', async ({ sync }) => {
          const key = sync.put([bytesOf('first')]);
          assert.equal(sync.set(key, [bytesOf('second')]), true);
          assert.equal(sync.set(key, [bytesOf('third')], { ifAbsent: true }), false);
          assert.deepEqual(plain(sync.get(key)), bytesOf('second'));
          sync.evict(key);
          assert.equal(sync.set(key, [bytesOf('fourth')], { ifAbsent: true }), true);
          assert.deepEqual(plain(sync.get(key)), bytesOf('fourth'));
        });
      });

      describeIf('take', 'sync.take()', () => {
        test('does what take() does', async ({ sync }) => {
          const key = sync.put([bytesOf('object')]);
          assert.deepEqual(plain(sync.take(key)), bytesOf('object'));
          assert.equal(sync.exists(key), false);
          assert.equal(sync.take(key), undefined);
        });
      });
    }

    describeIf('expire', 'expire()', () => {
      test('drops an object after a time', async (connector) => {
        const key = await connector.put([bytesOf('short-lived')]);
        assert.equal(await connector.expire(key, 20), true);
        await untilGone(connector, key);
        assert.equal(await connector.get(key), undefined);
        assert.equal(await connector.expire(key, 20), false);
      });

      test('drops it at once when no time is left', async (connector) => {
        for (const milliseconds of [0, -1]) {
          const key = await connector.put([bytesOf('object')]);
          assert.equal(await connector.expire(key, milliseconds), true);
          assert.equal(await connector.exists(key), false);
        }
      });

      test('counts from the last call', async (connector) => {
        const [prolonged, shortened, measure] = await connector.putBatch([[], [], []]);
        // Long enough for the next call to come in time, on a busy machine and over a network.
        await connector.expire(prolonged!, 300);
        await connector.expire(prolonged!, longTime);
        await connector.expire(shortened!, longTime);
        await connector.expire(shortened!, 20);
        await connector.expire(measure!, 350);
        await untilGone(connector, measure!);
        assert.equal(await connector.exists(prolonged!), true);
        assert.equal(await connector.exists(shortened!), false);
      });

      test('is false of an object that is not there', async (connector) => {
        const key = await connector.put([]);
        await connector.evict(key);
        assert.equal(await connector.expire(key, longTime), false);
        assert.equal(await connector.exists(key), false);
      });
    });

    // Its tests store what they wait for under a key that they have already: a connector that can be watched can defer.
    describeIf('watch', 'watch()', () => {
      test('settles at once where the object is', async (connector) => {
        await connector.watch(await connector.put([bytesOf('here')]));
      });

      test('settles for all who wait when the object is stored, here or by another', async (connector, reopen) => {
        const other = await reopen();
        for (const writer of [connector, other]) {
          const key = connector.newKey();
          const waits = [connector.watch(key), connector.watch(key), other.watch(key)];
          await writer.set(key, [bytesOf('there')]);
          await Promise.all(waits);
          assert.deepEqual(plain(await connector.get(key)), bytesOf('there'));
        }
      });

      test('settles for no other object', async (connector) => {
        const [key, other] = [connector.newKey(), connector.newKey()];
        const controller = new AbortController();
        const wait = connector.watch(key, controller);
        await connector.set(other, [bytesOf('another')]);
        await connector.watch(other);
        controller.abort('still waiting');
        await assert.rejects(wait, (reason) => reason === 'still waiting');
      });

      test('ends by its signal, which keeps no listener, while others wait on', async (connector) => {
        const key = connector.newKey();
        const controller = new AbortController();
        const ended = connector.watch(key, controller);
        const other = new AbortController();
        const waiting = connector.watch(key, other);
        controller.abort('enough');
        await assert.rejects(ended, (reason) => reason === 'enough');
        await connector.set(key, [bytesOf('object')]);
        await waiting;
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
        assert.equal(getEventListeners(other.signal, 'abort').length, 0);
      });

      test('is ended by close()', async (connector) => {
        const { signal } = new AbortController();
        const waits = [connector.watch(connector.newKey(), { signal }), connector.watch(connector.newKey())];
        const ends = Promise.all(waits.map((wait) => assert.rejects(wait, isClosed(connector))));
        await connector.close();
        await ends;
        assert.equal(getEventListeners(signal, 'abort').length, 0);
      });
    });

    describeIf('list', 'list()', () => {
      test('names all objects and no other', async (connector) => {
        assert.deepEqual(await collected(connector.list()), []);
        const keys = await connector.putBatch(Array.from({ length: 40 }, () => [bytesOf('object')]));
        await connector.evict(keys[0]!);
        const expected = keys.slice(1).map((key) => JSON.stringify(key));
        assert.deepEqual((await collected(connector.list())).sort(), expected.sort());
      });

      test('can be left early, and begun again', async (connector) => {
        await connector.putBatch([[], [], []]);
        for await (const key of connector.list()) {
          assert.equal(await connector.exists(key), true);
          break;
        }
        assert.equal((await collected(connector.list())).length, 3);
      });

      test('lets objects come and go while it goes on', async (connector) => {
        const keys = await connector.putBatch(Array.from({ length: 20 }, () => []));
        let seen = 0;
        for await (const key of connector.list()) {
          seen += 1;
          await connector.evict(key);
        }
        assert.equal(seen, keys.length);
        assert.deepEqual(await collected(connector.list()), []);
      });

      test('ends by its signal', async (connector) => {
        await connector.putBatch([[], [], []]);
        const controller = new AbortController();
        const listing = connector.list(controller)[Symbol.asyncIterator]();
        await listing.next();
        controller.abort('enough');
        await assert.rejects(listing.next(), (reason) => reason === 'enough');
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
      });

      test('is ended by close(), which does not wait for it', async (connector) => {
        await connector.putBatch([[], [], []]);
        const listing = connector.list()[Symbol.asyncIterator]();
        await listing.next();
        await connector.close();
        await assert.rejects(listing.next(), isClosed(connector));
        assert.deepEqual(await listing.next(), { done: true, value: undefined });
      });
    });
  });
}

/** Objects of every shape that a codec may hand to a connector. */
function shapes(): Record<string, Parts> {
  const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  return {
    'no parts': [],
    'an empty part': [new Uint8Array(0)],
    'empty parts among others': [
      new Uint8Array(0),
      bytesOf('a'),
      new Uint8Array(0),
      bytesOf('b'),
      new Uint8Array(0),
    ],
    'one byte': [Uint8Array.of(0)],
    'every byte': [allBytes],
    'a header and a body': [bytesOf('BS\n'), allBytes],
    'views into larger memory': [allBytes.subarray(5, 6), allBytes.subarray(100, 200)],
    'Node buffers': [Buffer.from('from the pool'), Buffer.alloc(70, 1)],
    'one part twice': [allBytes, allBytes],
    'thousands of parts': Array.from({ length: 3000 }, (_, index) => Uint8Array.of(index % 256)),
    'a megabyte': [bytesOf('BS\n'), new Uint8Array(1024 * 1024 + 1).fill(3)],
  };
}

/** Keys that nobody made, among them those that a connector of this kind might mistake for its own. */
function wrongKeys(key: ConnectorKey): unknown[] {
  const [first, ...rest] = key;
  const name = typeof first === 'string' ? first : JSON.stringify(first);
  const names = [
    '',
    '.',
    '..',
    '../x',
    '/etc/passwd',
    'a/b',
    'a\0b',
    '\0',
    'constructor',
    '__proto__',
    'x'.repeat(5000),
  ];
  return [
    undefined,
    null,
    0,
    true,
    'name',
    Symbol('key'),
    () => key,
    {},
    { ...key },
    { 0: name, length: 1 },
    [],
    [undefined],
    [null],
    [0],
    [{}],
    [key],
    ...names,
    ...names.map((name) => [name, ...rest]),
    [`${name}\n`, ...rest],
    [` ${name}`, ...rest],
    [`${name}/../x`, ...rest],
    [...key, 'more'],
    [...key, undefined],
    Object.create(key),
    Object.setPrototypeOf([], key),
    Object.setPrototypeOf(new Array(key.length), key),
  ];
}

type Operations = Record<string, (options?: OperationOptions) => Promise<unknown>>;

/** Every operation that takes a key, of those that the connector has; each settles where the object is there. */
function keyOperations(connector: Complete, key: ConnectorKey): Operations {
  const shown = capabilities(connector);
  return {
    get: (options) => connector.get(key, options),
    exists: (options) => connector.exists(key, options),
    getBatch: (options) => connector.getBatch([key], options),
    ...(shown.has('watch') && { watch: (options) => connector.watch(key, options) }),
    ...(shown.has('expire') && { expire: (options) => connector.expire(key, longTime, options) }),
    ...(shown.has('deferred') && {
      set: (options) => connector.set(key, [bytesOf('set')], options),
      'set, ifAbsent': (options) => connector.set(key, [bytesOf('set')], { ...options, ifAbsent: true }),
    }),
    ...(shown.has('take') && { take: (options) => connector.take(key, options) }),
    evict: (options) => connector.evict(key, options),
    evictBatch: (options) => connector.evictBatch([key], options),
  };
}

/** Every asynchronous operation that the connector has. */
function allOperations(connector: Complete, key: ConnectorKey): Operations {
  const shown = capabilities(connector);
  return {
    put: (options) => connector.put([bytesOf('put')], options),
    putBatch: (options) => connector.putBatch([[bytesOf('put')], [bytesOf('put')]], options),
    'putBatch of nothing': (options) => connector.putBatch([], options),
    'getBatch of nothing': (options) => connector.getBatch([], options),
    'evictBatch of nothing': (options) => connector.evictBatch([], options),
    ...(shown.has('list') && { list: (options) => collected(connector.list(options)) }),
    ...keyOperations(connector, key),
  };
}

/** Every synchronous operation that takes a key. */
function syncKeyOperations(connector: Complete, key: ConnectorKey): Record<string, () => unknown> {
  // Absent where the connector is not synchronous, whatever the type of a complete one says.
  const { sync } = connector as Connector;
  if (sync === undefined) return {};
  return {
    'sync.get': () => sync.get(key),
    'sync.exists': () => sync.exists(key),
    'sync.getBatch': () => sync.getBatch([key]),
    ...(sync.set !== undefined && { 'sync.set': () => sync.set?.(key, []) }),
    ...(sync.take !== undefined && { 'sync.take': () => sync.take?.(key) }),
    'sync.evict': () => sync.evict(key),
    'sync.evictBatch': () => sync.evictBatch([key]),
  };
}

/** Every operation that returns at once. */
function allSyncOperations(connector: Complete, key: ConnectorKey): Record<string, () => unknown> {
  const shown = capabilities(connector);
  return {
    ...(shown.has('deferred') && { newKey: () => connector.newKey() }),
    ...(shown.has('sync') && {
      'sync.put': () => connector.sync.put([]),
      'sync.putBatch': () => connector.sync.putBatch([]),
    }),
    ...syncKeyOperations(connector, key),
  };
}

function isInvalidKey(key: unknown): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof InvalidKeyError, `${String(error)} is no InvalidKeyError`);
    assert.equal(error.code, 'ERR_PROXYSTORE_INVALID_KEY');
    assert.equal(error.key, key);
    return true;
  };
}

function isClosed(connector: Connector): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ConnectorClosedError, `${String(error)} is no ConnectorClosedError`);
    assert.equal(error.code, 'ERR_PROXYSTORE_CONNECTOR_CLOSED');
    assert.equal(error.connector, connector.kind);
    return true;
  };
}

/** Backends tell nobody that they have dropped an object, so it is looked for. */
async function untilGone(connector: Connector, key: ConnectorKey): Promise<void> {
  while (await connector.exists(key)) await sleep(5);
}

async function collected(keys: AsyncIterable<ConnectorKey>): Promise<string[]> {
  const collected: string[] = [];
  for await (const key of keys) collected.push(JSON.stringify(key));
  return collected;
}

function fromJSON(config: ConnectorConfig): Connector {
  return connectorFromConfig(JSON.parse(JSON.stringify(config)) as ConnectorConfig);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The same bytes without what is not compared: whether they are a Node buffer, and where in their memory they are. */
function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : new Uint8Array(bytes);
}

function joined(parts: Parts): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
