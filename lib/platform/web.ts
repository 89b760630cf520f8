/** The platform of browsers and everything else that has no `node:` modules. */

import type { Platform } from './platform.js';

/** 16 random bytes in the form of a version 4 UUID (RFC 9562, section 5.4). */
function uuidFromRandomBytes(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x40);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const platform: Platform = {
  diagnosticsChannel: undefined,
  // Browsers have no native half to load.
  readTextNatively: () => undefined,
  randomUUID() {
    // There in secure contexts only; getRandomValues is everywhere.
    const { randomUUID } = crypto as Partial<Crypto>;
    return randomUUID === undefined ? uuidFromRandomBytes() : randomUUID.call(crypto);
  },
};
