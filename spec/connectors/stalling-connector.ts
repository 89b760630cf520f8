/** A connector of this thread whose backend can be kept from answering. */

import '../../lib/resources/symbols.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import type { Connector, OperationOptions } from '../../lib/connectors/protocol.js';
import type { UUIDKey } from '../../lib/connectors/uuid-key.js';

/** What may be wrong with it. */
export interface StallingFaults {
  /** Whether an operation does not hear its signal while it waits for an answer. */
  readonly deaf?: boolean;
  /** Whether nothing can be put any more once nothing was answered for a while. */
  readonly broken?: boolean;
  /** Whether what was aborted is carried out nevertheless, later. */
  readonly late?: boolean;
}

type Operation = (...given: unknown[]) => Promise<unknown>;

const operations = [
  ...(['put', 'get', 'exists', 'evict', 'putBatch', 'getBatch', 'evictBatch'] as const),
  ...(['set', 'take', 'expire', 'watch'] as const),
];

/** Answers at once, until it stalls. */
export class StallingConnector extends LocalConnector {
  readonly #faults: StallingFaults;
  /** Settles when it answers again. */
  #answering: Promise<void> | undefined;

  constructor(faults: StallingFaults = {}) {
    super();
    this.#faults = faults;
    for (const name of operations) {
      // All of them are alike in what matters here: the options come last.
      const operation = (super[name] as Operation).bind(this);
      const stalling = (...given: unknown[]): Promise<unknown> => this.#waiting(operation, given);
      Object.assign(this, { [name]: stalling });
    }
  }

  override async *list(options?: OperationOptions): AsyncGenerator<UUIDKey, void, undefined> {
    await this.#answer(options?.signal);
    yield* super.list(options);
  }

  /** Answers nothing until what it gives is disposed of. */
  stall(): AsyncDisposable {
    let release!: () => void;
    this.#answering = new Promise((resolve) => (release = resolve));
    return {
      [Symbol.asyncDispose]: async () => {
        this.#answering = undefined;
        if (this.#faults.broken === true) {
          this.put = () => Promise.reject(new Error('The connection was lost.'));
        }
        release();
      },
    };
  }

  async #waiting(operation: Operation, given: unknown[]): Promise<unknown> {
    const last = given.at(-1) as OperationOptions | undefined;
    const signal = last?.signal;
    try {
      await this.#answer(signal);
    } catch (reason) {
      const withoutSignal = given.slice(0, -1);
      if (this.#faults.late === true) void this.#answering?.then(() => operation(...withoutSignal));
      throw reason;
    }
    return operation(...given);
  }

  async #answer(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#answering === undefined) return;
    let abort = (): void => undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      abort = () => reject(signal?.reason);
    });
    if (this.#faults.deaf !== true) signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#answering, aborted]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** What a subject of the tests has for `stall`. */
export async function stall(connector: Connector): Promise<AsyncDisposable> {
  if (!(connector instanceof StallingConnector))
    throw new TypeError('Only a stalling connector can be stalled.');
  return connector.stall();
}
