import '../../lib/resources/symbols.js';
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Answering } from '../../lib/connectors/blocking/answering.js';
import { joined, joinedBatch, transferable } from '../../lib/connectors/blocking/bytes.js';
import {
  SharedState,
  type OperationName,
  type Operations,
  type ToOwner,
  type ToWorker,
} from '../../lib/connectors/blocking/messages.js';
import { describeThrown, reviveThrown } from '../../lib/connectors/blocking/thrown-data.js';
import { registerConnector } from '../../lib/connectors/connector-classes.js';
import { FileConnector } from '../../lib/connectors/file.js';
import type { Connector, ConnectorConfig } from '../../lib/connectors/protocol.js';
import { ConnectorError, InvalidKeyError, MultiConnectorError } from '../../lib/errors.js';
import { TemporaryDirectory } from './temporary-directory.js';

const place = new TemporaryDirectory();
afterAll(() => place[Symbol.dispose]());

/** An owner that does not stand still, in this thread, so that the worker's side can be looked at. */
class Owner implements Disposable {
  readonly answering: Answering;
  readonly state = new Int32Array(new SharedArrayBuffer(SharedState.length * Int32Array.BYTES_PER_ELEMENT));
  readonly #port: MessagePort;
  #asked = 0;

  constructor(config: ConnectorConfig = new FileConnector(place.path).config(), module?: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.answering = new Answering({ port: port2, state: this.state, config, module });
  }

  send(message: ToWorker): void {
    this.#port.postMessage(message);
  }

  /** Asks, and waits for the answer. */
  async ask<O extends OperationName>(
    operation: O,
    ...parameters: Parameters<Operations[O]>
  ): Promise<unknown> {
    this.request(operation, ...parameters);
    const answer = await this.next();
    if (answer.type === 'result') return answer.result;
    throw reviveThrown((answer as Extract<ToOwner, { type: 'failure' }>).thrown);
  }

