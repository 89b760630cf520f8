import { once } from 'node:events';
import { LeaseLifetime, LifetimeEndedError, LocalConnector, Store } from '../../lib/index.js';
import type { ConnectorKey } from '../../lib/index.js';
import { stubGlobals } from '../stub-globals.js';

/** A connector whose objects the backend cannot drop by itself, so that the lease has to. */
function withoutExpiry(): LocalConnector {
  const connector = new LocalConnector();
  Object.defineProperty(connector, 'expire', { value: undefined });
  return connector;
}

async function ended(lease: LeaseLifetime): Promise<void> {
  if (!lease.signal.aborted) await once(lease.signal, 'abort');
  await lease.close();
}

describe('LeaseLifetime', () => {
  it.each([
    ['milliseconds', 20],
    ['a date', new Date(Date.now() + 20)],
    ['a duration', { milliseconds: 20 }],
  ])('ends by itself after %s', async (_, expiry) => {
    await using store = new Store('lease', withoutExpiry());
    const lease = new LeaseLifetime(store, expiry);
    const key = await store.put('a', { lifetime: lease }).catch(() => undefined);
    await ended(lease);
    expect(lease.done()).toBe(true);
    if (key !== undefined) await expect(store.exists(key)).resolves.toBe(false);
  });

  it('ends by itself where a timer is a number, as in browsers', async () => {
    await using store = new Store('lease', withoutExpiry());
    let fire: (() => void) | undefined;
    let lease: LeaseLifetime;
    {
      using _stub = stubGlobals({
        setTimeout: (run: () => void) => {
          fire = run;
          return 7;
        },
      });
      lease = new LeaseLifetime(store, -1);
    }
    fire?.();
    await ended(lease);
    expect(lease.done()).toBe(true);
  });

  it('adds the units of a duration up', () => {
    const before = Date.now();
    using lease = new LeaseLifetime(undefined, {
      days: 1,
      hours: 2,
      minutes: 3,
      seconds: 4,
      milliseconds: 5,
    });
    const length = 86_400_000 + 7_200_000 + 180_000 + 4000 + 5;
    expect(lease.expiresAt.getTime()).toBeGreaterThanOrEqual(before + length);
    expect(lease.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + length);
  });

  it.each([
    ['not a number', NaN],
    ['endless', Infinity],
    ['an invalid date', new Date(NaN)],
    ['a duration of nothing', {}],
    ['an unknown unit', { fortnights: 1 }],
    ['a unit that every object has', { constructor: 1 }],
  ])('refuses %s', (_, expiry) => {
    expect(() => new LeaseLifetime(undefined, expiry as never)).toThrow(RangeError);
  });

  it('has ended when its time has come, however late the timer is', async () => {
    await using store = new Store('lease', new LocalConnector());
    const lease = new LeaseLifetime(store, new Date(Date.now() - 1));
    expect(lease.done()).toBe(true);
    await expect(store.put('a', { lifetime: lease })).rejects.toBeInstanceOf(LifetimeEndedError);
    await expect(lease.extend(1000)).rejects.toBeInstanceOf(LifetimeEndedError);
    await ended(lease);
  });

  it('is extended by a length and moved to a date', async () => {
    using lease = new LeaseLifetime(undefined, 60_000);
    const first = lease.expiresAt.getTime();
    await lease.extend(30_000);
    expect(lease.expiresAt.getTime()).toBe(first + 30_000);
    await lease.extend({ seconds: -60 });
    expect(lease.expiresAt.getTime()).toBe(first - 30_000);
    await lease.extend(new Date(first));
    expect(lease.expiresAt.getTime()).toBe(first);
    await expect(lease.extend(NaN)).rejects.toBeInstanceOf(RangeError);
    expect(lease.expiresAt.getTime()).toBe(first);
  });

  it('ends at the new time when it is shortened', async () => {
    await using store = new Store('lease', withoutExpiry());
    const lease = new LeaseLifetime(store, { hours: 1 });
    const key = await store.put('a', { lifetime: lease });
    await lease.extend(new Date(Date.now() + 10));
    await ended(lease);
    await expect(store.exists(key)).resolves.toBe(false);
  });

  it('does not end early when it is longer than a timer can be', async () => {
    jest.useFakeTimers();
    try {
      const lease = new LeaseLifetime(undefined, { days: 60 });
      await jest.advanceTimersByTimeAsync(30 * 86_400_000);
      expect(lease.done()).toBe(false);
      await jest.advanceTimersByTimeAsync(30 * 86_400_000);
      expect(lease.signal.aborted).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });

  describe('where the backend drops objects by itself', () => {
    it('tells it when an object is added, and when the end moves', async () => {
      const connector = new LocalConnector();
      const told: [ConnectorKey, number][] = [];
      const expire = connector.expire.bind(connector);
      connector.expire = (key, milliseconds) => {
        told.push([key, milliseconds]);
        return expire(key, milliseconds);
      };
      await using store = new Store('lease', connector);
      using lease = new LeaseLifetime(store, 60_000);
      const key = await store.put('a', { lifetime: lease });
      const other = await store.put('b', { lifetime: lease });
      await lease.extend(60_000);
      expect(told.map(([which]) => which)).toEqual([key, other, key, other]);
      for (const [, milliseconds] of told.slice(0, 2)) {
        expect(milliseconds).toBeGreaterThan(30_000);
        expect(milliseconds).toBeLessThanOrEqual(60_000);
      }
      for (const [, milliseconds] of told.slice(2)) expect(milliseconds).toBeGreaterThan(60_000);
    });

    it('holds without the process: the object goes although the lease never ends here', async () => {
      await using store = new Store('lease', new LocalConnector());
      const lease = new LeaseLifetime(store, 20);
      const key = await store.put('a', { lifetime: lease });
      // What the death of the process would do to the timer.
      (lease as unknown as { ended(): void }).ended();
      await until(async () => !(await store.exists(key)));
      expect(lease.signal.aborted).toBe(false);
      await lease.close();
    });
  });

  it('warns of what could not be evicted when nobody awaits its end', async () => {
    const store = new Store('lease', withoutExpiry());
    const lease = new LeaseLifetime(store, 20);
    await store.put('a', { lifetime: lease });
    await store.close();
    const [message, options] = await new Promise<unknown[]>((resolve) => {
      jest.spyOn(process, 'emitWarning').mockImplementationOnce((...args) => {
        resolve(args);
      });
    });
    expect(message).toContain('The lease "LeaseLifetime" ended');
    expect(options).toMatchObject({ type: 'StoreClosedError', code: 'ERR_PROXYSTORE_STORE_CLOSED' });
  });
});

/** Waits for what has no event: looks at each turn of the event loop. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
