/**
 * A resolved proxy beside the stubs of remote objects, which give promises: each of ours is awaited as well. Both stubs
 * stand for an object in this process, so that no wire is measured.
 */

import { RpcStub, RpcTarget } from 'capnweb';
import { expose, wrap } from 'comlink';
import type { Remote } from 'comlink';
import { createProxy, SimpleFactory } from 'proxystore';
import type { BenchRow } from '../row.js';

const operations = 200;
const group = 'proxy';

class Counter extends RpcTarget {
  #value = 1;
  get value(): number {
    return this.#value;
  }
  set value(value: number) {
    this.#value = value;
  }
  plus(other: number): number {
    return this.#value + other;
  }
}

const proxy = createProxy(new SimpleFactory(new Counter()), { target: new Counter() });

let stub: RpcStub<Counter> | undefined;
let remote: Remote<Counter> | undefined;
let channel: MessageChannel | undefined;

/** What is done to any of them. */
interface Used {
  readonly value: number | PromiseLike<number>;
  plus(other: number): number | PromiseLike<number>;
}

export const rows: readonly BenchRow[] = [
  row('awaited property read, beside stubs', async (object) => {
    let sum = 0;
    for (let i = 0; i < operations; i += 1) sum += await object.value;
    return sum;
  }),
  row('awaited method call, beside stubs', async (object) => {
    let sum = 0;
    for (let i = 0; i < operations; i += 1) sum += await object.plus(i);
    return sum;
  }),
  row(
    'write, then awaited read, beside a stub',
    async (object) => {
      let sum = 0;
      for (let i = 0; i < operations; i += 1) {
        (object as { value: unknown }).value = i; // comlink sends it, and the read after it
        sum += await object.value;
      }
      return sum;
    },
    ['capnweb stub'],
  ), // which has no writes
];

function row(
  name: string,
  use: (object: Used) => Promise<number>,
  without: readonly string[] = [],
): BenchRow {
  const controls: Record<string, () => unknown> = {
    // Each is a stub of a Counter once before() has run; what their types promise is the same at length.
    'capnweb stub': () => use(stub as unknown as Used),
    'comlink stub over a MessageChannel': () => use(remote as unknown as Used),
  };
  return {
    group,
    name,
    operations,
    ours: () => use(proxy),
    controls: Object.fromEntries(Object.entries(controls).filter(([control]) => !without.includes(control))),
    before() {
      stub = new RpcStub(new Counter());
      channel = new MessageChannel();
      expose(new Counter(), channel.port1);
      remote = wrap<Counter>(channel.port2);
    },
    after() {
      stub?.[Symbol.dispose]();
      channel?.port1.close();
    },
  };
}
