/** The lifetime that ends by itself at a time. */

import type { ConnectorKey } from '../connectors/protocol.js';
import { warnOfFailure } from '../resources/warnings.js';
import type { Store } from '../store/store.js';
import { Lifetime } from './lifetime.js';
import type { LifetimeOptions } from './lifetime.js';

/** The longest time that a timer takes; a longer one fires at once. */
const longestTimer: Milliseconds = 2 ** 31 - 1;

/** A number of milliseconds. */
export type Milliseconds = number;

/** A length of time in units that add up. At least one is given. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: Milliseconds;
}

const unitLengths: Readonly<Record<keyof Duration, Milliseconds>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};

/**
 * Ends by itself when its time has come, unless that is extended. ProxyStore's `LeaseLifetime`.
 *
 * Its timer keeps no process alive. Where the connector can have the backend drop objects by itself (`expire`), it is
 * told to, so that the lease holds when this process has died; where it cannot, the objects of a process that dies
 * stay.
 *
 * @example
 * ```ts
 * await using lease = new LeaseLifetime(store, { minutes: 5 });
 * const proxy = await store.proxy(result, { lifetime: lease });
 * await lease.extend({ minutes: 5 });
 * ```
 */
export class LeaseLifetime extends Lifetime {
  #expiresAt: Milliseconds;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins a lease.
   *
   * @param store - The store of keys that are added without one.
   * @param expiry - How long from now, in milliseconds or as a duration, or until when. One that has passed ends the
   *   lease before anything can be added.
   * @param options - Its name and parent.
   * @throws RangeError for what is no time.
   */
  constructor(store: Store | undefined, expiry: Milliseconds | Date | Duration, options?: LifetimeOptions) {
    const expiresAt = expiry instanceof Date ? timeOf(expiry) : Date.now() + lengthOf(expiry);
    super(store, options);
    this.#expiresAt = expiresAt;
    this.#schedule();
  }

  /** When it ends. */
  get expiresAt(): Date {
    return new Date(this.#expiresAt);
  }

  override done(): boolean {
    // The timer may be late; the time is not.
    return super.done() || Date.now() >= this.#expiresAt;
  }

  override addKeys(keys: readonly ConnectorKey[], store?: Store): Promise<void> | undefined {
    const told = super.addKeys(keys, store);
    const pending = [...this.held()]
      .filter(([holder]) => store === undefined || holder === store)
      .flatMap(([holder]) => this.#expire(holder, keys));
    return pending.length === 0 ? told : Promise.all(pending).then(() => undefined);
  }

  /**
   * Moves the end.
   *
   * @param by - How much later, in milliseconds or as a duration; less than 0 for earlier. A `Date` is the new end
   *   itself, earlier or later.
   * @returns Settles when the backend knows.
   * @throws LifetimeEndedError when it has ended.
   * @throws RangeError for what is no time.
   */
  async extend(by: Milliseconds | Date | Duration): Promise<void> {
    this.assertOpen();
    this.#expiresAt = by instanceof Date ? timeOf(by) : this.#expiresAt + lengthOf(by);
    this.#schedule();
    await Promise.all([...this.held()].flatMap(([store, keys]) => this.#expire(store, keys)));
  }

  /** @internal */
  protected override ended(): void {
    clearTimeout(this.#timer);
  }

  #expire(store: Store, keys: readonly ConnectorKey[]): Promise<unknown>[] {
    const { connector } = store;
    if (connector.expire === undefined) return [];
    const remaining = Math.max(0, this.#expiresAt - Date.now());
    return keys.map((key) => connector.expire?.(key, remaining) as Promise<unknown>); // it has it, as was seen above
  }

  /** Nobody awaits what a timer does. */
  readonly #warn = (error: unknown): void => {
    warnOfFailure(`The lease "${this.name}" ended, and not all of its objects could be evicted`, error);
  };

  #schedule(): void {
    clearTimeout(this.#timer);
    const remaining = this.#expiresAt - Date.now();
    const timer = setTimeout(
      () => {
        if (Date.now() < this.#expiresAt) this.#schedule();
        else this.close().catch(this.#warn);
      },
      Math.min(Math.max(0, remaining), longestTimer),
    );
    // A number in browsers, where no timer keeps anything alive.
    if (typeof timer === 'object') timer.unref();
    this.#timer = timer;
  }
}

function timeOf(date: Date): Milliseconds {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new RangeError('A lease cannot end at an invalid date.');
  return time;
}

function lengthOf(length: Milliseconds | Duration): Milliseconds {
  const milliseconds = typeof length === 'number' ? length : sumOf(length);
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw new RangeError(
    `A lease takes a number of milliseconds, a Date, or a duration of ${Object.keys(unitLengths).join(', ')}; not ${JSON.stringify(length)}.`,
  );
}

/** Not a number for what has no units, or others. */
function sumOf(duration: Duration): Milliseconds {
  const units = Object.entries(duration) as [string, number][]; // a Duration has no other values
  return units.reduce(
    (sum, [unit, count]) =>
      sum + count * (Object.hasOwn(unitLengths, unit) ? unitLengths[unit as keyof Duration] : NaN),
    units.length === 0 ? NaN : 0,
  );
}
