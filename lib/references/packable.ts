/** What travels in a form of its own, and who reads that form. */

import type { ProxyReference } from '../store/proxy-reference.js';

/** The method that `pack` calls of what is packable, and of the factory of a proxy that is. */
export const packSymbol: unique symbol = Symbol.for('proxystore.pack') as never; // Symbol.for gives no unique symbol

/** Something other than a proxy that travels as a reference, or the factory of a proxy that travels in its own way. */
export interface Packable {
  /** The reference to send. Called once for each time it is packed. */
  [packSymbol](): ProxyReference;
}

/** Makes what a reference stands for, which has been checked but for the member that the reader is for. */
export type ReferenceReader = (reference: ProxyReference) => unknown;

const readers = new Map<string, ReferenceReader>();

/**
 * Whether `pack` asks a value for its reference.
 *
 * @param value - Anything but a proxy.
 */
export function isPackable(value: object): value is Packable {
  return packSymbol in value;
}

/**
 * Reads references that have a certain member, in place of the reader of plain ones.
 *
 * @param member - The name of the member.
 * @param reader - Checks that member and makes what the reference stands for.
 */
export function setReferenceReader(member: string, reader: ReferenceReader): void {
  readers.set(member, reader);
}

/**
 * The reader for a reference, where there is one of its own.
 *
 * @param reference - The reference.
 */
export function readerOf(reference: object): ReferenceReader | undefined {
  for (const [member, reader] of readers) if (Object.hasOwn(reference, member)) return reader;
  return undefined;
}
