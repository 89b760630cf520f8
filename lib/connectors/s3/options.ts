/** What an S3 connector can be told. */

import type { OperationOptions } from '../protocol.js';

/** Who the requests are from. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** With temporary credentials. */
  readonly sessionToken?: string | undefined;
}

/** A client of the package `@aws-sdk/client-s3`, described only as far as it is recognised by it. */
export interface S3ClientLike {
  /** Sends a command. */
  send(command: never, options?: never): Promise<unknown>;
  /** Ends its connections. Never called of a user's client. */
  destroy(): void;
}

/** How the URLs of a connector are made. */
export interface S3PresignOptions {
  /** How long a URL lasts where the call does not say, in seconds: from 1 to 604,800, which are 7 days. Default 3600. */
  readonly expiresIn?: number | undefined;
}

/** What a URL is asked for with. */
export interface S3PresignedUrlOptions extends OperationOptions, S3PresignOptions {}

/** What all S3 connectors can be told. */
export interface S3CommonOptions {
  /** The bucket that the objects are in. It must be there: a connector makes none. */
  readonly bucket: string;
  /**
   * Names the objects: their keys in S3 begin with `proxystore/<name>/`. Connectors of one name share their objects.
   * Default `'default'`.
   */
  readonly name?: string | undefined;
  /** What the objects' keys in S3 begin with, instead of what `name` makes of it. At most 988 bytes. */
  readonly prefix?: string | undefined;
  /** The bucket's region. Default is what the SDK finds in the environment, such as `AWS_REGION`. */
  readonly region?: string | undefined;
  /** The URL of a service that speaks S3's protocol, such as `https://minio:9000`. Default is that of AWS. */
  readonly endpoint?: string | undefined;
  /**
   * Whether the bucket's name is in a URL's path instead of its host, as services of one host want it. Default false.
   */
  readonly forcePathStyle?: boolean | undefined;
  /** Objects of so many bytes or more are stored in parts: 5 MiB or more, and 5 GiB at most. Default 16 MiB. */
  readonly multipartThreshold?: number | undefined;
  /**
   * The bytes of a part, from 5 MiB to 5 GiB. Default 8 MiB. A part of an object that would have more than 10,000 is
   * larger.
   */
  readonly partSize?: number | undefined;
  /** How many requests are under way at a time at most; others wait for their turn. Default 32. */
  readonly concurrency?: number | undefined;
  /**
   * Whether closing the connector removes all objects whose keys have its prefix, whoever stored them. Needs a prefix.
   * Default false.
   */
  readonly clear?: boolean | undefined;
  /**
   * Whether `presignedUrl` makes URLs, and how long they last: `true`, or `{ expiresIn }` in seconds. Part of a config.
   * Default false, because who has such a URL has the object.
   */
  readonly presign?: boolean | S3PresignOptions | undefined;
}

/** A connector that uses the client of its user. */
export interface S3BorrowOptions extends S3CommonOptions {
  /**
   * An `S3Client`. It stays its user's, who destroys it after the connector; timeouts, retries and checksums are as it
   * was told. `region`, `endpoint` and `forcePathStyle` beside it change nothing about it: they are for the config, by
   * which another process makes a client of its own.
   */
  readonly client: S3ClientLike;
}

/** A connector that makes its own client. */
export interface S3ConnectionOptions extends S3CommonOptions {
  /**
   * Who the requests are from, or what tells it. Never part of a config. Default is what the SDK finds: the environment,
   * the files of the AWS tools, the role of the machine.
   */
  readonly credentials?: S3Credentials | (() => Promise<S3Credentials>) | undefined;
  /** How long making a connection may take until it fails, in milliseconds. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** How long a request may stand still, with no byte either way, until it fails, in milliseconds. Default 30,000. */
  readonly requestTimeout?: number | undefined;
  /** How often a request is tried that fails in a way that may pass. Default 3. */
  readonly maxAttempts?: number | undefined;
}

/** What an S3 connector can be told. */
export type S3ConnectorOptions = S3BorrowOptions | S3ConnectionOptions;
