/** Much at a time, which takes a server like the one of the tests some milliseconds a request. */

import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { S3Connector } from '../../lib/connectors/s3.js';
import { anyS3Server } from '../servers/s3-server.js';

let server: Awaited<ReturnType<typeof anyS3Server>>;
let connector: S3Connector;

beforeAll(async () => {
  server = await anyS3Server();
  connector = await S3Connector.open({ ...server.place, name: randomUUID() });
});

afterAll(async () => {
  await connector.close();
  await server[Symbol.asyncDispose]();
});

it('keeps 64 MB in an object', async () => {
  const large = Buffer.alloc(64 * 1024 * 1024, 'some text of which the length is prime');
  const key = await connector.put([large.subarray(0, 3), large.subarray(3)]);
  const bytes = await connector.get(key);
  expect(bytes !== undefined && large.equals(bytes)).toBe(true);
  await connector.evict(key);
  expect(await connector.exists(key)).toBe(false);
});

it('keeps 10,000 objects of a batch in order, and lists them in parts', async () => {
  const objects = Array.from({ length: 10_000 }, (_, index) => Buffer.from(`object ${index}`));
  const keys = await connector.putBatch(objects.map((object) => [object]));
  const found = await connector.getBatch(keys);
  expect(found.findIndex((bytes, index) => bytes === undefined || !objects[index]!.equals(bytes))).toBe(-1);
  const listed = new Set<string>();
  for await (const [uuid] of connector.list()) listed.add(uuid);
  expect(listed.size).toBe(keys.length);
  expect(keys.every(([uuid]) => listed.has(uuid))).toBe(true);
  await connector.evictBatch(keys);
  expect((await connector.list().next()).done).toBe(true);
}, 600_000);
