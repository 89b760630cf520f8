/** Objects that are stored in parts. */

import type { Parts } from '../protocol.js';
import { cut, joined, lengthOf } from './body.js';
import { forEach, withCancellation } from './cancellation.js';
import type { ClientPackage } from './client.js';
import type { RequestOptions, Requests } from './requests.js';

/** S3's bound. */
const mostParts = 10_000;

/** How long an upload that failed is waited for to be taken back, in milliseconds. */
export const cleanupTime = 5000;

/** Where an object goes, as a request says it. */
export interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** What goes with an upload. */
export interface UploadOptions extends Omit<RequestOptions, 'changes'> {
  /** The bytes of a part; more where there were too many parts of them. */
  readonly partSize: number;
  /** What the object is known by. */
  readonly metadata: Record<string, string>;
  /** What the last request asks for beside, by which all parts become an object. */
  readonly condition: { readonly IfNoneMatch?: string };
  /** Called when that is sent. */
  readonly committing: () => void;
}

/**
 * Stores an object in parts, several at a time. When it fails or is cancelled, the parts are removed again.
 *
 * @throws ConnectorError when a request fails; the cancellation's reason when that comes before.
 */
export async function upload(
  requests: Requests,
  target: Target,
  parts: Parts,
  options: UploadOptions,
): Promise<void> {
  const { partSize, metadata, condition, committing, cancellation } = options;
  const changing: RequestOptions = { ...options, changes: true };
  const UploadId = await requests.send(
    changing,
    (commands) => new commands.CreateMultipartUploadCommand({ ...target, Metadata: metadata }),
    (answer) => answer.UploadId,
  );
  try {
    const pieces = cut(parts, Math.max(partSize, Math.ceil(lengthOf(parts) / mostParts)));
    const Parts = await forEach(pieces, cancellation, (piece, own, index) => {
      const PartNumber = index + 1;
      // Joined when it is sent, so that copies are made of no more than are under way.
      const make = (commands: ClientPackage) =>
        new commands.UploadPartCommand({ ...target, UploadId, PartNumber, Body: joined(piece) });
      return requests.send({ ...changing, cancellation: own }, make, ({ ETag }) => ({ PartNumber, ETag }));
    });
    const make = (commands: ClientPackage) => {
      committing();
      return new commands.CompleteMultipartUploadCommand({
        ...target,
        ...condition,
        UploadId,
        MultipartUpload: { Parts },
      });
    };
    await requests.send(changing, make, () => undefined);
  } catch (error) {
    await withCancellation(undefined, async (cleanup) => {
      cleanup.cancelAfter(cleanupTime, error);
      const abort: RequestOptions = { ...options, cancellation: cleanup };
      await requests
        .send(
          abort,
          (commands) => new commands.AbortMultipartUploadCommand({ ...target, UploadId }),
          () => undefined,
        )
        // What is told is why it was aborted. Parts that could not be removed are for a rule of the bucket's.
        .catch(() => undefined);
    });
    throw error;
  }
}
