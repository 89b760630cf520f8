/** Objects in Redis: each the string of one key. */

import { allocateAligned } from '../aligned-bytes.js';
import type { Parts } from '../protocol.js';
import { isUUID } from '../uuid-key.js';
import { isCluster, type ServerClient } from './client.js';
import type { Request, Transaction } from './command.js';
import type { Connection } from './connection.js';
import type { Doing } from './errors.js';
import { isRefusal, operationError } from './errors.js';
import { lengthOf, type Argument } from './frame.js';
import type { Link } from './link.js';

/** How many bytes one command stores at most, unless one object is larger: Redis does nothing else meanwhile. */
const bytesPerCommand = 32 * 1024 * 1024;
/** The longest string of a server that was not told another length, in bytes. */
const usualLimit = 512 * 1024 * 1024;
/** How many objects one command fetches or removes. */
const objectsPerCommand = 1000;
/** How many keys Redis looks at for a part of a listing. */
const keysPerScan = 1000;

/** An object to be stored. */
export interface NamedObject {
  readonly uuid: string;
  readonly parts: Parts;
}

/** What goes with an operation. */
interface Context extends Doing {
  readonly signal: AbortSignal | undefined;
}

/** All objects whose keys begin with a prefix. */
export class RedisObjects {
  readonly #link: Link;
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #channelPrefix: string;
  /** Redis before 6.2 has no GETDEL. */
  #hasGetDel = true;
  /** Whether a server of a cluster has let this publish. */
  #hasPublished = false;

  /**
   * @param channelPrefix - What comes before an object's UUID in the name of the channel at which it is told of.
   */
  constructor(link: Link, connection: Connection, prefix: string, channelPrefix: string) {
    this.#link = link;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#channelPrefix = channelPrefix;
  }

