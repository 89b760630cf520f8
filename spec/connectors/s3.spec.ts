import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { bytesOf, cut, joined } from '../../lib/connectors/s3/body.js';
import { operationError } from '../../lib/connectors/s3/errors.js';
import { S3Connector, type S3ConnectionOptions, type S3ConnectorOptions } from '../../lib/connectors/s3.js';
import { ConnectorClosedError, ConnectorError } from '../../lib/errors.js';
import { caught, rejection } from '../caught.js';
import { compiledLibrary } from '../compiled-library.js';
import { S3Answers } from '../servers/s3-answers.js';
import { bucket, credentials, placeOf, s3Server, type S3Server } from '../servers/s3-server.js';
import { TCPProxy } from '../servers/tcp-proxy.js';
import { withClockBehind } from './s3-clock.js';
import { runScript } from './child-script.js';

const mebibyte = 1024 * 1024;
const smallestPart = 5 * mebibyte;

let server: S3Server;
/** A client of the tests' own, which tells what is sent. */
let client: S3Client;
/** What it has sent: the names of commands. */
let sent: string[];
/** What it sends, with its input; a test may fail it, or do something then. */
let sending: (name: string, input: Readonly<Record<string, unknown>>) => void | Promise<void>;

beforeAll(async () => {
  server = await s3Server();
  const { endpoint, region, forcePathStyle } = placeOf(server);
  client = new S3Client({ endpoint, region, forcePathStyle, credentials });
  client.middlewareStack.add((next, context) => async (request) => {
    const name = String(context.commandName).replace(/Command$/, '');
    sent.push(name);
    await sending(name, request.input as unknown as Readonly<Record<string, unknown>>);
    return next(request);
  });
});

beforeEach(() => {
  sent = [];
  sending = () => undefined;
});

afterAll(async () => {
  client.destroy();
  await server[Symbol.asyncDispose]();
});

/** Options of a connector to a place of its own. */
function place(): S3ConnectionOptions & { readonly name: string } {
  return { ...placeOf(server), name: randomUUID() };
}

/** A connector that sends by the client of the tests. */
function watched(options: Partial<S3ConnectorOptions> = {}): S3Connector {
  return new S3Connector({ bucket, name: randomUUID(), ...options, client });
}

/** A connector to a server that answers as it is told. */
function answered({ url }: S3Answers, options: Partial<S3ConnectionOptions> = {}): S3Connector {
  return new S3Connector({ ...placeOf({ url }), maxAttempts: 1, ...options });
}

