/**
 * A proxy in a message: JSON.stringify writes a reference of some 100 bytes, the reviver makes a proxy of it again, on
 * whatever side a store of that name is registered. So an object of any size goes through a queue with a payload limit.
 *
 *     npm run examples -- json-reference
 */

import assert from 'node:assert/strict';
import { isResolved, resolve, reviver, Store, storeRegistration } from 'proxystore';
import type { ObjectProxy } from 'proxystore';
import { FileConnector } from 'proxystore/file';
import { TemporaryDirectory } from './quickstart/temporary-directory.js';

interface Table {
  readonly rows: readonly number[];
}

await using directory = await TemporaryDirectory.make('proxystore-example-');
const message = await send(directory.path);
assert.ok(message.length < 200);
await receive(directory.path, message);
console.log(`An object of 100,000 numbers has arrived by a message of ${message.length} characters.`);

/** One process: stores the object and sends what refers to it. */
async function send(directory: string): Promise<string> {
  await using store = new Store('tables', new FileConnector(directory));
  const table: Table = { rows: Array.from({ length: 100_000 }, (_, index) => index) };
  return JSON.stringify({ job: 7, table: await store.proxy(table) });
}

/** Another one, which has opened a store of the same name on the same directory. */
async function receive(directory: string, message: string): Promise<void> {
  await using store = new Store('tables', new FileConnector(directory));
  using _registration = storeRegistration(store);

  const { job, table } = JSON.parse(message, reviver) as { job: number; table: ObjectProxy<Table> };
  assert.equal(job, 7);
  assert.equal(isResolved(table), false); // nothing has been fetched yet

  await resolve(table);
  assert.equal(table.rows.length, 100_000); // from here on it is the table
}
