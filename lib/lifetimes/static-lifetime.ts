/** The lifetime of the process. */

import type { ConnectorKey } from '../connectors/protocol.js';
import { warnOfFailure } from '../resources/warnings.js';
import type { Store } from '../store/store.js';
import { Lifetime } from './lifetime.js';

/** The signals that ask a process to end. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What of Node's `process` is used. */
interface EndingProcess {
  readonly pid: number;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

/**
 * Ends with the process. ProxyStore's `StaticLifetime`.
 *
 * When the event loop is empty (`beforeExit`) and on SIGINT, SIGTERM and SIGHUP, the objects are evicted and waited
 * for; a signal that nobody else handles ends the process after that, as it would have. On `process.exit()` and an
 * uncaught error, only objects of synchronous stores can be evicted. After SIGKILL or a crash of the machine nothing
 * can be: use a {@link LeaseLifetime} on a backend that expires objects by itself.
 *
 * The stores must stay open until then. In a runtime without Node's `process` it ends with `close()` only.
 *
 * @example
 * ```ts
 * const life = new StaticLifetime(store);
 * const model = await store.proxy(weights, { lifetime: life });
 * ```
 */
export class StaticLifetime extends Lifetime {
  readonly #process = (globalThis as unknown as { process?: EndingProcess }).process; // Node's types say more than can be relied on
  #listening = false;

  override addKeys(keys: readonly ConnectorKey[], store?: Store): Promise<void> | undefined {
    const told = super.addKeys(keys, store);
    this.#listen();
    return told;
  }

  /** @internal */
  protected override ended(): void {
    const current = this.#process;
    if (current?.off === undefined) return;
    current.off('beforeExit', this.#onBeforeExit);
    current.off('exit', this.#onExit);
    for (const signal of endingSignals) current.off(signal, this.#onSignal);
  }

  /** Begins to listen with the first object, so that an empty lifetime changes nothing of how signals are handled. */
  #listen(): void {
    const current = this.#process;
    if (this.#listening || current?.on === undefined) return;
    this.#listening = true;
    current.on('beforeExit', this.#onBeforeExit);
    current.on('exit', this.#onExit);
    for (const signal of endingSignals) current.on(signal, this.#onSignal);
  }

  readonly #onBeforeExit = (): void => {
    this.close().catch(this.#warn);
  };

  readonly #onExit = (): void => {
    for (const [store, keys] of this.held()) {
      if (!store.isSync()) continue;
      try {
        store.evictBatchSync(keys);
      } catch (error) {
        this.#warn(error);
      }
    }
  };

  readonly #onSignal = (signal: string): void => {
    const current = this.#process;
    this.close()
      .catch(this.#warn)
      .finally(() => {
        // Our own listener is gone by now. Where there is no other, the signal does what it does by default.
        if (current?.listenerCount(signal) === 0) current.kill(current.pid, signal);
      });
  };

  readonly #warn = (error: unknown): void => {
    warnOfFailure('The process ends, and not all objects that live as long could be evicted', error);
  };
}
