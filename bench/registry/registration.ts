/** Registering a store for the length of a block. */

import { LocalConnector, Store, storeRegistration } from 'proxystore';
import { python, pythonName } from '../python.js';
import type { BenchRow } from '../row.js';

const operations = 200;
const store = new Store('bench', new LocalConnector());

/** The least that does it: a map, and an object that takes the entry out again. */
const bare = new Map<string, object>();
class BareRegistration {
  readonly #name: string;

  constructor(name: string, value: object) {
    this.#name = name;
    bare.set(name, value);
  }

  dispose(): void {
    bare.delete(this.#name);
  }
}

export const rows: readonly BenchRow[] = [
  {
    group: 'registry',
    name: 'registration of one store, made and disposed of',
    budget: { against: pythonName, atLeast: 3 },
    operations,
    ours() {
      for (let i = 0; i < operations; i += 1) storeRegistration(store).dispose();
    },
    controls: {
      'Map.set, Map.delete'() {
        for (let i = 0; i < operations; i += 1) new BareRegistration(store.name, store).dispose();
      },
    },
    constants: { [pythonName]: python.registration },
  },
];
