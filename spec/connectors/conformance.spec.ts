import { LocalConnector } from '../../lib/connectors/local.js';
import type { OperationOptions, Parts } from '../../lib/connectors/protocol.js';
import { newUUIDKey, type UUIDKey } from '../../lib/connectors/uuid-key.js';
import { describeConnector, type Runner, type Subject } from './conformance.js';

const capabilities = ['sync', 'deferred', 'take', 'expire', 'watch', 'list'] as const;

/** What one operation of the connector takes. */
type Arguments<M extends 'get' | 'set' | 'take' | 'expire' | 'watch' | 'list' | 'putBatch' | 'evictBatch'> =
  Parameters<LocalConnector[M]>;

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

  it('open a second connector as they are told to', async () => {
    let reopened = 0;
    const reopen: Subject['reopen'] = (connector) => {
      reopened += 1;
      return LocalConnector.fromConfig(connector.config().options);
    };
    expect(await failures({ capabilities, open: () => new LocalConnector(), reopen })).toEqual([]);
    expect(reopened).toBeGreaterThan(0);
  });
});

/** A connector without some of its capabilities. */
function hiding(...members: (keyof LocalConnector)[]): LocalConnector {
  return Object.assign(
    new LocalConnector(),
    Object.fromEntries(members.map((member) => [member, undefined])),
  );
}

/** Runs the tests of a connector, all or those of some titles; gives the titles of those that fail. */
async function failures(subject: Subject, titles?: readonly string[]): Promise<string[]> {
  const tests: { readonly title: string; readonly body: () => Promise<void> }[] = [];
  const groups: string[] = [];
  const runner: Runner = {
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
