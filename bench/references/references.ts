/** What a proxy is on its way: its size, and the time to write and read it. */

import { isProxy, LocalConnector, reviver, Store, storeRegistration } from 'proxystore';
import type { StoreRegistration } from 'proxystore';
import { python, pythonName } from '../python.js';
import type { BenchRow, MeasuredRow } from '../row.js';

const operations = 200;
const group = 'references';

const store = new Store('results', new LocalConnector());
const proxy = await store.proxy({ rows: [1, 2, 3] });
const oneShot = await store.proxy([1, 2, 3], { evict: true });

/** As many members as a reference has, and as long ones. */
const plain = { version: 1, store: 'results', key: ['7ad01c25-6d94-4e8c-9ac4-b32b4e1ccff1'] };

let registration: StoreRegistration<Store> | undefined;

export const rows: readonly (BenchRow | MeasuredRow)[] = [
  {
    group,
    name: 'JSON.stringify, then JSON.parse with the reviver',
    budget: { against: pythonName, atLeast: 3 },
    operations,
    before() {
      registration = storeRegistration(store);
    },
    after() {
      registration?.dispose();
    },
    ours() {
      let proxies = 0;
      for (let i = 0; i < operations; i += 1) {
        if (isProxy(JSON.parse(JSON.stringify(proxy), reviver))) proxies += 1;
      }
      return proxies;
    },
    controls: {
      'plain data, no reviver'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = JSON.parse(JSON.stringify(plain));
        return last;
      },
      'plain data, a reviver that does nothing'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = JSON.parse(JSON.stringify(plain), unchanged);
        return last;
      },
    },
    constants: { [pythonName]: python.reference },
  },
  {
    group,
    name: 'size of a reference by name',
    unit: 'bytes',
    budget: { against: 'limit', atMost: 1 },
    ours: () => Buffer.byteLength(JSON.stringify(proxy)),
    controls: {},
    constants: { limit: 120 },
  },
  {
    group,
    name: 'size of a one-shot reference to an array',
    unit: 'bytes',
    ours: () => Buffer.byteLength(JSON.stringify(oneShot)),
    controls: {},
  },
];

function unchanged(_key: string, value: unknown): unknown {
  return value;
}
