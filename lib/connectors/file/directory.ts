/** A directory of objects, each a file under its UUID. Keys have been checked before anything is asked here. */

import { link, lstat, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Parts } from '../protocol.js';
import { codeOf, fileError } from './errors.js';
import { newFile, readOnly } from './open-flags.js';
import { Slots } from './slots.js';
import { throwFirst } from './throw-first.js';
import { temporaryName } from './temporary-names.js';
import { readWhole, writeParts } from './whole-file.js';

/** An object that is to be stored. */
export interface NewObject {
  readonly uuid: string;
  readonly parts: Parts;
}

/**
 * Files that are read or written at the same time. More would not be faster, as Node works on four at once unless it
 * is told otherwise, and with a thousand requests at once the process would run out of file descriptors.
 */
const filesAtOnce = 16;

/**
 * The operations, asynchronously.
 *
 * An object is written under a temporary name and renamed when it is complete, so that whoever looks sees all of it
 * or nothing.
 */
export class ObjectDirectory {
  readonly #path: string;
  readonly #durable: boolean;
  readonly #slots = new Slots(filesAtOnce);

  /**
   * @param path - The directory, absolute.
   * @param durable - Whether an object that has been stored is to survive a crash of the system.
   */
  constructor(path: string, durable: boolean) {
    this.#path = path;
    this.#durable = durable;
  }

  /**
   * Stores objects under names that are new: all of them or, where one fails, none.
   *
   * @param signal - Aborts until the objects get their names.
   */
  async storeNew(objects: readonly NewObject[], signal?: AbortSignal): Promise<void> {
    const files = objects.map(({ uuid, parts }) => ({
      path: this.#file(uuid),
      temporary: this.#file(temporaryName()),
      parts,
    }));
    try {
      await this.#slots.map(files, ({ temporary, parts }) => this.#write(temporary, parts, signal));
      signal?.throwIfAborted();
      await this.#slots.map(files, ({ temporary, path }) => rename(temporary, path));
      await this.#persistNames();
    } catch (error) {
      await this.#slots.map(files, async ({ temporary, path }) => {
        await discard(temporary);
        await discard(path);
      });
      signal?.throwIfAborted();
      throw fileError('store an object', this.#path, error);
    }
  }

  /**
   * Stores an object under a name that somebody has the key of.
   *
   * @param ifAbsent - Leaves an object that is there already as it is.
   * @param signal - Aborts until the object gets its name.
   * @returns Whether it was stored.
   */
  async store({ uuid, parts }: NewObject, ifAbsent: boolean, signal?: AbortSignal): Promise<boolean> {
    const path = this.#file(uuid);
    const temporary = this.#file(temporaryName());
    let stored = true;
    try {
      await this.#slots.run(() => this.#write(temporary, parts, signal));
      signal?.throwIfAborted();
      if (ifAbsent) {
        stored = await linkNew(temporary, path);
        await discard(temporary);
      } else {
        await rename(temporary, path);
      }
    } catch (error) {
      await discard(temporary);
      signal?.throwIfAborted();
      throw fileError('store an object', this.#path, error, uuid);
    }
    try {
      if (stored) await this.#persistNames();
    } catch (error) {
      throw fileError('make sure that a crash does not lose an object', this.#path, error, uuid);
    }
    return stored;
  }

  /** The bytes of an object, or `undefined` where there is none. */
  fetch(uuid: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#slots.run(() => this.#fetch(uuid, signal));
  }

  /** The bytes of several objects, in order. */
  fetchAll(uuids: readonly string[], signal?: AbortSignal): Promise<(Uint8Array | undefined)[]> {
    return this.#slots.map(uuids, (uuid) => this.#fetch(uuid, signal));
  }

  /** Whether there is an object. */
  async has(uuid: string): Promise<boolean> {
    try {
      return (await lstat(this.#file(uuid))).isFile();
    } catch (error) {
      await this.#throwUnlessMissing('look for an object', error, uuid);
      return false;
    }
  }

  /** Removes an object, if there is one. */
  async remove(uuid: string): Promise<void> {
    try {
      await unlink(this.#file(uuid));
    } catch (error) {
      await this.#throwUnlessMissing('evict an object', error, uuid);
    }
  }

  /**
   * Removes several objects: all that can be removed.
   *
   * @throws ConnectorError - The first failure, after the last object has been tried.
   */
  async removeAll(uuids: readonly string[]): Promise<void> {
    const failures: unknown[] = [];
    await this.#slots.map(uuids, (uuid) => this.remove(uuid).catch((error: unknown) => failures.push(error)));
    throwFirst(failures);
  }

  /**
   * Removes an object and hands over its bytes. The file is first renamed, which of several who try only one can do.
   *
   * @param signal - Aborts until the object is read; it is put back then, as it is when reading fails.
   */
  take(uuid: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const path = this.#file(uuid);
    const temporary = this.#file(temporaryName());
    return this.#slots.run(async () => {
      signal?.throwIfAborted();
      try {
        await rename(path, temporary);
      } catch (error) {
        await this.#throwUnlessMissing('take an object', error, uuid);
        return undefined;
      }
      try {
        return await readOnce(temporary, path, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw fileError('take an object', this.#path, error, uuid);
      }
    });
  }

  #file(name: string): string {
    return join(this.#path, name);
  }

  async #fetch(uuid: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    try {
      return await read(this.#file(uuid), signal);
    } catch (error) {
      signal?.throwIfAborted();
      await this.#throwUnlessMissing('fetch an object', error, uuid);
      return undefined;
    }
  }

  async #write(path: string, parts: Parts, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const handle = await open(path, newFile);
    try {
      await writeParts(handle, parts, signal);
      if (this.#durable) await handle.sync();
    } finally {
      // Some file systems tell only here that there was no room.
      await handle.close();
    }
  }

  /** A file's new name is in its directory, and survives a crash only when that is written out as well. */
  async #persistNames(): Promise<void> {
    // Windows cannot open a directory, and writes names out by itself.
    if (!this.#durable || process.platform === 'win32') return;
    const handle = await open(this.#path);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** That an object's file is missing is no failure; that its directory is missing is one. */
  async #throwUnlessMissing(what: string, error: unknown, uuid: string): Promise<void> {
    if (codeOf(error) === 'ENOENT' && (await isThere(this.#path))) return;
    throw fileError(what, this.#path, error, uuid);
  }
}

async function read(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const handle = await open(path, readOnly);
  try {
    return await readWhole(handle, signal);
  } finally {
    await handle.close();
  }
}

/** Reads an object that nobody else can see any more, and removes it. When it cannot be read it is put back. */
async function readOnce(temporary: string, path: string, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    const bytes = await read(temporary, signal);
    await discard(temporary);
    return bytes;
  } catch (error) {
    await putBack(temporary, path);
    throw error;
  }
}

/** Gives a file a second name, unless somebody has that name. */
async function linkNew(path: string, second: string): Promise<boolean> {
  try {
    await link(path, second);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undoes a rename, unless an object has been stored under the name meanwhile, which then is the one to keep. */
async function putBack(temporary: string, path: string): Promise<void> {
  try {
    await linkNew(temporary, path);
  } catch {
    // What has no second names: a file system without links, or a directory that somebody put there.
    await rename(temporary, path);
  }
  await discard(temporary);
}

/** Removes a file that is of no use any more. One that cannot be removed is left to a later connector's clean-up. */
async function discard(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
