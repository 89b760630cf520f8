/** The owner's side of a blocking connector: starts the worker, asks it, and waits in place for the answer. */

import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
  type WorkerOptions,
} from 'node:worker_threads';
import { ConnectorError } from '../../errors.js';
import { warnOfFailure } from '../../resources/warnings.js';
import {
  SharedState,
  type OperationName,
  type Operations,
  type Request,
  type ToOwner,
  type ToWorker,
  type WorkerTask,
} from './messages.js';
import { reviveThrown, type ThrownData } from './thrown-data.js';

/** How often one who waits looks whether the worker is still there, in milliseconds. */
const lookInterval = 50;

/** How long an answer that has been decided on may take to come, and a worker to close, in milliseconds. */
const grace = 2000;

/** How long a worker may take to hear that a call was given up, in milliseconds. One that runs hears it at once. */
const hearingTime = 1000;

/** What a worker is started with, and how it is waited for. */
export interface WorkerSettings extends Pick<WorkerTask, 'config' | 'module'> {
  /** The file of the worker. */
  readonly file: URL;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
}

/** A worker that runs when it is first needed, again when it has died, and until it is closed. */
export class WorkerThread {
  readonly #settings: () => WorkerSettings;
  #running: RunningWorker | undefined;

  /**
   * @param settings - Asked for when a worker is started.
   */
  constructor(settings: () => WorkerSettings) {
    this.#settings = settings;
  }

  /**
   * Asks for an operation and waits in place until it is done.
   *
   * @param operation - Its name.
   * @param parameters - What it takes.
   * @param transfer - The memory of the bytes among the parameters, which the caller gives away.
   * @returns What it gives.
   * @throws ConnectorError when the worker dies, or does not answer in time; else what the operation throws.
   */
  ask<O extends OperationName>(
    operation: O,
    parameters: Parameters<Operations[O]>,
    transfer: readonly ArrayBuffer[] = [],
  ): ReturnType<Operations[O]> {
    if (this.#running?.isThere() !== true) this.#running = new RunningWorker(this.#settings());
    return this.#running.ask(operation, parameters, transfer);
  }

  /** Lets the worker close its connector, and ends it. */
  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }
}

/** One worker. */
class RunningWorker {
  readonly #settings: WorkerSettings;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #state = new Int32Array(new SharedArrayBuffer(SharedState.length * Int32Array.BYTES_PER_ELEMENT));
  readonly #exited: Promise<void>;
  /** Whether a port tells, when something is sent, that nobody is at its other end. Node's do. */
  readonly #portTells: boolean;
  #asked = 0;
  /** The last request that was given up; 0 for none. */
  #abandoned = 0;
  #ended = false;
  /** Whether somebody has been told how it died, or has closed it. */
  #told = false;

