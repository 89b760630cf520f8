/**
 * The same without `using`, for runtimes and compilers that do not have it: every resource has a plain method that
 * releases it. Runs on Node 18 as it is, without a build step.
 *
 *     node examples/older-runtime.cjs
 */

const assert = require('node:assert/strict');
const { LocalConnector, Store, getStore, resolve, storeRegistration } = require('proxystore');

async function main() {
  const store = new Store('results', new LocalConnector());
  try {
    const registration = storeRegistration(store);
    try {
      const proxy = await store.proxy({ rows: [1, 2, 3] }, { populateTarget: false });
      assert.equal(getStore(proxy), store);
      assert.deepEqual(await resolve(proxy), { rows: [1, 2, 3] });
    } finally {
      registration.dispose();
    }
    assert.equal(getStore('results'), undefined);
  } finally {
    await store.close();
  }
  console.log(`Everything is released, on Node ${process.versions.node}.`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
