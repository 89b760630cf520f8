/** Worker threads that end with the block they were opened in. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What a worker sends when it can take jobs. */
export const ready = 'ready';

/** What a worker is sent when there are no more jobs, so that it closes what it has opened. */
export const endOfJobs = 'end of jobs';

/**
 * Some threads that run the same file. Each sends {@link ready} first, then answers every job by its result, and ends
 * at {@link endOfJobs}.
 */
export class WorkerPool<Job, Result> implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Starts the workers and waits until all are ready. */
  static async open<Job, Result>(
    file: URL,
    size: number,
    workerData: unknown,
  ): Promise<WorkerPool<Job, Result>> {
    const workers = Array.from({ length: size }, () => new Worker(file, { workerData }));
    const pool = new WorkerPool<Job, Result>(workers);
    try {
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      return pool;
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs jobs, each on the next worker that is free, and hands over the results as they come. */
  async run(jobs: readonly Job[], signal: AbortSignal, onResult: (result: Result) => void): Promise<void> {
    const waiting = [...jobs];
    const workThrough = async (worker: Worker): Promise<void> => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        worker.postMessage(job);
        const [result] = (await once(worker, 'message', { signal })) as [Result];
        onResult(result);
      }
    };
    try {
      await Promise.all(this.#workers.map(workThrough));
    } finally {
      waiting.length = 0; // where one has failed, the others start nothing more
    }
  }

  /** Lets each worker finish the job it is at, and waits until all have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map(end));
  }
}

async function end(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return; // it has ended by an error
  worker.postMessage(endOfJobs);
  await once(worker, 'exit');
}
