/** What LMDB says, in the words of a ConnectorError. */

import { constants } from 'node:os';
import { ConnectorError } from '../../errors.js';

/** What the connector is called in errors. */
export const kind = 'lmdb';

const { errno } = constants;
/** The last is all that LMDB says of a write that was cut short. */
const codesOfFullDisk = [errno.ENOSPC, errno.EDQUOT, errno.EIO];
const makeRoom =
  'Make room on it, or evict objects, for which LMDB needs some room, too. What was stored before is whole, and nothing was changed.';

/** What to do about the failures that have a reason of their own, by the codes of the system and of LMDB. */
const advice: ReadonlyMap<number, string> = new Map([
  [errno.ENOSPC, `The disk is full. ${makeRoom}`],
  [errno.EDQUOT, `The user's disk quota is used up. ${makeRoom}`],
  [errno.EIO, `The disk is full, or it fails. ${makeRoom}`],
  [errno.EACCES, 'This process has no permission. Give it one, or use another directory.'],
  [errno.EROFS, 'The file system is read-only. Use a directory on one that can be written to.'],
  [-30_790, 'Too many threads and processes have the environment open. Close some.'],
  [-30_794, 'Another version of LMDB has made its data.mdb. Use that version, or another directory.'],
]);

/**
 * How long it may take until the reason of a failed commit is told, in milliseconds. The package finds that a commit has
 * failed when it looks at what it has in common with its thread, and hears why when that one calls, or never.
 */
const longestTelling = 1000;

/** What lmdb rejects with when a transaction cannot be committed. */
interface CommitFailure {
  /** Rejects with the reason. An end of the process, unless it is handled. */
  readonly commitError: Promise<never>;
}

/**
 * Makes a ConnectorError of what the package has thrown.
 *
 * @param what - What could not be done, as in `store an object`.
 * @param path - The environment's directory.
 * @param cause - What was thrown.
 * @returns The error, for the caller to throw. One that is a ConnectorError already is given back as it is.
 */
export function lmdbError(what: string, path: string, cause: unknown): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  // Whatever it is, the package or Node has thrown it.
  const { message } = cause as Error;
  const known = advice.get(codeOf(cause));
  const reason = [message, ...(known === undefined ? [] : [known])].map((text) => text.replace(/\.$/, ''));
  return new ConnectorError(`Could not ${what} in the LMDB environment "${path}": ${reason.join('. ')}.`, {
    connector: kind,
    cause,
  });
}

/** Whether an error may say that there is no room left. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof ConnectorError && codesOfFullDisk.includes(codeOf(error.cause));
}

/** Whether an error says that a transaction could not be committed. */
export function isCommitFailure(error: unknown): error is CommitFailure {
  return typeof error === 'object' && error !== null && 'commitError' in error;
}

/**
 * Why a transaction could not be committed.
 *
 * @param error - What it rejected with.
 * @returns What LMDB or the system said; the error itself where that is not told.
 */
export async function reasonOf(error: CommitFailure): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const told = error.commitError.catch((reason: unknown) => reason);
  const untold = new Promise((resolve) => (timer = setTimeout(resolve, longestTelling, error)));
  try {
    return await Promise.race([told, untold]);
  } finally {
    clearTimeout(timer);
  }
}

/** The package gives the system's number as the code, Node its negative as the errno. */
function codeOf(error: unknown): number {
  const { code, errno: negative = 0 } = error as { code?: number | string; errno?: number };
  return typeof code === 'number' ? code : -negative;
}
