/** Servers that do not run for a while, with their connections open. */

import '../../lib/resources/symbols.js';
import type { TestServer } from './test-server.js';

/**
 * Keeps a server from running.
 *
 * @returns What lets it run on when it is disposed of.
 */
export async function paused(server: TestServer): Promise<AsyncDisposable> {
  await server.pause();
  return { [Symbol.asyncDispose]: async () => server.resume() };
}
