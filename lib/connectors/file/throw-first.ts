/**
 * Throws the first of several failures, which is the one that tells most: the others follow from it, or are the same
 * again.
 *
 * @param failures - What was thrown, of any type. Where it is empty nothing is thrown.
 */
export function throwFirst(failures: readonly unknown[]): void {
  if (failures.length > 0) throw failures[0];
}
