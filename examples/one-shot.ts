/**
 * A one-shot proxy: whoever resolves it first takes the object out of the store. Nobody has to remember to clean up
 * after a job that is done once.
 *
 *     npm run examples -- one-shot
 */

import assert from 'node:assert/strict';
import { LocalConnector, ProxyResolveMissingKeyError, resolve, Store } from 'proxystore';

await using store = new Store('jobs', new LocalConnector());

const key = await store.put({ rows: [1, 2, 3] });
const first = store.proxyFromKey(key, { evict: true });
const second = store.proxyFromKey(key, { evict: true });

assert.deepEqual(await resolve(first), { rows: [1, 2, 3] });
assert.equal(await store.exists(key), false);
assert.equal(first.rows.length, 3); // a proxy that has its target keeps it

await assert.rejects(resolve(second), ProxyResolveMissingKeyError);

console.log('The first to resolve the object has taken it; the second was told that it is gone.');
