/** What it takes to make a proxy, of which most are only passed on. */

import { createDraft } from 'immer';
import { createProxy, LocalConnector, SimpleFactory, Store } from 'proxystore';
import type { BenchRow } from '../row.js';

// Vue is the build for production only where this is set before it is loaded.
process.env['NODE_ENV'] = 'production';
const { reactive } = await import('@vue/reactivity');

const operations = 200;
const group = 'proxy';

const target = { rows: [1, 2, 3] };
const factory = new SimpleFactory(target);
const store = new Store('bench', new LocalConnector());
const key = await store.put(target);

export const rows: readonly BenchRow[] = [
  {
    group,
    name: 'createProxy',
    budget: { against: 'limit', atMost: 1 },
    operations,
    ours() {
      let last: unknown;
      for (let i = 0; i < operations; i += 1) last = createProxy(factory);
      return last;
    },
    controls: {
      'new Proxy, one handler for all'() {
        const handler = {};
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = new Proxy({ factory }, handler);
        return last;
      },
      'no proxy: {}'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = { factory };
        return last;
      },
      'new Proxy, no traps'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = new Proxy({ factory }, {});
        return last;
      },
      'Vue reactive'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = reactive({ factory });
        return last;
      },
      'Immer draft'() {
        let last: unknown;
        for (let i = 0; i < operations; i += 1) last = createDraft({ factory });
        return last;
      },
    },
    constants: { limit: 150 },
  },
  {
    group,
    name: 'proxyFromKey',
    operations,
    ours() {
      let last: unknown;
      for (let i = 0; i < operations; i += 1) last = store.proxyFromKey(key);
      return last;
    },
    controls: {},
  },
];
