/**
 * The worker of a blocking connector. Where code is bundled, an entry of its own imports this module:
 * `import 'proxystore/blocking/worker'`, and the option `worker` names its file.
 */

import { workerData } from 'node:worker_threads';
import { Answering, markAsBlockingWorker } from './answering.js';
import type { WorkerTask } from './messages.js';

markAsBlockingWorker();
// What the owner starts it with.
const answering = new Answering(workerData as WorkerTask);

process.on('uncaughtExceptionMonitor', (thrown) => {
  // Whoever handles them keeps the thread running.
  if (process.listenerCount('uncaughtException') === 0) answering.end({ thrown });
});
process.on('exit', (exitCode) => answering.end({ exitCode }));
