/** Resolving a proxy by waiting for its factory. */

import { SharedCall } from '../resources/shared-call.js';
import { stateOf } from './brand.js';
import type { SharedState } from './brand.js';
import { circularFailure, factoryFailure } from './failures.js';
import type { ProxyState } from './state.js';
import type { ResolveOptions } from './types.js';

/** The asynchronous resolution of one proxy. Made when somebody first asks for it. */
export class Resolution {
  /** The state of the proxy that the factory gave and that is being waited for. */
  following: SharedState | undefined = undefined;
  readonly #state: ProxyState;
  /** The call of the factory that is under way. */
  #call: SharedCall<unknown> | undefined = undefined;
  /** The call that was started ahead of need, until somebody waits for it. */
  #ahead: SharedCall<unknown> | undefined = undefined;
  /** How that one failed, until somebody has been told. */
  #failure: { readonly error: unknown } | undefined = undefined;

  /** Whether what is being produced is for those only who wait for it already. */
  #abandoned = false;

  constructor(state: ProxyState) {
    this.#state = state;
  }

  /** Waits for the call that is under way, or for a new one. The proxy has no target yet. */
  join({ signal }: ResolveOptions): Promise<unknown> {
    const failure = this.takeFailure();
    if (failure !== undefined) return rejected(failure.error);
    // Asked for by its own factory, whose promise it would wait for.
    if (this.#state.asking) return rejected(circularFailure(this.#state.factory));
    const call = this.#start(signal !== undefined);
    this.#ahead = undefined;
    return call.join(signal);
  }

  /** Starts a call that nobody waits for yet. The proxy has no target yet. */
  startAhead(): void {
    if (this.#failure !== undefined || this.#call !== undefined) return;
    const call = this.#start(false);
    this.#ahead = call;
    call.promise.catch((error: unknown) => {
      if (this.#ahead !== call) return;
      this.#ahead = undefined;
      this.#failure = { error };
    });
  }

  /** The failure that nobody has been told yet; whoever takes it tells it. */
  takeFailure(): { readonly error: unknown } | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /** Leaves the proxy without a target, whatever becomes of the call that is under way. */
  abandon(): void {
    this.#abandoned = true;
  }

  #start(abortable: boolean): SharedCall<unknown> {
    let call = this.#call;
    if (call === undefined || call.abandoned) {
      call = new SharedCall((signal) => this.#run(signal), abortable);
      this.#call = call;
      const done = (): void => {
        if (this.#call === call) this.#call = undefined;
      };
      call.promise.then(done, done);
    }
    return call;
  }

  async #run(signal: AbortSignal | undefined): Promise<unknown> {
    const state = this.#state;
    try {
      const produced = await state.ask(() => state.factory.resolve({ signal }));
      const inner = stateOf(produced);
      const value = inner === undefined ? produced : await this.#follow(inner, signal);
      if (this.#abandoned) return value;
      state.populate(value);
    } catch (error) {
      // A use in place may have been faster; then all is well.
      if (this.#abandoned || state.target === undefined) {
        throw signal?.aborted === true ? error : factoryFailure(state.factory, error);
      }
    }
    return state.value;
  }

  /** Waits for the proxy that the factory gave, unless that one waits for this. */
  async #follow(inner: SharedState, signal: AbortSignal | undefined): Promise<unknown> {
    for (let next: SharedState | undefined = inner; next !== undefined; next = next.following) {
      if (next === this.#state) throw circularFailure(this.#state.factory);
    }
    this.following = inner;
    try {
      return await inner.resolve({ signal });
    } finally {
      this.following = undefined;
    }
  }
}

function rejected(reason: unknown): Promise<never> {
  // What a factory threw, whatever it is.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return Promise.reject(reason);
}
