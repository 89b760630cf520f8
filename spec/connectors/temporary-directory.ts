/** A directory for one test. */

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Made when it is constructed, and removed with all that is in it at the end of the block. */
export class TemporaryDirectory implements Disposable {
  readonly path: string;

  /**
   * @param parent - Where it is made. By default the system's place for temporary files.
   */
  constructor(parent = realpathSync(tmpdir())) {
    this.path = mkdtempSync(join(parent, 'proxystore-spec-'));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
