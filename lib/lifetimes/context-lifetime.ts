/** The lifetime of a block. */

import { Lifetime } from './lifetime.js';

/**
 * Ends with the block that it stands in. ProxyStore's `ContextLifetime`.
 *
 * @example
 * ```ts
 * await using store = new Store('scratch', new LocalConnector());
 * {
 *   await using life = new ContextLifetime(store);
 *   const proxy = await store.proxy(intermediate, { lifetime: life });
 *   await consume(proxy);
 * } // the object is gone
 * ```
 */
export class ContextLifetime extends Lifetime {}
