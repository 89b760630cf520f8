/** What makes a proxy of an object: ours, and others to compare it with. */

import { createDraft, enableMapSet } from 'immer';
import { createProxy, SimpleFactory } from 'proxystore';
import type * as operations from './operations.js';

type Operations = typeof operations;

export interface Contender {
  readonly name: string;
  readonly wrap: <T extends object>(target: T) => T;
  /** Its own copy of the code that uses the proxy. */
  readonly code: Operations;
}

export const bareName = 'new Proxy, no traps';
export const vueName = 'Vue reactive';
export const immerName = 'Immer draft';
export const rawName = 'no proxy';

// Vue is the build for production only where this is set before it is loaded.
process.env['NODE_ENV'] = 'production';
const { reactive } = await import('@vue/reactivity');
enableMapSet();

/** A proxy of ours that is resolved. */
export const ours = await contender(
  'proxystore',
  // It stands for a T in all that is done here, which the type of a proxy says only of a known T.
  <T extends object>(target: T) => createProxy(new SimpleFactory(target), { target }) as T,
);

export const others: readonly Contender[] = [
  await contender(rawName, (target) => target),
  await contender(bareName, (target) => new Proxy(target, {})),
  // Both give a T whose parts, too, are theirs; their types say that at length.
  await contender(vueName, <T extends object>(target: T) => reactive(target) as T),
  await contender(immerName, <T extends object>(target: T) => createDraft(target) as T),
];

/** What the engine asks for calling a trap at all. Good for reading one property only. */
export const constantTrap = await contender(
  'new Proxy, a get trap that gives a constant',
  // It stands for a T whose every property is 1.
  <T extends object>(target: T) => new Proxy(target, { get: () => 1 }),
);

async function contender(name: string, wrap: Contender['wrap']): Promise<Contender> {
  // Another address is another module to the loader. It is the same file, whose type is known.
  const code = (await import(`./operations.js?for=${encodeURIComponent(name)}`)) as Operations;
  return { name, wrap, code };
}
