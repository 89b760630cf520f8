/** How files are opened. Windows lacks some of these flags; they are undefined there, which adds nothing. */

import { constants } from 'node:fs';

/**
 * To be read. Not through a symbolic link, which could lead out of the directory; and without waiting, as one would
 * for ever at a pipe that somebody has put there.
 */
export const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** To be written; nobody has the file yet. */
export const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
