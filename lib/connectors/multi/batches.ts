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

/** What became of a batch. */
export interface Outcome<S, T> {
  /** What those children gave that did not fail, in the order of the shares. */
  readonly done: readonly { readonly share: S; readonly result: T }[];
  /** What the others failed with, by their names. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/**
 * Asks all children at once.
 *
 * @param shares - What each is asked for.
 * @param ask - Asks one of them.
 * @returns Settles when all have answered; never rejects.
 */
export async function askAll<S extends { readonly child: { readonly name: string } }, T>(
  shares: readonly S[],
  ask: (share: S) => Promise<T>,
): Promise<Outcome<S, T>> {
  const answers = await Promise.allSettled(shares.map(ask));
  const done: { share: S; result: T }[] = [];
  const failures = new Map<string, unknown>();
  for (const [index, share] of shares.entries()) {
    const answer = answers[index] as PromiseSettledResult<T>; // one for each share
    if (answer.status === 'fulfilled') done.push({ share, result: answer.value });
    else failures.set(share.child.name, answer.reason);
  }
  return { done, failures };
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
