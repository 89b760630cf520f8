/** Requests to S3. */

import type { Cancellation } from './cancellation.js';
import type { ClientPackage, Command } from './client.js';
import { operationError, type Doing } from './errors.js';
import type { Link, Session } from './link.js';
import { Turns } from './turns.js';

/**
 * How long a request that changes something is waited for when it is not wanted any more, in milliseconds. What is
 * broken off may still be carried out, after what was to take it back.
 */
const patience = 2000;

/** What goes with a request. */
export interface RequestOptions extends Doing {
  readonly cancellation: Cancellation;
  /** Whether it changes something. */
  readonly changes?: boolean;
}

/** Sends requests, so many at a time. */
export class Requests {
  readonly #link: Link;
  readonly #place: string;
  readonly #turns: Turns;

  /**
   * @param place - Where they go to, for errors.
   * @param concurrency - How many are under way at a time at most.
   */
  constructor(link: Link, place: string, concurrency: number) {
    this.#link = link;
    this.#place = place;
    this.#turns = new Turns(concurrency);
  }

  /**
   * Sends a request when it is its turn.
   *
   * @param make - Makes the command.
   * @param use - Makes the result of the answer, which is being received until then.
   * @throws ConnectorError when it fails; the cancellation's reason when that comes before.
   */
  send<O, R>(
    options: RequestOptions,
    make: (commands: ClientPackage) => Command<O>,
    use: (answer: O) => R | Promise<R>,
  ): Promise<R> {
    const { cancellation } = options;
    return this.#turns.run(cancellation, async () => {
      const session = await this.#link.session();
      if (cancellation.cancelled) throw cancellation.reason;
      return this.#exchange(options, session, make(session.commands), use);
    });
  }

  #exchange<O, R>(
    options: RequestOptions,
    { client }: Session,
    command: Command<O>,
    use: (answer: O) => R | Promise<R>,
  ): Promise<R> {
    const { cancellation, changes = false } = options;
    // Not the user's signal: the client leaves its listener there for as long as the connection lasts.
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const giveUp = (): void => {
        // The client does not hear it while it waits to try again.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the signal's user gave
        reject(cancellation.reason);
        controller.abort();
      };
      const stopListening = cancellation.onCancel(() => {
        if (changes) timer = setTimeout(giveUp, patience);
        else giveUp();
      });
      const exchange = async (): Promise<R> => {
        const answer = await client.send(command, { abortSignal: controller.signal });
        try {
          return await use(answer);
        } catch (error) {
          // The rest of an answer that is not received would keep its connection from all others.
          controller.abort();
          throw error;
        }
      };
      exchange()
        .finally(() => {
          stopListening();
          clearTimeout(timer);
        })
        .then(resolve, (error: unknown) => reject(operationError(options, this.#place, error)));
    });
  }
}