describe('options', () => {
  it.each<[string, unknown, RegExp]>([
    ['none', undefined, /not an object/],
    ['null', null, /not an object/],
    ['no bucket', {}, /"bucket" must be the name/],
    ['an empty bucket', { bucket: '' }, /"bucket" must be the name/],
    ['an empty name', { name: '' }, /"name" must be a text that is not empty/],
    ['a name that is too long', { name: 'x'.repeat(980) }, /"name" must be of 988 bytes at most/],
    ['a prefix that is none', { prefix: 1 }, /"prefix" must be a text of 988 bytes at most/],
    ['a prefix that is too long', { prefix: 'ü'.repeat(495) }, /"prefix" must be a text of 988 bytes/],
    ['a name and a prefix', { name: 'x', prefix: 'y' }, /a name or a prefix, not both/],
    ['an empty region', { region: '' }, /"region"/],
    ['an endpoint that is no URL', { endpoint: 'minio' }, /"endpoint" must be a URL/],
    ['an endpoint of another protocol', { endpoint: 'ftp://minio' }, /"endpoint" must be a URL/],
    ['an endpoint with a user', { endpoint: 'http://me:opensesame@minio' }, /and have no user in it/],
    ['forcePathStyle', { forcePathStyle: 1 }, /"forcePathStyle" must be true or false/],
    ['parts below the bound of S3', { partSize: smallestPart - 1 }, /"partSize".* from 5242880 \(5 MiB\)/],
    ['parts above it', { partSize: 6 * 1024 * mebibyte }, /"partSize".*\(5 GiB\), which are S3's bounds/],
    ['half a byte', { multipartThreshold: smallestPart + 0.5 }, /"multipartThreshold" must be a whole/],
    ['no concurrency', { concurrency: 0 }, /"concurrency" must be a whole number, 1 or more/],
    ['no time', { connectTimeout: 0 }, /"connectTimeout" must be a number of milliseconds/],
    ['a time that is none', { requestTimeout: NaN }, /"requestTimeout" must be a number of milliseconds/],
    ['no attempt', { maxAttempts: 0 }, /"maxAttempts" must be a whole number, 1 or more/],
    ['half of credentials', { credentials: { accessKeyId: 'id' } }, /"credentials" must be an object/],
    ['null for credentials', { credentials: null }, /"credentials" must be an object/],
    ['clear', { clear: 'yes' }, /"clear" must be true or false/],
    ['clear without a prefix', { clear: true, prefix: '' }, /Without a prefix, clear would remove/],
    ['a client that is none', { client: {} }, /must be an S3Client/],
    ['null for a client', { client: null }, /must be an S3Client/],
    ['half a client', { client: { send: () => undefined } }, /must be an S3Client/],
    ['a client and what it has', { client: new S3Client(), maxAttempts: 2 }, /own maxAttempts: leave/],
  ])('are refused: %s', (_title, wrong, message) => {
    const options =
      typeof wrong === 'object' && wrong !== null && _title !== 'no bucket' ? { bucket, ...wrong } : wrong;
    const error = caught(() => new S3Connector(options as S3ConnectorOptions));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ connector: 's3', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('opensesame');
  });

  it.each([
    [{}, 'proxystore/default/'],
    [{ name: 'results' }, 'proxystore/results/'],
    [{ prefix: 'a b+ü/' }, 'a b+ü/'],
    [{ prefix: '' }, ''],
  ])('%p make the prefix %p, by which objects are found', async (options, prefix) => {
    const { name: _, ...rest } = place();
    await using connector = new S3Connector({ ...rest, ...options });
    const key = await connector.put([Buffer.from('bytes')]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key[0] }));
    expect(await Body!.transformToString()).toBe('bytes');
    const listed = await all(connector.list());
    expect(listed).toContainEqual(key);
    await connector.evict(key);
  });

  it('of credentials may be a function', async () => {
    await using connector = await S3Connector.open({
      ...place(),
      credentials: () => Promise.resolve(credentials),
    });
    expect(await connector.exists(await connector.put([]))).toBe(true);
  });
});

describe('config()', () => {
  it('has what was given, and no secret', () => {
    const given = {
      ...{ bucket, region: 'eu-west-1', endpoint: 'https://minio:9000', forcePathStyle: true },
      ...{ multipartThreshold: 6 * mebibyte, partSize: 7 * mebibyte, concurrency: 3 },
      ...{ connectTimeout: 1000, requestTimeout: 2000, maxAttempts: 4 },
    };
    const secret = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' };
    const connector = new S3Connector({ ...given, name: 'results', credentials: secret, clear: true });
    const config = connector.config();
    expect(config).toEqual({ kind: 's3', options: { ...given, prefix: 'proxystore/results/' } });
    expect(S3Connector.fromConfig(config.options).config()).toEqual(config);
  });

  it('names no more than was given', () => {
    expect(new S3Connector({ bucket, region: undefined }).config()).toEqual({
      kind: 's3',
      options: { bucket, prefix: 'proxystore/default/' },
    });
  });

  it('of a connector with a client of its user says where its user has said that it goes', () => {
    const connector = watched({
      region: 'eu-west-1',
      endpoint: 'https://minio:9000',
      prefix: 'p/',
      name: undefined,
    });
    expect(connector.config()).toEqual({
      kind: 's3',
      options: { bucket, region: 'eu-west-1', endpoint: 'https://minio:9000', prefix: 'p/' },
    });
  });

  it.each([
    [{ bucket, parts: 3 }, /no option "parts"/],
    [['bucket'], /not an object/],
    [{ bucket: 3 }, /"bucket" must be/],
  ])('is checked where it comes from outside: %p', (options, message) => {
    const error = caught(() => S3Connector.fromConfig(options as never));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(message);
  });
});

