/**
 * The process of an S3 server: `@20minutes/s3rver`, which speaks S3's protocol, checks signatures, and keeps objects in a
 * directory. What S3 has and it lacks is added here, at its storage and before its router:
 *
 * - an object is seen when it is whole, and stays whole for who reads it while another takes its place;
 * - `If-None-Match: *`, decided by the file system, which links a name once;
 * - AbortMultipartUpload and ListMultipartUploads, which here ask for no signature; parts that come later are refused;
 * - parts but the last have 5 MiB or more;
 * - a request that is not signed is refused.
 *
 * It is made quick, too, for tests that send tens of thousands of requests: what takes longer to hand to Node's thread
 * pool than to do is done in place, nothing is logged, and no bucket has a configuration, which s3rver looks for twice a
 * request.
 *
 *     node --openssl-legacy-provider s3-server-process.cjs PORT DIRECTORY BUCKET [CERTIFICATE KEY]
 *
 * The flag is for its continuation tokens, which it enciphers with DES.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const { createHash, randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { buffer } = require('node:stream/consumers');
const S3rver = require('@20minutes/s3rver');
const S3Error = require('@20minutes/s3rver/lib/models/error');
const S3Object = require('@20minutes/s3rver/lib/models/object');
const version4 = require('@20minutes/s3rver/lib/signature/v4');
const FilesystemStore = require('@20minutes/s3rver/lib/stores/filesystem');

const [port, directory, bucket, certificate, key] = process.argv.slice(2);
const smallestPart = 5 * 1024 * 1024;
/** The bytes up to which an object is written and read in place. */
const small = 64 * 1024;

/** The request that is being answered, as Koa's context. */
const answering = new AsyncLocalStorage();

// A request of a bucket is signed with the slash at its end, which s3rver leaves out.
const { getStringToSign } = version4;
version4.getStringToSign = (request, signature) =>
  getStringToSign({ ...request, uri: answering.getStore().path }, signature);

class AtomicStore extends FilesystemStore {
  /** The directory of a bucket's uploads. */
  uploadsOf(name) {
    return this.getResourcePath(name, undefined, 'uploads');
  }

  async putContent(target, content) {
    const unfinished = `${target}.${randomUUID()}`;
    const { headers, method } = answering.getStore();
    try {
      const written =
        method === 'PUT' && Number(headers['content-length']) <= small
          ? writeSmall(unfinished, await buffer(content))
          : await super.putContent(unfinished, content);
      if (headers['if-none-match'] === '*') linkOnce(unfinished, target);
      else fs.renameSync(unfinished, target);
      return written;
    } finally {
      fs.rmSync(unfinished, { force: true });
    }
  }

  async putMetadata(name, objectKey, metadata) {
    const target = this.getResourcePath(name, objectKey, 'metadata.json');
    const kept = Object.entries(metadata).filter(
      ([header]) => S3Object.ALLOWED_METADATA.includes(header) || header.startsWith('x-amz-meta-'),
    );
    const unfinished = `${target}.${randomUUID()}`;
    fs.writeFileSync(unfinished, JSON.stringify(Object.fromEntries(kept)));
    fs.renameSync(unfinished, target);
  }

