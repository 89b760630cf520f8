/** URLs by which an object is fetched without credentials. */

import '../../lib/resources/symbols.js';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import ts from 'typescript';
import { S3Connector, type S3ConnectionOptions, type S3ConnectorOptions } from '../../lib/connectors/s3.js';
import { ConnectorClosedError, ConnectorError, InvalidKeyError } from '../../lib/errors.js';
import * as library from '../../lib/index.js';
import { caught, rejection } from '../caught.js';
import { S3Answers } from '../servers/s3-answers.js';
import { bucket, credentials, placeOf, s3Server, type S3Server } from '../servers/s3-server.js';
import { withClockBehind } from './s3-clock.js';
import { TemporaryDirectory } from './temporary-directory.js';

let server: S3Server;

beforeAll(async () => {
  server = await s3Server();
});

afterAll(() => server[Symbol.asyncDispose]());

function connectorWith(options: Partial<S3ConnectionOptions> = { presign: true }): S3Connector {
  return new S3Connector({ ...placeOf(server), name: randomUUID(), ...options });
}

/** What a URL leads to. */
async function fetched(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url);
  return { status: answer.status, text: await answer.text() };
}

/** For how many seconds a URL says that it is good. */
function expiryOf(url: string): string | null {
  return new URL(url).searchParams.get('X-Amz-Expires');
}

describe('without the option presign', () => {
  it.each([{}, { presign: undefined }, { presign: false }])('no URL is made: %p', async (options) => {
    await using connector = connectorWith(options);
    const key = await connector.put([Buffer.from('bytes')]);
    const error = await rejection(connector.presignedUrl(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      connector: 's3',
      message: expect.stringMatching(/no presigned URLs: .*without credentials.* the option presign: true/),
    });
  });

  it('an object is not had without credentials', async () => {
    await using connector = connectorWith();
    const url = new URL(await connector.presignedUrl(await connector.put([Buffer.from('bytes')])));
    url.search = '';
    expect(await fetched(url.href)).toMatchObject({
      status: 403,
      text: expect.stringContaining('AccessDenied'),
    });
  });
});

