/** Batches that go to several children: one call to each of them. */

import { MultiConnectorError } from '../../errors.js';

/** What belongs to one child, and where it was in the batch. */
export interface Share<C, T> {
  readonly child: C;
  readonly items: T[];
  readonly indexes: number[];
}

/**
 * Parts a batch by child.
 *
 * @param batch - The items, each with its child's name.
 * @returns A share for each child that has one.
 */
export function sharesOf<C extends { readonly name: string }, T>(
  batch: readonly { readonly child: C; readonly item: T }[],
): Share<C, T>[] {
  const shares = new Map<string, Share<C, T>>();
  for (const [index, { child, item }] of batch.entries()) {
    let share = shares.get(child.name);
    if (share === undefined) shares.set(child.name, (share = { child, items: [], indexes: [] }));
    share.items.push(item);
    share.indexes.push(index);
  }
  return [...shares.values()];
}

/**
 * Puts the results of the children in the order of the batch.
 *
 * @param shares - As {@link sharesOf} gave them.
 * @param results - What each child gave, as many as it was asked for.
 */
export function inOrder<T>(
  shares: readonly Share<unknown, unknown>[],
  results: readonly (readonly T[])[],
): T[] {
  const ordered: T[] = [];
  for (const [share, { indexes }] of shares.entries()) {
    // Each child gives as many as it was asked for.
    for (const [position, index] of indexes.entries()) ordered[index] = results[share]?.[position] as T;
  }
  return ordered;
}

/**
 * What a batch fails with, of which some children have failed.
 *
 * @param failures - At least one, by the child's name.
 * @param signal - Where it is aborted, its reason is what the batch fails with.
 */
export function batchFailure(
  failures: ReadonlyMap<string, unknown>,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true) return signal.reason;
  const errors = [...failures.values()];
  if (errors.length === 1) return errors[0];
  return new MultiConnectorError(
    `The children ${[...failures.keys()].join(', ')} of a multi connector failed; see "failures" for each of them.`,
    { connector: 'multi', failures: Object.fromEntries(failures), cause: errors[0] },
  );
}
