/** Scripts in processes of their own, which have the compiled library. */

import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';

/** How a script ended. */
export interface ScriptEnd {
  /** Its exit code; `null` when a signal ended it. */
  readonly status: number | null;
  /** All that it wrote to its output. */
  readonly stdout: string;
}

/** What can be set about the process of a script. */
export interface ScriptOptions {
  /** Files it may have open at the same time. */
  readonly openFiles?: number;
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
}

/**
 * Runs a script until it ends by itself.
 *
 * @param script - CommonJS. In it, `LocalConnector` and `FileConnector` are the library's.
 */
export function runScript(script: string, { openFiles, nodeArguments = [] }: ScriptOptions = {}): ScriptEnd {
  const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles}; `;
  return spawnSync(
    'sh',
    ['-c', `${limit}exec "$@"`, 'sh', process.execPath, ...nodeArguments, '-e', withLibrary(script)],
    { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

/** A script that the test talks with. Killed at the end of the block, if it has not ended by then. */
export class RunningScript implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #directory: string;
  readonly #messages: unknown[] = [];

  /**
   * @param script - CommonJS, as for {@link runScript}. It says things with `process.send`, and hears by
   *   `process.on('message')`.
   */
  constructor(script: string) {
    this.#directory = mkdtempSync(join(tmpdir(), 'proxystore-script-'));
    const file = join(this.#directory, 'script.cjs');
    // Who listens stays, also while it waits for nothing that keeps a process alive.
    writeFileSync(file, withLibrary(`process.on('message', () => undefined); ${script}`));
    this.process = fork(file, { execArgv: [], serialization: 'advanced' });
    this.process.on('message', (message) => this.#messages.push(message));
  }

  /** The next thing that it says. */
  async next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      const ended = this.process.exitCode ?? this.process.signalCode;
      if (ended !== null) throw new Error(`The script ended (${ended}) before it said anything more.`);
      await Promise.race([once(this.process, 'message'), once(this.process, 'exit')]);
    }
    return this.#messages.shift();
  }

  /** Says something to it. */
  send(message: object): void {
    this.process.send(message);
  }

  /** Kills it as the system does it when memory runs out: it has no chance to clean up. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }
}

function withLibrary(script: string): string {
  const path = (name: string): string => JSON.stringify(join(compiledLibrary(), 'connectors', name));
  return `
    const { LocalConnector } = require(${path('local.js')});
    const { FileConnector } = require(${path('file.js')});
    ${script}
  `;
}
