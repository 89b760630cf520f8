/** A server that goes away, stops, or is cut off, while operations are under way. */

import '../../../lib/resources/symbols.js';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Connector, type S3ConnectionOptions } from '../../../lib/connectors/s3.js';
import type { UUIDKey } from '../../../lib/connectors/uuid-key.js';
import { ConnectorError } from '../../../lib/errors.js';
import { rejection } from '../../caught.js';
import { bucket, credentials, placeOf, s3Server, type S3Server } from '../../servers/s3-server.js';
import { TCPProxy } from '../../servers/tcp-proxy.js';

const mebibyte = 1024 * 1024;
/** Stores in parts of the least size. */
const inParts = { multipartThreshold: 5 * mebibyte, partSize: 5 * mebibyte };

let server: S3Server;

beforeAll(async () => {
  server = await s3Server();
});

afterAll(() => server[Symbol.asyncDispose]());

/** Options that lead through a proxy. */
function through(proxy: TCPProxy, options: Partial<S3ConnectionOptions> = {}): S3ConnectionOptions {
  return { ...placeOf({ url: `http://127.0.0.1:${proxy.port}` }), ...options };
}

/** A connector that goes to the server, past the proxy. */
function direct(options: Partial<S3ConnectionOptions> = {}): S3Connector {
  return new S3Connector({ ...placeOf(server), ...options });
}

describe('a server that is killed while objects are put and got, and started again', () => {
  it('loses nothing that was acknowledged, and nothing hangs', async () => {
    await using own = await s3Server();
    await using connector = new S3Connector({ ...placeOf(own), ...inParts });
    const acknowledged = new Map<UUIDKey, Uint8Array>();
    const errors: unknown[] = [];
    let stopped = false;
    const worker = async (value: number): Promise<void> => {
      const bytes = new Uint8Array(value === 1 ? 11 * mebibyte : 50_000).fill(value);
      while (!stopped) {
        try {
          const key = await connector.put([bytes]);
          acknowledged.set(key, bytes);
          const found = await connector.get(key);
          expect(found !== undefined && Buffer.compare(found, bytes) === 0).toBe(true);
        } catch (error) {
          errors.push(error);
          // Others run in between, also those that start the server again.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    };
    const workers = [1, 2, 3, 4].map(worker);
    for (let round = 0; round < 3; round += 1) {
      const before = acknowledged.size;
      await until(() => acknowledged.size > before + 10);
      await own.kill();
      await own.restart();
    }
    const before = acknowledged.size;
    await until(() => acknowledged.size > before + 10);
    stopped = true;
    await Promise.all(workers);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectorError);
      expect((error as ConnectorError).cause).toBeDefined();
    }
    for (const [key, bytes] of acknowledged) {
      const found = await connector.get(key);
      expect(found !== undefined && Buffer.compare(found, bytes) === 0).toBe(true);
    }
  });

  it('is reached again by a connector whose connections were lost', async () => {
    await using own = await s3Server();
    await using connector = new S3Connector(placeOf(own));
    const key = await connector.put([Buffer.from('bytes')]);
    await own.kill();
    const error = await rejection(connector.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ key, message: expect.stringContaining('Is the service running') });
    await own.restart();
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });
});

