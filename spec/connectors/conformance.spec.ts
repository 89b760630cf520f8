import fastCheck from 'fast-check';
import { LocalConnector } from '../../lib/connectors/local.js';
import type { OperationOptions, Parts } from '../../lib/connectors/protocol.js';
import { newUUIDKey, type UUIDKey } from '../../lib/connectors/uuid-key.js';
import {
  describeConnector,
  type ConnectorSubject,
  type OtherProcess,
  type TestRunner,
} from '../../lib/testing/testing.js';
import { rejection } from '../caught.js';
import { stall, StallingConnector } from './stalling-connector.js';

const capabilities = ['sync', 'deferred', 'take', 'expire', 'watch', 'list'] as const;

/** What one operation of the connector takes. */
type Arguments<
  M extends 'get' | 'set' | 'take' | 'expire' | 'watch' | 'list' | 'putBatch' | 'getBatch' | 'evictBatch',
> = Parameters<LocalConnector[M]>;

const sequence = 'a sequence of operations › answers as a Map would, whatever is done to it';

type Sync = LocalConnector['sync'];

/** A connector of which some operations without waiting are not as they should be. */
function withSync(fault: (sync: Sync) => Partial<Sync>): new () => LocalConnector {
  return class extends LocalConnector {
    constructor() {
      super();
      const { sync } = this;
      const faults = fault(sync);
      const faulty = new Proxy(sync, {
        get: (target, name: keyof Sync) => faults[name] ?? target[name].bind(target),
      });
      Object.assign(this, { sync: faulty });
    }
  };
}