describe('a presigned URL', () => {
  it.each([0, 1, 100_000, 11 * 1024 * 1024])('leads to the %d bytes that were stored', async (size) => {
    const multipartThreshold = 5 * 1024 * 1024;
    await using connector = connectorWith({
      presign: true,
      multipartThreshold,
      partSize: multipartThreshold,
    });
    const bytes = Buffer.alloc(size, 'some text of which the length is prime');
    const key = await connector.put([bytes.subarray(0, 1), bytes.subarray(1)]);
    const answer = await fetch(await connector.presignedUrl(key));
    expect(answer.status).toBe(200);
    expect(bytes.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
  });

  it.each(['', 'a b+ü/', 'proxystore/%2F?&=#/'])('has the prefix %p', async (prefix) => {
    const { name: _, ...rest } = { ...placeOf(server), name: '' };
    await using connector = new S3Connector({ ...rest, prefix, presign: true });
    const key = await connector.put([Buffer.from('bytes')]);
    expect(await fetched(await connector.presignedUrl(key))).toEqual({ status: 200, text: 'bytes' });
    await connector.evict(key);
  });

  it('leads to nothing else', async () => {
    await using connector = connectorWith();
    const [key, other] = await connector.putBatch([[Buffer.from('bytes')], [Buffer.from('others')]]);
    const url = await connector.presignedUrl(key!);
    const forged = url.replace(key![0], other![0]);
    expect(forged).not.toBe(url);
    expect(await fetched(forged)).toMatchObject({
      status: 403,
      text: expect.stringContaining('SignatureDoesNotMatch'),
    });
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect(await connector.exists(key!)).toBe(true);
  });

  it('has no secret in it', async () => {
    const secretAccessKey = 'open sesame';
    await using connector = connectorWith({
      presign: true,
      credentials: { ...credentials, secretAccessKey },
    });
    expect(decodeURIComponent(await connector.presignedUrl(connector.newKey()))).not.toContain('sesame');
  });

  it('leads nowhere once the object is evicted, or where there was none', async () => {
    await using connector = connectorWith();
    const key = await connector.put([Buffer.from('bytes')]);
    const urls = [await connector.presignedUrl(key), await connector.presignedUrl(connector.newKey())];
    await connector.evict(key);
    for (const url of urls) {
      expect(await fetched(url)).toMatchObject({ status: 404, text: expect.stringContaining('NoSuchKey') });
    }
  });

  it.each<[S3ConnectionOptions['presign'], number | undefined, string]>([
    [true, undefined, '3600'],
    [{}, undefined, '3600'],
    [{ expiresIn: 60 }, undefined, '60'],
    [{ expiresIn: 60 }, 1, '1'],
    [{ expiresIn: 60 }, 604_800, '604800'],
    [{ expiresIn: 604_800 }, undefined, '604800'],
  ])('by presign: %p and expiresIn: %p is good for %s seconds', async (presign, expiresIn, expected) => {
    await using connector = connectorWith({ presign });
    const url = await connector.presignedUrl(connector.newKey(), { expiresIn });
    expect(expiryOf(url)).toBe(expected);
  });

  it('is refused when it has expired', async () => {
    await using connector = connectorWith();
    const key = await connector.put([Buffer.from('bytes')]);
    const url = await withClockBehind(2000, () => connector.presignedUrl(key, { expiresIn: 1 }));
    expect(await fetched(url)).toMatchObject({
      status: 403,
      text: expect.stringContaining('Request has expired'),
    });
  });

  it('is good by the clock of the service, where an answer has shown that it is another', async () => {
    await using connector = connectorWith();
    const url = await withClockBehind(24 * 60 * 60 * 1000, async () => {
      const key = await connector.put([Buffer.from('bytes')]);
      return connector.presignedUrl(key, { expiresIn: 600 });
    });
    expect(await fetched(url)).toEqual({ status: 200, text: 'bytes' });
  });

  it('needs no service to be made', async () => {
    await using answers = await S3Answers.start(() => ({}));
    await using connector = connectorWith({ presign: true, endpoint: answers.url });
    await connector.presignedUrl(connector.newKey());
    expect(answers.requests).toEqual([]);
  });

  it('is made by the client of its user, which is left as it is', async () => {
    const { endpoint, region, forcePathStyle } = placeOf(server);
    const client = new S3Client({ endpoint, region, forcePathStyle, credentials });
    const options: S3ConnectorOptions = { bucket, client, name: randomUUID(), presign: true };
    const connector = new S3Connector(options);
    const key = await connector.put([Buffer.from('bytes')]);
    const url = await connector.presignedUrl(key);
    await connector.close();
    expect(await fetched(url)).toEqual({ status: 200, text: 'bytes' });
    await using other = new S3Connector(options);
    expect(await other.exists(key)).toBe(true);
    client.destroy();
  });

  it('is made of the key of a store', async () => {
    const connector = connectorWith();
    await using store = new library.Store(randomUUID(), connector);
    const url = await connector.presignedUrl(await store.put({ total: 42 }));
    const answer = await fetch(url);
    expect(library.deserialize(new Uint8Array(await answer.arrayBuffer()))).toEqual({ total: 42 });
  });
});

describe('presignedUrl() refuses', () => {
  it.each([0, -1, 0.5, 604_801, 3_600_000, NaN, Infinity, '60', null, {}, true, 60n])(
    'to have a URL last %p seconds',
    async (expiresIn) => {
      await using connector = connectorWith();
      const wrong = { expiresIn } as { expiresIn: number };
      const error = await rejection(connector.presignedUrl(connector.newKey(), wrong));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(
        /expiresIn of a presigned URL must be a whole number of seconds, from 1 to 604800/,
      );
      const refused = caught(() => connectorWith({ presign: wrong }));
      expect(refused).toBeInstanceOf(ConnectorError);
      expect(String(refused)).toMatch(
        /"presign" must be true, false, or \{ expiresIn \} with a whole number/,
      );
    },
  );

  it.each(['yes', 1, null, [], [60], { expires: 60 }, { expiresIn: 60, more: 1 }])(
    'nothing, for presign: %p is not taken',
    (presign) => {
      const error = caught(() => connectorWith({ presign: presign as unknown as boolean }));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(String(error)).toMatch(/"presign" must be true, false, or/);
    },
  );

  it.each([
    [undefined],
    [[]],
    [['../secrets']],
    [[`${randomUUID()}/../secrets`]],
    [[randomUUID(), 1]],
    [randomUUID()],
  ])('what is no key: %p', async (key) => {
    await using connector = connectorWith();
    expect(await rejection(connector.presignedUrl(key as never))).toBeInstanceOf(InvalidKeyError);
  });

  it('when the connector is closed', async () => {
    const connector = connectorWith();
    const key = connector.newKey();
    await connector.close();
    expect(await rejection(connector.presignedUrl(key))).toBeInstanceOf(ConnectorClosedError);
  });

  it('when its signal is aborted, before and during', async () => {
    let asked = (): void => undefined;
    const whenAsked = new Promise<void>((resolve) => (asked = resolve));
    const connector = connectorWith({
      presign: true,
      credentials: () => {
        asked();
        return new Promise(() => undefined);
      },
    });
    const key = connector.newKey();
    const controller = new AbortController();
    const during = rejection(connector.presignedUrl(key, controller));
    await whenAsked;
    controller.abort('enough');
    expect(await during).toBe('enough');
    expect(await rejection(connector.presignedUrl(key, controller))).toBe('enough');
    await connector.close();
  });

  it('when there are no credentials', async () => {
    const cause = new Error('The credentials are at home');
    await using connector = connectorWith({ presign: true, credentials: () => Promise.reject(cause) });
    const key = connector.newKey();
    const error = await rejection(connector.presignedUrl(key));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      key,
      cause,
      message: expect.stringMatching(
        /^Could not presign the URL of an object in the bucket ".+" at http:.*: The credentials are at home\./,
      ),
    });
  });

  it('when its package is not there, which is named', async () => {
    // Its absence cannot be had here but by a mock: the tests above need it.
    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/s3-request-presigner', () => {
        throw new Error("Cannot find module '@aws-sdk/s3-request-presigner'");
      });
      const isolated = await import('../../lib/connectors/s3.js');
      await using connector = new isolated.S3Connector({ ...placeOf(server), presign: true });
      const key = await connector.put([]);
      expect(await connector.exists(key)).toBe(true);
      const error = await rejection(connector.presignedUrl(key));
      expect(error).toBeInstanceOf(ConnectorError);
      expect(error).toMatchObject({
        message: expect.stringContaining('npm install @aws-sdk/s3-request-presigner'),
        cause: expect.objectContaining({ message: expect.stringContaining('Cannot find module') }),
      });
    });
    jest.dontMock('@aws-sdk/s3-request-presigner');
  });
});

