/** Objects in the memory of one thread, and the table by which several connectors find the same ones. */

import { platform } from '#platform';
import { ConnectorError } from '../errors.js';
import { allocateAligned } from './aligned-bytes.js';
import type { Parts } from './protocol.js';
import type { Waiters } from './waiters.js';

/** What `setTimeout` can wait at most; more makes it fire at once. */
const longestTimer = 2 ** 31 - 1;

/** When an object is to be dropped. */
interface Expiry {
  /** By `performance.now()`, which no change of the system's clock moves. */
  readonly deadline: number;
  readonly timer: unknown;
}

/**
 * The spaces that a config has named, by id: one table for all copies of the package in a thread. Held weakly, so
 * that the objects of a connector which nobody closed go when it is collected.
 */
const published: Map<string, WeakRef<MemorySpace>> = ((
  globalThis as Record<symbol, Map<string, WeakRef<MemorySpace>> | undefined>
)[Symbol.for('proxystore.memorySpaces')] ??= new Map<string, WeakRef<MemorySpace>>());

const collected = new FinalizationRegistry<string>((id) => published.delete(id));

/**
 * Objects by name. Owns copies: what comes in is copied, what goes out is a copy.
 *
 * Lives as long as it has a member, which is a connector and stands here with those who wait at it.
 */
export class MemorySpace {
  readonly #objects = new Map<string, Uint8Array>();
  readonly #expiries = new Map<string, Expiry>();
  readonly #members = new Set<Waiters>();
  /** What a timer holds, so that it does not hold the objects. */
  readonly #weak = new WeakRef(this);
  #id: string | undefined;

  /**
   * The space of an id.
   *
   * @returns `undefined` where there is none in this thread, or no longer.
   */
  static find(id: string): MemorySpace | undefined {
    return published.get(id)?.deref();
  }

  /** The id by which this thread finds the space again, for as long as it lives. */
  publish(): string {
    this.#id ??= platform.randomUUID();
    if (this.#members.size > 0 && !published.has(this.#id)) {
      published.set(this.#id, this.#weak);
      collected.register(this, this.#id);
    }
    return this.#id;
  }

  /** Makes a connector a member. */
  join(waiters: Waiters): void {
    this.#members.add(waiters);
  }

  /** Takes a connector out. The last one takes the objects, their timers and the id with it. */
  leave(waiters: Waiters): void {
    this.#members.delete(waiters);
    if (this.#members.size > 0) return;
    for (const { timer } of this.#expiries.values()) stopTimer(timer);
    this.#expiries.clear();
    this.#objects.clear();
    if (this.#id !== undefined) published.delete(this.#id);
  }

  /** Whether there is an object of this name. */
  has(name: string): boolean {
    return this.#current(name) !== undefined;
  }

  /** A copy of an object, or `undefined` where there is none. */
  read(name: string): Uint8Array | undefined {
    const bytes = this.#current(name);
    return bytes === undefined ? undefined : copyOf([bytes]);
  }

  /**
   * Stores an object under a name, new or not, and wakes those who wait for it. What was there before goes, and its
   * expiry with it.
   *
   * @param bytes - From now on the space's own.
   */
  adopt(name: string, bytes: Uint8Array): void {
    if (this.#expiries.size > 0) this.#cancelExpiry(name);
    this.#objects.set(name, bytes);
    for (const waiters of this.#members) waiters.wake(name);
  }

  /** Stores an object under a name that nobody else knows yet, so that there is nothing to replace and none to wake. */
  adoptNew(name: string, bytes: Uint8Array): void {
    this.#objects.set(name, bytes);
  }

  /** Removes an object, if there is one. */
  remove(name: string): void {
    if (this.#expiries.size > 0) this.#cancelExpiry(name);
    this.#objects.delete(name);
  }

  /** Removes an object and hands over its bytes. */
  take(name: string): Uint8Array | undefined {
    const bytes = this.#current(name);
    if (bytes !== undefined) this.remove(name);
    return bytes;
  }

  /**
   * Sets when an object is dropped; replaces an earlier time.
   *
   * @param milliseconds - From now. 0 or less drops it at once, `Infinity` never.
   * @returns Whether the object was there.
   */
  expire(name: string, milliseconds: number): boolean {
    if (!this.has(name)) return false;
    this.#cancelExpiry(name);
    if (milliseconds <= 0) this.remove(name);
    else if (milliseconds < Infinity) this.#schedule(name, performance.now() + milliseconds);
    return true;
  }

  /** The names of all objects. The space may change while they are read. */
  *names(): Generator<string> {
    for (const name of this.#objects.keys()) {
      if (this.has(name)) yield name;
    }
  }

  /** The object, unless its time has come: a timer may be late, or wait for a thread that is busy. */
  #current(name: string): Uint8Array | undefined {
    const bytes = this.#objects.get(name);
    if (bytes === undefined || this.#expiries.size === 0) return bytes;
    const expiry = this.#expiries.get(name);
    if (expiry === undefined || expiry.deadline > performance.now()) return bytes;
    this.remove(name);
    return undefined;
  }

  #schedule(name: string, deadline: number): void {
    const wait = Math.min(Math.max(Math.ceil(deadline - performance.now()), 1), longestTimer);
    this.#expiries.set(name, { deadline, timer: startTimer(wait, this.#weak, name) });
  }

  #cancelExpiry(name: string): void {
    const expiry = this.#expiries.get(name);
    if (expiry === undefined) return;
    stopTimer(expiry.timer);
    this.#expiries.delete(name);
  }

  static readonly onTimer = (space: WeakRef<MemorySpace>, name: string): void => {
    const live = space.deref();
    if (live !== undefined) live.#dropOrWaitOn(name);
  };

  /** A timer that fired early, or for a part of a long time, is set again. */
  #dropOrWaitOn(name: string): void {
    const expiry = this.#expiries.get(name);
    if (expiry !== undefined && this.has(name)) this.#schedule(name, expiry.deadline);
  }
}

/**
 * The bytes of an object, copied into memory of their own.
 *
 * @throws ConnectorError when there is no memory for them.
 */
export function copyOf(parts: Parts): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = allocate(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function allocate(length: number): Uint8Array {
  try {
    return allocateAligned(length);
  } catch (cause) {
    throw new ConnectorError(
      `There is no memory for a copy of this object of ${String(length)} bytes. Store it as several objects, or with a connector that keeps them elsewhere.`,
      { connector: 'local', cause },
    );
  }
}

function startTimer(milliseconds: number, space: WeakRef<MemorySpace>, name: string): unknown {
  const timer: unknown = setTimeout(MemorySpace.onTimer, milliseconds, space, name);
  // A number in browsers; an object in Node, whose process the timer would keep alive.
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

function stopTimer(timer: unknown): void {
  // As setTimeout gave it.
  clearTimeout(timer as Parameters<typeof clearTimeout>[0]);
}
