import { getEventListeners, once } from 'node:events';
import { WaitLimit } from '../../lib/futures/wait-limit.js';

const awaited = 'The result';

describe('the limit of a wait', () => {
  it('is the signal of the one who waits, with its reason', () => {
    const controller = new AbortController();
    using limit = new WaitLimit({ signal: controller.signal, awaited, onLastLook: fail });
    expect(limit.signal.aborted).toBe(false);
    controller.abort('enough');
    expect(limit.signal.reason).toBe('enough');
    using late = new WaitLimit({ signal: controller.signal, awaited, onLastLook: fail });
    expect(late.signal.reason).toBe('enough');
  });

  it('is that it was cancelled', () => {
    using limit = new WaitLimit({ awaited, onLastLook: fail });
    limit.cancel('enough');
    limit.cancel('more');
    expect(limit.signal.reason).toBe('enough');
  });

  it('leaves no listener and no timer behind', () => {
    const { signal } = new AbortController();
    const limit = new WaitLimit({ signal, timeout: 60_000, awaited, onLastLook: fail });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    limit[Symbol.dispose]();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    limit[Symbol.dispose]();
    expect(limit.signal.aborted).toBe(false);
  });

  it.each([
    [0, 0],
    [1, 1],
    [150, 75],
    [200, 100],
    [10_000, 9900],
  ])('of %s ms has its last look after %s ms', async (timeout, lastLook) => {
    jest.useFakeTimers();
    try {
      const start = Date.now();
      const looks: number[] = [];
      using limit = new WaitLimit({ timeout, awaited, onLastLook: () => looks.push(Date.now() - start) });
      let end: number | undefined;
      limit.signal.addEventListener('abort', () => (end = Date.now() - start));
      await jest.advanceTimersByTimeAsync(timeout + 10);
      expect(looks).toEqual([lastLook]);
      // A timer of no time takes a millisecond.
      expect(end).toBeGreaterThanOrEqual(timeout);
      expect(end).toBeLessThanOrEqual(timeout + 1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives the last look its time where the thread was busy until after the timeout', async () => {
    const events: string[] = [];
    using limit = new WaitLimit({ timeout: 40, awaited, onLastLook: () => events.push('look') });
    limit.signal.addEventListener('abort', () => events.push('timeout'));
    const busyUntil = performance.now() + 50;
    while (performance.now() < busyUntil);
    // The look comes with the first timer, and what it has begun comes before the timeout.
    setTimeout(() => events.push('after the look'), 0);
    await once(limit.signal, 'abort');
    expect(events).toEqual(['look', 'after the look', 'timeout']);
    expect(limit.signal.reason).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('The result was not set within 40 ms') as string,
    });
  });
});

function fail(): void {
  throw new Error('There is no time for a last look.');
}
