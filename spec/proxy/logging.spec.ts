import assert from 'node:assert';
import { Console } from 'node:console';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import pino from 'pino';
import winston from 'winston';
import { createProxy, isResolved } from '../../lib/proxy/proxy.js';
import type { ObjectProxy, ProxyKind } from '../../lib/proxy/types.js';

type Logged = ObjectProxy<Record<string, unknown>>;

/** A proxy as a store makes it, with a reference; that may be resolved in place, and fails if it is. */
function logged(kind?: ProxyKind): Logged {
  const refuse = (): never => {
    throw new Error('This proxy was resolved.');
  };
  return createProxy<Record<string, unknown>>(
    {
      resolve: async () => refuse(),
      resolveSync: refuse,
      toJSON: () => ({ $proxystore: 1, store: 'results', key: ['17'] }),
      describe: () => ({ store: 'results', key: ['17'] }),
    },
    { kind },
  );
}

/** A stream that keeps what is written to it. */
class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function byConsole(log: (console: Console) => void): string {
  const sink = new Sink();
  log(new Console(sink, sink));
  return sink.text;
}

function byPino(log: (logger: pino.Logger) => void, options: pino.LoggerOptions = {}): string {
  const sink = new Sink();
  log(pino(options, sink));
  return sink.text;
}

function byWinston(
  log: (logger: winston.Logger) => void,
  shape: winston.Logform.Format = winston.format.json(),
): string {
  const sink = new Sink();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- two versions of the same type
  log(winston.createLogger({ format: shape, transports: [new winston.transports.Stream({ stream: sink })] }));
  return sink.text;
}

/** Shows store and key, whichever of the two forms it takes. */
const reference = /results.*17|17.*results/s;

describe('is logged by store and key, and not resolved', () => {
  it.each<[string, (p: Logged) => string]>([
    ['console.log', (p) => byConsole((console) => { console.log(p, { p }); })],
    ['console.error', (p) => byConsole((console) => { console.error('failed on', p); })],
    ['util.inspect', (p) => inspect(p)],
    ['util.inspect, deep, with all that is hidden', (p) => inspect({ a: { b: [new Map([[p, p]])] } }, { depth: 9, showHidden: true, getters: true })],
    ['util.inspect in colours', (p) => inspect(p, { colors: true })],
    ['%s', (p) => format('%s', p)],
    ['%o', (p) => format('%o', p)],
    ['%O', (p) => format('%O', p)],
    ['%j', (p) => format('%j', p)],
    ['an error with it in a list of errors', (p) => inspect(new AggregateError([p], 'all failed'))],
    ['pino', (p) => byPino((logger) => { logger.info({ p }, 'message'); })],
    ['pino, in a list', (p) => byPino((logger) => { logger.info({ jobs: [{ p }] }); })],
    ['a child of a pino logger', (p) => byPino((logger) => { logger.child({ p }).info('message'); })],
    ['%j of pino', (p) => byPino((logger) => { logger.info('message %j', p); })],
    ['winston', (p) => byWinston((logger) => { logger.info('message', { p }); })],
    ['winston, simple', (p) => byWinston((logger) => { logger.info('message', { p }); }, winston.format.simple())],
    ['winston, pretty', (p) => byWinston((logger) => { logger.info('message', { p }); }, winston.format.prettyPrint())],
    ['winston, splat', (p) => byWinston((logger) => { logger.info('%j', p); }, winston.format.combine(winston.format.splat(), winston.format.json()))],
  ])('%s', (_, log) => {
    for (const kind of ['object', 'array'] as const) {
      const proxy = logged(kind);
      expect(log(proxy)).toMatch(reference);
      expect(isResolved(proxy)).toBe(false);
    }
  }); // prettier-ignore
});

describe('is handed around, and not resolved', () => {
  it.each<[string, (p: Logged) => unknown]>([
    ['an event', (p) => new EventEmitter().on('e', () => undefined).emit('e', p)],
    ['queueMicrotask', (p) => { queueMicrotask(() => p); }],
    ['a mock that keeps its arguments', (p) => { const mock = jest.fn(); mock(p); expect(mock.mock.calls).toHaveLength(1); }],
    ['toBe', (p) => { expect(p).toBe(p); }],
    ['toBeDefined', (p) => { expect(p).toBeDefined(); expect(p).toBeTruthy(); expect(p).not.toBeNull(); }],
    ['toHaveBeenCalledTimes', (p) => { const mock = jest.fn(); mock({ p }); expect(mock).toHaveBeenCalledTimes(1); }],
    ['a failed assertion, which shows no more than that it is a proxy', (p) => { expect(messageOf(() => { assert.deepStrictEqual({ p }, { p: 1 }); })).toMatch(/(Object|Array|Function)/); }],
    ['console.dir, as above', (p) => { expect(byConsole((console) => { console.dir(p); })).toMatch(/(Object|Array)Proxy|Function/); }],
    ['deepStrictEqual of what holds it', (p) => { assert.deepStrictEqual({ p }, { p }); }],
    ['import()', async (p) => { const { sep } = await import('node:path'); return [sep, p].length; }],
  ])('%s', async (_, use) => {
    for (const kind of ['object', 'array', 'function'] as const) {
      const proxy = logged(kind);
      await use(proxy);
      expect(isResolved(proxy)).toBe(false);
    }
  }); // prettier-ignore
});

/** These look into what they are given, and so into the target. */
describe('is used, and so resolved', () => {
  it.each<[string, (p: Logged) => unknown]>([
    ['%d', (p) => format('%d', p)],
    ['console.table', (p) => byConsole((console) => { console.table([p]); })],
    ['the cause of an error that is shown', (p) => inspect(new Error('e', { cause: p }))],
    ['pino, merged into the record', (p) => byPino((logger) => { logger.info(p); })],
    ['pino, as an error', (p) => byPino((logger) => { logger.error({ err: p }); })],
    ['pino, where something in it is to be redacted', (p) => byPino((logger) => { logger.info({ p }); }, { redact: ['p.secret'] })],
    ['winston, merged into the record', (p) => byWinston((logger) => { logger.info('message', p); })],
    ['jest, to show what it did not expect', (p) => { expect(p).toBe(1); }],
    ['jest, to compare what holds it', (p) => { expect({ p }).toEqual({ p }); }],
    ['jest, to compare it with something else', (p) => { expect(p).toEqual({ a: 1 }); }],
  ])('%s', (_, log) => {
    expect(messageOf(() => log(logged()))).toMatch(/This proxy was resolved/);
  }); // prettier-ignore

  it('by console.log, after its kind has said that it is a function: %s makes a string of it', () => {
    expect(() => format('%s', logged('function'))).toThrow('This proxy was resolved');
    expect(format('%O', logged('function'))).toMatch(reference);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
}
