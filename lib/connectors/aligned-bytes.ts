/**
 * Where in its ArrayBuffer an object's copy begins.
 *
 * A stored object begins with a tag of three bytes, and the header of a numeric array is a multiple of 64 bytes long.
 * At this offset everything behind the tag begins at a multiple of eight bytes, so that a typed array can be a view of
 * the bytes that a connector handed out, and need not be copied once more.
 */
export const alignedOffset = 5;

/** Up to this length V8 keeps a typed array's bytes in the object itself, which is five times as fast to make. */
const onHeapLength = 64;

/**
 * Zeroed bytes in an ArrayBuffer of their own, aligned as told above where they are more than a few.
 *
 * @param length - How many bytes.
 * @throws RangeError when there is no memory for them.
 */
export function allocateAligned(length: number): Uint8Array {
  if (length <= onHeapLength) return new Uint8Array(length);
  return new Uint8Array(new ArrayBuffer(length + alignedOffset), alignedOffset, length);
}
