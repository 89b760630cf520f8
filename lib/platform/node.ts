/** The platform of Node, Bun and Deno. Chosen by the `node` condition of `#platform` in package.json. */

import * as channels from 'node:diagnostics_channel';
import { loadCrypto, loadStacks } from './lazy.cjs';
import type { Platform } from './platform.js';

let nextUUID: (() => string) | undefined;

export const platform: Platform = {
  diagnosticsChannel: channels,
  loadDisposableStacks: loadStacks,
  randomUUID() {
    nextUUID ??= loadCrypto().randomUUID;
    return nextUUID();
  },
};
