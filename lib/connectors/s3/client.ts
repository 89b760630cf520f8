/** The parts of the packages `@aws-sdk/client-s3` and `@aws-sdk/s3-request-presigner` that are used. */

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
  readonly config: {
    /** How far the service's clock is ahead of this machine's, in milliseconds, as far as answers have shown. */
    readonly systemClockOffset?: number;
  };
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

/** The package that signs requests which others send. */
export interface PresignerPackage {
  /** @throws Error when there are no credentials. */
  readonly getSignedUrl: (
    client: Client,
    command: Command<unknown>,
    options: { readonly expiresIn: number; readonly signingDate: Date },
  ) => Promise<string>;
}
