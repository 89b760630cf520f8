/** Messages that a stream keeps, sent in order. */

import type { Message } from './client.js';
import { ask } from './jetstream.js';
import type { Limits } from './limits.js';
import type { Listener } from './listener.js';
import type { Session } from './session.js';

/** How often the server says that it is there when it has nothing to send, in milliseconds. */
const heartbeat = 1000;
const nanosecondsPerMillisecond = 1e6;

/** The status of messages that the server sends besides those of the stream. */
const control = 100;

/** What is to be sent. */
export interface ReplayOptions {
  readonly stream: string;
  /** Matches the subjects of the messages. */
  readonly filter: string;
  /** How many messages there are at most. By default any number. */
  readonly limit?: number | undefined;
}

/**
 * Has the server send messages, each once, in order.
 *
 * @param receive - Called with each. What it throws ends it.
 * @returns How many there were, when all that are there have been received.
 */
export async function replay(
  session: Session,
  { stream, filter, limit = Infinity }: ReplayOptions,
  receive: (message: Message) => void,
  limits: Limits,
): Promise<number> {
  let received = 0;
  let next = 1;
  for (;;) {
    const part = new Part(stream, filter, next, limit - received, receive);
    const whole = await part.run(session, limits);
    received += part.received;
    next = part.next;
    // What was lost on the way, or removed meanwhile, is asked for again: the server then says how many are left.
    if (whole) return received;
  }
}

/** Messages that come without a gap. */
class Part {
  received = 0;
  /** The number in the stream from which on a next part goes. */
  next: number;
  readonly #stream: string;
  readonly #filter: string;
  readonly #limit: number;
  readonly #receive: (message: Message) => void;
  #heard = true;

  constructor(
    stream: string,
    filter: string,
    next: number,
    limit: number,
    receive: (message: Message) => void,
  ) {
    this.#stream = stream;
    this.#filter = filter;
    this.next = next;
    this.#limit = limit;
    this.#receive = receive;
  }

  /** Settles when all have come, with true, or when there is a gap, with false. */
  async run(session: Session, limits: Limits): Promise<boolean> {
    let listener: Listener | undefined;
    let timer: NodeJS.Timeout | undefined;
    let removeLimit: (() => void) | undefined;
    let consumer: Promise<Consumer> | undefined;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        removeLimit = limits.onEnd(reject);
        // What the receiver throws breaks it, and so does the loss of the connection.
        listener = session.listen((message) => {
          this.#heard = true;
          const end = isControl(message) ? obey(session, message) : this.#accept(message);
          if (end !== undefined) resolve(end);
        });
        listener.whenBroken(reject);
        timer = setInterval(() => {
          if (!this.#heard) resolve(false);
          this.#heard = false;
        }, 3 * heartbeat);
        consumer = createConsumer(
          session,
          {
            stream: this.#stream,
            subject: listener.subject,
            filter: this.#filter,
            heartbeat,
            from: this.next,
          },
          limits,
        );
        consumer.then(({ pending }) => {
          if (pending === 0 && this.received === 0) resolve(true);
        }, reject);
      });
    } finally {
      clearInterval(timer);
      removeLimit?.();
      listener?.end();
      consumer?.then(
        ({ name }) => deleteConsumer(session, this.#stream, name),
        () => undefined,
      );
    }
  }

  #accept(message: Message): boolean | undefined {
    const { streamSequence, consumerSequence, pending } = positionOf(message);
    if (consumerSequence !== this.received + 1) return false;
    this.#receive(message);
    this.received += 1;
    this.next = streamSequence + 1;
    return pending === 0 || this.received === this.#limit ? true : undefined;
  }
}

/** How a consumer is made: what the server sends messages by. */
export interface ConsumerOptions {
  readonly stream: string;
  /** Where to. */
  readonly subject: string;
  readonly filter: string;
  /** How often the server says that it is there, in milliseconds. */
  readonly heartbeat: number;
  /** The number in the stream from which on. By default the last message, and all that come. */
  readonly from?: number;
}

/** A consumer at the server. */
export interface Consumer {
  readonly name: string;
  /** How many messages it was to send when it was made. */
  readonly pending: number;
}

/** Makes a consumer, which the server removes soon when nobody listens any more. */
export async function createConsumer(
  session: Session,
  { stream, subject, filter, heartbeat: interval, from }: ConsumerOptions,
  limits: Limits,
): Promise<Consumer> {
  const start =
    from === undefined
      ? { deliver_policy: 'last_per_subject' }
      : from === 1
        ? { deliver_policy: 'all' }
        : { deliver_policy: 'by_start_sequence', opt_start_seq: from };
  const config = {
    ...start,
    deliver_subject: subject,
    filter_subject: filter,
    ack_policy: 'none',
    replay_policy: 'instant',
    max_deliver: 1,
    flow_control: true,
    idle_heartbeat: interval * nanosecondsPerMillisecond,
    mem_storage: true,
    num_replicas: 1,
  };
  const answer = await ask(session, `CONSUMER.CREATE.${stream}`, { stream_name: stream, config }, limits);
  return { name: String(answer['name']), pending: Number(answer['num_pending']) };
}

/** Removes a consumer, which it would be after some seconds anyway. */
export function deleteConsumer(session: Session, stream: string, name: string): void {
  session.send(`$JS.API.CONSUMER.DELETE.${stream}.${name}`);
}

/** Whether a message is not one of the stream, but the server's own. */
export function isControl(message: Message): boolean {
  return (message.headers?.code ?? 0) >= control && message.data.length === 0;
}

/**
 * Answers a message of the server's own where it asks for that, so that it sends more.
 *
 * @returns False where it only says that it is there, and has nothing to send.
 */
export function obey(session: Session, { reply, headers }: Message): false | undefined {
  const answerTo = reply === '' ? headers?.get('Nats-Consumer-Stalled') : reply;
  if (answerTo === undefined || answerTo === '') return false;
  session.send(answerTo);
  return undefined;
}

/** Where a message is in its stream, and among those that a consumer sends. */
function positionOf({ reply }: Message): Record<'streamSequence' | 'consumerSequence' | 'pending', number> {
  // $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<time>.<pending>, where newer servers
  // have the domain and the account before the stream, and one more word at the end.
  const words = reply.split('.');
  const numbers = words.slice(words.length > 9 ? 7 : 5).map(Number);
  // There are as many words as that.
  const [streamSequence, consumerSequence, , pending] = numbers as [number, number, number, number];
  return { streamSequence, consumerSequence, pending };
}