describe('a connection that breaks', () => {
  it('in an object gives none', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    const key = await connector.put([new Uint8Array(mebibyte).fill(1)]);
    const cut = proxy.cutAfter('toClient', mebibyte / 2);
    const error = await rejection(connector.get(key));
    await cut;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ key, message: expect.stringContaining('The connection was lost') });
    expect((await connector.get(key))?.length).toBe(mebibyte);
  });

  it('in a request has it sent again', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    const cut = proxy.cutAfter('toServer', 300_000);
    const key = await connector.put([new Uint8Array(mebibyte).fill(1)]);
    await cut;
    expect((await connector.get(key))?.length).toBe(mebibyte);
  });

  it('again and again fails a put, and leaves nothing of it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const name = 'cut';
    await using connector = new S3Connector(through(proxy, { name, maxAttempts: 1, ...inParts }));
    const cut = proxy.cutAfter('toServer', 8 * mebibyte);
    await expect(connector.put([new Uint8Array(16 * mebibyte)])).rejects.toBeInstanceOf(ConnectorError);
    await cut;
    await using other = direct({ name });
    expect((await other.list().next()).done).toBe(true);
    expect(await uploads()).toEqual([]);
  });

  it('before the answer to a conditional write leaves no doubt who has made it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    const [own, others] = [connector.newKey(), await connector.put([Buffer.from('another')])];
    const cut = proxy.cutAfter('toClient', 0);
    expect(await connector.set(own, [Buffer.from('bytes')], { ifAbsent: true })).toBe(true);
    await cut;
    expect(String(Buffer.from((await connector.get(own))!))).toBe('bytes');
    const cutAgain = proxy.cutAfter('toClient', 0);
    expect(await connector.set(others, [Buffer.from('bytes')], { ifAbsent: true })).toBe(false);
    await cutAgain;
  });

  it('before the answer that an upload is complete leaves no doubt that it is', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const { endpoint, region, forcePathStyle } = through(proxy);
    const client = new S3Client({
      endpoint: endpoint!,
      region: region!,
      forcePathStyle: forcePathStyle!,
      credentials,
    });
    let cut: Promise<void> | undefined;
    client.middlewareStack.add((next, context) => async (request) => {
      if (context.commandName === 'CompleteMultipartUploadCommand') cut = proxy.cutAfter('toClient', 0);
      return next(request);
    });
    await using connector = new S3Connector({ bucket, client, ...inParts });
    const bytes = new Uint8Array(11 * mebibyte).fill(1);
    const key = await connector.put([bytes]);
    await cut;
    expect((await connector.get(key))?.length).toBe(bytes.length);
    expect(await connector.set(key, [bytes.subarray(1)])).toBe(true);
    await cut;
    expect((await connector.get(key))?.length).toBe(bytes.length - 1);
    expect(await uploads()).toEqual([]);
    client.destroy();
  });
});

describe('a server that stands still', () => {
  it.each([
    ['before it answers', 0],
    ['in an object', mebibyte / 2],
  ])('%s is waited for as long as a request may stand still', async (_title, bytes) => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy, { requestTimeout: 300, maxAttempts: 1 }));
    const key = await connector.put([new Uint8Array(mebibyte)]);
    const swallowed = proxy.swallowAfter('toClient', bytes);
    const error = await rejection(connector.get(key));
    await swallowed;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/timed out after 300 ms.* requestTimeout say how long/);
    expect((await connector.get(key))?.length).toBe(mebibyte);
  });

  it('is waited for while bytes still come, however slowly', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    proxy.delay(20);
    const key = await connector.put([new Uint8Array(mebibyte)]);
    expect((await connector.get(key))?.length).toBe(mebibyte);
  });
});

describe('a signal', () => {
  it('ends a get that was sent, at once', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    const key = await connector.put([Buffer.from('bytes')]);
    proxy.hold('toClient');
    const controller = new AbortController();
    const gets = [connector.get(key, controller), connector.getBatch([key, key], controller)];
    controller.abort('enough');
    for (const get of gets) await expect(get).rejects.toBe('enough');
    proxy.release('toClient');
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
  });

  it('ends writes that are not answered, and leaves nothing of them that can be reached', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const name = 'aborted';
    await using connector = new S3Connector(through(proxy, { name, ...inParts }));
    // Connected, so that what is held back is answers.
    await connector.exists(connector.newKey());
    proxy.swallowAfter('toServer', 100_000).catch(() => undefined);
    const controller = new AbortController();
    const puts = [
      connector.put([new Uint8Array(mebibyte)], controller),
      connector.putBatch([[new Uint8Array(mebibyte)], [new Uint8Array(12 * mebibyte)]], controller),
    ];
    const ends = Promise.all(puts.map((put) => rejection(put)));
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await ends).toEqual(['enough', 'enough']);
    await using other = direct({ name });
    expect((await other.list().next()).done).toBe(true);
    expect(await uploads()).toEqual([]);
  });

  it('comes too late for a set that is carried out meanwhile', async () => {
    await using proxy = await TCPProxy.start(server.port);
    await using connector = new S3Connector(through(proxy));
    const key = await connector.put([Buffer.from('first')]);
    const controller = new AbortController();
    proxy.hold('toClient');
    const set = connector.set(key, [Buffer.from('second')], controller);
    await until(() => proxy.accepted > 0);
    controller.abort('enough');
    proxy.release('toClient');
    const outcome = await set.catch((reason: unknown) => reason);
    // Aborted before it was sent, or carried out.
    const found = String(Buffer.from((await connector.get(key))!));
    expect([outcome, found]).toEqual(outcome === true ? [true, 'second'] : ['enough', 'first']);
  });
});

/** The uploads that nobody has completed or aborted. */
async function uploads(): Promise<unknown[]> {
  const { endpoint, region, forcePathStyle } = placeOf(server);
  const client = new S3Client({ endpoint, region, forcePathStyle, credentials });
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  client.destroy();
  return Uploads;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
