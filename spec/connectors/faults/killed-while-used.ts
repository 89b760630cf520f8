/** What becomes of objects while their server is killed, again and again. */

import type { Connector, ConnectorKey } from '../../../lib/connectors/protocol.js';
import type { TestServer } from '../../servers/test-server.js';

const workers = 4;
const kills = 3;

/** What the workers have seen. */
export interface Seen {
  /** What operations failed with. */
  readonly errors: readonly unknown[];
  /** The keys that were given, each with the place of its bytes among those that were put. */
  readonly acknowledged: ReadonlyMap<ConnectorKey, number>;
}

/**
 * Puts and gets objects with some workers while a server is killed with SIGKILL and started again. Settles when the
 * server is there and all workers have ended: when anything hangs, it does not.
 *
 * @param objects - What is put, one after the other.
 * @param between - How many objects are to be put between two kills.
 */
export async function useWhileKilled(
  connector: Connector,
  server: Pick<TestServer, 'kill' | 'restart'>,
  objects: readonly Uint8Array[],
  between: number,
): Promise<Seen> {
  const acknowledged = new Map<ConnectorKey, number>();
  const errors: unknown[] = [];
  let stopped = false;
  const work = async (worker: number): Promise<void> => {
    for (let index = worker % objects.length; !stopped; index = (index + 1) % objects.length) {
      try {
        const key = await connector.put([objects[index]!]);
        acknowledged.set(key, index);
        if (!same(await connector.get(key), objects[index]!)) throw new Error('The bytes are others.');
      } catch (error) {
        errors.push(error);
        // Others run in between, also those that start the server again.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const working = Array.from({ length: workers }, (_, worker) => work(worker));
  const more = async (): Promise<void> => {
    const enough = acknowledged.size + between;
    while (acknowledged.size <= enough) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let kill = 0; kill < kills; kill += 1) {
    await more();
    await server.kill();
    await server.restart();
  }
  await more();
  stopped = true;
  await Promise.all(working);
  return { errors, acknowledged };
}

/** Compares bytes, which `toEqual` does one by one. */
export function same(bytes: Uint8Array | undefined, expected: Uint8Array): boolean {
  return bytes !== undefined && Buffer.compare(bytes, expected) === 0;
}