/** Each is right but for one thing, which the suite must tell of by the test that is named. */
const faults: readonly (readonly [fault: string, toldBy: string, connector: new () => LocalConnector])[] = [
  [
    'loses a byte',
    'objects › gives back what was put: one byte',
    class extends LocalConnector {
      override async get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        return (await super.get(...given))?.subarray(1);
      }
    },
  ],
  [
    'loses a byte of what a store reads',
    'through a Store › objects › gives back what was put: a megabyte',
    class extends LocalConnector {
      override async get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        const bytes = await super.get(...given);
        return bytes !== undefined && bytes.length > 1_000_000 ? bytes.subarray(0, -1) : bytes;
      }
    },
  ],
  [
    'keeps the bytes of the caller',
    'objects › are copies: neither changing what was put nor what was got changes them',
    class extends LocalConnector {
      readonly #kept = new Map<string, Uint8Array>();

      override async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
        const key = await super.put(data, options);
        if (data.length === 1) this.#kept.set(key[0], data[0]!);
        return key;
      }

      override async get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        return this.#kept.get(given[0][0])?.slice() ?? super.get(...given);
      }
    },
  ],
  [
    'hands out its own bytes',
    'objects › are handed over in memory that can be transferred away',
    class extends LocalConnector {
      readonly #own = new Map<string, Uint8Array | undefined>();

      override async get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        const [[uuid]] = given;
        if (!this.#own.has(uuid)) this.#own.set(uuid, await super.get(...given));
        return this.#own.get(uuid);
      }
    },
  ],
  [
    'evicts nothing',
    'objects › are gone once they are evicted, which can be done again',
    class extends LocalConnector {
      override async evict(): Promise<void> {}
    },
  ],
  [
    'looks up any key',
    'keys › that the connector could not have made are refused by every operation',
    class extends LocalConnector {
      override async exists(): Promise<boolean> {
        return false;
      }
    },
  ],
  [
    'evicts half of a batch before it checks the rest',
    'keys › of a batch are all checked before the first is used',
    class extends LocalConnector {
      override async evictBatch(...[keys, options]: Arguments<'evictBatch'>): Promise<void> {
        for (const key of keys) await this.evict(key, options);
      }
    },
  ],
  [
    'mixes up a batch',
    'batches › keep their order',
    class extends LocalConnector {
      override async putBatch(...given: Arguments<'putBatch'>): Promise<UUIDKey[]> {
        return (await super.putBatch(...given)).reverse();
      }
    },
  ],
  [
    'does not ask the signal',
    'signals › that are aborted reject every operation with their reason, and nothing is touched',
    class extends LocalConnector {
      override take(key: UUIDKey): Promise<Uint8Array | undefined> {
        return super.take(key);
      }
    },
  ],
  [
    'leaves a listener on the signal',
    'signals › have no listener left when an operation has settled',
    class extends LocalConnector {
      override get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        given[1]?.signal?.addEventListener('abort', () => undefined);
        return super.get(...given);
      }
    },
  ],
  [
    'rejects with an error of its own when it is aborted meanwhile',
    'signals › that are aborted meanwhile reject with their reason, or come too late',
    class extends LocalConnector {
      override async get(...given: Arguments<'get'>): Promise<Uint8Array | undefined> {
        const bytes = await super.get(...given);
        if (given[1]?.signal?.aborted === true) throw new Error('The operation was aborted.');
        return bytes;
      }
    },
  ],
  [
    'stores a batch that is aborted meanwhile',
    'signals › that are aborted meanwhile leave no object that nobody has a key of',
    class extends LocalConnector {
      override async putBatch(...given: Arguments<'putBatch'>): Promise<UUIDKey[]> {
        const keys = await super.putBatch(...given);
        given[1]?.signal?.throwIfAborted();
        return keys;
      }
    },
  ],
  [
    'gives one of two who put at once the key of the other',
    `load › of 1000 operations at once mixes nothing up`,
    class extends LocalConnector {
      #last: UUIDKey | undefined;

      override async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
        this.#last = await super.put(data, options);
        await new Promise(setImmediate);
        return this.#last;
      }
    },
  ],
  [
    'loses a large batch but for its beginning',
    'load › of 1000 objects in a batch comes back in order',
    class extends LocalConnector {
      override async getBatch(...given: Arguments<'getBatch'>): Promise<(Uint8Array | undefined)[]> {
        return (await super.getBatch(...given)).map((bytes, index) => (index < 500 ? bytes : undefined));
      }
    },
  ],
  [
    'sets nothing in the place of an object',
    `${sequence} (seed 1)`,
    class extends LocalConnector {
      override async set(...[key, data, options]: Arguments<'set'>): Promise<boolean> {
        const stored = await super.set(key, data, { ...options, ifAbsent: true });
        return stored || options?.ifAbsent !== true;
      }
    },
  ],
  [
    'answers after its end',
    'close() › refuses every later operation',
    class extends LocalConnector {
      override newKey(): UUIDKey {
        return newUUIDKey();
      }
    },
  ],
  [
    'does not wait at its end',
    'close() › waits for what is under way',
    class extends LocalConnector {
      override async put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
        const key = await super.put(data, options);
        await new Promise(setImmediate);
        return key;
      }
    },
  ],
  [
    'has a config that leads nowhere',
    'config() › is JSON, names the kind, and leads to the same objects',
    class extends LocalConnector {
      override config(): ReturnType<LocalConnector['config']> {
        return new LocalConnector().config();
      }
    },
  ],
  [
    'stores over an object that is to be absent',
    'newKey() and set() › let one of many who set an absent object at once do it',
    class extends LocalConnector {
      override set(...[key, data, options]: Arguments<'set'>): Promise<boolean> {
        return super.set(key, data, { signal: options?.signal });
      }
    },
  ],
  [
    'takes in two steps',
    'take() › gives it to one of many who ask',
    class extends LocalConnector {
      override async take(...given: Arguments<'take'>): Promise<Uint8Array | undefined> {
        const bytes = await this.get(...given);
        await this.evict(...given);
        return bytes;
      }
    },
  ],
  [
    'keeps to the first of two times',
    'expire() › counts from the last call',
    class extends LocalConnector {
      readonly #expiring = new Set<string>();

      override async expire(...given: Arguments<'expire'>): Promise<boolean> {
        const [[uuid]] = given;
        if (this.#expiring.has(uuid)) return true;
        this.#expiring.add(uuid);
        return super.expire(...given);
      }
    },
  ],
  [
    'does not expire anything',
    'expire() › drops it at once when no time is left',
    class extends LocalConnector {
      override expire([uuid]: UUIDKey, _milliseconds: number, options?: OperationOptions): Promise<boolean> {
        return super.exists([uuid], options);
      }
    },
  ],
  [
    'wakes whoever waits',
    'watch() › settles for no other object',
    class extends LocalConnector {
      override async watch(...given: Arguments<'watch'>): Promise<void> {
        await this.exists(...given);
      }
    },
  ],
  [
    'lists every second object',
    'list() › names all objects and no other',
    class extends LocalConnector {
      override async *list(...given: Arguments<'list'>): AsyncGenerator<UUIDKey, void, undefined> {
        let odd = false;
        for await (const key of super.list(...given)) {
          odd = !odd;
          if (odd) yield key;
        }
      }
    },
  ],
  [
    'hands out its own bytes in place',
    "sync operations › hand over bytes that are the caller's own, and keep none of those that they are given",
    withSync((sync) => {
      const own = new Map<string, Uint8Array | undefined>();
      return {
        get(key) {
          if (!own.has(key[0])) own.set(key[0], sync.get(key));
          return own.get(key[0]);
        },
      };
    }),
  ],
  [
    'loses an object of a batch that is put in place',
    'sync operations › do what the asynchronous ones do, on the same objects',
    withSync((sync) => ({
      putBatch(data) {
        const keys = sync.putBatch(data);
        if (keys.length > 1) sync.evict(keys.at(-1)!);
        return keys;
      },
    })),
  ],
  [
    'takes in place and lets the object stay',
    'sync.take() › does what take() does',
    withSync((sync) => ({ take: (key) => sync.get(key) })),
  ],
  [
    'sets in place over an object that is to be absent',
    'sync.set() › does what set() does',
    withSync((sync) => ({ set: (key, data) => sync.set(key, data) })),
  ],
  [
    'forgets in place that an object is there when another is',
    `${sequence} (seed 3)`,
    withSync((sync) => {
      let last: UUIDKey | undefined;
      return {
        exists(key) {
          const found = key !== last && sync.exists(key);
          last = key;
          return found;
        },
      };
    }),
  ],
];