  /** What goes with an object, whose file is open. */
  #metadataOf(name, objectKey, { size, mtime }) {
    const kept = ifThere(() =>
      fs.readFileSync(this.getResourcePath(name, objectKey, 'metadata.json'), 'utf8'),
    );
    return {
      ...(kept !== undefined && JSON.parse(kept)),
      etag: `"${size}-${mtime.getTime()}"`,
      'last-modified': mtime.toUTCString(),
      'content-length': size,
    };
  }

  async getMetadata(name, objectKey) {
    return this.#metadataOf(name, objectKey, fs.statSync(this.getResourcePath(name, objectKey, 'object')));
  }

  async getObject(name, objectKey) {
    const file = this.getResourcePath(name, objectKey, 'object');
    const fd = ifThere(() => fs.openSync(file));
    if (fd === undefined) return null;
    const stat = fs.fstatSync(fd);
    const inPlace = stat.size <= small;
    const content = inPlace ? Readable.from([fs.readFileSync(fd)]) : fs.createReadStream(file, { fd });
    if (inPlace) fs.closeSync(fd);
    return new S3Object(name, objectKey, content, this.#metadataOf(name, objectKey, stat));
  }

  async existsObject(name, objectKey) {
    return fs.existsSync(this.getResourcePath(name, objectKey, 'object'));
  }

  /** Leaves directories that are empty then: another object may be on its way into one. */
  async deleteObject(name, objectKey) {
    for (const resource of ['object', 'metadata.json']) {
      fs.rmSync(this.getResourcePath(name, objectKey, resource), { force: true });
    }
  }

  async getSubresource() {
    return null;
  }

  async putPart(name, uploadId, partNumber, content) {
    const target = path.join(this.uploadsOf(name), uploadId, String(partNumber));
    return super.putContent.call(this, target, content).catch(refuseUpload);
  }

  async putObjectMultipart(name, uploadId, parts) {
    const uploadDirectory = path.join(this.uploadsOf(name), uploadId);
    for (const { number } of parts.slice(0, -1)) {
      const { size } = await fs.promises.stat(path.join(uploadDirectory, String(number))).catch(refuseUpload);
      if (size < smallestPart) throw new S3Error('EntityTooSmall', `Part ${number} has ${size} bytes.`);
    }
    return super.putObjectMultipart(name, uploadId, parts).catch(refuseUpload);
  }
}

function writeSmall(file, bytes) {
  fs.writeFileSync(file, bytes);
  return [bytes.length, createHash('md5').update(bytes).digest('hex')];
}

function linkOnce(unfinished, target) {
  try {
    fs.linkSync(unfinished, target);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    throw new S3Error('PreconditionFailed', 'At least one of the preconditions you specified did not hold.');
  }
}

/** What a file gives, or `undefined` where there is none. */
function ifThere(use) {
  try {
    return use();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseUpload(error) {
  if (error.code !== 'ENOENT') throw error;
  throw new S3Error('NoSuchUpload', 'The specified multipart upload does not exist.');
}

const server = new S3rver({
  port: Number(port),
  address: '127.0.0.1',
  directory,
  silent: true,
  vhostBuckets: false,
  configureBuckets: [{ name: bucket }],
  ...(certificate !== undefined && { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) }),
});
const store = new AtomicStore(directory);
server.store = server.context.store = store;

// The first one logs.
server.middleware.shift();
server.logger.silent = true;
server.middleware.unshift(async (context, next) => {
  if (context.headers.authorization === undefined && context.query['X-Amz-Signature'] === undefined) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
  const { uploads, uploadId } = context.query;
  const [, name] = context.path.split('/');
  if (context.method === 'DELETE' && uploadId !== undefined) {
    const found = await fs.promises.rm(path.join(store.uploadsOf(name), uploadId), { recursive: true }).then(
      () => true,
      () => false,
    );
    if (!found) throw new S3Error('NoSuchUpload', 'The specified multipart upload does not exist.');
    context.status = 204;
  } else if (context.method === 'GET' && uploads !== undefined) {
    const ids = await fs.promises.readdir(store.uploadsOf(name)).catch(() => []);
    const entries = await Promise.all(
      ids.map(async (id) => {
        const objectKey = await fs.promises.readFile(path.join(store.uploadsOf(name), id, 'key'), 'utf8');
        return `<Upload><Key>${objectKey}</Key><UploadId>${id}</UploadId></Upload>`;
      }),
    );
    context.type = 'application/xml';
    context.body = `<ListMultipartUploadsResult>${entries.join('')}</ListMultipartUploadsResult>`;
  } else await answering.run(context, next);
});

server.run().then(
  () => {
    // By default 5 seconds, which a busy server takes for idle ones with a request that it has not read yet.
    server.httpServer.keepAliveTimeout = 60_000;
    console.log('ready');
  },
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
