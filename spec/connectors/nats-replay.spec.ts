/** What a server does seldom: it loses messages on the way, stalls, and falls silent. */

import type { Message } from '../../lib/connectors/nats/client.js';
import {
  ConnectionLostError,
  connectError,
  operationError,
  RefusalError,
} from '../../lib/connectors/nats/errors.js';
import { Limits } from '../../lib/connectors/nats/limits.js';
import { parseInfo } from '../../lib/connectors/nats/object-info.js';
import { obey, replay } from '../../lib/connectors/nats/replay.js';
import type { Request, Session } from '../../lib/connectors/nats/session.js';
import { rejection } from '../caught.js';

/** The part of a session that a replay uses, whose server does what the test says. */
class ScriptedSession {
  readonly sent: string[] = [];
  /** What consumers were asked for. */
  readonly starts: unknown[] = [];
  readonly #script: ((deliver: (message: Message) => void) => number)[];
  #receive: (message: Message) => void = () => undefined;
  fail: (error: unknown) => void = () => undefined;

  /**
   * @param script - What the server does at each consumer that is made; gives how many messages it says there are.
   */
  constructor(...script: ((deliver: (message: Message) => void) => number)[]) {
    this.#script = script;
  }

  get session(): Session {
    return this as unknown as Session;
  }

  request({ payload }: Request): Promise<Message> {
    const { config } = JSON.parse(String(payload)) as { config: Record<string, unknown> };
    this.starts.push(config['opt_start_seq'] ?? config['deliver_policy']);
    const receive = this.#receive;
    const pending = this.#script.shift()!((message) => receive(message));
    const data = Buffer.from(JSON.stringify({ name: 'consumer', num_pending: pending }));
    return Promise.resolve({ subject: '', reply: '', data });
  }

  listen(receive: (message: Message) => void): object {
    this.#receive = receive;
    const whenBroken = (fail: (error: unknown) => void): void => {
      this.fail = fail;
    };
    return { subject: 'inbox', whenBroken, end: () => undefined };
  }

  send(subject: string): void {
    this.sent.push(subject);
  }
}

const options = { stream: 'S', filter: 'a' };

function message(text: string, stream: number, consumer: number, pending: number, words = ''): Message {
  const reply = `$JS.ACK.${words}S.consumer.1.${stream}.${consumer}.0.${pending}${words && '.x'}`;
  return { subject: 'a', reply, data: Buffer.from(text) };
}

function control(headers: Readonly<Record<string, string>>, reply = ''): Message {
  const get = (name: string): string => headers[name] ?? '';
  return {
    subject: 'inbox',
    reply,
    data: new Uint8Array(0),
    headers: { code: 100, get, set: () => undefined },
  };
}

async function texts(server: ScriptedSession, limits = new Limits()): Promise<string[]> {
  const received: string[] = [];
  await replay(server.session, options, ({ data }) => received.push(String(data)), limits);
  return received;
}

describe('a replay', () => {
  it('asks again from where a message was lost', async () => {
    const server = new ScriptedSession(
      (deliver) => {
        deliver(message('one', 4, 1, 2));
        deliver(message('three', 9, 3, 0));
        return 3;
      },
      (deliver) => {
        deliver(message('two', 7, 1, 1, 'domain.account.'));
        deliver(message('three', 9, 2, 0, 'domain.account.'));
        return 2;
      },
    );
    expect(await texts(server)).toEqual(['one', 'two', 'three']);
    expect(server.starts).toEqual(['all', 5]);
  });

  it('asks again when the server has nothing more to send, and ends when nothing is left', async () => {
    const server = new ScriptedSession(
      (deliver) => {
        deliver(message('one', 4, 1, 2));
        deliver(control({}));
        return 3;
      },
      () => 0,
    );
    expect(await texts(server)).toEqual(['one']);
  });

  it('answers a server that waits for that', async () => {
    const server = new ScriptedSession((deliver) => {
      deliver(control({}, 'flow'));
      deliver(control({ 'Nats-Consumer-Stalled': 'stalled' }));
      deliver(message('one', 1, 1, 0));
      return 1;
    });
    expect(await texts(server)).toEqual(['one']);
    expect(server.sent.slice(0, 2)).toEqual(['flow', 'stalled']);
    expect(obey(server.session, control({}))).toBe(false);
  });

  it('asks again when nothing is heard, and goes on while something is', async () => {
    jest.useFakeTimers();
    try {
      const server = new ScriptedSession(
        () => 1,
        (deliver) => {
          deliver(message('one', 1, 1, 0));
          return 1;
        },
      );
      const done = texts(server);
      await jest.advanceTimersByTimeAsync(7000);
      expect(await done).toEqual(['one']);
      expect(server.starts).toEqual(['all', 'all']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('fails with its connection, and with its limits', async () => {
    const server = new ScriptedSession(
      () => 1,
      () => 1,
    );
    const lost = rejection(texts(server));
    const error = new ConnectionLostError(undefined);
    server.fail(error);
    expect(await lost).toBe(error);
    const limits = new Limits();
    const ended = rejection(texts(server, limits));
    limits.end('enough');
    expect(await ended).toBe('enough');
    expect(await rejection(limits.until(Promise.resolve()))).toBe('enough');
    expect(await rejection(limits.until(Promise.reject(new Error('later'))))).toBe('enough');
  });
});

describe('errors', () => {
  it.each<[unknown, RegExp]>([
    [new ConnectionLostError(undefined), /The connection was lost\. What was sent by then may have been/],
    [new RefusalError(1, 'strange.'), /: strange\.$/],
    ['a text', /: a text\.$/],
    [undefined, /: undefined\.$/],
    [Object.assign(new Error(''), { errors: [new Error('one'), new Error('two')] }), /: one, two\.$/],
  ])('of operations say what happened: %p', (cause, message) => {
    const error = operationError({ verb: 'do it', key: ['k'] }, 'the server', cause);
    expect(error.message).toMatch(/^Could not do it at the server: /);
    expect(error.message).toMatch(message);
    expect(operationError({ verb: 'do more' }, 'the server', error)).toBe(error);
  });

  it.each<[unknown, RegExp]>([
    [new Error('strange'), /: strange\.$/],
    [Object.assign(new Error('read'), { code: 'ECONNRESET' }), /Is the server running/],
    [new Error('wrong', { cause: Object.assign(new Error('no'), { code: 'EPROTO' }) }), /speak TLS/],
  ])('of connecting say what to do: %p', (cause, message) => {
    const error = connectError('the server', cause);
    expect(error.message).toMatch(message);
    expect(connectError('the server', error)).toBe(error);
  });
});

it('reads a description that leaves out what is zero', () => {
  expect(parseInfo(Buffer.from('{"nuid":"n","digest":"d"}'))).toEqual({
    ...{ nuid: 'n', size: 0, chunks: 0, digest: 'd', deleted: false },
  });
});
