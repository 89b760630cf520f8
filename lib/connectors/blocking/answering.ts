/** The worker's side of a blocking connector: opens the connector, does what is asked for, and says what came of it. */

import { ConnectorError } from '../../errors.js';
import { connectorFromConfig } from '../connector-classes.js';
import type { Connector, ConnectorKey } from '../protocol.js';
import { transferable } from './bytes.js';
import { importModule } from './import-module.cjs';
import { loadKnownConnectors } from './known-connectors.js';
import {
  SharedState,
  type OperationName,
  type Operations,
  type Request,
  type ToOwner,
  type ToWorker,
  type WorkerTask,
} from './messages.js';
import { describeThrown, type ThrownData } from './thrown-data.js';

/** Says in each thread whether it is the worker of a blocking connector. */
const mark = Symbol.for('proxystore.blockingWorker');

/** How each operation is done. What is not given back stays in the worker. */
type Performers = {
  readonly [O in OperationName]: (
    connector: Connector,
    options: { readonly signal: AbortSignal },
    ...parameters: Parameters<Operations[O]>
  ) => Promise<ReturnType<Operations[O]>>;
};

const performers: Performers = {
  put: async (connector, options, data) => JSON.stringify(await connector.put([data], options)),
  get: (connector, options, key) => connector.get(keyOf(key), options),
  exists: (connector, options, key) => connector.exists(keyOf(key), options),
  evict: (connector, options, key) => connector.evict(keyOf(key), options),
  putBatch: async (connector, options, data) => {
    const objects = data.map((bytes) => [bytes]);
    return JSON.stringify(await connector.putBatch(objects, options));
  },
  getBatch: (connector, options, keys) => connector.getBatch(keysOf(keys), options),
  evictBatch: (connector, options, keys) => connector.evictBatch(keysOf(keys), options),
  set: async (connector, options, key, data, ifAbsent) => {
    if (connector.set === undefined) throw lacking(connector, 'set');
    return connector.set(keyOf(key), [data], { ...options, ifAbsent });
  },
  take: async (connector, options, key) => {
    if (connector.take === undefined) throw lacking(connector, 'take');
    return connector.take(keyOf(key), options);
  },
};

/** Whether this thread is the worker of a blocking connector. */
export function isBlockingWorker(): boolean {
  return (globalThis as Readonly<Record<symbol, unknown>>)[mark] === true;
}

/** Marks this thread as the worker of a blocking connector. */
export function markAsBlockingWorker(): void {
  (globalThis as Record<symbol, unknown>)[mark] = true;
}

/** Answers what the owner asks for, until it is closed. */
export class Answering {
  readonly #task: WorkerTask;
  readonly #running = new Map<number, AbortController>();
  #opening: Promise<Connector> | undefined;

  /**
   * Begins to listen, which keeps the thread alive, and opens the connector.
   *
   * @param task - What the worker was started with.
   */
  constructor(task: WorkerTask) {
    this.#task = task;
    task.port.on('message', (message: ToWorker) => this.#hear(message));
    // Whoever asks first is told how it failed.
    this.#open().catch(() => undefined);
  }

  /**
   * Says that the worker ends without having been asked to.
   *
   * @param reason - What was thrown, or the exit code.
   */
  end(reason: { readonly thrown: unknown } | { readonly exitCode: number }): void {
    this.#say({ type: 'end', ...('thrown' in reason ? { thrown: describe(reason.thrown) } : reason) });
  }

  #hear(message: ToWorker): void {
    switch (message.type) {
      case 'request':
        void this.#answer(message);
        break;
      case 'abandon':
        this.#running.get(message.id)?.abort();
        Atomics.store(this.#task.state, SharedState.heard, message.id);
        Atomics.notify(this.#task.state, SharedState.heard);
        break;
      case 'close':
        void this.#close();
        break;
      case 'ping':
    }
  }

  async #answer(request: Request): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    this.#running.set(id, controller);
    let answer: ToOwner;
    try {
      const connector = await this.#open();
      answer = { type: 'result', result: await perform(connector, controller.signal, request) };
    } catch (thrown) {
      answer = { type: 'failure', thrown: describe(thrown) };
    } finally {
      this.#running.delete(id);
    }
    if (Atomics.compareExchange(this.#task.state, SharedState.awaited, id, 0) === id) this.#reply(answer);
    else await this.#takeBack(request, answer);
  }

  #reply(answer: ToOwner): void {
    if (answer.type !== 'result') {
      this.#say(answer);
      return;
    }
    const { result, transfer } = transferable(answer.result);
    try {
      this.#say({ type: 'result', result }, transfer);
    } catch (thrown) {
      // What a user's connector gave may be memory that cannot be sent.
      this.#say({ type: 'failure', thrown: describe(thrown) });
    }
  }

  /** Of objects that were stored too late nobody has the keys. */
  async #takeBack({ operation }: Request, answer: ToOwner): Promise<void> {
    if (answer.type !== 'result' || (operation !== 'put' && operation !== 'putBatch')) return;
    // Both give keys as text.
    const keys = JSON.parse(answer.result as string) as ConnectorKey;
    const connector = await this.#open();
    // It was told already that the operation has failed.
    await (
      operation === 'put' ? connector.evict(keys) : connector.evictBatch(keysOf(answer.result as string))
    ).catch(() => undefined);
  }

  async #close(): Promise<void> {
    for (const controller of this.#running.values()) controller.abort();
    let thrown: ThrownData | undefined;
    // One that could not be opened need not be closed.
    const connector = await this.#opening?.catch(() => undefined);
    try {
      await connector?.close();
    } catch (error) {
      thrown = describe(error);
    }
    this.#say({ type: 'closed', ...(thrown !== undefined && { thrown }) });
    this.#task.port.close();
  }

  /** The connector. When it cannot be opened, the next call tries again. */
  #open(): Promise<Connector> {
    this.#opening ??= open(this.#task).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  #say(message: ToOwner, transfer: ArrayBuffer[] = []): void {
    const { port, state } = this.#task;
    port.postMessage(message, transfer);
    Atomics.add(state, SharedState.said, 1);
    Atomics.notify(state, SharedState.said);
  }
}

async function open({ config, module }: WorkerTask): Promise<Connector> {
  await loadKnownConnectors(config);
  if (module !== undefined) {
    await importModule(module).catch((cause: unknown) => {
      throw new ConnectorError(
        `The module ${module}, which makes connectors known to the worker of a blocking connector, cannot be imported.`,
        { connector: 'blocking', cause },
      );
    });
  }
  return connectorFromConfig(config);
}

function perform<O extends OperationName>(
  connector: Connector,
  signal: AbortSignal,
  { operation, parameters }: Request<O>,
): Promise<ReturnType<Operations[O]>> {
  return performers[operation](connector, { signal }, ...parameters);
}

/** The key in a text that the owner has made of one. The connector checks it again. */
function keyOf(text: string): ConnectorKey {
  return JSON.parse(text) as ConnectorKey;
}

function keysOf(text: string): ConnectorKey[] {
  return JSON.parse(text) as ConnectorKey[]; // as above
}

function lacking({ kind }: Connector, operation: string): ConnectorError {
  return new ConnectorError(
    `The ${kind} connector in the worker has no ${operation}(), though the one in the owner's thread has.`,
    { connector: 'blocking' },
  );
}

function describe(thrown: unknown): ThrownData {
  try {
    return describeThrown(thrown);
  } catch (error) {
    // A property that cannot be read.
    return describeThrown(
      new ConnectorError(`What was thrown in the worker cannot be described: ${String(error)}`, {
        connector: 'blocking',
      }),
    );
  }
}