describe('list() and clear', () => {
  it('pass over what is not an object of the connector', async () => {
    const options = place();
    const prefix = `proxystore/${options.name}/`;
    const others = [
      `${prefix}readme`,
      `${prefix}${randomUUID()}/${randomUUID()}`,
      `proxystore/${randomUUID()}`,
    ];
    for (const Key of others) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'other' }));
    const connector = new S3Connector({ ...options, clear: true });
    const keys = await connector.putBatch([[], [], []]);
    expect((await all(connector.list())).sort()).toEqual([...keys].sort());
    await connector.close();
    await using again = new S3Connector(options);
    expect(await all(again.list())).toEqual([]);
    for (const Key of others) {
      await expect(client.send(new GetObjectCommand({ Bucket: bucket, Key }))).resolves.toBeDefined();
    }
  });

  it('go on where a part of a listing ends', async () => {
    const options = place();
    const connector = new S3Connector({ ...options, clear: true });
    const keys = await connector.putBatch(Array.from({ length: 1001 }, () => []));
    expect((await all(connector.list())).sort()).toEqual([...keys].sort());
    await connector.close();
    await using again = new S3Connector(options);
    expect(await all(again.list())).toEqual([]);
  });

  it('leave everything where clear is not asked for', async () => {
    const options = place();
    const connector = new S3Connector(options);
    const key = await connector.put([]);
    await connector.close();
    await using again = new S3Connector(options);
    expect(await again.exists(key)).toBe(true);
  });
});

