import { SharedCall } from '../../lib/resources/shared-call.js';

/** A call that settles when the test says so, and keeps the signal that it was given. */
function controlled(abortable: boolean): {
  call: SharedCall<string>;
  signal: AbortSignal | undefined;
  succeed: (value: string) => void;
  fail: (error: unknown) => void;
} {
  let signal: AbortSignal | undefined;
  let succeed!: (value: string) => void;
  let fail!: (error: unknown) => void;
  const call = new SharedCall<string>((given) => {
    signal = given;
    return new Promise((resolve, reject) => {
      succeed = resolve;
      fail = reject;
    });
  }, abortable);
  return { call, signal, succeed, fail };
}

it('starts the call at once and gives all callers its result', async () => {
  let starts = 0;
  const call = new SharedCall(async () => {
    starts += 1;
    return 'result';
  }, true);
  expect(starts).toBe(1);
  const results = [call.join(), call.join(new AbortController().signal), call.promise];
  expect(await Promise.all(results)).toEqual(['result', 'result', 'result']);
  expect(starts).toBe(1);
});

it('gives all callers its failure', async () => {
  const failure = new Error('no such object');
  const { call, fail } = controlled(true);
  const outcomes = [call.join(), call.join(new AbortController().signal)];
  fail(failure);
  for (const outcome of await Promise.allSettled(outcomes)) {
    expect(outcome).toEqual({ status: 'rejected', reason: failure });
  }
});

it('causes no unhandled rejection where nobody waits', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown): number => unhandled.push(error);
  process.on('unhandledRejection', listen);
  try {
    new SharedCall(() => Promise.reject(new Error('unseen')), false);
    // Rejections are reported after the microtasks, before the next turn of the event loop.
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', listen);
  }
});

it('gives the call no signal where the first caller has none', () => {
  expect(controlled(false).signal).toBeUndefined();
  expect(controlled(true).signal).toBeInstanceOf(AbortSignal);
});

it('rejects for the caller who gives up, with its reason, and goes on for the others', async () => {
  const { call, signal, succeed } = controlled(true);
  const [impatient, patient] = [new AbortController(), new AbortController()];
  const given = call.join(impatient.signal);
  const kept = call.join(patient.signal);
  impatient.abort('changed my mind');
  await expect(given).rejects.toBe('changed my mind');
  expect(signal?.aborted).toBe(false);
  expect(call.abandoned).toBe(false);
  succeed('result');
  expect(await kept).toBe('result');
});

it('aborts the call when all callers have given up, with the reason of the last', async () => {
  const { call, signal } = controlled(true);
  const [first, last] = [new AbortController(), new AbortController()];
  const outcomes = [call.join(first.signal), call.join(last.signal)];
  first.abort('first');
  last.abort('last');
  expect((await Promise.allSettled(outcomes)).map((outcome) => outcome.status)).toEqual([
    'rejected',
    'rejected',
  ]);
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toBe('last');
  expect(call.abandoned).toBe(true);
});

it('never aborts a call that somebody waits for without a signal', async () => {
  const { call, signal, succeed } = controlled(true);
  const controller = new AbortController();
  const abortable = call.join(controller.signal);
  const pinned = call.join();
  controller.abort('gone');
  await expect(abortable).rejects.toBe('gone');
  expect(signal?.aborted).toBe(false);
  succeed('result');
  expect(await pinned).toBe('result');
});

it('never aborts a call that was started without a signal', async () => {
  const { call, succeed } = controlled(false);
  const controller = new AbortController();
  const joined = call.join(controller.signal);
  controller.abort('gone');
  await expect(joined).rejects.toBe('gone');
  expect(call.abandoned).toBe(false);
  succeed('result');
  expect(await call.promise).toBe('result');
});

it('rejects at once for a signal that is aborted already', async () => {
  const { call, signal } = controlled(true);
  const waiting = new AbortController();
  const kept = call.join(waiting.signal);
  await expect(call.join(AbortSignal.abort('too late'))).rejects.toBe('too late');
  expect(signal?.aborted).toBe(false);
  waiting.abort('now');
  await expect(kept).rejects.toBe('now');
  expect(call.abandoned).toBe(true);
});

it('does not abort what has settled', async () => {
  const { call, signal, succeed } = controlled(true);
  succeed('result');
  await call.promise;
  await expect(call.join(AbortSignal.abort('too late'))).rejects.toBe('too late');
  expect(signal?.aborted).toBe(false);
  expect(call.abandoned).toBe(false);
});

it('leaves no listener on the signal of a caller', async () => {
  const { signal } = new AbortController();
  const removed = jest.spyOn(signal, 'removeEventListener');
  const added = jest.spyOn(signal, 'addEventListener');
  const { call, succeed } = controlled(true);
  const joined = call.join(signal);
  succeed('result');
  await joined;
  await new Promise(setImmediate);
  expect(removed.mock.calls.map(([name, listener]) => [name, listener])).toEqual(
    added.mock.calls.map(([name, listener]) => [name, listener]),
  );
});
