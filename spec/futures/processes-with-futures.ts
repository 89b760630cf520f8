/** Processes that have the library and open a store of futures. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { StoreConfig } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { RunningScript } from '../connectors/child-script.js';

/** How a process ended. */
export interface ProcessEnd {
  /** Its exit code; `null` when it had to be killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const file = (...names: string[]): string => JSON.stringify(join(compiledLibrary(), ...names));

/**
 * Runs an ES module until it ends by itself.
 *
 * @param script - In it, `proxystore` is the library, and all its connectors are known. It may `await` at the top level.
 */
export function runModule(script: string): ProcessEnd {
  const module = `
    import proxystore from ${file('index.js')};
    import ${file('connectors', 'file.js')};
    import ${file('connectors', 'lmdb.js')};
    import ${file('connectors', 'redis.js')};
    ${script}
  `;
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  return spawnSync(process.execPath, ['--input-type=module', '-e', module], options);
}

/**
 * Starts a process with a store that the test talks with.
 *
 * @param config - The config of the store, which is registered.
 * @param script - What is done with each message, which is `message`; it may `await`. What it returns is the answer.
 */
export function startProcess(config: StoreConfig, script: string): RunningScript {
  return new RunningScript(`
    const proxystore = require(${file('index.js')});
    const { resolve, reviver, unpack } = proxystore;
    require(${file('connectors', 'lmdb.js')});
    require(${file('connectors', 'redis.js')});
    const store = proxystore.Store.fromConfig({ ...${JSON.stringify(config)}, register: true });
    process.on('message', async (message) => {
      process.send(await (async () => { ${script} })());
    });
    process.send('ready');
  `);
}
