/** A server that answers S3's requests as a test wants it, for answers that a real server gives only in trouble. */

import '../../lib/resources/symbols.js';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer: a status, and the error that S3 would name in XML, or something else for a body. */
export interface S3Answer {
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly body?: string;
}

/** Answers as it is told. */
export class S3Answers implements AsyncDisposable {
  readonly url: string;
  /** The requests so far, as `METHOD /path`. */
  readonly requests: string[] = [];
  readonly #server: Server;

  /**
   * Starts one.
   *
   * @param answer - What a request is answered with; `undefined` where it answers the request itself.
   */
  static async start(
    answer: (request: IncomingMessage, response: ServerResponse, count: number) => S3Answer | undefined,
  ): Promise<S3Answers> {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        answers.requests.push(`${String(request.method)} ${String(request.url)}`);
        const given = answer(request, response, answers.requests.length);
        if (given !== undefined) send(request, response, given);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answers = new S3Answers(server);
    return answers;
  }

  private constructor(server: Server) {
    this.#server = server;
    // A server that listens at a port has an address with one.
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: S3Answer): void {
  const { status = 200, code, message = 'So it is', body = '' } = answer;
  const text = code === undefined ? body : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(request.method === 'HEAD' ? undefined : text);
}
