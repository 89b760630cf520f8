/** Ports for servers that cannot choose one themselves. */

import { createServer } from 'node:net';

/** Below the ports that Linux, macOS and Windows give to outgoing connections, so that none of these takes one. */
const first = 10_000;
const count = 20_000;

/**
 * A port of this machine on which nothing listens. A server that finds it taken all the same tries another; one that
 * is started again finds it free, because nothing else is given it by the system.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
