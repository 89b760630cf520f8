/** Connecting and disconnecting a client, as promises that settle. */

import { isCluster, type Client } from './client.js';
import { tookLonger } from './errors.js';

/**
 * Connects a client.
 *
 * @param timeout - How long that may take, in milliseconds: until the server has answered, not only the network.
 * @throws Error when it cannot, or not in time.
 */
export async function connected(client: Client, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${tookLonger} ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([client.connect(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Disconnects a client; settles when it has let go of its connection. */
export function disconnected(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const { status } = client;
    // It has no connection to end, and says nothing when it gives up waiting for the time to make one.
    if (status === 'end' || status === 'reconnecting') resolve();
    else client.once('end', resolve);
    client.disconnect();
    // One that is not ready may have no one at its other end who would end it, too.
    if (status !== 'ready' && !isCluster(client)) client.stream?.destroy();
  });
}