  /** Stores objects under names that nobody knows yet: all of them or none. */
  async storeNew(objects: readonly NamedObject[], signal: AbortSignal | undefined): Promise<void> {
    if (objects.length === 0) return;
    const verb = objects.length === 1 ? 'store an object' : `store ${objects.length} objects`;
    const size = longest(objects);
    if (size > usualLimit) await this.#refuseTooLarge(size, { verb, signal });
    const requests =
      this.#link.cluster || objects.length === 1
        ? objects.map(({ uuid, parts }) => this.#keyed(uuid, 'SET', parts))
        : batches(objects).map((batch) => ({
            words: ['MSET', ...batch.flatMap(({ uuid, parts }): Argument[] => [this.#prefix + uuid, parts])],
          }));
    const undo = (): Request[] => this.#removals(objects.map(({ uuid }) => uuid));
    await this.#connection.request(requests, { verb, signal, undo });
  }

  /**
   * Stores an object under a name that others may know, and tells those who wait for it.
   *
   * @returns Whether it was stored: false only with `ifAbsent` where something was there.
   */
  async store({ uuid, parts }: NamedObject, ifAbsent: boolean, context: Context): Promise<boolean> {
    const size = lengthOf(parts);
    if (size > usualLimit) await this.#refuseTooLarge(size, context);
    const set: Request = {
      ...this.#keyed(uuid, 'SET', parts, ...(ifAbsent ? ['NX'] : [])),
      once: ifAbsent,
      final: true,
    };
    const publish: Request = { words: ['PUBLISH', this.#channelPrefix + uuid, ''] };
    if (!this.#link.cluster) {
      // Together, so that nobody waits for an object that is there because its writer ended between the two.
      const [reply] = await this.#transaction([set, publish], context);
      return reply !== null;
    }
    const since = performance.now();
    await this.#mayPublish(context);
    const reply = await this.#connection.requestOne(set, { ...context, since });
    if (reply === null) return false;
    // The object is there, whatever becomes of this.
    await this.#connection
      .requestOne(publish, { ...context, signal: undefined, since })
      .catch(() => undefined);
    return true;
  }

  /**
   * Asks before an object of unusual length is sent: a server that does not take it ends the connection, and with it what
   * else is under way. One that does not say, as those that others manage, says so then.
   */
  async #refuseTooLarge(size: number, context: Context): Promise<void> {
    const words = ['CONFIG', 'GET', 'proto-max-bulk-len'];
    const reply = await this.#connection.requestOne({ words }, context).catch((error: unknown) => {
      if (isRefusal((error as { cause?: unknown }).cause)) return [];
      throw error;
    });
    // The name and the value, as bytes.
    const [, limit] = (reply as Uint8Array[]).map(Number);
    if (limit !== undefined && size > limit) {
      const cause = new Error(`An object has ${size} bytes, and this server takes ${limit} at most`);
      throw operationError(context, this.#link.place, cause);
    }
  }

  /** Has a server that lets nobody publish say so before an object is stored of which nobody would be told. */
  async #mayPublish(context: Context): Promise<void> {
    if (this.#hasPublished) return;
    // The channel of no object.
    await this.#connection.requestOne({ words: ['PUBLISH', this.#channelPrefix, ''] }, context);
    this.#hasPublished = true;
  }

  /** An object's bytes, or `undefined` where it is not there. */
  async fetch(uuid: string, context: Context): Promise<Uint8Array | undefined> {
    return bytesOf(await this.#connection.requestOne(this.#keyed(uuid, 'GET'), context));
  }

  /** The same of several objects. */
  async fetchAll(
    uuids: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<(Uint8Array | undefined)[]> {
    if (uuids.length === 0) return [];
    const options = { verb: `fetch ${uuids.length} objects`, signal };
    if (this.#link.cluster) {
      const replies = await this.#connection.request(
        uuids.map((uuid) => this.#keyed(uuid, 'GET')),
        options,
      );
      return replies.map(bytesOf);
    }
    const requests = this.#many('MGET', uuids);
    const replies = await this.#connection.request(requests, options);
    // MGET answers with an array.
    return (replies as unknown[][]).flat().map(bytesOf);
  }

  /** Whether an object is there. */
  async has(uuid: string, context: Context): Promise<boolean> {
    return (await this.#connection.requestOne(this.#keyed(uuid, 'EXISTS'), context)) === 1;
  }

  /** Removes objects. */
  async remove(uuids: readonly string[], context: Context): Promise<void> {
    if (uuids.length > 0) await this.#connection.request(this.#removals(uuids), context);
  }

  /** Fetches and removes an object in one step. */
  async take(uuid: string, context: Context): Promise<Uint8Array | undefined> {
    const once = { once: true, final: true } as const;
    if (this.#hasGetDel) {
      try {
        return bytesOf(
          await this.#connection.requestOne({ ...this.#keyed(uuid, 'GETDEL'), ...once }, context),
        );
      } catch (error) {
        const { cause } = error as { cause?: unknown };
        if (!isRefusal(cause) || !/unknown command/i.test((cause as Error).message) || this.#link.cluster)
          throw error;
        this.#hasGetDel = false;
      }
    }
    const requests = ['GET', 'UNLINK'].map((name) => ({ ...this.#keyed(uuid, name), ...once }));
    const [reply] = await this.#transaction(requests, context);
    return bytesOf(reply);
  }

  /**
   * Has Redis drop an object by itself.
   *
   * @param milliseconds - From now. 0 or less drops it at once, `Infinity` cancels an earlier expiry.
   * @returns Whether the object was there.
   */
  async expire(uuid: string, milliseconds: number, context: Context): Promise<boolean> {
    if (milliseconds === Infinity) {
      const requests = [this.#keyed(uuid, 'PERSIST'), this.#keyed(uuid, 'EXISTS')];
      const [, there] = await this.#connection.request(requests, context);
      return there === 1;
    }
    const time = Math.min(Math.max(Math.ceil(milliseconds), 0), Number.MAX_SAFE_INTEGER);
    return (await this.#connection.requestOne(this.#keyed(uuid, 'PEXPIRE', String(time)), context)) === 1;
  }

  /**
   * A part of a listing.
   *
   * @param cursor - Where the part before it has ended; `undefined` for the first one.
   */
  async scan(cursor: ScanCursor | undefined, context: Context): Promise<ScanPart> {
    const { nodes, position } = cursor ?? { nodes: await this.#masters(context), position: '0' };
    const [node] = nodes;
    const pattern = `${this.#prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    const words = ['SCAN', position, 'MATCH', pattern, 'COUNT', String(keysPerScan)];
    const reply = await this.#connection.requestOne({ words }, { ...context, node });
    // Where to go on, and the keys; both as bytes.
    const [next, keys] = reply as [Uint8Array, Uint8Array[]];
    const uuids = keys.map((key) => String(key).slice(this.#prefix.length)).filter(isUUID);
    if (String(next) !== '0') return { uuids, cursor: { nodes, position: String(next) } };
    const rest = nodes.slice(1);
    return { uuids, cursor: rest.length === 0 ? undefined : { nodes: rest, position: '0' } };
  }

  /** Removes all objects. */
  async clear(): Promise<void> {
    const context = { verb: 'remove all objects', signal: undefined };
    let cursor: ScanCursor | undefined;
    do {
      const part = await this.scan(cursor, context);
      await this.remove(part.uuids, context);
      ({ cursor } = part);
    } while (cursor !== undefined);
  }

  /** The clients of the nodes that have keys; `undefined` stands for the only one. */
  async #masters(context: Context): Promise<readonly (ServerClient | undefined)[]> {
    if (!this.#link.cluster) return [undefined];
    // Any command makes a cluster's client find its nodes.
    await this.#connection.requestOne({ words: ['PING'] }, context);
    const client = await this.#connection.open(context);
    return isCluster(client) ? client.nodes('master') : [undefined];
  }

  /** Makes requests that are carried out together, or not at all. Gives their replies. */
  async #transaction(requests: readonly Request[], context: Context): Promise<readonly unknown[]> {
    const { once, final } = requests[0] ?? {};
    const transaction: Transaction = { answered: false };
    const all = [{ words: ['MULTI'] }, ...requests, { words: ['EXEC'] }];
    const replies = await this.#connection.request(
      all.map((request) => ({ ...request, once, final, transaction })),
      context,
    );
    // EXEC answers with an array of the replies.
    return replies.at(-1) as unknown[];
  }

  #removals(uuids: readonly string[]): Request[] {
    if (this.#link.cluster) return uuids.map((uuid) => this.#keyed(uuid, 'UNLINK'));
    return this.#many('UNLINK', uuids);
  }

  #keyed(uuid: string, name: string, ...more: Argument[]): Request {
    const key = this.#prefix + uuid;
    return { words: [name, key, ...more], key };
  }

  /** A command for so many keys each. */
  #many(name: string, uuids: readonly string[]): Request[] {
    const requests: Request[] = [];
    for (let start = 0; start < uuids.length; start += objectsPerCommand) {
      const keys = uuids.slice(start, start + objectsPerCommand).map((uuid) => this.#prefix + uuid);
      requests.push({ words: [name, ...keys] });
    }
    return requests;
  }
}

/** How long the longest of objects is, in bytes. */
function longest(objects: readonly NamedObject[]): number {
  return objects.reduce((size, { parts }) => Math.max(size, lengthOf(parts)), 0);
}

/** Where a listing goes on. */
export interface ScanCursor {
  /** The nodes that are left; the first one is being listed. */
  readonly nodes: readonly (ServerClient | undefined)[];
  readonly position: string;
}

/** A part of a listing. One object may be in several, as Redis rearranges its keys meanwhile. */
export interface ScanPart {
  readonly uuids: readonly string[];
  /** Where it goes on; absent at its end. */
  readonly cursor: ScanCursor | undefined;
}

/** Objects in batches of so many bytes at most, or of one object. */
function batches(objects: readonly NamedObject[]): NamedObject[][] {
  const all: NamedObject[][] = [];
  let size = Infinity;
  for (const object of objects) {
    const length = lengthOf(object.parts);
    if (size + length > bytesPerCommand) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push(object);
    size += length;
  }
  return all;
}

/**
 * A reply's bytes, as the caller's own. Small replies are views of memory that they share with others; large ones have
 * theirs alone.
 */
function bytesOf(reply: unknown): Uint8Array | undefined {
  if (reply === null) return undefined;
  // The client gives bytes for bytes.
  const view = reply as Uint8Array;
  if (view.length === view.buffer.byteLength) return new Uint8Array(view.buffer);
  const bytes = allocateAligned(view.length);
  bytes.set(view);
  return bytes;
}
