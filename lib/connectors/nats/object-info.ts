/** The descriptions of objects, as the object store writes them (NATS, ADR-20). */

import { textOf } from './jetstream.js';

/** What is read of an object's description. */
export interface ObjectInfo {
  /** Names the object's chunks. */
  readonly nuid: string;
  /** How many bytes it has. */
  readonly size: number;
  /** In how many chunks they are. */
  readonly chunks: number;
  /** How its digest is calculated, and the digest, in base64 for URLs. */
  readonly digest: string;
  /** Whether the object has been removed. */
  readonly deleted: boolean;
}

const algorithm = 'SHA-256=';

/** A description's text, for readers of any kind. */
export function formatInfo(
  { nuid, size, chunks, digest }: ObjectInfo,
  name: string,
  bucket: string,
  chunkLength: number,
): string {
  const mtime = new Date().toISOString();
  const options = { max_chunk_size: chunkLength };
  return JSON.stringify({ name, options, bucket, nuid, size, chunks, digest, mtime, deleted: false });
}

/**
 * Reads a description.
 *
 * @param text - What the server has; another program may have written it.
 */
export function parseInfo(text: Uint8Array): ObjectInfo {
  const { nuid, size, chunks, digest, deleted } = JSON.parse(textOf(text)) as Partial<
    Record<keyof ObjectInfo, unknown>
  >;
  // Go leaves out what is zero.
  return {
    nuid: String(nuid),
    size: Number(size ?? 0),
    chunks: Number(chunks ?? 0),
    digest: String(digest),
    deleted: deleted === true,
  };
}

/** A SHA-256 digest as a description has it. */
export function formatDigest(digest: Buffer): string {
  // Other clients read only what is padded, and 32 bytes need one sign.
  return `${algorithm}${digest.toString('base64url')}=`;
}

/** Whether a description has a certain SHA-256 digest. */
export function hasDigest(info: ObjectInfo, digest: Buffer): boolean {
  if (!info.digest.startsWith(algorithm)) return false;
  // Buffer reads base64 of each kind.
  return Buffer.from(info.digest.slice(algorithm.length), 'base64').equals(digest);
}
