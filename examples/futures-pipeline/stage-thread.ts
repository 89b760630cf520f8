/** A stage of the pipeline, as the main thread sees it. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pack } from 'proxystore';
import type { Packed, ProxyOf, StoreConfig, StoreFuture } from 'proxystore';
import type { stages } from './stages.js';

/** What a thread is started with. */
export interface StageData {
  readonly stage: keyof typeof stages;
  readonly config: StoreConfig;
}

/** What a thread is sent: a proxy of its input, which may be there only later, and the future of its output. */
export type Job = Packed<{ readonly input: ProxyOf<unknown>; readonly output: StoreFuture }>;

/** What a thread is sent when there are no more jobs. */
export const endOfJobs = 'end of jobs';

/** A thread that runs one stage. It ends with the block that it stands in, after the jobs that it was sent. */
export class StageThread<Input, Output> implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(data: StageData) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
  }

  /** Sends a job. Nothing of it is waited for. */
  send(input: ProxyOf<Input>, output: StoreFuture<Output>): void {
    this.#worker.postMessage(pack({ input, output }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage(endOfJobs);
    await once(this.#worker, 'exit');
  }
}
