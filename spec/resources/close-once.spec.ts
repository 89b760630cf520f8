import { AsyncCloseOnce, CloseOnce, Failures } from '../../lib/resources/close-once.js';
import { disposableConstructors } from '../../lib/resources/disposable-stack.js';

/** What a function throws. */
function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const failing = (error: unknown) => (): never => {
  throw error;
};

describe('CloseOnce', () => {
  it('runs its disposers in reverse order, once', () => {
    const order: string[] = [];
    const resources = new CloseOnce();
    resources.defer(() => order.push('opened first'));
    resources.defer(() => order.push('opened second'));
    expect(resources.closed).toBe(false);
    resources.close();
    resources.close();
    expect(order).toEqual(['opened second', 'opened first']);
    expect(resources.closed).toBe(true);
  });

  it('closes at the end of a using block, when it throws too', () => {
    const order: string[] = [];
    const thrown = thrownBy(() => {
      using resources = new CloseOnce();
      resources.defer(() => order.push('closed'));
      failing(new Error('in the block'))();
    });
    expect(order).toEqual(['closed']);
    expect(thrown).toEqual(new Error('in the block'));
  });

  it('runs at once what is deferred after the close, so that nothing stays open', () => {
    const order: string[] = [];
    const resources = new CloseOnce();
    resources.close();
    resources.defer(() => order.push('late'));
    expect(order).toEqual(['late']);
  });

  it('is closed already to a disposer that closes it again or adds to it', () => {
    const order: string[] = [];
    const resources = new CloseOnce();
    resources.defer(() => order.push('first'));
    resources.defer(() => {
      order.push(`closed: ${String(resources.closed)}`);
      resources.close();
      resources.defer(() => order.push('added while closing'));
    });
    resources.close();
    expect(order).toEqual(['closed: true', 'added while closing', 'first']);
  });

  it('throws a single failure as it is, after all have run', () => {
    const order: string[] = [];
    const failure = new Error('second');
    const resources = new CloseOnce();
    resources.defer(() => order.push('first'));
    resources.defer(failing(failure));
    resources.defer(() => order.push('third'));
    expect(thrownBy(() => resources.close())).toBe(failure);
    expect(order).toEqual(['third', 'first']);
  });

  it('throws what was thrown even where that is undefined', () => {
    const resources = new CloseOnce();
    resources.defer(failing(undefined));
    expect(thrownBy(() => resources.close())).toBeUndefined();
  });

  it('tells all failures, as a DisposableStack does', () => {
    const stack = new (disposableConstructors().DisposableStack)();
    const resources = new CloseOnce();
    for (const name of ['first', 'second', 'third']) {
      resources.defer(failing(name));
      stack.defer(failing(name));
    }
    const told = thrownBy(() => resources.close());
    expect(told).toMatchObject({ name: 'SuppressedError', error: 'first' });
    expect(chain(told)).toEqual(['first', 'second', 'third']);
    expect(chain(told)).toEqual(chain(thrownBy(() => stack.dispose())));
  });

  it('does not throw an earlier failure a second time', () => {
    const resources = new CloseOnce();
    resources.defer(failing(new Error('once')));
    expect(() => resources.close()).toThrow('once');
    expect(() => resources.close()).not.toThrow();
  });
});

describe('AsyncCloseOnce', () => {
  it('awaits each disposer before the next, in reverse order, once', async () => {
    const order: string[] = [];
    const resources = new AsyncCloseOnce();
    resources.defer(() => order.push('opened first'));
    resources.defer(async () => {
      order.push('second begins');
      await Promise.resolve();
      order.push('second ends');
    });
    expect(resources.closed).toBe(false);
    const closing = resources.close();
    expect(resources.closed).toBe(true);
    expect(resources.close()).toBe(closing);
    await closing;
    expect(order).toEqual(['second begins', 'second ends', 'opened first']);
  });

  it('closes at the end of an await using block', async () => {
    const order: string[] = [];
    {
      await using resources = new AsyncCloseOnce();
      resources.defer(async () => order.push('closed'));
    }
    expect(order).toEqual(['closed']);
  });

  it('refuses what is deferred once closing has begun, for nobody would run it', async () => {
    const resources = new AsyncCloseOnce();
    const closing = resources.close();
    expect(() => resources.defer(() => undefined)).toThrow('Closing has begun');
    await closing;
    expect(() => resources.defer(() => undefined)).toThrow('Closing has begun');
  });

  it('runs each disposer once even where one of them closes it again', async () => {
    const order: string[] = [];
    const resources = new AsyncCloseOnce();
    resources.defer(() => order.push('first'));
    resources.defer(() => {
      order.push(`closed: ${String(resources.closed)}`);
      void resources.close();
    });
    await resources.close();
    expect(order).toEqual(['closed: true', 'first']);
  });

  it('rejects with a single failure as it is, after all have run, and tells every caller', async () => {
    const order: string[] = [];
    const failure = new Error('second');
    const resources = new AsyncCloseOnce();
    resources.defer(() => order.push('first'));
    resources.defer(() => Promise.reject(failure));
    await expect(resources.close()).rejects.toBe(failure);
    await expect(resources[Symbol.asyncDispose]()).rejects.toBe(failure);
    expect(order).toEqual(['first']);
  });

  it('tells all failures, whether thrown or rejected with, as an AsyncDisposableStack does', async () => {
    const stack = new (disposableConstructors().AsyncDisposableStack)();
    const resources = new AsyncCloseOnce();
    for (const holder of [stack, resources]) {
      holder.defer(failing('first'));
      holder.defer(() => Promise.reject(new Error('second')));
      holder.defer(failing('third'));
    }
    const told: unknown = await resources.close().catch((error: unknown) => error);
    expect(chain(told)).toEqual(['first', new Error('second'), 'third']);
    expect(chain(told)).toEqual(chain(await stack.disposeAsync().catch((error: unknown) => error)));
  });
});

describe('Failures', () => {
  it('throws nothing where there was none', () => {
    expect(() => new Failures().throwIfAny()).not.toThrow();
  });
});

/** The failures in a chain of suppressed errors, the latest first. */
function chain(error: unknown): unknown[] {
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return [error];
  const { error: later, suppressed } = error as { error?: unknown; suppressed?: unknown };
  return [later, ...chain(suppressed)];
}
