/** A Keyv as what ours is compared with. */

import type { Keyv } from 'keyv';
import { namingContender } from './contender.js';
import type { Contender } from './contender.js';

/** Buffers go in and come out; the Keyv turns them into base64 within JSON, and back. */
export function keyvContender(keyv: Keyv): Contender {
  return namingContender({
    set: (name, data) => keyv.set(name, data),
    get: (name) => keyv.get<Buffer>(name),
    remove: (name) => keyv.delete(name),
    batch: {
      set: (entries) => keyv.setMany(entries.map(([key, value]) => ({ key, value }))),
      get: (names) => keyv.getMany<Buffer>(names),
      remove: (names) => keyv.deleteMany(names),
    },
  });
}
