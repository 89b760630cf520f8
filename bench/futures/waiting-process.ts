/** The process that waits, as the one sees it that sets. */

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Wait } from './wait.js';

/** A process that waits for futures, one after the other, until the end of the block. */
export class WaitingProcess implements AsyncDisposable {
  readonly #process: ChildProcess = fork(fileURLToPath(new URL('waiter.js', import.meta.url)));

  /**
   * Has it wait.
   *
   * @returns When it waits. `told` is when it was told, as `process.hrtime` has it.
   */
  async begin(wait: Wait): Promise<{ readonly told: Promise<bigint> }> {
    this.#process.send(wait);
    await this.#next();
    return { told: this.#next().then(BigInt) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill();
    await exit;
  }

  async #next(): Promise<string> {
    const [message] = (await once(this.#process, 'message')) as [string];
    return message;
  }
}
