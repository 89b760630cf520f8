/** What a bucket has under a name. */

import type { Bucket } from './bucket.js';
import { isRefusal } from './errors.js';
import { ask } from './jetstream.js';
import type { Limits } from './limits.js';
import { parseInfo, type ObjectInfo } from './object-info.js';
import type { Session } from './session.js';

/** An object's description. */
export interface Present {
  readonly info: ObjectInfo;
  /** The description's number in the stream, by which it is told from one that takes its place. */
  readonly revision: number;
}

/** Looks for the description of an object; of one that other clients have removed, there is one that says so. */
export async function lookUp(
  session: Session,
  bucket: Bucket,
  uuid: string,
  limits: Limits,
): Promise<Present | undefined> {
  const last = { last_by_subj: bucket.infoSubject(uuid) };
  try {
    // The stream's leader answers this, which knows of all that was acknowledged.
    const answer = await ask(session, `STREAM.MSG.GET.${bucket.stream}`, last, limits);
    // So it answers by its protocol.
    const { seq, data } = answer['message'] as { readonly seq: number; readonly data: string };
    return { info: parseInfo(Buffer.from(data, 'base64')), revision: seq };
  } catch (error) {
    if (isRefusal(error, 'messageNotFound', 'streamNotFound')) return undefined;
    throw error;
  }
}

/** Whether a description is one of an object that is there. */
export function isThere(present: Present | undefined): present is Present {
  return present?.info.deleted === false;
}
