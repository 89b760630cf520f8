/**
 * Names of the files that are being written, or read for the last time. Each says whose it is, so that one that a
 * killed process left behind is told from one that is in use:
 *
 * `.proxystore-<machine>-<process>-<start>-<uuid>`
 *
 * - machine: what this boot of the system and this container (PID namespace) have for themselves alone, hashed;
 * - process: its id, which means something on that machine only;
 * - start: when it started, in ticks since the boot; the id may be given to another process later.
 *
 * Where the system does not tell these (it has no /proc), machine and start are 0.
 */

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { platform } from '#platform';
import { codeOf } from './errors.js';

/** Whose a temporary file is. */
export interface TemporaryFileOwner {
  /** The machine, in hexadecimal; `'0'` for one that cannot be told from another. */
  readonly machine: string;
  /** Process id on that machine. */
  readonly process: number;
  /** When that process started; `'0'` where it is not known. */
  readonly start: string;
}

const pattern =
  /^\.proxystore-([0-9a-f]+)-([1-9][0-9]{0,9})-([0-9]+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let prefix: string | undefined;

/** A new name, which is used by nobody else. */
export function temporaryName(): string {
  prefix ??= `.proxystore-${thisMachine()}-${process.pid}-${startOf(process.pid) ?? '0'}-`;
  return prefix + platform.randomUUID();
}

/**
 * Reads whose a temporary file is out of its name.
 *
 * @returns `undefined` for a name that {@link temporaryName} does not make.
 */
export function ownerOf(name: string): TemporaryFileOwner | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  // A match has all groups of the pattern.
  const [, machine, id, start] = match as unknown as [string, string, string, string];
  return { machine, process: Number(id), start };
}

/**
 * What is known of the owner of a temporary file: a process of this machine runs or has ended; of one elsewhere nothing
 * is known.
 */
export function stateOf(owner: TemporaryFileOwner): 'running' | 'ended' | 'unknown' {
  if (owner.machine === '0' || owner.machine !== thisMachine()) return 'unknown';
  try {
    process.kill(owner.process, 0);
  } catch (error) {
    // EPERM says that it runs, for another user.
    return codeOf(error) === 'ESRCH' ? 'ended' : 'running';
  }
  const start = startOf(owner.process);
  return start === undefined || start === owner.start ? 'running' : 'ended';
}

let machine: string | undefined;

function thisMachine(): string {
  machine ??= identifyMachine();
  return machine;
}

function identifyMachine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
    const processNamespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(boot).update(processNamespace).digest('hex').slice(0, 16);
  } catch {
    return '0';
  }
}

/** When a process started, or `undefined` where the system does not say. */
function startOf(id: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${id}/stat`, 'latin1');
    // Field 22 (proc_pid_stat(5)). The second one is the command's name in parentheses and may contain anything.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
