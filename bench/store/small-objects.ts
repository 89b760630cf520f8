/** What a store adds to the work on small objects in memory. */

import { Packr } from 'msgpackr';
import { LocalConnector, resolve, Store } from 'proxystore';
import type { StoreKey } from 'proxystore';
import { python, pythonName } from '../python.js';
import type { BenchRow } from '../row.js';

const operations = 200;
const group = 'store';

/** A small object as jobs carry it. */
const value = { id: 4711, name: 'measurement', values: [1, 2, 3] };

/** Without a cache: every get fetches and reads. */
const newStore = (): Store<LocalConnector> => new Store('bench', new LocalConnector(), { cacheSize: 0 });

/** The same format as the store's, without all that a store does. */
const packr = new Packr({ structuredClone: true });
const controlName = 'msgpackr and a Map';
/** For the compiler: all that is looked up is there. */
const nothing = new Uint8Array();

const stored = newStore();
const keys: StoreKey<typeof value>[] = [];
const packed = new Map<number, Uint8Array>();

async function storeAll(): Promise<void> {
  for (let i = 0; i < operations; i += 1) {
    keys[i] = await stored.put(value);
    packed.set(i, packr.pack(value));
  }
}

/** A control that puts, so that each call begins with an empty Map as ours begins with an empty store. */
function putControl(): void {
  const map = new Map<number, Uint8Array>();
  for (let i = 0; i < operations; i += 1) map.set(i, packr.pack(value));
}

function getControl(): unknown {
  let last: unknown;
  for (let i = 0; i < operations; i += 1) last = packr.unpack(packed.get(i) ?? nothing);
  return last;
}

function putAndGetControl(): unknown {
  const map = new Map<number, Uint8Array>();
  let last: unknown;
  for (let i = 0; i < operations; i += 1) {
    map.set(i, packr.pack(value));
    last = packr.unpack(map.get(i) ?? nothing);
  }
  return last;
}

export const rows: readonly BenchRow[] = [
  {
    group,
    name: 'put',
    budget: { against: pythonName, atLeast: 4 },
    operations,
    async ours() {
      const store = newStore();
      for (let i = 0; i < operations; i += 1) await store.put(value);
    },
    controls: { [controlName]: putControl },
    constants: { [pythonName]: python.put },
  },
  {
    group,
    name: 'putSync',
    budget: { against: pythonName, atLeast: 4 },
    operations,
    ours() {
      const store = newStore();
      for (let i = 0; i < operations; i += 1) store.putSync(value);
    },
    controls: { [controlName]: putControl },
    constants: { [pythonName]: python.put },
  },
  {
    group,
    name: 'get, not cached',
    budget: { against: pythonName, atLeast: 3.5 },
    operations,
    before: storeAll,
    async ours() {
      for (const key of keys) await stored.get(key);
    },
    controls: { [controlName]: getControl },
    constants: { [pythonName]: python.get },
  },
  {
    group,
    name: 'getSync, not cached',
    budget: { against: pythonName, atLeast: 3.5 },
    operations,
    before: storeAll,
    ours() {
      for (const key of keys) stored.getSync(key);
    },
    controls: { [controlName]: getControl },
    constants: { [pythonName]: python.get },
  },
  {
    group,
    name: 'proxy and resolve',
    budget: { against: pythonName, atLeast: 4 },
    operations,
    async ours() {
      const store = newStore();
      for (let i = 0; i < operations; i += 1) {
        await resolve(await store.proxy(value, { populateTarget: false }));
      }
    },
    controls: { [controlName]: putAndGetControl },
    constants: { [pythonName]: python.proxyAndResolve },
  },
  {
    group,
    name: 'proxySync, resolved by its first use',
    budget: { against: pythonName, atLeast: 4 },
    operations,
    ours() {
      const store = newStore();
      let sum = 0;
      for (let i = 0; i < operations; i += 1) sum += store.proxySync(value, { populateTarget: false }).id;
      return sum;
    },
    controls: { [controlName]: putAndGetControl },
    constants: { [pythonName]: python.proxyAndResolve },
  },
];
