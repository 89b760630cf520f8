/** Commands that go to Redis as the bytes they are, can be withdrawn, and are sent twice only where that is harmless. */

import type { CommandBase } from './client.js';
import { frameOf, type Argument, type Frame } from './frame.js';

/** What is asked of Redis. */
export interface Request {
  /** The command and its arguments. */
  readonly words: readonly Argument[];
  /** The key that says which node of a cluster it goes to. */
  readonly key?: string | undefined;
  /**
   * Whether it may be carried out once only: when the connection is lost after it was sent, nobody knows whether it was,
   * so it is not sent again but fails.
   */
  readonly once?: boolean | undefined;
  /** Whether a signal no longer decides once it was sent: what it says must be told as it was done. */
  readonly final?: boolean | undefined;
  /** The transaction that it is part of: none of it is sent again when a part of it has been answered. */
  readonly transaction?: Transaction | undefined;
}

/** Requests from MULTI to EXEC. */
export interface Transaction {
  /** Whether any of them has been answered. */
  answered: boolean;
}

/** A request under way. */
export interface Command {
  /** The reply, as the client gives it: texts as bytes. */
  readonly promise: Promise<unknown>;
  /** Whether it has been written to a connection, and was not refused. */
  readonly sent: boolean;
  /** Whether it is too late for a signal. */
  readonly irrevocable: boolean;
  /** Lets go of its bytes, and keeps it from being sent if it has not been yet. */
  withdraw(): void;
}

/** A class of commands. `copied` says whether a command has its bytes copied when it is made; see {@link frameOf}. */
export type CommandClass = new (request: Request, copied?: boolean) => Command;

/** What is written in the place of a command that is not to be written: something has to get the reply. */
const ping = '*1\r\n$4\r\nPING\r\n';

/** The error of a command that was sent and must not be sent again. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

/**
 * Makes a class of commands that a client takes.
 *
 * The client keeps a command that it cannot write yet, and hands commands that were written to the next connection when
 * one is lost. It asks each for its bytes when it writes them, which is where these ones have a say.
 *
 * @param Base - The class of the client's own commands.
 */
export function commandClass(Base: CommandBase): CommandClass {
  return class RawCommand extends Base implements Command {
    readonly #once: boolean;
    readonly #final: boolean;
    readonly #transaction: Transaction | undefined;
    /** As it was before a cluster's client put its retries over it. */
    readonly #fail: (error: Error) => void;
    #frame: Frame | undefined;
    #sent = false;

    constructor(request: Request, copied?: boolean) {
      const { words, key, once = false, final = false, transaction } = request;
      const [name] = words;
      // The client reads the name, and in a cluster the keys: nothing else, since it does not write the arguments.
      super(String(name).toLowerCase(), key === undefined ? [] : [key]);
      this.#once = once;
      this.#final = final;
      this.#transaction = transaction;
      this.#fail = this.reject;
      this.#frame = frameOf(words, copied);
      if (transaction !== undefined) this.#noteAnswer(transaction);
    }

    get sent(): boolean {
      return this.#sent;
    }

    get irrevocable(): boolean {
      return this.#sent && this.#final;
    }

    withdraw(): void {
      this.#frame = undefined;
    }

    override toWritable(socket: object): unknown {
      if (this.#frame === undefined) return ping;
      if (this.#sent && (this.#once || this.#transaction?.answered === true)) {
        this.#fail(new OutcomeUnknownError('The connection was lost before the reply came.'));
        return ping;
      }
      this.#noteRefusal();
      this.#sent = true;
      return writeAllButLast(this.#frame, socket as CorkedWritable); // the client's socket
    }

    #noteAnswer(transaction: Transaction): void {
      this.promise.then(
        () => {
          transaction.answered = true;
        },
        () => undefined,
      );
    }

    /** A command that Redis answers with an error has not been carried out; a cluster's client may send it elsewhere. */
    #noteRefusal(): void {
      if (this.#sent) return;
      const reject = this.reject;
      this.reject = (error) => {
        if (error.name === 'ReplyError') this.#sent = false;
        reject.call(this, error);
      };
    }
  };
}

/** What is used of a socket. */
interface CorkedWritable {
  write(bytes: string | Uint8Array): unknown;
  cork(): void;
  uncork(): void;
}

/** The client writes what it is given back, so the last piece is left to it. */
function writeAllButLast(frame: Frame, socket: CorkedWritable): string | Uint8Array {
  gatherWrites(socket);
  let last: string | Uint8Array = '';
  for (const [index, piece] of frame.entries()) {
    if (index > 0) socket.write(last);
    last = piece;
  }
  return last;
}

/** The sockets that gather what is written to them. */
const gathering = new WeakSet<CorkedWritable>();

/** Has all that is written to a socket by the code that runs now go out together, by one call of the system. */
function gatherWrites(socket: CorkedWritable): void {
  if (gathering.has(socket)) return;
  gathering.add(socket);
  socket.cork();
  process.nextTick(() => {
    gathering.delete(socket);
    socket.uncork();
  });
}