describe('The tests that every connector must pass', () => {
  it('all pass where there is no fault', async () => {
    expect(await failures({ capabilities, open: () => new LocalConnector() })).toEqual([]);
  });

  it.each(faults)('tell of a connector that %s', async (_, toldBy, connector) => {
    expect(await failures({ capabilities, open: () => new connector() }, [toldBy])).toEqual([toldBy]);
  });

  it('tell of a capability that is not shown, and of one that was not named', async () => {
    const title = 'shows the capabilities that it has';
    const open = (): LocalConnector => hiding('take');
    expect(await failures({ capabilities, open }, [title])).toEqual([title]);
    expect(await failures({ capabilities: ['sync'], open: () => new LocalConnector() })).toEqual([title]);
  });

  it('ask for no capability that was not named', async () => {
    const open = (): LocalConnector => hiding('sync', 'newKey', 'set', 'take', 'expire', 'watch', 'list');
    expect(await failures({ capabilities: [], open })).toEqual([]);
  });

  it('tell of a process that does not see the objects of another, and of two that take the same', async () => {
    const titles = [
      "two processes › see each other's objects, and that they are gone",
      'two processes › take an object once between them',
    ];
    const elsewhere: ConnectorSubject = {
      capabilities,
      open: () => new LocalConnector(),
      otherProcess: async () => asProcess(new LocalConnector()),
    };
    expect(await failures(elsewhere, titles)).toEqual([titles[0]]);
    const twice: ConnectorSubject = {
      ...elsewhere,
      otherProcess: async (connector) => ({
        ...asProcess(LocalConnector.fromConfig(connector.config().options)),
        take: (key) => connector.get(key),
      }),
    };
    expect(await failures(twice, titles)).toEqual([titles[1]]);
  });

  it('name the steps of a random sequence that fails', async () => {
    const failed = new SomeTests('(seed 2)');
    describeConnector(failed, 'connector', {
      capabilities,
      open: () => Object.assign(new LocalConnector(), { exists: async () => true }),
    });
    await expect(failed.first()).rejects.toThrow(/^After \w.+exists: /);
  });

  it('shorten a random sequence that fails, where they are given fast-check, and name its seed', async () => {
    const failed = new SomeTests('a Map would', fastCheck);
    describeConnector(failed, 'connector', {
      capabilities: ['take'],
      open: () =>
        Object.assign(hiding('sync', 'newKey', 'expire', 'watch', 'list'), { take: async () => undefined }),
      heavy: true,
    });
    const error = await rejection(failed.first());
    expect(String(error)).toMatch(/^Error: Property failed after \d+ tests\n\{ seed: -?\d+, path: "/);
    // Two steps are the fewest that tell: an object that is put, and taken.
    const { cause } = error as { cause?: unknown };
    expect(String(cause)).toMatch(/^Error: After (put|putBatch), take: /);
  });

  it('pass on random sequences of fast-check, where there is no fault', async () => {
    const passed = new SomeTests('a Map would', fastCheck);
    describeConnector(passed, 'connector', { capabilities, open: () => new LocalConnector(), heavy: true });
    await passed.first();
  });

  describe('where nothing answers', () => {
    const title =
      'signals › that are aborted while nothing answers end what is under way, and the connector goes on';
    const titles = [title, `through a Store › ${title}`];

    it('pass of a connector that gives up by its signal, and goes on', async () => {
      const subject = { capabilities, open: () => new StallingConnector(), stall };
      expect(await failures(subject, titles)).toEqual([]);
    });

    it('tell of a connector that does not ask its signal again once it has begun', async () => {
      const open = (): LocalConnector => new StallingConnector({ deaf: true });
      expect(await failuresInTime({ capabilities, open, stall }, titles)).toEqual(titles);
    });

    it('tell of a connector that does not go on', async () => {
      const open = (): LocalConnector => new StallingConnector({ broken: true });
      expect(await failuresInTime({ capabilities, open, stall }, titles)).toEqual(titles);
    });

    it('tell of what is stored by an operation that was aborted', async () => {
      const open = (): LocalConnector => new StallingConnector({ late: true });
      expect(await failuresInTime({ capabilities, open, stall }, [title])).toEqual([title]);
    });
  });

  it('open a second connector as they are told to', async () => {
    let reopened = 0;
    const reopen: ConnectorSubject['reopen'] = (connector) => {
      reopened += 1;
      return LocalConnector.fromConfig(connector.config().options);
    };
    expect(await failures({ capabilities, open: () => new LocalConnector(), reopen })).toEqual([]);
    expect(reopened).toBeGreaterThan(0);
  });
});

/** Keeps the tests with a certain title. */
class SomeTests implements TestRunner {
  readonly fastCheck: TestRunner['fastCheck'];
  readonly #title: string;
  readonly #bodies: (() => Promise<void>)[] = [];

  constructor(title: string, fastCheck?: TestRunner['fastCheck']) {
    this.#title = title;
    this.fastCheck = fastCheck;
  }

  describe(_name: string, body: () => void): void {
    body();
  }

  it(name: string, body: () => Promise<void>): void {
    if (name.includes(this.#title)) this.#bodies.push(body);
  }

  first(): Promise<void> {
    return this.#bodies[0]!();
  }
}

/** A connector of this process in the form of one in another. */
function asProcess(connector: LocalConnector): OtherProcess {
  // The keys are those of local connectors.
  return {
    put: (bytes) => connector.put([bytes]),
    get: (key) => connector.get(key as UUIDKey),
    evict: (key) => connector.evict(key as UUIDKey),
    take: (key) => connector.take(key as UUIDKey),
    [Symbol.asyncDispose]: () => connector.close(),
  };
}

/** A connector without some of its capabilities. */
function hiding(...members: (keyof LocalConnector)[]): LocalConnector {
  return Object.assign(
    new LocalConnector(),
    Object.fromEntries(members.map((member) => [member, undefined])),
  );
}

/** Runs the tests of a connector, all or those of some titles; gives the titles of those that fail. */
async function failures(subject: ConnectorSubject, titles?: readonly string[]): Promise<string[]> {
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = [];
  const groups: string[] = [];
  const runner: TestRunner = {
    describe(name, body) {
      groups.push(name);
      body();
      groups.pop();
    },
    it(name, body) {
      tests.push({ title: [...groups.slice(1), name].join(' › '), body });
    },
  };
  describeConnector(runner, 'connector', subject);
  const failed: string[] = [];
  for (const { title, body } of tests) {
    if (titles?.includes(title) === false) continue;
    await body().catch(() => failed.push(title));
  }
  return failed;
}

/** The same, without the time that the tests wait for what does not come. */
async function failuresInTime(subject: ConnectorSubject, titles: readonly string[]): Promise<string[]> {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
  try {
    const running = { done: false };
    const failed = failures(subject, titles).finally(() => (running.done = true));
    while (!running.done) await jest.advanceTimersByTimeAsync(1000);
    return await failed;
  } finally {
    jest.useRealTimers();
  }
}
