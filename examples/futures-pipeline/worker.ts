/** A thread that runs one stage: it waits for the input of each job, and sets the future of its output. */

import { parentPort, workerData } from 'node:worker_threads';
import { resolve, Store, unpack } from 'proxystore';
import 'proxystore/file';
import { stages } from './stages.js';
import { endOfJobs } from './stage-thread.js';
import type { Job, StageData } from './stage-thread.js';

if (parentPort === null) throw new Error('This file runs in a worker thread.');

const port = parentPort;
const { stage, config } = workerData as StageData;
const store = Store.fromConfig(config); // registered, as the store that the config is of
const running: Promise<void>[] = [];

// To wait for a future keeps no thread alive. The port does, until it is closed.
port.on('message', (message: Job | typeof endOfJobs) => {
  // A job is not awaited here: the next one may have its input first.
  if (message === endOfJobs) void end();
  else running.push(run(message));
});

async function end(): Promise<void> {
  await Promise.all(running);
  await store.close();
  port.close();
}

async function run(job: Job): Promise<void> {
  const { input, output } = unpack(job);
  let result: unknown;
  try {
    const work: (given: never) => unknown = stages[stage];
    result = work((await resolve(input)) as never); // whoever has sent it knows what the stage takes
  } catch (error) {
    // Whoever waits for the output is told, with the input's error as its cause where the stage before has failed.
    await output.setError(error);
    return;
  }
  await output.setResult(result);
}
