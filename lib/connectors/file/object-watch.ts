/** Waits for objects to appear in a directory. */

import { watch, type FSWatcher } from 'node:fs';
import { Waiters } from '../waiters.js';

/**
 * Between two looks at the objects that are waited for, in milliseconds. The system tells of a new file at once where
 * it can; it cannot on a network file system that another machine writes to, or when its watches are used up.
 */
const pollInterval = 500;

/**
 * All waits of one connector, which share one watch of the directory and one timer. Both are there only while
 * somebody waits, and neither keeps the process alive.
 */
export class ObjectWatch {
  readonly #directory: string;
  readonly #has: (uuid: string) => Promise<boolean>;
  readonly #fileOf: 'one' | 'any';
  readonly #waiters = new Waiters();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param directory - The directory, absolute.
   * @param has - Whether an object is there; what it throws fails the wait.
   * @param fileOf - What a change of a file tells of: an object of the same name, or any.
   */
  constructor(directory: string, has: (uuid: string) => Promise<boolean>, fileOf: 'one' | 'any' = 'one') {
    this.#directory = directory;
    this.#has = has;
    this.#fileOf = fileOf;
  }

  /**
   * Waits until an object is there.
   *
   * @param signal - Ends the wait. Not aborted yet.
   */
  async wait(uuid: string, signal?: AbortSignal): Promise<void> {
    const stored = this.#waiters.wait(uuid, signal);
    this.#start();
    // Looked for only now: what is stored from here on is told.
    void this.#look(uuid);
    try {
      await stored;
    } finally {
      if (this.#waiters.size === 0) this.#stop();
    }
  }

  /**
   * Ends all waits.
   *
   * @param error - What they fail with.
   */
  close(error: Error): void {
    this.#waiters.failAll(error);
    this.#stop();
  }

  async #look(uuid: string): Promise<void> {
    try {
      if (await this.#has(uuid)) this.#waiters.wake(uuid);
    } catch (error) {
      this.#waiters.fail(uuid, error);
    }
  }

  #lookForAll(): void {
    for (const uuid of this.#waiters.names()) void this.#look(uuid);
  }

  #start(): void {
    this.#timer ??= setInterval(() => this.#lookForAll(), pollInterval).unref();
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#directory, { persistent: false });
    } catch {
      // The timer is left: it looks, and finds the error where there is one that matters.
      return;
    }
    this.#watcher.on('change', (_event, name) => {
      if (this.#fileOf === 'any') this.#lookForAll();
      else if (typeof name === 'string' && this.#waiters.has(name)) void this.#look(name);
    });
    // As when the directory is removed. The timer is left here too.
    this.#watcher.on('error', () => undefined);
  }

  #stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
