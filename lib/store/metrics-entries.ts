/** The recorders of single keys and of batches, as many as there is room for. */

import { LRUCache } from 'lru-cache';
import type { ConnectorKey } from '../connectors/protocol.js';
import { MetricsRecorder } from './key-metrics.js';
import { keyText } from './key-text.js';

/** For so many of its keys a batch takes the room of one entry: the text of each is kept until the batch goes. */
const keysPerEntry = 10;

/** What is kept of a key or of a batch. */
interface Entry {
  readonly id: string;
  readonly recorder: MetricsRecorder;
  /** The texts of a batch's keys that have not been dropped; empty for a single key. */
  readonly remaining: Set<string>;
}

/** Recorders by key and by batch. Where there is no room for another, those least recently recorded to go. */
export class MetricsEntries {
  readonly #room: number;
  readonly #entries: LRUCache<string, Entry>;
  /** The batches that a key is in, by its text, so that dropping it takes no search through all of them. */
  readonly #batches = new Map<string, Set<Entry>>();

  /**
   * @param room - How many entries are kept: 0 or more. A batch takes the room of one for every ten keys begun.
   */
  constructor(room: number) {
    this.#room = room;
    this.#entries = new LRUCache<string, Entry>({
      // The package takes no 0. Where there is no room, nothing is ever put in.
      maxSize: Math.max(room, 1),
      dispose: (entry) => {
        this.#unlink(entry);
      },
    });
  }

  /** How many keys and batches are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * The recorder of a key, to record to; a new one where there is none.
   *
   * @param key - The key.
   * @returns The recorder, or `undefined` where there is no room for any.
   */
  useKey(key: ConnectorKey): MetricsRecorder | undefined {
    return this.#use(keyText(key), []);
  }

  /**
   * The recorder of a batch, to record to; a new one where there is none.
   *
   * @param keys - The keys, in the batch's order.
   * @returns The recorder, or `undefined` for a batch of no keys, or of more than all the room takes.
   */
  useBatch(keys: readonly ConnectorKey[]): MetricsRecorder | undefined {
    if (keys.length === 0) return undefined;
    const texts = keys.map(keyText);
    return this.#use(batchId(texts), texts);
  }

  /**
   * The recorder of a key, to read. Does not put off its going.
   *
   * @param key - The key.
   */
  findKey(key: ConnectorKey): MetricsRecorder | undefined {
    return this.#entries.peek(keyText(key))?.recorder;
  }

  /**
   * The recorder of a batch, to read. Does not put off its going.
   *
   * @param keys - The keys, in the batch's order.
   */
  findBatch(keys: readonly ConnectorKey[]): MetricsRecorder | undefined {
    return this.#entries.peek(batchId(keys.map(keyText)))?.recorder;
  }

  /**
   * Drops a key, and each batch that it was the last key of.
   *
   * @param key - The key.
   */
  drop(key: ConnectorKey): void {
    const text = keyText(key);
    this.#entries.delete(text);
    const batches = this.#batches.get(text);
    if (batches === undefined) return;
    this.#batches.delete(text);
    for (const batch of batches) {
      batch.remaining.delete(text);
      if (batch.remaining.size === 0) this.#entries.delete(batch.id);
    }
  }

  /** Drops everything. */
  clear(): void {
    this.#entries.clear();
  }

  #use(id: string, texts: readonly string[]): MetricsRecorder | undefined {
    const kept = this.#entries.get(id);
    if (kept !== undefined) return kept.recorder;
    const size = Math.max(1, Math.ceil(texts.length / keysPerEntry));
    if (size > this.#room) return undefined;
    const entry: Entry = { id, recorder: new MetricsRecorder(), remaining: new Set(texts) };
    this.#entries.set(id, entry, { size });
    this.#link(entry);
    return entry.recorder;
  }

  #link(batch: Entry): void {
    for (const text of batch.remaining) {
      const batches = this.#batches.get(text);
      if (batches === undefined) this.#batches.set(text, new Set([batch]));
      else batches.add(batch);
    }
  }

  #unlink(batch: Entry): void {
    for (const text of batch.remaining) {
      const batches = this.#batches.get(text);
      batches?.delete(batch);
      if (batches?.size === 0) this.#batches.delete(text);
    }
  }
}

/** A text that no key has: a key's text that begins with a bracket is JSON. */
function batchId(texts: readonly string[]): string {
  return `[batch]${JSON.stringify(texts)}`;
}
