/** A way to look at a graph of objects that has proxies in it without resolving them. */

let depth = 0;

/** What a proxy says its constructor is, while nothing may be resolved: no class that anybody treats specially. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- serializers compare it and look at its prototype
export class QuietProxy {}

/**
 * Runs a synchronous function during which reading `constructor` of a proxy gives {@link QuietProxy}. Serializers
 * read it of every object to choose how to write it, and shall not resolve a proxy by that.
 *
 * @param run - The function; may be nested.
 * @returns What it returns.
 * @internal
 */
export function withoutResolving<T>(run: () => T): T {
  depth += 1;
  try {
    return run();
  } finally {
    depth -= 1;
  }
}

/** Whether {@link withoutResolving} is running. */
export function isQuiet(): boolean {
  return depth > 0;
}