describe('objects that are stored in parts', () => {
  const options = { multipartThreshold: 2 * smallestPart, partSize: smallestPart };

  it.each([
    [2 * smallestPart - 1, 0],
    [2 * smallestPart, 2],
    [2 * smallestPart + 1, 3],
    [3 * smallestPart + 12_345, 4],
  ])('of %d bytes come back whole, in %d parts', async (size, parts) => {
    await using connector = watched(options);
    const bytes = Buffer.alloc(size, 'some text of which the length is prime');
    const key = await connector.put([bytes.subarray(0, 3), new Uint8Array(0), bytes.subarray(3)]);
    expect(sent.filter((name) => name === 'UploadPart')).toHaveLength(parts);
    expect(sent.includes('PutObject')).toBe(parts === 0);
    expect(same(await connector.get(key), bytes)).toBe(true);
    expect(await uploads()).toEqual([]);
  });

  it('go from the caller’s memory where it lies together', async () => {
    await using connector = watched(options);
    const body = new Uint8Array(3 * smallestPart);
    const copied: boolean[] = [];
    sending = (name, { Body }) => {
      if (name === 'UploadPart') copied.push((Body as Uint8Array).buffer !== body.buffer);
    };
    await connector.evict(await connector.put([new Uint8Array(3), body]));
    // The first part has the header, too.
    expect(copied).toEqual([true, false, false, false]);
  });

  it('are sent no more at a time than is allowed', async () => {
    const held: (() => void)[] = [];
    let [underWay, most] = [0, 0];
    await using answers = await S3Answers.start((request, response, count) => {
      underWay += 1;
      most = Math.max(most, underWay);
      held.push(() => {
        underWay -= 1;
        response.setHeader('etag', 'e');
        response.end(request.url?.includes('uploads') === true ? uploadStarted : '<Answer/>');
      });
      // The first ones wait for each other.
      if (count >= 3) for (const release of held.splice(0)) release();
      return undefined;
    });
    await using connector = answered(answers, { ...options, concurrency: 3 });
    const large = [new Uint8Array(4 * smallestPart)];
    await connector.putBatch([large, large, ...Array.from({ length: 30 }, () => [new Uint8Array(10)])]);
    expect(most).toBe(3);
    expect(answers.requests.filter((request) => request.includes('partNumber'))).toHaveLength(8);
  });

  it('leave no upload when a part fails', async () => {
    await using connector = watched(options);
    sending = (name, { PartNumber }) => {
      if (name === 'UploadPart' && PartNumber === 2) throw new Error('It does not fit');
    };
    const error = await rejection(connector.put([new Uint8Array(3 * smallestPart)]));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not store an object in the bucket .*: It does not fit\./);
    expect(sent).toContain('AbortMultipartUpload');
    expect(await uploads()).toEqual([]);
    expect(await all(connector.list())).toEqual([]);
  });

  it.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'leave none, and no object, when they are aborted at %s',
    async (step) => {
      await using connector = watched(options);
      const controller = new AbortController();
      sending = (name) => {
        if (name === step) controller.abort('enough');
      };
      const put = connector.put([new Uint8Array(3 * smallestPart)], controller);
      const outcome = await put.catch((reason: unknown) => reason);
      // What makes the parts an object is waited for, and when that has been done it has.
      if (step === 'CompleteMultipartUpload') expect(outcome).toEqual([expect.any(String)]);
      else expect(outcome).toBe('enough');
      expect(await uploads()).toEqual([]);
      expect(await all(connector.list())).toHaveLength(step === 'CompleteMultipartUpload' ? 1 : 0);
    },
  );

  it('are stored where nothing is, or not at all', async () => {
    await using connector = watched(options);
    const key = connector.newKey();
    const bytes = new Uint8Array(2 * smallestPart).fill(1);
    expect(await connector.set(key, [bytes], { ifAbsent: true })).toBe(true);
    expect(await connector.set(key, [new Uint8Array(2 * smallestPart)], { ifAbsent: true })).toBe(false);
    expect(await connector.set(key, [new Uint8Array(1)], { ifAbsent: true })).toBe(false);
    expect(same(await connector.get(key), bytes)).toBe(true);
    expect(await uploads()).toEqual([]);
    expect(await connector.set(key, [Buffer.from('over it')])).toBe(true);
    expect(String(Buffer.from((await connector.get(key))!))).toBe('over it');
  });

  it('fail where the upload has gone, and were not completed before', async () => {
    await using answers = await S3Answers.start((request) => {
      if (request.url?.includes('uploads') === true) return { body: uploadStarted };
      if (request.method === 'PUT') return {};
      return { status: 404, code: 'NoSuchUpload' };
    });
    await using connector = answered(answers, options);
    await expect(connector.put([new Uint8Array(2 * smallestPart)])).rejects.toThrow(/NoSuchUpload/);
  });

  it('would be found, where an upload was left', async () => {
    const target = { Bucket: bucket, Key: randomUUID() };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
    expect(await uploads()).toEqual([expect.objectContaining({ UploadId })]);
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    expect(await uploads()).toEqual([]);
  });

  it('are cut into pieces that are views', () => {
    const part = Uint8Array.from({ length: 10 }, (_, index) => index);
    const pieces = cut([part.subarray(0, 3), new Uint8Array(0), part.subarray(3)], 4);
    expect(pieces.map((piece) => [...joined(piece)])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(pieces.flat().every((view) => view.buffer === part.buffer)).toBe(true);
  });
});

