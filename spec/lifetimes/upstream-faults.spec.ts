import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ConnectorError, ContextLifetime, LeaseLifetime, LocalConnector, Store } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';

describe('faults of lifetimes in ProxyStore for Python', () => {
  it('close stops at the first failing evict', async () => {
    const connector = new LocalConnector();
    await using store = new Store('faults', connector);
    const life = new ContextLifetime(store);
    const [first, second] = await store.putBatch([1, 2], { lifetime: life });
    const evict = connector.evict.bind(connector);
    connector.evictBatch = () => Promise.reject(new ConnectorError('no batches'));
    connector.evict = (key) =>
      key === first ? Promise.reject(new ConnectorError('not this one')) : evict(key);
    await expect(life.close()).rejects.toThrow('not this one');
    await expect(store.exists(first)).resolves.toBe(true);
    await expect(store.exists(second)).resolves.toBe(false);
  });

  it('a lease that is shortened is not rescheduled', async () => {
    await using store = new Store('faults', new LocalConnector());
    const lease = new LeaseLifetime(store, { hours: 1 });
    const ended = once(lease.signal, 'abort');
    await lease.extend(new Date(Date.now() + 10));
    await ended;
    expect(lease.done()).toBe(true);
  });

  it('a lease keeps the process alive', async () => {
    const child = spawn(
      process.execPath,
      [
        '-e',
        `const { LeaseLifetime } = require(process.argv[1]); new LeaseLifetime(undefined, { hours: 1 });`,
        join(compiledLibrary(), 'index.js'),
      ],
      { stdio: 'ignore' },
    );
    await expect(once(child, 'exit')).resolves.toEqual([0, null]);
  });

  it('an object that is stored under an ended lifetime is stored, and never evicted', async () => {
    const connector = new LocalConnector();
    await using store = new Store('faults', connector);
    const life = new ContextLifetime(store);
    await life.close();
    await expect(store.proxy('x', { lifetime: life })).rejects.toMatchObject({ name: 'LifetimeEndedError' });
    await expect(connector.list().next()).resolves.toMatchObject({ done: true });
  });
});
