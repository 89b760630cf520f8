/** A server program that a test starts, stops, kills and starts again. */

import '../../lib/resources/symbols.js';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.js';

/** A server program, and how to use it. */
export interface Program {
  /** Its name, found on the PATH or where Debian keeps servers. */
  readonly name: string;
  /**
   * Writes the files that it reads.
   *
   * @param directory - Where it may write.
   */
  prepare?(directory: string): Promise<void>;
  /**
   * Its arguments.
   *
   * @param port - Where it is to listen.
   * @param directory - Where it may write.
   */
  arguments(port: number, directory: string): readonly string[];
  /** Matches what it prints when it is ready. */
  readonly ready: RegExp;
  /** Where clients reach it. */
  url(port: number): string;
}

/** A server of a test. Disposing of it ends it and removes its directory. */
export class TestServer implements AsyncDisposable {
  /** Where clients reach it. */
  readonly url: string;
  /** Its port at 127.0.0.1. */
  readonly port: number;
  /** Where it keeps its data. */
  readonly directory: string;
  readonly #program: Program;
  #running: Running | undefined;

  /** Starts a program on a free port; settles when it is ready. */
  static async start(program: Program): Promise<TestServer> {
    const directory = await mkdtemp(join(tmpdir(), `proxystore-${program.name}-`));
    try {
      await program.prepare?.(directory);
      for (;;) {
        const server = new TestServer(program, await freePort(), directory);
        try {
          await server.restart();
          return server;
        } catch (error) {
          if (!(error instanceof PortTaken)) throw error;
        }
      }
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(program: Program, port: number, directory: string) {
    this.#program = program;
    this.url = program.url(port);
    this.port = port;
    this.directory = directory;
  }

  /** Starts it again, on the same port, after it was stopped or killed; settles when it is ready. */
  async restart(): Promise<void> {
    if (this.#running !== undefined) throw new Error(`${this.#program.name} runs already.`);
    const running = new Running(this.#program, this.port, this.directory);
    await running.ready;
    this.#running = running;
  }

  /** Ends it as a crash does, with SIGKILL; settles when it has ended. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ends it in good order; settles when it has ended. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Keeps it from running, its connections open, until {@link resume}; settles when it runs no more. */
  async pause(): Promise<void> {
    await this.#running?.pause();
  }

  /** Lets it run on. */
  resume(): void {
    this.#running?.child.kill('SIGCONT');
  }

  /** Settles when it has printed what matches, since it was started the last time. */
  printed(pattern: RegExp): Promise<void> {
    if (this.#running === undefined) throw new Error(`${this.#program.name} does not run.`);
    return this.#running.printed(pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.end(signal);
  }
}

class PortTaken extends Error {}

/** One process. */
class Running {
  readonly child: ChildProcess;
  /** Settles when it is ready, or has failed to start. */
  readonly ready: Promise<void>;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  #output = '';

  constructor(program: Program, port: number, directory: string) {
    this.child = spawn(program.name, program.arguments(port, directory), {
      cwd: directory,
      // Debian keeps servers in sbin, which is on root's PATH only.
      env: { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const look of this.#waiting) look();
      });
    }
    this.#exited = once(this.child, 'close').catch(() => undefined);
    const guard = endWith(this.child);
    void this.#exited.then(() => guard?.kill());
    this.ready = this.#start(program);
  }

  printed(pattern: RegExp): Promise<void> {
    return this.#outputMatches(pattern);
  }

  async pause(): Promise<void> {
    this.child.kill('SIGSTOP');
    // The signal is there at once, but each thread runs on until it sees it.
    while (await runs(Number(this.child.pid))) await new Promise((resolve) => setImmediate(resolve));
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    // One that was paused ends only when it runs on.
    this.child.kill(signal);
    this.child.kill('SIGCONT');
    await this.#exited;
  }

  async #start(program: Program): Promise<void> {
    const failed = once(this.child, 'error').then(([cause]: unknown[]) => {
      throw new Error(
        `${program.name} cannot be started. \`node scripts/install-test-servers.mjs\` installs it, or says how.`,
        { cause },
      );
    });
    const exited = this.#exited.then(() => {
      const taken = /address already in use/i.test(this.#output);
      throw new (taken ? PortTaken : Error)(`${program.name} ended when it was started:\n${this.#output}`);
    });
    // Whichever is not the first to settle is not waited for.
    for (const promise of [failed, exited]) promise.catch(() => undefined);
    await Promise.race([this.#outputMatches(program.ready), failed, exited]);
  }

  #outputMatches(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(this.#output)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Whether any thread of a process is not stopped. Only Linux can be asked; elsewhere it is taken to be. */
async function runs(pid: number): Promise<boolean> {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return false;
  const states = (await readdir(threads)).map((thread) =>
    // One that has ended is not there any more, and the others are looked at again.
    readFile(join(threads, thread, 'stat'), 'utf8').catch(() => ''),
  );
  // The state is behind the name, which is in brackets.
  return (await Promise.all(states)).some((state) => !state.includes(') T '));
}

/**
 * Has a server killed when this process ends, however it ends: a guard waits at the end of a pipe, which the system
 * closes.
 */
function endWith(server: ChildProcess): ChildProcess | undefined {
  if (server.pid === undefined) return undefined;
  const guard = spawn('sh', ['-c', 'cat > /dev/null; kill -9 "$1"', 'sh', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}
