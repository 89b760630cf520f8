/** The form in which codecs give bytes. */

/**
 * An object's bytes in pieces, in order. A codec gives its header and body apart, so that a header is never paid for
 * with a copy of the body.
 *
 * A part may be the very array that was serialized, or one that several objects share, such as a tag: whoever gets
 * parts reads them and changes nothing, and copies what shall outlive the caller's next change to the value.
 */
export type Parts = readonly Uint8Array[];
