/** What other rooms put in place of values while they are serialized. */

/**
 * Writes certain values as other data and makes them of that data again. The references of stores' proxies are the
 * one use; what a proxy is is known further up.
 *
 * @internal
 */
export interface Substitution {
  /** Whether a value is replaced. Asked of each object and function before anything else touches it. */
  matches(value: unknown): boolean;
  /** The data to write for a value that matched. */
  write(value: unknown): unknown;
  /** The value for data that was written, or that somebody else has made up. */
  read(data: unknown): unknown;
  /** Runs a whole serialization. */
  around<T>(run: () => T): T;
}

/**
 * The substitution in use.
 *
 * @internal
 */
export let substitution: Substitution | undefined;

/**
 * Sets the substitution; there is one.
 *
 * @param value - The new one, or `undefined` for none.
 * @internal
 */
export function setSubstitution(value: Substitution | undefined): void {
  substitution = value;
}
