/** The removal of what is left over. */

import { Limits } from './limits.js';
import type { Session } from './session.js';

/** How long it may take, in milliseconds. */
const longestTime = 5000;

/**
 * Removes what an operation has left over, where the server can be reached, and for a time. What then is left is seen by
 * nobody, so it is no failure.
 *
 * @param work - Removes it.
 */
export async function tidy(session: Session, work: (limits: Limits) => Promise<unknown>): Promise<void> {
  if (session.lost) return;
  const limits = new Limits();
  const timer = setTimeout(() => limits.end(new Error('It took too long')), longestTime);
  await work(limits).catch(() => undefined);
  clearTimeout(timer);
}