  constructor(settings: WorkerSettings) {
    const { port1, port2 } = new MessageChannel();
    const { file, config, module } = settings;
    const task: WorkerTask = { port: port2, state: this.#state, config, module };
    this.#settings = settings;
    this.#port = port1;
    this.#portTells = this.#send({ type: 'ping' });
    this.#worker = startWorker(file, {
      name: `proxystore blocking ${config.kind}`,
      workerData: task,
      transferList: [port2],
    });
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#warn(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#ended = true;
        resolve();
      });
    });
  }

  /** Whether it can be asked, as far as that can be told. */
  isThere(): boolean {
    if (this.#ended) return false;
    const end = this.#receive();
    if (end === undefined && this.#portIsOpen() && this.#hears()) return true;
    // Nothing else can be heard of one that was not asked.
    if (end?.type === 'end' && end.thrown !== undefined) this.#warn(reviveThrown(end.thrown));
    this.#discard();
    return false;
  }

  ask<O extends OperationName>(
    operation: O,
    parameters: Parameters<Operations[O]>,
    transfer: readonly ArrayBuffer[],
  ): ReturnType<Operations[O]> {
    const id = (this.#asked += 1);
    const request: Request<O> = { type: 'request', id, operation, parameters };
    Atomics.store(this.#state, SharedState.awaited, id);
    this.#send(request, transfer);
    const answer = this.#wait(operation, id);
    switch (answer.type) {
      case 'result':
        // Of the type that this operation gives.
        return answer.result as ReturnType<Operations[O]>;
      case 'failure':
        throw withCaller(reviveThrown(answer.thrown));
      default:
        this.#told = true;
        this.#discard();
        throw this.#died(operation, answer);
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#told = true;
    // Closing is waited for, so it keeps the process alive.
    this.#worker.ref();
    const closed = new Promise<ToOwner>((resolve) => this.#port.on('message', resolve));
    this.#send({ type: 'close' });
    const limit = setTimeout(() => void this.#worker.terminate(), grace);
    // That it has ended may come before what it has said last.
    const last = (await Promise.race([closed, this.#exited])) ?? this.#receive();
    clearTimeout(limit);
    this.#discard();
    await this.#exited;
    if (last?.type === 'closed' && last.thrown !== undefined) throw reviveThrown(last.thrown);
  }

  #wait(operation: OperationName, id: number): ToOwner {
    const { timeout } = this.#settings;
    const deadline = performance.now() + timeout;
    for (;;) {
      const said = Atomics.load(this.#state, SharedState.said);
      const answer = this.#receive();
      if (answer !== undefined) return answer;
      const left = deadline - performance.now();
      if (left <= 0) this.#abandon(operation, id, left);
      // What it said last may have come since.
      if (!this.#portIsOpen()) return this.#receive() ?? { type: 'end' };
      Atomics.wait(this.#state, SharedState.said, said, left > 0 ? Math.min(left, lookInterval) : 1);
    }
  }

  /** Gives up, unless the worker has decided to answer and may do so. */
  #abandon(operation: OperationName, id: number, left: number): void {
    const mine = Atomics.compareExchange(this.#state, SharedState.awaited, id, 0) === id;
    if (!mine && left > -grace) return;
    this.#abandoned = id;
    this.#send({ type: 'abandon', id });
    const { config, timeout } = this.#settings;
    throw new ConnectorError(
      `The worker of this blocking connector (${config.kind}) has not done ${operation}() within ${timeout} ms. It was told to give up; whether the operation took place is not known. Give a longer timeout, or use await.`,
      { connector: 'blocking' },
    );
  }

  #died(operation: OperationName, end: ToOwner): ConnectorError {
    const { thrown, exitCode } = end as { readonly thrown?: ThrownData; readonly exitCode?: number }; // an 'end' has these
    const cause = thrown === undefined ? undefined : reviveThrown(thrown);
    let reason = 'no reason is known; it may have run out of memory, or its file could not be run';
    if (cause !== undefined)
      reason = `it threw ${cause instanceof Error ? String(cause) : 'what is the cause of this error'}`;
    else if (exitCode !== undefined) reason = `its process.exit() was called, with the code ${exitCode}`;
    return new ConnectorError(
      `The worker of this blocking connector (${this.#settings.config.kind}) died during ${operation}(): ${reason}. Whether the operation took place is not known. The next call starts another worker.`,
      { connector: 'blocking', cause },
    );
  }

  /** Whether it has heard what was said last: one that is caught in a loop never will, and no call of it would end. */
  #hears(): boolean {
    const heard = Atomics.load(this.#state, SharedState.heard);
    if (heard === this.#abandoned) return true;
    return Atomics.wait(this.#state, SharedState.heard, heard, hearingTime) !== 'timed-out';
  }

  /** It has died while nobody waited, and the next call starts another. */
  #warn(thrown: unknown): void {
    this.#ended = true;
    if (this.#told) return;
    this.#told = true;
    warnOfFailure(`The worker of a blocking connector (${this.#settings.config.kind}) has died`, thrown);
  }

  #discard(): void {
    this.#ended = true;
    this.#port.close();
    void this.#worker.terminate();
  }

  #receive(): ToOwner | undefined {
    // Nobody but the worker has the other end.
    return receiveMessageOnPort(this.#port)?.message as ToOwner | undefined;
  }

  #portIsOpen(): boolean {
    return !this.#portTells || this.#send({ type: 'ping' });
  }

  /** Gives whether the port says that it has sent. The type of postMessage does not tell that it says so. */
  #send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): boolean {
    const post = this.#port.postMessage.bind(this.#port) as (...given: unknown[]) => unknown;
    return post(message, transfer) === true;
  }
}

/** @throws ConnectorError where the runtime does not allow it, or cannot. */
function startWorker(file: URL, options: WorkerOptions): Worker {
  try {
    // Node refuses a file where it was told the format of what it was given instead of one, which workers are told, too.
    if (!process.execArgv.some((argument) => argument.startsWith('--input-type')))
      return new Worker(file, options);
    return new Worker(`import(${JSON.stringify(file.href)})`, { ...options, eval: true });
  } catch (cause) {
    throw new ConnectorError(
      'The worker of a blocking connector cannot be started. See "cause" for what the runtime said.',
      { connector: 'blocking', cause },
    );
  }
}

/** An error from the worker says where it was thrown there; who has asked is what the caller looks for. */
function withCaller(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const here = new Error().stack?.split('\n').slice(2).join('\n') ?? '';
  const stack = `${String(thrown.stack)}\n    in the worker of a blocking connector, asked by\n${here}`;
  return Object.defineProperty(thrown, 'stack', { value: stack, writable: true, configurable: true });
}
