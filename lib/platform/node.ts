/** The platform of Node, Bun and Deno. Chosen by the `node` condition of `#platform` in package.json. */

import type * as Crypto from 'node:crypto';
import * as channels from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { Platform } from './platform.js';

let nextUUID: (() => string) | undefined;
let readsTextNatively = false;

export const platform: Platform = {
  diagnosticsChannel: channels,
  randomUUID() {
    nextUUID ??= loadCrypto().randomUUID;
    return nextUUID();
  },
  readTextNatively() {
    if (readsTextNatively) return;
    readsTextNatively = true;
    // The main entry of msgpackr gives its reader, which 'msgpackr/unpack' is too, the native half. No harm if it fails.
    import('msgpackr').catch(() => undefined);
  },
};

/** Loads `node:crypto`, which costs some milliseconds and is needed for the first key only. */
function loadCrypto(): typeof Crypto {
  // Of what is built in, any file may require; this one is there in every runtime.
  const require = createRequire(process.execPath);
  return require('node:crypto') as typeof Crypto;
}
