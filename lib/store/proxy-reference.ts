/** The JSON form of a store's proxy. */

import type { ConnectorKey } from '../connectors/protocol.js';
import type { ProxyKind } from '../proxy/types.js';

/** The version of the form that is written and read. */
export const referenceVersion = 1;

/**
 * What travels in place of an object: some 100 bytes that name a store and a key. A member that would say the default
 * is left out.
 */
export interface ProxyReference {
  /** The version of this form. */
  readonly $proxystore: typeof referenceVersion;
  /** The name that the store is registered under where the reference is used. */
  readonly store: string;
  /** The key of the object, as the store's connector made it. */
  readonly key: ConnectorKey;
  /** What the object is. Default `'object'`. */
  readonly kind?: ProxyKind;
  /** Whether the first to resolve it takes it out of the store. Default false. */
  readonly evict?: true;
  /** That the object may be there only later: this stands for its future, or for a proxy that waits for it. */
  readonly future?: 'future' | 'proxy';
  /** How a future or its proxy waits, where it is not by the defaults: the times in milliseconds, and a factor. */
  readonly wait?: WaitReference;
  /** That the owner of the object travels, and not a copy of its reference. */
  readonly owned?: OwnedReference;
}

/** The JSON form of the ownership that moves with a reference. */
export interface OwnedReference {
  /** The keys that whoever loads the reference must be the first to store under, to be the owner. */
  readonly claims: readonly ConnectorKey[];
  /** The keys by which former owners became it. They go with the object. */
  readonly spent?: readonly ConnectorKey[];
}

/** The JSON form of how the result of a future is waited for. */
export interface WaitReference {
  readonly interval?: number;
  readonly factor?: number;
  readonly limit?: number;
  readonly timeout?: number;
}
