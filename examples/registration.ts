/**
 * Keeping stores registered: for a block with `using`, and by hand. After ProxyStore's `store_registration`.
 *
 *     npm run examples -- registration
 */

import assert from 'node:assert/strict';
import { getStore, LocalConnector, Store, storeRegistration } from 'proxystore';

await using results = new Store('results', new LocalConnector());
await using models = new Store('models', new LocalConnector());

// For the length of a block.
{
  using registration = storeRegistration(results, models);
  assert.deepEqual(registration.stores, [results, models]);

  assert.equal(getStore('results'), results);
  const proxy = await models.proxy({ layers: 12 });
  assert.equal(getStore(proxy), models);
}
assert.equal(getStore('results'), undefined);
assert.equal(getStore('models'), undefined);

// The stores are out again when the block throws, too.
try {
  using _registration = storeRegistration(results, models);
  throw new Error('Something went wrong.');
} catch {
  assert.equal(getStore('results'), undefined);
}

// By hand: where no block is as long as the stores shall be registered.
const registration = storeRegistration(results);
try {
  assert.equal(getStore('results'), results);
} finally {
  registration.dispose();
}
assert.equal(getStore('results'), undefined);
registration.dispose(); // the second time does nothing

console.log('Both forms have registered the stores and taken them out again.');
