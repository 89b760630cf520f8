/** Redis Sentinels for tests. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redisProgram } from './redis-server.js';
import { TestServer } from './test-server.js';

/** The name by which a sentinel knows the server that it watches over. */
export const sentinelGroup = 'test';

/**
 * Starts a sentinel, which makes a replica the master when the master is gone for 200 ms.
 *
 * @param masterPort - The port of the server that it watches over.
 */
export function redisSentinel(masterPort: number): Promise<TestServer> {
  return TestServer.start({
    name: redisProgram,
    prepare: (directory) =>
      writeFile(
        join(directory, 'sentinel.conf'),
        [
          `sentinel monitor ${sentinelGroup} 127.0.0.1 ${masterPort} 1`,
          `sentinel down-after-milliseconds ${sentinelGroup} 200`,
          `sentinel failover-timeout ${sentinelGroup} 2000`,
          '',
        ].join('\n'),
      ),
    arguments: (port) => ['sentinel.conf', '--sentinel', '--bind', '127.0.0.1', '--port', String(port)],
    ready: /\+monitor master/,
    url: (port) => `redis://127.0.0.1:${port}`,
  });
}
