/** Redis clusters for tests. */

import { Redis } from 'ioredis';
import { redisServer, type RedisServer } from './redis-server.js';

const slots = 16_384;

/** A running cluster. */
export interface RedisCluster extends AsyncDisposable {
  /** Its nodes, all of them masters, each of an equal part of the slots. */
  readonly nodes: readonly RedisServer[];
  /** Moves a slot and the keys in it from the node that has it to another. */
  moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
}

/**
 * Starts a cluster; settles when all of its nodes say that it is whole.
 *
 * @param size - How many nodes.
 */
export async function redisCluster(size: number): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const dispose = async (): Promise<void> => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  };
  try {
    for (let index = 0; index < size; index += 1) {
      nodes.push(
        await redisServer({ settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } }),
      );
    }
    await join(nodes);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { nodes, moveSlot, [Symbol.asyncDispose]: dispose };
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const whole = nodes.map((node) => node.printed(/Cluster state changed: ok/));
  const share = slots / nodes.length;
  for (const [index, node] of nodes.entries()) {
    await withClient(node, async (client) => {
      const [start, end] = [Math.floor(index * share), Math.floor((index + 1) * share) - 1];
      await client.call('CLUSTER', 'ADDSLOTSRANGE', start, end);
      // Of two nodes with the same epoch one must give in later; they get different ones before they meet.
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]!.port);
    });
  }
  await Promise.all(whole);
}

async function moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
  await withClient(from, (source) =>
    withClient(to, async (target) => {
      const [sourceID, targetID] = [
        await source.call('CLUSTER', 'MYID'),
        await target.call('CLUSTER', 'MYID'),
      ];
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(sourceID));
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(targetID));
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[];
      for (const key of keys) await source.call('MIGRATE', '127.0.0.1', to.port, key, 0, 5000);
      for (const client of [target, source])
        await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(targetID));
    }),
  );
}

async function withClient<R>(node: RedisServer, use: (client: Redis) => Promise<R>): Promise<R> {
  const client = new Redis({ port: node.port, host: '127.0.0.1' });
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
