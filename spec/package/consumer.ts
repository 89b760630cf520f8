/** A project that has the package installed from its real tarball, as a user would have it. */

import '../../lib/resources/symbols.js';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Runtime } from './runtimes.js';

const root = resolve(__dirname, '../..');

export class Consumer implements Disposable {
  /** The project's folder. Holds the files of `fixtures/`. */
  readonly folder = mkdtempSync(join(tmpdir(), 'proxystore-consumer-'));
  /** The package's folder in it. */
  readonly installed = join(this.folder, 'node_modules', 'proxystore');

  constructor() {
    cpSync(join(__dirname, 'fixtures'), this.folder, { recursive: true });
    run(process.execPath, [join(root, 'scripts/install-consumer.mjs'), this.folder], root);
  }

  /**
   * Runs one of the project's files.
   *
   * @returns What it printed, which has to be JSON.
   * @throws Error with all that it printed where it fails.
   */
  run({ command, parameters }: Runtime, file: string): unknown {
    const output = run(command, [...parameters, file], this.folder);
    try {
      return JSON.parse(output) as unknown;
    } catch (cause) {
      throw new Error(`${file} printed no JSON:\n${output}`, { cause });
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a program and gives what it printed; where it fails, all of that is the error's message. */
export function run(command: string, parameters: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
    throw new Error([`${command} ${parameters.join(' ')} failed.`, stdout, stderr].join('\n'), { cause });
  }
}
