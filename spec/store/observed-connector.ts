import type { UUIDKey } from '../../lib/connectors/uuid-key.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import type {
  Connector,
  ConnectorConfig,
  OperationOptions,
  Parts,
  SetOptions,
  SyncConnector,
  SyncOperations,
} from '../../lib/connectors/protocol.js';

/** The operations that are counted, held and made to fail. */
export type ObservedOperation =
  'put' | 'get' | 'exists' | 'evict' | 'putBatch' | 'getBatch' | 'evictBatch' | 'set' | 'take' | 'close';

/** Where an operation waits, after the backend has done it and before its caller hears of it. */
export interface Held {
  /** Settles when as many calls as were asked for are waiting. */
  readonly reached: Promise<void>;
  /** Lets these calls go on, and those that come later unless they are held anew. */
  release(): void;
}

/**
 * A real connector in memory that works asynchronously only, counts what it is asked, and can be told to hold or fail
 * an operation.
 */
export class ObservedConnector implements Connector<UUIDKey> {
  readonly kind: string = 'observed';
  readonly calls: ObservedOperation[] = [];
  /** The signals of the calls, in their order. */
  readonly signals: (AbortSignal | undefined)[] = [];
  readonly inner = new LocalConnector();
  take?: (key: UUIDKey, options?: OperationOptions) => Promise<Uint8Array | undefined>;
  readonly #holds = new Map<ObservedOperation, { open: Promise<void>; arrive: () => void }>();
  readonly #failures = new Map<ObservedOperation, unknown>();

  /**
   * @param options - Whether it can take.
   */
  constructor(options: { readonly take?: boolean } = {}) {
    if (options.take !== false) {
      this.take = (key, given) => this.#observe('take', given, () => this.inner.take(key, given));
    }
  }

  /** How often an operation was called. */
  count(operation: ObservedOperation): number {
    return this.calls.filter((call) => call === operation).length;
  }

  /** Has the calls of an operation wait from now on, each for the hold that was the last when it came. */
  hold(operation: ObservedOperation, calls = 1): Held {
    let arrived = 0;
    let release!: () => void;
    let reach!: () => void;
    const open = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const arrive = (): void => {
      arrived += 1;
      if (arrived === calls) reach();
    };
    const hold = { open, arrive };
    this.#holds.set(operation, hold);
    return {
      reached,
      release: () => {
        if (this.#holds.get(operation) === hold) this.#holds.delete(operation);
        release();
      },
    };
  }

  /** Has an operation fail from now on; with `undefined` no more. */
  fail(operation: ObservedOperation, error: unknown): void {
    if (error === undefined) this.#failures.delete(operation);
    else this.#failures.set(operation, error);
  }

  put(data: Parts, options?: OperationOptions): Promise<UUIDKey> {
    return this.#observe('put', options, () => this.inner.put(data, options));
  }

  get(key: UUIDKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#observe('get', options, () => this.inner.get(key, options));
  }

  exists(key: UUIDKey, options?: OperationOptions): Promise<boolean> {
    return this.#observe('exists', options, () => this.inner.exists(key, options));
  }

  evict(key: UUIDKey, options?: OperationOptions): Promise<void> {
    return this.#observe('evict', options, () => this.inner.evict(key, options));
  }

  putBatch(data: readonly Parts[], options?: OperationOptions): Promise<UUIDKey[]> {
    return this.#observe('putBatch', options, () => this.inner.putBatch(data, options));
  }

  getBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#observe('getBatch', options, () => this.inner.getBatch(keys, options));
  }

  evictBatch(keys: readonly UUIDKey[], options?: OperationOptions): Promise<void> {
    return this.#observe('evictBatch', options, () => this.inner.evictBatch(keys, options));
  }

  newKey(): UUIDKey {
    return this.inner.newKey();
  }

  set(key: UUIDKey, data: Parts, options?: SetOptions): Promise<boolean> {
    return this.#observe('set', options, () => this.inner.set(key, data, options));
  }

  checkKey(key: unknown): UUIDKey {
    return this.inner.checkKey(key);
  }

  config(): ConnectorConfig {
    return { kind: this.kind, options: this.inner.config().options };
  }

  close(): Promise<void> {
    return this.#observe('close', undefined, () => this.inner.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #observe<R>(
    operation: ObservedOperation,
    options: OperationOptions | undefined,
    run: () => Promise<R>,
  ): Promise<R> {
    this.calls.push(operation);
    this.signals.push(options?.signal);
    if (this.#failures.has(operation)) throw this.#failures.get(operation);
    const result = await run();
    const held = this.#holds.get(operation);
    if (held !== undefined) {
      held.arrive();
      await Promise.race([held.open, abortOf(options?.signal)]);
    }
    return result;
  }
}

/** A real connector in memory with the protocol's operations in both forms, and none of the further capabilities. */
export class PlainConnector extends ObservedConnector implements SyncConnector<UUIDKey> {
  override readonly kind = 'plain';
  readonly sync: SyncOperations<UUIDKey>;
  override readonly newKey = undefined as never; // not there: this connector cannot defer
  override readonly set = undefined as never; // as above

  constructor() {
    super({ take: false });
    const { sync } = this.inner;
    this.sync = {
      put: (data) => sync.put(data),
      get: (key) => sync.get(key),
      exists: (key) => sync.exists(key),
      evict: (key) => sync.evict(key),
      putBatch: (data) => sync.putBatch(data),
      getBatch: (keys) => sync.getBatch(keys),
      evictBatch: (keys) => sync.evictBatch(keys),
    };
  }
}

/** Rejects when a signal fires; without one it never settles. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
