import { readdirSync, statfsSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { FileConnector } from '../../lib/connectors/file.js';
import type { Parts } from '../../lib/connectors/protocol.js';
import { TemporaryDirectory } from './temporary-directory.js';

const gibibyte = 1024 ** 3;
const chunk = new Uint8Array(64 * 1024 * 1024);
/** 2 GiB and 5 bytes, in the memory of one chunk: more than one system call reads or writes. */
const parts: Parts = [Uint8Array.of(1, 2), ...new Array<Uint8Array>(32).fill(chunk), Uint8Array.of(3, 4, 5)];
const length = 2 * gibibyte + 5;

describe('FileConnector', () => {
  it('stores and fetches an object of more than 2 GiB', async () => {
    using place = new TemporaryDirectory();
    requireRoom(place.path);
    await using connector = new FileConnector(place.path);
    const key = await connector.put(parts);
    expect(statSync(join(place.path, key[0])).size).toBe(length);
    expectContent(await connector.get(key));
    expectContent(await connector.take(key));
    expect(readdirSync(place.path)).toEqual([]);
  }, 240_000);

  it('does so without waiting', () => {
    using place = new TemporaryDirectory();
    requireRoom(place.path);
    const connector = new FileConnector(place.path);
    const key = connector.sync.put(parts);
    expect(statSync(join(place.path, key[0])).size).toBe(length);
    expectContent(connector.sync.get(key));
    connector.sync.evict(key);
    expect(readdirSync(place.path)).toEqual([]);
    return connector.close();
  }, 240_000);
});

/** Checks the ends, both sides of the 2 GiB boundary, and that nothing is in between. */
function expectContent(bytes: Uint8Array | undefined): void {
  expect(bytes?.length).toBe(length);
  expect([...bytes!.subarray(0, 4)]).toEqual([1, 2, 0, 0]);
  expect([...bytes!.subarray(-5)]).toEqual([0, 0, 3, 4, 5]);
  for (let start = 2; start < length - 3; start += chunk.length) {
    const piece = Buffer.from(
      bytes!.buffer,
      bytes!.byteOffset + start,
      Math.min(chunk.length, length - 3 - start),
    );
    expect(piece.equals(chunk.subarray(0, piece.length))).toBe(true);
  }
}

/** A test that found no room would fail with what the system says, in the middle of something else. */
function requireRoom(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < 3 * gibibyte) {
    throw new Error(
      `This test needs 3 GiB of free disk in ${directory}. Free some, or set TMPDIR to another disk.`,
    );
  }
  if (freemem() < 3 * gibibyte) throw new Error('This test needs 3 GiB of free memory.');
}
