/** Requests to JetStream. */

import type { Message } from './client.js';
import { RefusalError, refusals } from './errors.js';
import type { Limits } from './limits.js';
import type { Session } from './session.js';

/**
 * Asks something of JetStream's interface.
 *
 * @param what - The subject behind `$JS.API.`.
 * @param body - What goes with it.
 * @returns The answer.
 * @throws RefusalError when it is refused.
 */
export async function ask(
  session: Session,
  what: string,
  body: object,
  limits: Limits,
): Promise<Record<string, unknown>> {
  const subject = `$JS.API.${what}`;
  return answerOf(await session.request({ subject, payload: JSON.stringify(body) }, limits));
}

/**
 * Has a stream store a message.
 *
 * @returns The message's number in the stream.
 * @throws RefusalError when it does not.
 */
export async function publish(
  session: Session,
  subject: string,
  payload: Uint8Array | string,
  headers: Readonly<Record<string, string>> | undefined,
  limits: Limits,
): Promise<number> {
  const { seq } = answerOf(await session.request({ subject, payload, headers }, limits));
  return Number(seq);
}

/** The text of bytes. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

function answerOf(message: Message): Record<string, unknown> {
  if (message.headers?.code === refusals.nobodyAnswers) {
    throw new RefusalError(refusals.nobodyAnswers, 'nobody answers');
  }
  // The server answers in JSON; what is read of it is checked where it matters.
  const answer = JSON.parse(textOf(message.data)) as Record<string, unknown> & { error?: Partial<ErrorBody> };
  const { error } = answer;
  if (error !== undefined) {
    throw new RefusalError(Number(error.err_code), String(error.description));
  }
  return answer;
}

interface ErrorBody {
  readonly err_code: unknown;
  readonly description: unknown;
}
