/** The part of the package `@aws-sdk/client-s3` that is used. */

import type * as SDK from '@aws-sdk/client-s3';

/** A command, which remembers what it is answered with. */
export interface Command<O> {
  /** Never there: it carries the type. */
  readonly answer?: O;
}

type CommandClass<I, O> = new (input: I) => Command<O>;

/** What is used of an `S3Client`. */
export interface Client {
  send<O>(command: Command<O>, options: { readonly abortSignal: AbortSignal }): Promise<O>;
  destroy(): void;
}

/** The package, as far as it is used. */
export interface ClientPackage {
  readonly S3Client: new (config: SDK.S3ClientConfig) => Client;
  readonly AbortMultipartUploadCommand: CommandClass<
    SDK.AbortMultipartUploadCommandInput,
    SDK.AbortMultipartUploadCommandOutput
  >;
  readonly CompleteMultipartUploadCommand: CommandClass<
    SDK.CompleteMultipartUploadCommandInput,
    SDK.CompleteMultipartUploadCommandOutput
  >;
  readonly CreateMultipartUploadCommand: CommandClass<
    SDK.CreateMultipartUploadCommandInput,
    SDK.CreateMultipartUploadCommandOutput
  >;
  readonly DeleteObjectCommand: CommandClass<SDK.DeleteObjectCommandInput, SDK.DeleteObjectCommandOutput>;
  readonly DeleteObjectsCommand: CommandClass<SDK.DeleteObjectsCommandInput, SDK.DeleteObjectsCommandOutput>;
  readonly GetObjectCommand: CommandClass<SDK.GetObjectCommandInput, SDK.GetObjectCommandOutput>;
  readonly HeadBucketCommand: CommandClass<SDK.HeadBucketCommandInput, SDK.HeadBucketCommandOutput>;
  readonly HeadObjectCommand: CommandClass<SDK.HeadObjectCommandInput, SDK.HeadObjectCommandOutput>;
  readonly ListObjectsV2Command: CommandClass<SDK.ListObjectsV2CommandInput, SDK.ListObjectsV2CommandOutput>;
  readonly PutObjectCommand: CommandClass<SDK.PutObjectCommandInput, SDK.PutObjectCommandOutput>;
  readonly UploadPartCommand: CommandClass<SDK.UploadPartCommandInput, SDK.UploadPartCommandOutput>;
}
