/** How files are opened. */

import { constants } from 'node:fs';

/** Windows has neither. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/**
 * To be read. Not through a symbolic link, which could lead out of the directory; and without waiting, as one would
 * for ever at a pipe that somebody has put there.
 */
export const readOnly = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/** To be written; nobody has the file yet. */
export const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
