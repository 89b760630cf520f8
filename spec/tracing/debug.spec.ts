import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';

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
