/** How a proxy is logged: without being resolved by it. */

import { factoryName } from './state.js';
import type { ProxyState } from './state.js';

/** What `util.inspect` hands to an object's own form. */
interface InspectOptions {
  stylize?(text: string, style: string): string;
  depth?: number | null;
}

/**
 * The form that `console.log` and `util.inspect` show: of a proxy that is not resolved its kind, store and key; of a
 * resolved one the target, marked as proxied.
 *
 * @param state - The proxy's state.
 * @param depth - How many levels may still be shown.
 * @param options - The options of inspect, handed on to it for the target.
 * @param inspect - The function itself; runtimes before Node 16.14 do not pass it.
 */
export function inspectProxy(
  state: ProxyState,
  depth: number,
  options: InspectOptions,
  inspect: unknown,
): unknown {
  const show =
    typeof inspect === 'function' ? (inspect as (value: unknown, options: object) => string) : String;
  const nested = { ...options, depth: options.depth == null ? options.depth : depth };
  const mark = (text: string): string => options.stylize?.(text, 'special') ?? text;
  if (state.target !== undefined) return `${mark('[proxied]')} ${show(state.value, nested)}`;
  const description = {
    unresolved: state.kind,
    ...(state.factory.describe?.() ?? { factory: factoryName(state.factory) }),
  };
  return depth < 0
    ? mark('[ObjectProxy]')
    : `${mark('ObjectProxy')} ${show(description, { ...nested, compact: true, breakLength: Infinity })}`;
}
