import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';
import { stubGlobals } from '../stub-globals.js';

function stderrOf(debug: string | undefined): string {
  const script = `
    const { LocalConnector, Store, storeRegistration, resolve } = require(${JSON.stringify(join(compiledLibrary(), 'index.js'))});
    (async () => {
      const store = new Store('debugged', new LocalConnector());
      const registration = storeRegistration(store);
      const key = await store.put('text');
      await resolve(store.proxyFromKey(key));
      await store.exists(key);
      await store.evict(key);
      await resolve(store.proxyFromKey(key)).catch(() => undefined);
      registration.dispose();
      await store.close();
    })();
  `;
  const { NODE_DEBUG: _, ...environment } = process.env;
  return spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: debug === undefined ? environment : { ...environment, NODE_DEBUG: debug },
  }).stderr;
}

describe('NODE_DEBUG=proxystore', () => {
  it.each(['proxystore', 'fs, ProxyStore'])('shows each operation when it is "%s"', (debug) => {
    const lines = stderrOf(debug)
      .split('\n')
      .filter((line) => line.startsWith('PROXYSTORE'))
      .map((line) => line.replace(/^PROXYSTORE \d+: /, '').replace(/\["[-0-9a-f]+"\]/, '[key]'));
    expect(lines).toEqual([
      'register debugged',
      'put debugged [key] 7 bytes',
      'get debugged [key] 7 bytes',
      'resolve debugged [key]',
      'exists debugged [key]',
      'evict debugged [key]',
      'get debugged [key]',
      expect.stringMatching(/^resolve debugged \[key\] failed: ProxyResolveMissingKeyError: /),
      'unregister debugged',
      'close debugged',
    ]);
  });

  it.each([undefined, '', 'proxystored,fs'])('is silent when it is %p', (debug) => {
    expect(stderrOf(debug)).not.toContain('PROXYSTORE');
  });
});

/** As above in this process. Of the channels only the names are real: Node's own outlive the file that subscribes. */
describe('a line', () => {
  it.each([
    [{ store: 'results', key: ['a'], bytes: 3 }, 'put results ["a"] 3 bytes'],
    [{ store: 'results' }, 'put results'],
    [{}, 'put '],
    [{ store: 'results', error: new RangeError('full') }, 'put results failed: RangeError: full'],
    [{ store: 'results', error: 'full' }, 'put results failed: string'],
  ])('of %p says what is known', async (message, line) => {
    const runtime = new Runtime('proxystore');
    await runtime.load();
    runtime.subscribers.get('tracing:proxystore:put:asyncEnd')!(message);
    expect(runtime.written).toEqual([`PROXYSTORE 7: ${line}\n`]);
  });

  it('is written once an operation: at the end of what it promises, or of a call that promises nothing', async () => {
    const runtime = new Runtime('proxystore');
    await runtime.load();
    expect([...runtime.subscribers.keys()].map((name) => name.replace('tracing:proxystore:', ''))).toEqual([
      ...['put:asyncEnd', 'get:asyncEnd', 'exists:asyncEnd', 'evict:asyncEnd', 'resolve:asyncEnd'],
      ...['register:end', 'unregister:end', 'close:asyncEnd'],
    ]);
  });

  it.each([undefined, '', 'fs'])('is never written where NODE_DEBUG is %p', async (sections) => {
    const runtime = new Runtime(sections);
    await runtime.load();
    expect(runtime.subscribers.size).toBe(0);
  });

  it('is never written in a runtime without a process', async () => {
    const runtime = new Runtime('proxystore');
    runtime.process = undefined;
    await runtime.load();
    expect(runtime.subscribers.size).toBe(0);
  });

  it('is lost, and nothing else is, in a process without standard error', async () => {
    const runtime = new Runtime('proxystore');
    delete runtime.process?.stderr;
    await runtime.load();
    expect(() => runtime.subscribers.get('tracing:proxystore:put:asyncEnd')!({})).not.toThrow();
  });

  it('is lost, and nothing else is, in a runtime without diagnostics channels', async () => {
    const runtime = new Runtime('proxystore');
    runtime.diagnosticsChannel = undefined;
    await expect(runtime.load()).resolves.toBeUndefined();
  });
});

/** What the module sees of a runtime. */
class Runtime {
  readonly subscribers = new Map<string, (message: object) => void>();
  readonly written: string[] = [];
  diagnosticsChannel: object | undefined = {
    subscribe: (name: string, subscriber: (message: object) => void) =>
      this.subscribers.set(name, subscriber),
  };
  process: { pid: number; env: object; stderr?: object } | undefined;

  constructor(sections: string | undefined) {
    const stderr = { write: (text: string) => this.written.push(text) };
    this.process = { pid: 7, env: { NODE_DEBUG: sections }, stderr };
  }

  /** Loads a copy of the module in this runtime. */
  async load(): Promise<void> {
    using _stubbed = stubGlobals({ process: this.process });
    await jest.isolateModulesAsync(async () => {
      jest.doMock('#platform', () => ({ platform: { diagnosticsChannel: this.diagnosticsChannel } }));
      await import('../../lib/tracing/debug.js');
      jest.dontMock('#platform');
    });
  }
}
