/** File systems that are mounted for one test, so that a full or read-only disk is a real one. */

import { execFileSync } from 'node:child_process';

/** Mounted when it is constructed, unmounted at the end of the block. */
export class Mount implements Disposable {
  readonly path: string;

  /**
   * @param path - Where it is mounted; a directory, or a file where one is mounted.
   * @param parameters - What `mount` is told, but for the path.
   */
  private constructor(path: string, parameters: readonly string[]) {
    mount([...parameters, path]);
    this.path = path;
  }

  /**
   * A file system in memory.
   *
   * @param options - Its mount options, such as `size=1m`.
   */
  static memory(path: string, options: string): Mount {
    return new Mount(path, ['-t', 'tmpfs', '-o', options, 'tmpfs']);
  }

  /** A file or directory that is seen under a second path. */
  static bound(path: string, source: string): Mount {
    return new Mount(path, ['--bind', source]);
  }

  /** Makes it read-only, or writable again. */
  setReadOnly(readOnly: boolean): void {
    mount(['-o', readOnly ? 'remount,ro' : 'remount,rw', this.path]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}

function mount(parameters: readonly string[]): void {
  try {
    execFileSync('mount', parameters, { stdio: 'pipe' });
  } catch (cause) {
    throw new Error(
      'This test mounts a file system, which needs Linux, root and the capability SYS_ADMIN. Run the tests as root; in a container start it with "docker run --cap-add SYS_ADMIN --security-opt apparmor=unconfined".',
      { cause },
    );
  }
}
