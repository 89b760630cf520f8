/** URLs by which who has them fetches an object. */

import { ConnectorError } from '../../errors.js';
import { unlessCancelled } from './cancellation.js';
import { operationError } from './errors.js';
import { expiryRange, isExpiry } from './expiry.js';
import type { Link } from './link.js';
import { loadPresignerPackage } from './load.js';
import type { RequestOptions } from './requests.js';
import type { Settings } from './settings.js';
import type { Target } from './upload.js';

/**
 * How long the next URL lasts, in seconds.
 *
 * @param asked - What was asked for; `undefined` for what the connector was told.
 * @throws ConnectorError when the connector makes none, and for what S3 does not take.
 */
export function expiryFor(settings: Settings, asked: number | undefined): number {
  const { presign } = settings;
  if (presign === undefined) {
    throw new ConnectorError(
      'This S3 connector makes no presigned URLs: who has one reads the object without credentials for as long as it lasts. Where that is wanted, make the connector with the option presign: true.',
      { connector: 's3' },
    );
  }
  if (asked !== undefined && !isExpiry(asked)) {
    throw new ConnectorError(`The expiresIn of a presigned URL must be ${expiryRange}.`, { connector: 's3' });
  }
  return asked ?? presign;
}

/**
 * Makes a URL. Nothing is asked of S3.
 *
 * @param target - What it is of, there or not.
 * @param expiresIn - How long it lasts, in seconds.
 * @throws ConnectorError without the package, and without credentials; the cancellation's reason when that comes before.
 */
export function presignedURL(
  link: Link,
  target: Target,
  expiresIn: number,
  { place, cancellation, ...doing }: RequestOptions & { readonly place: string },
): Promise<string> {
  const sign = async (): Promise<string> => {
    const [{ client, commands }, { getSignedUrl }] = await Promise.all([
      link.session(),
      loadPresignerPackage(),
    ]);
    try {
      // The client corrects a wrong clock where an answer shows it, for its own requests only.
      const signingDate = new Date(Date.now() + (client.config.systemClockOffset ?? 0));
      return await getSignedUrl(client, new commands.GetObjectCommand(target), { expiresIn, signingDate });
    } catch (error) {
      throw operationError(doing, place, error);
    }
  };
  return unlessCancelled(cancellation, sign());
}