describe('a config', () => {
  it.each<[S3ConnectionOptions['presign'], unknown]>([
    [true, true],
    [false, false],
    [{}, true],
    [{ expiresIn: undefined }, true],
    [{ expiresIn: 60 }, { expiresIn: 60 }],
  ])('has presign: %p as %p', (presign, expected) => {
    expect(connectorWith({ presign }).config().options).toMatchObject({ presign: expected });
  });

  it('has no presign where none was given', () => {
    expect(connectorWith({}).config().options).not.toHaveProperty('presign');
    expect(connectorWith({ presign: undefined }).config().options).not.toHaveProperty('presign');
  });

  it('is not changed by what its user does to the options later', () => {
    const presign = { expiresIn: 60 };
    const connector = connectorWith({ presign });
    presign.expiresIn = 604_800;
    expect(connector.config().options).toMatchObject({ presign: { expiresIn: 60 } });
  });

  it('leads to a connector that makes URLs as the first one does', async () => {
    await using first = connectorWith({ presign: { expiresIn: 60 } });
    const key = await first.put([Buffer.from('bytes')]);
    const { kind, options } = JSON.parse(JSON.stringify(first.config())) as ReturnType<S3Connector['config']>;
    await using connector = S3Connector.fromConfig({ ...options, credentials });
    expect(kind).toBe('s3');
    const url = await connector.presignedUrl(key);
    expect(expiryOf(url)).toBe('60');
    expect(await fetched(url)).toEqual({ status: 200, text: 'bytes' });
  });
});

describe('the page about connectors', () => {
  it('shows what one who is given a URL does with it, and that works', async () => {
    const page = await readFile(join(__dirname, '../../docs/connectors.md'), 'utf8');
    const blocks = Array.from(page.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code]) => String(code));
    const shown = blocks.filter((code) => /presignedUrl\(|fetch\(url\)/.test(code));
    expect(shown).toHaveLength(2);
    /** The connector of the page, to the bucket of this test. */
    class Connector extends S3Connector {
      constructor(options: S3ConnectorOptions) {
        super({ ...options, ...placeOf(server) });
      }
    }
    const entries: Readonly<Record<string, unknown>> = {
      proxystore: library,
      'proxystore/s3': { S3Connector: Connector },
    };
    const { outputText } = ts.transpileModule(shown.join('\n'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
    });
    using directory = new TemporaryDirectory();
    const file = join(directory.path, 'page.cjs');
    // A function, for the awaits of the page are those of a module.
    await writeFile(
      file,
      `module.exports = async (require, exports) => {\n${outputText}\nreturn report;\n};`,
    );
    const { default: run } = (await import(file)) as {
      default: (require: (name: string) => unknown, exports: object) => Promise<unknown>;
    };
    expect(await run((name) => entries[name], {})).toEqual({ total: 42 });
  });
});
