/**
 * Measures the two clients for Redis beside each other, in turns, on a server of their own. In an empty directory:
 *
 *     npm install ioredis redis && node 0010-redis-client.mjs
 */

import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

// Found from where this is run, not from where it is.
const require = createRequire(join(process.cwd(), 'any.js'));
const { Redis } = require('ioredis');
const { createClient, RESP_TYPES } = require('redis');

const rounds = 61;
const warmUpRounds = 3;
const port = 16_399;

const directory = mkdtempSync(join(tmpdir(), 'redis-client-'));
const server = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', directory]);
let printed = '';
while (!printed.includes('Ready to accept')) printed += String((await once(server.stdout, 'data'))[0]);

const url = `redis://127.0.0.1:${String(port)}`;
const ioredis = new Redis(url);
const connected = await createClient({ url }).connect();
const nodeRedis = connected.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
const clients = {
  ioredis: {
    set: (key, bytes) => ioredis.set(key, bytes),
    get: (key) => ioredis.getBuffer(key),
    remove: (key) => ioredis.unlink(key),
  },
  redis: {
    set: (key, bytes) => nodeRedis.set(key, bytes),
    get: (key) => nodeRedis.get(key),
    remove: (key) => nodeRedis.unlink(key),
  },
};

async function roundTrip({ set, get, remove }, key, bytes) {
  await set(key, bytes);
  if ((await get(key)).length !== bytes.length) throw new Error('Not all of it came back.');
  await remove(key);
}

const small = Buffer.alloc(1e3, 1);
const large = Buffer.alloc(10e6, 2);
const workloads = [
  ['1 KB put, got and evicted, µs', 200, 1e3, (client) => roundTrip(client, 'key', small)],
  [
    'the same of 100 at once, µs each',
    20,
    10,
    (client) =>
      Promise.all(Array.from({ length: 100 }, (_, index) => roundTrip(client, `key${index}`, small))),
  ],
  ['10 MB put and got, ms', 3, 1, (client) => roundTrip(client, 'key', large)],
];

for (const [name, repeats, factor, run] of workloads) {
  const times = { ioredis: [], redis: [] };
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const [client, operations] of Object.entries(clients)) {
      const start = performance.now();
      for (let repeat = 0; repeat < repeats; repeat += 1) await run(operations);
      if (round >= 0) times[client].push(((performance.now() - start) / repeats) * factor);
    }
  }
  const [first, second] = Object.values(times).map((all) => all.sort((a, b) => a - b)[rounds >> 1]);
  console.log(
    `${name}: ioredis ${first.toFixed(1)}, redis ${second.toFixed(1)}, ratio ${(first / second).toFixed(2)}`,
  );
}
for (const name of ['ioredis', 'redis']) console.log(name, require(`${name}/package.json`).version);

ioredis.disconnect();
connected.destroy();
server.kill();
rmSync(directory, { recursive: true });
