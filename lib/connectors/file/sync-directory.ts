/** The operations of a directory of objects, without waiting. They are those of directory.ts, step by step. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Parts } from '../protocol.js';
import type { NewObject } from './directory.js';
import { codeOf, fileError } from './errors.js';
import { newFile, readOnly } from './open-flags.js';
import { throwFirst } from './throw-first.js';
import { temporaryName } from './temporary-names.js';
import { readWholeSync, writePartsSync } from './whole-file.js';

/** {@link ObjectDirectory} without waiting, and with the same guarantees. */
export class SyncObjectDirectory {
  readonly #path: string;
  readonly #durable: boolean;

  /**
   * @param path - The directory, absolute.
   * @param durable - Whether an object that has been stored is to survive a crash of the system.
   */
  constructor(path: string, durable: boolean) {
    this.#path = path;
    this.#durable = durable;
  }

  /** Stores objects under names that are new: all of them or, where one fails, none. */
  storeNew(objects: readonly NewObject[]): void {
    const files = objects.map(({ uuid, parts }) => ({
      path: this.#file(uuid),
      temporary: this.#file(temporaryName()),
      parts,
    }));
    try {
      for (const { temporary, parts } of files) this.#write(temporary, parts);
      for (const { temporary, path } of files) renameSync(temporary, path);
      this.#persistNames();
    } catch (error) {
      for (const { temporary, path } of files) {
        discard(temporary);
        discard(path);
      }
      throw fileError('store an object', this.#path, error);
    }
  }

  /**
   * Stores an object under a name that somebody has the key of.
   *
   * @param ifAbsent - Leaves an object that is there already as it is.
   * @returns Whether it was stored.
   */
  store({ uuid, parts }: NewObject, ifAbsent: boolean): boolean {
    const path = this.#file(uuid);
    const temporary = this.#file(temporaryName());
    let stored = true;
    try {
      this.#write(temporary, parts);
      if (ifAbsent) {
        stored = linkNew(temporary, path);
        discard(temporary);
      } else {
        renameSync(temporary, path);
      }
    } catch (error) {
      discard(temporary);
      throw fileError('store an object', this.#path, error, uuid);
    }
    try {
      if (stored) this.#persistNames();
    } catch (error) {
      throw fileError('make sure that a crash does not lose an object', this.#path, error, uuid);
    }
    return stored;
  }

  /** The bytes of an object, or `undefined` where there is none. */
  fetch(uuid: string): Uint8Array | undefined {
    try {
      return read(this.#file(uuid));
    } catch (error) {
      this.#throwUnlessMissing('fetch an object', error, uuid);
      return undefined;
    }
  }

  /** Whether there is an object. */
  has(uuid: string): boolean {
    try {
      return lstatSync(this.#file(uuid)).isFile();
    } catch (error) {
      this.#throwUnlessMissing('look for an object', error, uuid);
      return false;
    }
  }

  /** Removes an object, if there is one. */
  remove(uuid: string): void {
    try {
      unlinkSync(this.#file(uuid));
    } catch (error) {
      this.#throwUnlessMissing('evict an object', error, uuid);
    }
  }

  /** Removes several objects: all that can be removed. Throws the first failure after the last one. */
  removeAll(uuids: readonly string[]): void {
    const failures: unknown[] = [];
    for (const uuid of uuids) {
      try {
        this.remove(uuid);
      } catch (error) {
        failures.push(error);
      }
    }
    throwFirst(failures);
  }

  /** Removes an object and hands over its bytes; of several who try only one gets them. */
  take(uuid: string): Uint8Array | undefined {
    const path = this.#file(uuid);
    const temporary = this.#file(temporaryName());
    try {
      renameSync(path, temporary);
    } catch (error) {
      this.#throwUnlessMissing('take an object', error, uuid);
      return undefined;
    }
    try {
      return readOnce(temporary, path);
    } catch (error) {
      throw fileError('take an object', this.#path, error, uuid);
    }
  }

  #file(name: string): string {
    return join(this.#path, name);
  }

  #write(path: string, parts: Parts): void {
    const file = openSync(path, newFile);
    try {
      writePartsSync(file, parts);
      if (this.#durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #persistNames(): void {
    if (!this.#durable || process.platform === 'win32') return;
    const file = openSync(this.#path, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #throwUnlessMissing(what: string, error: unknown, uuid: string): void {
    if (codeOf(error) === 'ENOENT' && existsSync(this.#path)) return;
    throw fileError(what, this.#path, error, uuid);
  }
}

function read(path: string): Uint8Array {
  const file = openSync(path, readOnly);
  try {
    return readWholeSync(file);
  } finally {
    closeSync(file);
  }
}

function readOnce(temporary: string, path: string): Uint8Array {
  try {
    const bytes = read(temporary);
    discard(temporary);
    return bytes;
  } catch (error) {
    putBack(temporary, path);
    throw error;
  }
}

function linkNew(path: string, second: string): boolean {
  try {
    linkSync(path, second);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function putBack(temporary: string, path: string): void {
  try {
    linkNew(temporary, path);
  } catch {
    renameSync(temporary, path);
  }
  discard(temporary);
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Left to a later connector's clean-up.
  }
}
