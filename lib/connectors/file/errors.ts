/** What the file system says, in the words of a ConnectorError. */

import { ConnectorError } from '../../errors.js';

/** What to do about the failures that have a reason of their own. */
const advice: Readonly<Record<string, string>> = {
  EACCES: 'This process has no permission. Give it one, or use another directory.',
  EEXIST: 'Something of that name stands there, and it is no directory.',
  EDQUOT: "The user's disk quota is used up. Free some of it, or use a directory on another disk.",
  EFBIG: 'The file would be larger than the file system or a limit of this process allows.',
  EISDIR: 'A directory of that name stands there, which no connector made. Move it away.',
  ELOOP: 'A symbolic link of that name stands there, which no connector made. Remove it.',
  EMFILE: 'This process has too many files open. Raise its limit (ulimit -n), or close some.',
  ENFILE: 'The system has too many files open.',
  ENOENT:
    'The directory, or a file that was just made in it, is not there any more. Make it again, or use another one.',
  ENOSPC: 'The disk is full. Free some space, or use a directory on another disk.',
  ENOTDIR: 'Part of the path is a file and not a directory.',
  EPERM: 'The system does not permit it. Check who owns the directory and how it is mounted.',
  EROFS: 'The file system is read-only. Use a directory on one that can be written to.',
};

/**
 * The code of what a file system call has thrown.
 *
 * @param error - Of any type.
 */
export function codeOf(error: unknown): string | undefined {
  // Whatever it is, a file system call has thrown it: an Error, which has a code when the system said no.
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Makes a ConnectorError of what a file system call has thrown.
 *
 * @param what - What could not be done, as in `store an object`.
 * @param directory - The connector's directory.
 * @param cause - What was thrown.
 * @param uuid - Name of the object, where it was about one that somebody has the key of.
 * @returns The error, for the caller to throw. One that is a ConnectorError already is given back as it is.
 */
export function fileError(what: string, directory: string, cause: unknown, uuid?: string): ConnectorError {
  if (cause instanceof ConnectorError) return cause;
  const code = codeOf(cause);
  // As in codeOf.
  const { message } = cause as Error;
  const reason = code === undefined ? `. ${message}` : ` (${code}). ${advice[code] ?? message}`;
  return new ConnectorError(`Could not ${what} in the directory "${directory}"${reason}`, {
    connector: 'file',
    key: uuid === undefined ? undefined : [uuid],
    cause,
  });
}