  /** Asks. Gives the request's number. */
  request<O extends OperationName>(operation: O, ...parameters: Parameters<Operations[O]>): number {
    const id = (this.#asked += 1);
    Atomics.store(this.state, SharedState.awaited, id);
    this.send({ type: 'request', id, operation, parameters });
    return id;
  }

  /** The next thing that is said. */
  async next(): Promise<ToOwner> {
    const said = once(this.#port, 'message') as Promise<[ToOwner]>;
    this.#port.ref();
    const [message] = await said;
    return message;
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}

describe('the worker', () => {
  it('does each operation', async () => {
    using owner = new Owner();
    const bytes = (): Uint8Array => Uint8Array.of(1, 2);
    const key = (await owner.ask('put', bytes())) as string;
    expect(await owner.ask('exists', key)).toBe(true);
    expect(await owner.ask('get', key)).toEqual(bytes());
    expect(await owner.ask('set', key, Uint8Array.of(3), true)).toBe(false);
    expect(await owner.ask('take', key)).toEqual(bytes());
    expect(await owner.ask('take', key)).toBeUndefined();
    const keys = (await owner.ask('putBatch', [bytes(), new Uint8Array()])) as string;
    expect(await owner.ask('getBatch', keys)).toEqual([bytes(), new Uint8Array()]);
    await owner.ask('evict', JSON.stringify((JSON.parse(keys) as unknown[])[0]));
    await owner.ask('evictBatch', keys);
    expect(await owner.ask('getBatch', keys)).toEqual([undefined, undefined]);
    await expect(owner.ask('get', '["../x"]')).rejects.toThrow(InvalidKeyError);
    owner.send({ type: 'ping' });
    owner.send({ type: 'close' });
    expect(await owner.next()).toEqual({ type: 'closed' });
  });

  it('counts what it says, and takes the number of the request that it answers', async () => {
    using owner = new Owner();
    await owner.ask('exists', '["00000000-0000-4000-8000-000000000000"]');
    expect([...owner.state]).toEqual([1, 0, 0]);
  });

  it('says nothing of a request that nobody waits for, and takes back what it has stored', async () => {
    const evicted: unknown[] = [];
    const stored = jest.spyOn(FileConnector.prototype, 'put').mockResolvedValue(['one'] as never);
    const storedBatch = jest.spyOn(FileConnector.prototype, 'putBatch').mockResolvedValue([['two']] as never);
    const evict = jest.spyOn(FileConnector.prototype, 'evict').mockImplementation(async (key) => {
      evicted.push(key);
      throw new Error('It cannot be removed.');
    });
    const evictBatch = jest.spyOn(FileConnector.prototype, 'evictBatch').mockImplementation(async (keys) => {
      evicted.push(keys);
    });
    try {
      using owner = new Owner();
      owner.request('put', new Uint8Array());
      owner.request('putBatch', [new Uint8Array()]);
      owner.request('get', '["wrong"]');
      owner.request('exists', '["00000000-0000-4000-8000-000000000000"]');
      expect(await owner.next()).toEqual({ type: 'result', result: false });
      expect(evicted).toEqual([['one'], [['two']]]);
      expect(owner.state[SharedState.said]).toBe(1);
    } finally {
      for (const spy of [stored, storedBatch, evict, evictBatch]) spy.mockRestore();
    }
  });

  it('aborts what is abandoned, and all when it is closed', async () => {
    const signals: AbortSignal[] = [];
    const get = jest.spyOn(FileConnector.prototype, 'get').mockImplementation((_key, options) => {
      const { signal } = options as { signal: AbortSignal };
      signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    });
    try {
      using owner = new Owner();
      const key = '["00000000-0000-4000-8000-000000000000"]';
      const first = owner.request('get', key);
      owner.request('get', key);
      owner.send({ type: 'abandon', id: first });
      owner.send({ type: 'abandon', id: 77 });
      expect(await owner.ask('exists', key)).toBe(false);
      expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
      expect(owner.state[SharedState.heard]).toBe(77);
      owner.send({ type: 'close' });
      expect(await owner.next()).toEqual({ type: 'closed' });
      expect(signals[1]!.aborted).toBe(true);
    } finally {
      get.mockRestore();
    }
  });

  it('tells how its connector cannot be opened to each who asks, and closes all the same', async () => {
    using owner = new Owner({ kind: 'file', options: {} });
    for (let time = 0; time < 2; time += 1)
      await expect(owner.ask('exists', '["x"]')).rejects.toThrow(/"directory" must be an absolute path/);
    owner.send({ type: 'close' });
    expect(await owner.next()).toEqual({ type: 'closed' });
  });

  it('tells that its module cannot be imported', async () => {
    using owner = new Owner(undefined, 'file:///there/is/none.mjs');
    await expect(owner.ask('exists', '["x"]')).rejects.toThrow(/module file:\/\/\/there\/is\/none\.mjs/);
  });

  it('tells that its connector failed to close', async () => {
    using owner = new Owner();
    const close = jest.spyOn(FileConnector.prototype, 'close').mockRejectedValue(new Error('not closed'));
    try {
      await owner.ask('exists', '["00000000-0000-4000-8000-000000000000"]');
      owner.send({ type: 'close' });
      const { thrown } = (await owner.next()) as Extract<ToOwner, { type: 'closed' }>;
      expect(reviveThrown(thrown!)).toEqual(new Error('not closed'));
    } finally {
      close.mockRestore();
    }
  });

  it('tells of what its connector lacks, and of what cannot be sent or described', async () => {
    class Odd {
      readonly kind = 'odd';
      get = async (): Promise<unknown> => () => undefined;
      exists = async (): Promise<unknown> => {
        throw Object.defineProperty(new Error('odd'), 'odd', {
          get() {
            throw new Error('not to be read');
          },
        });
      };
    }
    registerConnector({ kind: 'odd', fromConfig: () => new Odd() as unknown as Connector });
    using owner = new Owner({ kind: 'odd', options: {} });
    await expect(owner.ask('set', '[]', new Uint8Array(), false)).rejects.toThrow(
      /odd connector .* has no set/,
    );
    await expect(owner.ask('take', '[]')).rejects.toThrow(/has no take\(\)/);
    await expect(owner.ask('get', '[]')).rejects.toThrow(/could not be cloned/);
    await expect(owner.ask('exists', '[]')).rejects.toThrow(/cannot be described: Error: not to be read/);
  });

  it('says why it ends', async () => {
    using owner = new Owner();
    owner.answering.end({ exitCode: 3 });
    expect(await owner.next()).toEqual({ type: 'end', exitCode: 3 });
    owner.answering.end({ thrown: 'a text' });
    expect(await owner.next()).toMatchObject({ type: 'end', thrown: describeThrown('a text') });
  });
});

describe('bytes on their way', () => {
  const large = 100_000;

  it('are copied once, and share one memory where there are several', () => {
    const part = Uint8Array.of(1, 2);
    expect(joined([part, part])).toEqual({
      bytes: Uint8Array.of(1, 2, 1, 2),
      memory: Uint8Array.of(1, 2, 1, 2).buffer,
    });
    const { objects, memory } = joinedBatch([[part], [], [part, part]]);
    expect(objects).toEqual([part, new Uint8Array(), Uint8Array.of(1, 2, 1, 2)]);
    for (const object of objects) expect(object.buffer).toBe(memory);
  });

  it('are transferred where they are large and alone in their memory', () => {
    const own = new Uint8Array(new ArrayBuffer(large + 5), 5);
    expect(transferable(own)).toEqual({ result: own, transfer: [own.buffer] });
    expect(transferable(own).result).toBe(own);
  });

  it('are copied where they are small, or not alone', () => {
    const small = Uint8Array.of(1);
    expect(transferable(small)).toEqual({ result: small, transfer: [] });
    const slice = new Uint8Array(10 * large).subarray(0, large).fill(1);
    const shared = new Uint8Array(new SharedArrayBuffer(large)).fill(1);
    for (const bytes of [slice, shared]) {
      const { result, transfer } = transferable(bytes);
      expect(Buffer.compare(result as Uint8Array, bytes)).toBe(0);
      expect(result).not.toBe(bytes);
      expect(transfer).toEqual([(result as Uint8Array).buffer]);
    }
  });

  it('of a batch are transferred once each, and what is no bytes is left as it is', () => {
    const bytes = new Uint8Array(large);
    const { result, transfer } = transferable([bytes, undefined, bytes]);
    const [first, second, third] = result as [Uint8Array, undefined, Uint8Array];
    expect(first).toBe(bytes);
    expect(second).toBeUndefined();
    expect(third).toEqual(bytes);
    expect(transfer).toEqual([first.buffer, third.buffer]);
    expect(new Set(transfer).size).toBe(2);
    expect(transferable(true)).toEqual({ result: true, transfer: [] });
  });
});

describe('what was thrown, on its way', () => {
  const sent = (thrown: unknown): unknown => reviveThrown(structuredClone(describeThrown(thrown)));

  it.each([undefined, null, 7, 'text', false, 1n])('is itself where it is %p', (thrown) => {
    expect(sent(thrown)).toBe(thrown);
  });

  it.each<[string, unknown, string]>([
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object without a text', Object.create({}), 'a value of type object'],
  ])('is its text where it is %s', (_title, thrown, expected) => {
    const odd =
      typeof thrown === 'object' ? Object.assign(() => 0, { toString: null, valueOf: null }) : thrown;
    expect(sent(odd)).toBe(expected.replace('object', 'function'));
  });

  it('keeps the class, where it is of this package or the language, and the nearest else', () => {
    class OwnError extends ConnectorError {}
    class OwnTypeError extends TypeError {
      override name = 'OwnTypeError';
    }
    expect(sent(new InvalidKeyError('no', { connector: 'file', key: ['x', { y: [1] }] }))).toMatchObject({
      name: 'InvalidKeyError',
      code: 'ERR_PROXYSTORE_INVALID_KEY',
      connector: 'file',
      key: ['x', { y: [1] }],
    });
    expect(sent(new InvalidKeyError('no'))).toBeInstanceOf(InvalidKeyError);
    expect(sent(new OwnError('own'))).toBeInstanceOf(ConnectorError);
    const typed = sent(new OwnTypeError('own'));
    expect(typed).toBeInstanceOf(TypeError);
    expect(typed).toMatchObject({ name: 'OwnTypeError', message: 'own' });
    const aborted = sent(new DOMException('enough', 'AbortError'));
    expect(aborted).toMatchObject({ name: 'AbortError', message: 'enough', code: 20 });
    const odd = Object.setPrototypeOf(new Error('odd'), {
      constructor: { name: 'proxyStore' },
      name: 'Odd',
      message: 'odd',
    }) as Error;
    expect(sent(Object.defineProperty(odd, Symbol.toStringTag, { value: 'Error' }))).toMatchObject({
      name: 'Odd',
    });
  });

  it('keeps the stack, the cause, the errors of an aggregate and those in objects', () => {
    const cause = Object.assign(new RangeError('deep'), { errno: -7 });
    const error = new MultiConnectorError('several', { failures: { a: cause, b: new Error('b') }, cause });
    const got = sent(error) as MultiConnectorError;
    expect(got.stack).toBe(error.stack);
    expect(got.cause).toBe(got.failures!['a']);
    expect(got.cause).toMatchObject({ name: 'RangeError', message: 'deep', errno: -7 });
    const all = sent(new AggregateError([cause, 7], 'all')) as AggregateError;
    expect(all).toBeInstanceOf(AggregateError);
    expect(all.errors).toEqual([cause, 7]);
    expect(Object.keys(all)).toEqual([]);
  });

  it('leaves behind what is neither, and what has no end', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle['cycle'] = cycle;
    const error = Object.assign(new Error('with much'), {
      socket: new Map(),
      bytes: new Uint8Array(5),
      list: [1, new Map(), 2],
      bare: Object.assign(Object.create(null) as object, { a: 1 }),
      cycle,
      many: Array.from({ length: 5000 }, (_, index) => index),
    });
    const got = sent(error) as typeof error;
    expect(got).not.toHaveProperty('socket');
    expect(got).not.toHaveProperty('bytes');
    expect(got.list).toEqual([1, undefined, 2]);
    expect(got.bare).toEqual({ a: 1 });
    expect(got.cycle).toEqual({ a: 1, cycle: { a: 1, cycle: { a: 1, cycle: { a: 1 } } } });
    expect(got.many.filter(Number.isInteger).length).toBeLessThan(1000);
  });

  it('is an error in a cycle of errors', () => {
    const error = new Error('round');
    error.cause = error;
    const got = sent(error) as Error;
    expect(got.cause).toBe(got);
  });
});
