/**
 * An unresolved proxy of an asynchronous store, resolved in place by plain use, as in Python: a worker thread fetches the
 * object while this thread waits. Uses the Redis server at REDIS_URL, or at localhost, and files where there is none.
 *
 *     npm run examples -- blocking
 */

import assert from 'node:assert/strict';
import { isResolved, ProxyUnresolvedError, Store, storeRegistration } from 'proxystore';
import type { Connector, StoreKey } from 'proxystore';
import { BlockingConnector } from 'proxystore/blocking';
import { FileConnector } from 'proxystore/file';
import { RedisConnector } from 'proxystore/redis';
import { TemporaryDirectory } from './quickstart/temporary-directory.js';

interface Table {
  readonly rows: readonly number[];
}

await using directory = await TemporaryDirectory.make('proxystore-example-');
const connector = await openRedis().catch(() => new FileConnector(directory.path));
const key = await storeTable(connector);

{
  await using store = new Store('tables', new BlockingConnector(connector));
  using _registration = storeRegistration(store);

  const table = store.proxyFromKey<Table>(key, { evict: true });
  assert.equal(isResolved(table), false); // nothing has been fetched yet
  assert.equal(total(table), 4950); // fetched here, in the middle of a function that knows nothing of it
  assert.equal(isResolved(table), true);
  console.log(`A table of ${table.rows.length} rows was fetched in place, from a ${connector.kind} store.`);
}

/** Plain code, which takes a table and no promise. */
function total(table: Table): number {
  let sum = 0;
  for (const row of table.rows) sum += row;
  return sum;
}

/** Stores a table. Without a worker, its proxy has to be awaited first, unless the connector is synchronous itself. */
async function storeTable(connector: Connector): Promise<StoreKey<Table>> {
  const store = new Store('tables', connector);
  const key = await store.put<Table>({ rows: Array.from({ length: 100 }, (_, index) => index) });
  const table = store.proxyFromKey<Table>(key);
  if (connector.sync === undefined) assert.throws(() => table.rows, ProxyUnresolvedError);
  return key;
}

async function openRedis(): Promise<RedisConnector> {
  const url = process.env['REDIS_URL'] ?? 'redis://localhost:6379';
  return RedisConnector.open({ url, name: 'example', connectTimeout: 500, whenOffline: 'fail' });
}
