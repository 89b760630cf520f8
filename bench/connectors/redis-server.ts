/** A Redis server for the time of a benchmark. */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that keeps nothing when it ends. */
export interface BenchServer extends AsyncDisposable {
  /** Where clients reach it. */
  readonly url: string;
}

/** Starts `redis-server`, which `node scripts/install-test-servers.mjs` installs. */
export async function startRedisServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), 'proxystore-bench-'));
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (server.exitCode === null) {
      server.kill();
      await once(server, 'exit');
    }
    await rm(directory, { recursive: true });
  };
  try {
    await untilReady(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}

async function untilReady(server: ChildProcess): Promise<void> {
  const exited = once(server, 'exit').then(() => {
    throw new Error('redis-server ended when it was started.');
  });
  const ready = new Promise<void>((resolve) => {
    server.stdout?.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  exited.catch(() => undefined);
  await Promise.race([ready, exited]);
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // a server that listens at a port has one
  listener.close();
  await once(listener, 'close');
  return port;
}
