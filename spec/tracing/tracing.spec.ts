import { tracingChannel } from 'node:diagnostics_channel';
import { channels, type OperationChannel, type TracedOperation } from '../../lib/tracing/tracing.js';

const events = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
const operations = Object.keys(channels) as TracedOperation[];

/** Everything that one operation's channel tells until the end of the block. */
function listen(operation: TracedOperation): Disposable & { readonly heard: [string, unknown][] } {
  const heard: [string, unknown][] = [];
  const hear = (event: string) => (message: object) => void heard.push([event, { ...message }]);
  const subscribers = {
    start: hear('start'),
    end: hear('end'),
    asyncStart: hear('asyncStart'),
    asyncEnd: hear('asyncEnd'),
    error: hear('error'),
  };
  const channel = tracingChannel<object, object>(`proxystore:${operation}`);
  channel.subscribe(subscribers);
  return { heard, [Symbol.dispose]: () => channel.unsubscribe(subscribers) };
}

it('has a channel for each operation', () => {
  expect(operations).toEqual(['put', 'get', 'exists', 'evict', 'resolve', 'register', 'unregister', 'close']);
});

describe.each(operations)('%s', (operation) => {
  it('is active while somebody listens to any of its events, and not longer', () => {
    expect(channels[operation].active).toBe(false);
    for (const event of events) {
      const channel = tracingChannel<object, object>(`proxystore:${operation}`)[event];
      const subscriber = (): void => undefined;
      channel.subscribe(subscriber);
      expect([event, channels[operation].active]).toEqual([event, true]);
      channel.unsubscribe(subscriber);
    }
    expect(channels[operation].active).toBe(false);
  });

  it('tells of a synchronous operation', () => {
    using listener = listen(operation);
    const context = { store: 'results', key: ['a'] };
    expect(channels[operation].traceSync(context, () => 'done')).toBe('done');
    expect(listener.heard).toEqual([
      ['start', { store: 'results', key: ['a'] }],
      ['end', { store: 'results', key: ['a'], result: 'done' }],
    ]);
  });

  it('tells of an asynchronous operation, and of what it learns on the way', async () => {
    using listener = listen(operation);
    const context: { store: string; bytes?: number } = { store: 'results' };
    const run = async (): Promise<string> => {
      context.bytes = 3;
      return 'done';
    };
    await expect(channels[operation].tracePromise(context, run)).resolves.toBe('done');
    expect(listener.heard.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(listener.heard.at(-1)![1]).toEqual({ store: 'results', bytes: 3, result: 'done' });
  });

  it('tells of failures and passes them on', async () => {
    using listener = listen(operation);
    const error = new Error('disk is full');
    const fail = (): never => {
      throw error;
    };
    expect(() => channels[operation].traceSync({}, fail)).toThrow(error);
    await expect(channels[operation].tracePromise({}, () => Promise.reject(error))).rejects.toBe(error);
    const failures = listener.heard.filter(([event]) => event === 'error');
    expect(failures).toEqual([
      ['error', { error }],
      ['error', { error }],
    ]);
  });

  it('does what it is asked where nobody listens', async () => {
    expect(channels[operation].traceSync({}, () => 'done')).toBe('done');
    await expect(channels[operation].tracePromise({}, async () => 'done')).resolves.toBe('done');
  });
});

describe.each([
  ['has no diagnostics_channel', undefined],
  ['has one without tracing channels, as Node before 18.19', {}],
])('where the runtime %s', (_, diagnosticsChannel) => {
  it('does what it is asked and is never active', async () => {
    const { put } = await channelsOn(diagnosticsChannel);
    expect(put.active).toBe(false);
    expect(put.traceSync({}, () => 'done')).toBe('done');
    await expect(put.tracePromise({}, async () => 'done')).resolves.toBe('done');
  });
});

/** The channels as they are on a platform that offers this. */
async function channelsOn(diagnosticsChannel: unknown): Promise<Record<TracedOperation, OperationChannel>> {
  let loaded!: Record<TracedOperation, OperationChannel>;
  await jest.isolateModulesAsync(async () => {
    jest.doMock('#platform', () => ({ platform: { diagnosticsChannel } }));
    ({ channels: loaded } = await import('../../lib/tracing/tracing.js'));
    jest.dontMock('#platform');
  });
  return loaded;
}
