/** How a proxy is logged: without being resolved by it. */

import type { SharedState } from './brand.js';
import { factoryName } from './failures.js';

/** Where `util.inspect` and `console.log` look for an object's own form. */
export const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** What `util.inspect` hands to an object's own form. */
export interface InspectOptions {
  /** Colours a piece of text, where colours are on. */
  stylize?(text: string, style: string): string;
  /** How many levels may be shown in all; `null` for no limit. */
  readonly depth?: number | null;
}

type Inspect = (value: unknown, options: object) => string;

/** The proxies whose targets are being shown, to see where one of them holds its own proxy. */
const shown = new Set<SharedState>();

/**
 * The form that `console.log` and `util.inspect` show: of a proxy that is not resolved its kind, store and key; of a
 * resolved one the target, marked as proxied.
 *
 * @param state - The proxy's state.
 * @param depth - How many levels may still be shown.
 * @param options - The options of inspect, handed on to it for the target.
 * @param inspect - The function itself; not every runtime passes it.
 * @internal
 */
export function inspectProxy(
  state: SharedState,
  depth: number,
  options: InspectOptions,
  inspect: unknown,
): string {
  const show = typeof inspect === 'function' ? (inspect as Inspect) : String;
  const mark = (text: string): string => options.stylize?.(text, 'special') ?? text;
  if (state.target === undefined) {
    if (depth < 0) return mark('[ObjectProxy]');
    const description = {
      unresolved: state.kind,
      ...(state.factory.describe?.() ?? { factory: factoryName(state.factory) }),
    };
    return `${mark('ObjectProxy')} ${show(description, { ...options, depth: 2, compact: true, breakLength: Infinity })}`;
  }
  if (shown.has(state)) return mark('[Circular]');
  shown.add(state);
  try {
    return `${mark('[proxied]')} ${show(state.value, { ...options, depth: options.depth === null ? null : depth })}`;
  } finally {
    shown.delete(state);
  }
}
