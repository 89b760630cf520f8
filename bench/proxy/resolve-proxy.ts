/** What it takes to make a proxy, to resolve it and to read from it, once. */

import { RpcStub } from 'capnweb';
import { expose, wrap } from 'comlink';
import { createProxy, LambdaFactory, resolve } from 'proxystore';
import type { BenchRow } from '../row.js';

const operations = 200;
const target = { value: 1 };

let remote: { readonly value: PromiseLike<number> } | undefined;
let channel: MessageChannel | undefined;

export const rows: readonly BenchRow[] = [
  {
    group: 'proxy',
    name: 'one-shot: make, resolve in place, read',
    operations,
    ours() {
      let sum = 0;
      for (let i = 0; i < operations; i += 1) sum += createProxy(new LambdaFactory(() => target)).value;
      return sum;
    },
    controls: {
      'call of a function'() {
        let sum = 0;
        for (let i = 0; i < operations; i += 1) sum += (() => target)().value;
        return sum;
      },
      'new Proxy, a get trap that calls a function'() {
        let sum = 0;
        for (let i = 0; i < operations; i += 1) sum += bareLazy(() => target).value;
        return sum;
      },
    },
  },
  {
    group: 'proxy',
    name: 'one-shot: make, await resolve, read',
    operations,
    async ours() {
      let sum = 0;
      for (let i = 0; i < operations; i += 1) {
        sum += (await resolve(createProxy(new LambdaFactory(async () => target)))).value;
      }
      return sum;
    },
    controls: {
      async 'await of an async function'() {
        let sum = 0;
        for (let i = 0; i < operations; i += 1) sum += (await (async () => target)()).value;
        return sum;
      },
      async 'capnweb stub in the same process'() {
        let sum = 0;
        for (let i = 0; i < operations; i += 1) {
          using stub = new RpcStub(target);
          sum += await stub.value;
        }
        return sum;
      },
      async 'comlink stub over a MessageChannel, made before'() {
        let sum = 0;
        for (let i = 0; i < operations; i += 1) sum += (await remote?.value) ?? 0;
        return sum;
      },
    },
    before() {
      channel = new MessageChannel();
      expose(target, channel.port1);
      remote = wrap<typeof target>(channel.port2);
    },
    after() {
      channel?.port1.close();
    },
  },
];

/** The least that can be called lazy. */
function bareLazy<T extends object>(produce: () => T): T {
  let produced: T | undefined;
  // It stands for a T: its only trap gives what a T has.
  return new Proxy({} as T, {
    get: (_, key) => Reflect.get((produced ??= produce()), key) as unknown,
  });
}
