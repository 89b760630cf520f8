/** One error for two failures. */

/**
 * Puts a later failure over an earlier one, as the end of a `using` block does.
 *
 * Where the runtime has no `SuppressedError` this is an `Error` of its name and shape, as compilers that bring
 * `using` to such runtimes make it. No package is loaded for it: loading could fail, and both failures would be lost.
 *
 * @param error - The later failure, of any type.
 * @param suppressed - The earlier one, of any type.
 * @param message - What was being done.
 */
export function suppressedError(error: unknown, suppressed: unknown, message: string): SuppressedError {
  const { SuppressedError: native } = globalThis as { SuppressedError?: SuppressedErrorConstructor };
  if (native !== undefined) return new native(error, suppressed, message);
  return Object.defineProperties(new Error(message), {
    name: { value: 'SuppressedError', writable: true, configurable: true },
    error: { value: error, writable: true, configurable: true },
    suppressed: { value: suppressed, writable: true, configurable: true },
  }) as SuppressedError; // defineProperties types its result as what it was given
}
