/** Processes that have the library and open a store of futures. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
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
 * @param script - In it, `proxystore` is the library and `FileConnector` its connector. It may `await` at the top level.
 */
export function runModule(script: string): ProcessEnd {
  const module = `
    import proxystore from ${file('index.js')};
    import { FileConnector } from ${file('connectors', 'file.js')};
    ${script}
  `;
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  return spawnSync(process.execPath, ['--input-type=module', '-e', module], options);
}

/**
 * Starts a process with a registered store called `futures`, that the test talks with.
 *
 * @param directory - The directory of the store.
 * @param script - What is done with each message, which is `message`; it may `await`. What it returns is the answer.
 */
export function startProcess(directory: string, script: string): RunningScript {
  return new RunningScript(`
    const proxystore = require(${file('index.js')});
    const { resolve, reviver, unpack } = proxystore;
    const store = new proxystore.Store('futures', new FileConnector(${JSON.stringify(directory)}), { register: true });
    process.on('message', async (message) => {
      process.send(await (async () => { ${script} })());
    });
    process.send('ready');
  `);
}