describe('several objects', () => {
  it('are stored all or none', async () => {
    await using connector = watched();
    let count = 0;
    sending = (name) => {
      if (name === 'PutObject' && (count += 1) === 30) throw new Error('It does not fit');
    };
    const error = await rejection(connector.putBatch(Array.from({ length: 100 }, () => [Buffer.from('x')])));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(String(error)).toMatch(/Could not store 100 objects in .*: It does not fit\./);
    // Those that waited for their turn were not begun.
    expect(count).toBeLessThan(100);
    expect(await all(connector.list())).toEqual([]);
  });

  it('are fetched all or not at all', async () => {
    await using connector = watched();
    const keys = await connector.putBatch(Array.from({ length: 100 }, () => [Buffer.from('x')]));
    sending = (name, { Key }) => {
      if (name === 'GetObject' && String(Key).endsWith(keys[50]![0])) throw new Error('It is lost');
    };
    await expect(connector.getBatch(keys)).rejects.toThrow(/Could not fetch 100 objects .*: It is lost\./);
  });

  it('are removed a thousand in a request, each once', async () => {
    await using connector = watched();
    const [key, other] = await connector.putBatch([[], []]);
    const keys = Array.from({ length: 2001 }, () => connector.newKey());
    const counts: number[] = [];
    sending = (name, { Delete }) => {
      if (name === 'DeleteObjects') counts.push((Delete as { Objects: unknown[] }).Objects.length);
    };
    await connector.evictBatch([key!, other!, ...keys, key!, other!]);
    expect(counts).toEqual([1000, 1000, 3]);
    expect(await connector.getBatch([key!, other!])).toEqual([undefined, undefined]);
  });

  it('that are not removed are told, each with its reason', async () => {
    const failed = (Key: string, Code: string): string =>
      `<Error><Key>proxystore/default/${Key}</Key><Code>${Code}</Code><Message>No</Message></Error>`;
    await using answers = await S3Answers.start(() => ({
      body: `<DeleteResult>${failed('first', 'AccessDenied')}${failed('second', 'InternalError')}</DeleteResult>`,
    }));
    await using connector = answered(answers);
    const keys = Array.from({ length: 3 }, () => connector.newKey());
    const error = (await rejection(connector.evictBatch(keys))) as ConnectorError;
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error.message).toMatch(
      /^Could not remove 2 of 3 objects in .* the first S3 says AccessDenied: No\./,
    );
    const { errors } = error.cause as AggregateError;
    expect(errors).toEqual([
      expect.objectContaining({ key: ['first'], message: 'AccessDenied: No' }),
      expect.objectContaining({ key: ['second'], message: 'InternalError: No' }),
    ]);
  });
});

describe('signals', () => {
  it('drop what waits for its turn', async () => {
    await using answers = await S3Answers.start(() => undefined);
    const connector = answered(answers, { concurrency: 1, requestTimeout: 60_000 });
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const key = connector.newKey();
    const gets = [first, second, third].map((controller) => rejection(connector.get(key, controller)));
    second.abort('second');
    expect(await gets[1]).toBe('second');
    first.abort('first');
    expect(await gets[0]).toBe('first');
    third.abort('third');
    expect(await gets[2]).toBe('third');
    await connector.close();
    expect(answers.requests.length).toBeLessThan(3);
  });

  it.each([null, 0, 'enough', new Error('enough')])('may have any reason: %p', async (reason) => {
    await using connector = watched();
    const controller = new AbortController();
    const operations = [connector.put([], controller), connector.getBatch([connector.newKey()], controller)];
    const ends = Promise.all(operations.map((operation) => rejection(operation)));
    controller.abort(reason);
    expect(await ends).toEqual([reason, reason]);
  });

  it('are waited with while what was sent may still be carried out', async () => {
    await using connector = watched();
    const controller = new AbortController();
    sending = (name) => {
      if (name === 'PutObject') controller.abort('enough');
    };
    expect(await connector.set(connector.newKey(), [], controller)).toBe(true);
  });
});

describe('a connection', () => {
  it.each<[string, (response: ServerResponse) => void, (controller: AbortController) => void, unknown]>([
    [
      'half of an object has come, and no more is wanted',
      (response) => response.writeHead(200, { 'content-length': 2 * mebibyte }).write(Buffer.alloc(mebibyte)),
      (controller) => controller.abort('enough'),
      'enough',
    ],
    [
      'an object comes that there is no memory for',
      (response) => response.writeHead(200, { 'content-length': 2 ** 52 }).write('x'),
      () => undefined,
      expect.objectContaining({ cause: expect.objectContaining({ name: 'RangeError' }) }),
    ],
  ])('is ended when %s', async (_title, answer, meanwhile, expected) => {
    const closed: Promise<unknown>[] = [];
    let sent: (() => void) | undefined;
    const whenSent = new Promise<void>((resolve) => (sent = resolve));
    await using answers = await S3Answers.start((_request, response) => {
      closed.push(once(response, 'close'));
      answer(response);
      setImmediate(() => sent?.());
      return undefined;
    });
    // Not ended because nothing comes.
    await using connector = answered(answers, { requestTimeout: 2 ** 31 - 1 });
    const controller = new AbortController();
    const end = rejection(connector.get(connector.newKey(), controller));
    await whenSent;
    meanwhile(controller);
    expect(await end).toEqual(expected);
    expect(closed).toHaveLength(1);
    await Promise.all(closed);
  });

  it('is used again, and ended with the connector that made it', async () => {
    await using proxy = await TCPProxy.start(server.port);
    const connector = new S3Connector(placeOf({ url: `http://127.0.0.1:${proxy.port}` }));
    for (let count = 0; count < 3; count += 1) await connector.evict(await connector.put([Buffer.from('x')]));
    expect(proxy.accepted).toBe(1);
    const ended = proxy.disconnection();
    await connector.close();
    await ended;
    expect(proxy.open).toBe(0);
  });
});

