/**
 * The worker of a blocking connector. Where code is bundled, an entry of its own imports this module:
 * `import 'proxystore/blocking/worker'`, and the option `worker` names its file.
 */

import { workerData } from 'node:worker_threads';
import { ConnectorError } from '../../errors.js';
import { Answering, markAsBlockingWorker } from './answering.js';
import type { WorkerTask } from './messages.js';

const answering = new Answering(taskOf(workerData));
markAsBlockingWorker();

process.on('uncaughtExceptionMonitor', (thrown) => {
  // Whoever handles them keeps the thread running.
  if (process.listenerCount('uncaughtException') === 0) answering.end({ thrown });
});
process.on('exit', (exitCode) => answering.end({ exitCode }));

/** @throws ConnectorError in a thread that is no such worker. */
function taskOf(data: unknown): WorkerTask {
  const { port, state } = (data ?? {}) as Partial<WorkerTask>; // whatever a thread was started with
  // What has these is what the owner gives.
  if (port !== undefined && state !== undefined) return data as WorkerTask;
  throw new ConnectorError(
    'The module proxystore/blocking/worker is what the worker of a blocking connector runs. Name it as the option "worker", and do not import it elsewhere.',
    { connector: 'blocking' },
  );
}
