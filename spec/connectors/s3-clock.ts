/** All of the clock that jest could replace and is to leave as it is. */
const left = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

/**
 * Does something while the clock of this process is wrong, and stands still.
 *
 * @param milliseconds - How far it is behind.
 */
export async function withClockBehind<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: left, now: Date.now() - milliseconds });
  try {
    return await run();
  } finally {
    jest.useRealTimers();
  }
}
