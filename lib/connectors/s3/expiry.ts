/** How long a presigned URL can last, which is bounded by S3's signatures, version 4. */

const longest = 7 * 24 * 60 * 60;

/** How long it lasts where nobody says, in seconds. */
export const defaultExpiry = 3600;

/** What it can be, for errors. */
export const expiryRange = `a whole number of seconds, from 1 to ${longest}, which are 7 days`;

/** Whether a URL can last so many seconds. */
export function isExpiry(seconds: unknown): seconds is number {
  return Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= longest;
}
