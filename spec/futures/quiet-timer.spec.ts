import { pause, startTimer } from '../../lib/futures/quiet-timer.js';
import { rejection } from '../caught.js';
import { stubGlobals } from '../stub-globals.js';

describe('a quiet timer', () => {
  it('fires once, unless it was stopped', () => {
    jest.useFakeTimers();
    try {
      const fired: string[] = [];
      startTimer(10, () => fired.push('kept'));
      startTimer(10, () => fired.push('stopped')).stop();
      jest.advanceTimersByTime(100);
      expect(fired).toEqual(['kept']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is a number in browsers', () => {
    const stopped: unknown[] = [];
    using _browser = stubGlobals({
      setTimeout: () => 7,
      clearTimeout: (timer: unknown) => stopped.push(timer),
    });
    startTimer(10, () => undefined).stop();
    expect(stopped).toEqual([7]);
  });
});

describe('a pause', () => {
  it('ends with its time or with its signal', async () => {
    const controller = new AbortController();
    await pause(1, controller.signal);
    const ended = rejection(pause(60_000, controller.signal));
    controller.abort('enough');
    expect(await ended).toBe('enough');
  });
});