describe('answers', () => {
  const conflict = { status: 409, code: 'ConditionalRequestConflict' };

  it('that another writes the object at the same time are followed by another attempt', async () => {
    await using answers = await S3Answers.start((_request, _response, count) => (count < 3 ? conflict : {}));
    await using connector = answered(answers);
    expect(await connector.set(connector.newKey(), [], { ifAbsent: true })).toBe(true);
    expect(answers.requests).toHaveLength(3);
  });

  it('that it goes on so are told at last', async () => {
    await using answers = await S3Answers.start(() => conflict);
    await using connector = answered(answers);
    await expect(connector.set(connector.newKey(), [], { ifAbsent: true })).rejects.toThrow(
      /ConditionalRequestConflict/,
    );
    expect(answers.requests).toHaveLength(5);
  });

  it('are not waited for by what is aborted between attempts', async () => {
    const controller = new AbortController();
    await using answers = await S3Answers.start((_request, response) => {
      response.on('finish', () => setTimeout(() => controller.abort('enough'), 10));
      return conflict;
    });
    await using connector = answered(answers);
    const set = connector.set(connector.newKey(), [], { ifAbsent: true, signal: controller.signal });
    await expect(set).rejects.toBe('enough');
  });

  it('that another attempt has been refused do not hide that an earlier one was carried out', async () => {
    let writer: string | string[] | undefined;
    await using answers = await S3Answers.start((request, response, count) => {
      const { 'x-amz-meta-proxystore-writer': token } = request.headers;
      if (count === 1) {
        // Carried out, and the answer is that of another that was under way.
        writer = token;
        return conflict;
      }
      if (request.method === 'PUT') return { status: 412, code: 'PreconditionFailed' };
      response.writeHead(200, { 'x-amz-meta-proxystore-writer': writer, 'content-length': 0 }).end();
      return undefined;
    });
    await using connector = answered(answers);
    expect(await connector.set(connector.newKey(), [], { ifAbsent: true })).toBe(true);
    writer = 'another';
    expect(answers.requests.map((request) => request.split(' ')[0])).toEqual(['PUT', 'PUT', 'HEAD']);
    expect(await connector.set(connector.newKey(), [], { ifAbsent: true })).toBe(false);
  });

  it.each(['SlowDown', 'InternalError'])('of %s are followed by another attempt', async (code) => {
    await using answers = await S3Answers.start((request, response, count) => {
      if (count % 2 === 1) return { status: 503, code };
      if (request.method !== 'GET') return {};
      if (request.url?.includes('list-type') === true) return { body: '<ListBucketResult/>' };
      response.end('bytes');
      return undefined;
    });
    await using connector = answered(answers, { maxAttempts: 2 });
    const key = connector.newKey();
    await connector.put([]);
    expect(await connector.set(key, [], { ifAbsent: true })).toBe(true);
    expect(String(Buffer.from((await connector.get(key))!))).toBe('bytes');
    await connector.evict(key);
    await connector.evictBatch([key, connector.newKey()]);
    expect(await all(connector.list())).toEqual([]);
    expect(answers.requests).toHaveLength(12);
  });

  it('that a clock is wrong are followed by another attempt, by the clock of the service', async () => {
    await withClockBehind(24 * 60 * 60 * 1000, async () => {
      await using connector = new S3Connector(place());
      expect(await connector.exists(await connector.put([]))).toBe(true);
    });
  });

  it('of an error with the status of success are errors', async () => {
    await using answers = await S3Answers.start((request) => {
      if (request.method === 'DELETE') return { status: 204 };
      if (request.url?.includes('uploads') === true) return { body: uploadStarted };
      return request.method === 'PUT' ? {} : { code: 'InternalError' };
    });
    const options = { multipartThreshold: smallestPart, partSize: smallestPart };
    await using connector = answered(answers, options);
    await expect(connector.put([new Uint8Array(smallestPart)])).rejects.toThrow(/InternalError/);
    // The upload is aborted, and the object removed that may have become of it.
    expect(answers.requests.slice(-2)).toEqual([
      expect.stringMatching(/^DELETE .*uploadId=upload/),
      expect.stringMatching(/^DELETE (?!.*uploadId)/),
    ]);
  });

  it('that there is no object to remove are none that it was not removed', async () => {
    await using answers = await S3Answers.start((request) =>
      request.method === 'DELETE'
        ? { status: 404, code: 'NoSuchKey' }
        : { body: '<DeleteResult><Error><Key>key</Key><Code>NoSuchKey</Code></Error></DeleteResult>' },
    );
    await using connector = answered(answers);
    await connector.evict(connector.newKey());
    await connector.evictBatch([connector.newKey(), connector.newKey()]);
  });

  it('without a length are received to their end', async () => {
    await using answers = await S3Answers.start((_request, response) => {
      response.write('by');
      setImmediate(() => response.end('tes'));
      return undefined;
    });
    await using connector = answered(answers);
    expect(String(Buffer.from((await connector.get(connector.newKey()))!))).toBe('bytes');
  });

  it.each([0, 1, 50, 99])('that end after %d of 100 bytes are no object', async (length) => {
    await using answers = await S3Answers.start((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.flushHeaders();
      response.write('x'.repeat(length), () => response.destroy());
      return undefined;
    });
    await using connector = answered(answers);
    const key = connector.newKey();
    const error = await rejection(connector.get(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({ key, cause: expect.objectContaining({ code: 'ECONNRESET' }) });
  });

  it('that are longer or shorter than they say are no object either', async () => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(3);
      yield new Uint8Array(3);
    };
    for (const ContentLength of [5, 7]) {
      await expect(bytesOf({ Body: body(), ContentLength })).rejects.toThrow(
        `The object has ${ContentLength} bytes, of which 6 have come`,
      );
    }
    expect(await bytesOf({ ContentLength: 0 })).toEqual(new Uint8Array(0));
  });

  it('to HEAD, which say nothing, are looked into', async () => {
    // Allowed to list, and not to look.
    await using answers = await S3Answers.start((request) =>
      request.method === 'HEAD' ? { status: 403 } : { body: '<ListBucketResult/>' },
    );
    await using connector = await S3Connector.open({ ...placeOf(answers), maxAttempts: 1 });
    await expect(connector.exists(connector.newKey())).rejects.toThrow(/HTTP status 403\. Allow the cred/);
  });

  it('to HEAD that there is no object ask once whether there is a bucket', async () => {
    await using connector = watched();
    expect(await connector.exists(connector.newKey())).toBe(false);
    expect(await connector.exists(connector.newKey())).toBe(false);
    expect(sent).toEqual(['HeadObject', 'HeadBucket', 'HeadObject']);
  });

  it.each<[string, number, RegExp]>([
    ['SlowDown', 503, /SlowDown: So it is\. Lower concurrency, or raise maxAttempts/],
    ['NotImplemented', 501, /NotImplemented: .* set with ifAbsent needs its conditional writes/],
    ['PermanentRedirect', 301, /PermanentRedirect: .* Give the region that the bucket is in/],
    ['AccessDenied', 403, /AccessDenied: .* Allow the credentials s3:GetObject/],
    ['RequestTimeTooSkewed', 403, /RequestTimeTooSkewed: .* Set the clock/],
    ['NoSuchBucket', 404, /NoSuchBucket: .* a connector makes none/],
    ['ExpiredToken', 400, /ExpiredToken: .* Give the credentials/],
    ['InternalError', 500, /InternalError: So it is\.$/],
  ])('of %s are told with what to do', async (code, status, message) => {
    await using answers = await S3Answers.start(() => ({ status, code }));
    await using connector = answered(answers);
    const key = connector.newKey();
    for (const operation of [
      connector.get(key),
      connector.set(key, [], { ifAbsent: true }),
      connector.put([]),
    ]) {
      const error = (await rejection(operation)) as ConnectorError;
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error.message).toMatch(/^Could not (fetch|store) an object in the bucket ".+" at http:/);
      expect(error.message).toMatch(message);
      expect(error.cause).toMatchObject({ $metadata: { httpStatusCode: status } });
    }
  });
});

