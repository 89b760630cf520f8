/** Objects in a Keyv, as text. Keys have been checked before anything is asked here. */

import { constants } from 'node:buffer';
import { ConnectorError } from '../../errors.js';
import { Failures } from '../../resources/close-once.js';
import type { Parts } from '../protocol.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { kind, takesMany, type KeyvLike } from './keyv-like.js';

/**
 * What goes into one call at most: there are backends that take no more parameters, or bytes, in one request. Text of a
 * larger object goes by itself.
 */
const mostPerCall = 100;
const mostTextPerCall = 1_000_000;

/** Three bytes are four characters of text. */
const largestObject = Math.floor(constants.MAX_STRING_LENGTH / 4) * 3;

/** Text under a name. */
interface Entry {
  readonly key: string;
  readonly value: string;
}

/** The operations. Each fails with a ConnectorError. */
export class KeyvObjects {
  readonly #keyv: KeyvLike;

  /**
   * @param keyv - Where they are.
   */
  constructor(keyv: KeyvLike) {
    this.#keyv = keyv;
  }

  /** Stores objects under names that are new: all of them or, where one fails, none. */
  async storeAll(objects: readonly { readonly uuid: string; readonly parts: Parts }[]): Promise<void> {
    for (const { parts } of objects) checkSize(parts);
    const entries = objects.map(({ uuid, parts }) => ({ key: uuid, value: encodeBase64(parts) }));
    const failures = await failuresOf(
      this.#groups('setMany', entries, ({ value }) => value.length).map((group) => this.#setAll(group)),
    );
    if (failures === undefined) return;
    // Those whose storing failed as well: the backend may have stored what it did not answer to.
    await this.removeAll(entries.map(({ key }) => key)).catch(() => undefined);
    failures.throwIfAny();
  }

  /** The bytes of an object, or `undefined` where there is none. */
  async fetch(uuid: string): Promise<Uint8Array | undefined> {
    return bytesOf(uuid, await this.#keyv.get(uuid).catch((error: unknown) => fail('fetch', [uuid], error)));
  }

  /** The bytes of several objects, in order. */
  async fetchAll(uuids: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const groups = this.#groups('getMany', uuids).map((group) => this.#getAll(group));
    return (await Promise.all(groups)).flat();
  }

  /** Whether there is an object. */
  async has(uuid: string): Promise<boolean> {
    return this.#keyv.has(uuid).catch((error: unknown) => fail('look for', [uuid], error));
  }

  /** Removes an object, if there is one. */
  async remove(uuid: string): Promise<void> {
    await this.#keyv.delete(uuid).catch((error: unknown) => fail('evict', [uuid], error));
  }

  /** Removes several objects: all that can be removed. */
  async removeAll(uuids: readonly string[]): Promise<void> {
    const groups = this.#groups('deleteMany', uuids).map((group) => this.#removeAll(group));
    (await failuresOf(groups))?.throwIfAny();
  }

  async #set({ key, value }: Entry): Promise<void> {
    const stored = await this.#keyv.set(key, value).catch((error: unknown) => fail('store', [key], error));
    if (!stored) fail('store', [key], undefined);
  }

  async #setAll(entries: readonly Entry[]): Promise<void> {
    const [first] = entries;
    if (entries.length === 1 && first !== undefined) return this.#set(first);
    const keys = entries.map(({ key }) => key);
    const stored = await this.#keyv
      .setMany?.([...entries])
      .catch((error: unknown) => fail('store', keys, error));
    // Adapters give what they know: whether each was stored, whether all were, or nothing.
    const refused = Array.isArray(stored) ? keys.filter((_, index) => stored[index] === false) : [];
    if (refused.length > 0) fail('store', refused, undefined);
    if (stored === false) fail('store', keys, undefined);
  }

  async #getAll(uuids: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const [first] = uuids;
    if (uuids.length === 1 && first !== undefined) return [await this.fetch(first)];
    const values = await this.#keyv
      .getMany?.([...uuids])
      .catch((error: unknown) => fail('fetch', uuids, error));
    if (!Array.isArray(values) || values.length !== uuids.length) {
      fail('fetch', uuids, new Error('The Keyv gave another number of values than it was asked for.'));
    }
    return uuids.map((uuid, index) => bytesOf(uuid, values[index]));
  }

  async #removeAll(uuids: readonly string[]): Promise<void> {
    const [first] = uuids;
    if (uuids.length === 1 && first !== undefined) return this.remove(first);
    await this.#keyv.deleteMany?.([...uuids]).catch((error: unknown) => fail('evict', uuids, error));
  }

  /** What goes into one call each: of one, where the Keyv has no call for many. */
  #groups<T>(
    call: Parameters<typeof takesMany>[1],
    items: readonly T[],
    lengthOf: (item: T) => number = () => 0,
  ): T[][] {
    if (!takesMany(this.#keyv, call)) return items.map((item) => [item]);
    const groups: T[][] = [];
    let group: T[] = [];
    let length = 0;
    for (const item of items) {
      length += lengthOf(item);
      if (group.length === 0 || group.length === mostPerCall || length > mostTextPerCall) {
        groups.push((group = []));
        length = lengthOf(item);
      }
      group.push(item);
    }
    return groups;
  }
}

/** Before anything is stored: of what is too long there is no text. */
function checkSize(parts: Parts): void {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  if (length <= largestObject) return;
  throw new ConnectorError(
    `A keyv connector takes objects of up to ${largestObject} bytes, as long as their text can be, and this one has ${length}. Store it in pieces, or in a connector that takes it, such as FileConnector.`,
    { connector: kind },
  );
}

/**
 * Throws what the Keyv has failed with.
 *
 * @param what - What it could not do, as in `store`.
 * @param uuids - The objects that it was asked for, one at least.
 * @param cause - What it threw; `undefined` where it said no.
 */
function fail(what: string, uuids: readonly string[], cause: unknown): never {
  const [first = ''] = uuids;
  const objects = uuids.length === 1 ? `the object ${first}` : `${uuids.length} objects, ${first} among them`;
  throw new ConnectorError(
    `The Keyv could not ${what} ${objects}. See "cause" for what its backend said, and whether it can be reached.`,
    { connector: kind, key: uuids.length === 1 ? [first] : undefined, cause },
  );
}

function bytesOf(uuid: string, value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return decodeBase64(value);
  throw new ConnectorError('What the Keyv has under this key was not stored by a keyv connector.', {
    connector: kind,
    key: [uuid],
  });
}

/** Waits for all; what failed, if any did. */
async function failuresOf(operations: readonly Promise<void>[]): Promise<Failures | undefined> {
  const failures = new Failures();
  let any = false;
  for (const outcome of await Promise.allSettled(operations)) {
    if (outcome.status === 'fulfilled') continue;
    any = true;
    failures.add(outcome.reason);
  }
  return any ? failures : undefined;
}