describe('errors that no server sends', () => {
  it.each<[unknown, string]>([
    [new Error('Region is missing'), 'Region is missing. Give a region, as an option or as AWS_REGION.'],
    [
      new Error('Could not load credentials from any providers'),
      'Could not load credentials from any providers. Give the credentials of a user',
    ],
    [
      Object.assign(new Error(''), { errors: [new Error('refused at ::1'), new Error('and at 127.0.0.1')] }),
      'refused at ::1, and at 127.0.0.1.',
    ],
    ['a text', 'a text.'],
    [undefined, 'undefined.'],
  ])('are told: %p', (cause, expected) => {
    const { message } = operationError({ verb: 'fetch an object' }, 'a place', cause);
    expect(message).toContain(`Could not fetch an object in a place: ${expected}`);
  });
});

describe('the client', () => {
  it('of its user is left as it is', async () => {
    const connector = watched();
    const key = await connector.put([Buffer.from('bytes')]);
    await connector.close();
    await expect(connector.get(key)).rejects.toBeInstanceOf(ConnectorClosedError);
    await using other = watched();
    expect(await other.exists(key)).toBe(false);
  });

  it('keeps no process alive that has nothing else to do', () => {
    const script = `
      const { S3Connector } = require(${JSON.stringify(join(compiledLibrary(), 'connectors', 's3.js'))});
      process.env.AWS_ACCESS_KEY_ID = ${JSON.stringify(credentials.accessKeyId)};
      process.env.AWS_SECRET_ACCESS_KEY = ${JSON.stringify(credentials.secretAccessKey)};
      const { credentials, ...options } = ${JSON.stringify(place())};
      (async () => {
        const connector = await S3Connector.open(options);
        const key = await connector.put([new Uint8Array(3000000)]);
        console.log((await connector.get(key)).length);
      })();
    `;
    expect(runScript(script)).toMatchObject({ status: 0, stdout: '3000000\n' });
  });

  it('cannot be had without its package, which is named', async () => {
    // Its absence cannot be had here but by a mock: the tests above need it.
    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/client-s3', () => {
        throw new Error("Cannot find module '@aws-sdk/client-s3'");
      });
      const isolated = await import('../../lib/connectors/s3.js');
      const connector = new isolated.S3Connector({ bucket });
      const error = await rejection(connector.put([]));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({
        message: expect.stringContaining('npm install @aws-sdk/client-s3'),
        cause: expect.objectContaining({ message: expect.stringContaining('Cannot find module') }),
      });
      await expect(isolated.S3Connector.open({ bucket })).rejects.toThrow('npm install @aws-sdk/client-s3');
      await connector.close();
    });
    jest.dontMock('@aws-sdk/client-s3');
  });
});

const uploadStarted =
  '<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>';

/** The uploads that nobody has completed or aborted. */
async function uploads(): Promise<unknown[]> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads;
}

/** Compares large arrays, for which `toEqual` takes minutes. */
function same(actual: Uint8Array | undefined, expected: Uint8Array): boolean {
  return actual !== undefined && Buffer.compare(actual, expected) === 0;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
