import '../../lib/resources/symbols.js';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { Redis } from 'ioredis';
import { anyServer } from './any-server.js';
import { natsServer } from './nats-server.js';
import { redisSentinel, sentinelGroup } from './redis-sentinel.js';
import { redisServer } from './redis-server.js';
import { TCPProxy } from './tcp-proxy.js';
import { TestServer } from './test-server.js';

describe('a Redis server', () => {
  it('starts on a port of its own, with a directory that goes with it', async () => {
    let directory: string;
    {
      await using first = await redisServer();
      await using second = await redisServer();
      expect(first.port).not.toBe(second.port);
      expect([await say(first.port, 'PING'), await say(second.port, 'PING')]).toEqual([
        '+PONG\r\n',
        '+PONG\r\n',
      ]);
      ({ directory } = first);
      expect(existsSync(directory)).toBe(true);
    }
    expect(existsSync(directory)).toBe(false);
  });

  it('keeps what it acknowledged when it is killed and started again, with appendonly', async () => {
    await using server = await redisServer({ appendonly: true });
    expect(await say(server.port, 'SET name value')).toBe('+OK\r\n');
    await server.kill();
    await expect(say(server.port, 'PING')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    await server.restart();
    expect(await say(server.port, 'GET name')).toBe('$5\r\nvalue\r\n');
  });

  it('can be paused', async () => {
    await using server = await redisServer();
    await using other = await redisServer();
    await server.pause();
    const answered: number[] = [];
    const answers = [server, other].map(async ({ port }) => {
      const answer = await say(port, 'PING');
      answered.push(port);
      return answer;
    });
    await answers[1];
    server.resume();
    expect(await Promise.all(answers)).toEqual(['+PONG\r\n', '+PONG\r\n']);
    expect(answered).toEqual([other.port, server.port]);
  });

  it('takes a password, settings, and TLS with a certificate that its client can trust', async () => {
    await using server = await redisServer({
      password: 'it’s secret',
      tls: true,
      maxmemory: '50mb',
      settings: { 'rename-command': ['TIME', 'clock'] },
    });
    const client = new Redis(server.url, { tls: { ca: server.certificate }, lazyConnect: true });
    try {
      expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(50 * 1024 * 1024)]);
      await expect(client.call('TIME')).rejects.toThrow(/unknown command/);
      await expect(client.call('clock')).resolves.toHaveLength(2);
    } finally {
      client.disconnect();
    }
  });

  it('that cannot be started tells why, and leaves nothing', async () => {
    await expect(redisServer({ settings: { 'no-such-setting': '1' } })).rejects.toThrow(/no-such-setting/);
  });

  it('has a sentinel make a replica the master', async () => {
    await using master = await redisServer();
    await using replica = await redisServer({ settings: { replicaof: ['127.0.0.1', String(master.port)] } });
    await using sentinel = await redisSentinel(master.port);
    const known = sentinel.printed(/\+slave /);
    await known;
    const switched = sentinel.printed(/\+switch-master/);
    await master.kill();
    await switched;
    expect(await say(sentinel.port, `SENTINEL get-master-addr-by-name ${sentinelGroup}`)).toContain(
      String(replica.port),
    );
  });
});

describe('a NATS server', () => {
  it('starts, with JetStream and a token where they are asked for', async () => {
    await using server = await natsServer({ jetstream: true, token: 'secret' });
    expect(server.url).toBe(`nats://secret@127.0.0.1:${server.port}`);
    const [, hello = ''] = /^INFO (.*)$/m.exec(await say(server.port, '')) ?? [];
    expect(JSON.parse(hello)).toMatchObject({ jetstream: true, auth_required: true });
  });
});

describe('a program that is not installed', () => {
  it('is named, with how to install it', async () => {
    const program = {
      name: 'no-such-server',
      arguments: () => [],
      ready: /ready/,
      url: () => '',
    };
    await expect(TestServer.start(program)).rejects.toThrow(/no-such-server .*install-test-servers/);
  });
});

describe('a server of one’s own', () => {
  it('is used where the environment names one, and left running', async () => {
    process.env['PROXYSTORE_TEST_SOMETHING_URL'] = 'redis://elsewhere';
    const start = jest.fn<Promise<never>, []>();
    try {
      await using server = await anyServer('PROXYSTORE_TEST_SOMETHING_URL', start);
      expect(server.url).toBe('redis://elsewhere');
    } finally {
      delete process.env['PROXYSTORE_TEST_SOMETHING_URL'];
    }
    expect(start).not.toHaveBeenCalled();
  });
});

describe('the proxy', () => {
  it('forwards both ways', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    expect(await say(proxy.port, 'PING')).toBe('+PONG\r\n');
    expect(proxy.accepted).toBe(1);
  });

  it('cuts a connection in the middle of what goes over it', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    const toClient = proxy.cutAfter('toClient', 3);
    await expect(say(proxy.port, 'PING')).resolves.toBe('+PO');
    await toClient;
    const toServer = proxy.cutAfter('toServer', 6);
    await say(proxy.port, 'SET name value').catch((error: unknown) => error);
    await toServer;
    expect(await say(proxy.port, 'EXISTS name')).toBe(':0\r\n');
  });

  it('cuts a connection that is just being ended', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await proxy.connection();
    const disconnected = proxy.disconnection();
    socket.end();
    const ended = jest.spyOn(Socket.prototype, 'end').mockImplementation(function (this: Socket) {
      // The proxy passes the end on, and is told to cut before that has been done.
      ended.mockRestore();
      this.end();
      proxy.cut();
      return this;
    });
    await disconnected;
    expect(proxy.open).toBe(0);
    socket.destroy();
  });

  it('loses what comes after so many bytes, and keeps the connection', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    const swallowed = proxy.swallowAfter('toClient', 3);
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write('PING\r\n');
    expect(String((await once(socket, 'data'))[0])).toBe('+PO');
    await swallowed;
    expect(proxy.open).toBe(1);
    socket.destroy();
  });

  it('holds up what goes one way, and hands it on later', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    proxy.hold('toServer');
    const socket = connect(proxy.port, '127.0.0.1');
    const connected = proxy.connection();
    socket.write('SET name value\r\n');
    await connected;
    expect(await say(server.port, 'EXISTS name')).toBe(':0\r\n');
    const answer = once(socket, 'data');
    proxy.release('toServer');
    expect(String((await answer)[0])).toBe('+OK\r\n');
    socket.destroy();
  });

  it('delays', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    proxy.delay(50);
    const start = performance.now();
    expect(await say(proxy.port, 'PING')).toBe('+PONG\r\n');
    // A timer can be early by a millisecond, and each way has one.
    expect(performance.now() - start).toBeGreaterThan(98);
  });

  it('refuses, and accepts again', async () => {
    await using server = await redisServer();
    await using proxy = await TCPProxy.start(server.port);
    proxy.refuse();
    await expect(say(proxy.port, 'PING')).rejects.toThrow(/ECONNRESET|EPIPE/);
    proxy.accept();
    expect(await say(proxy.port, 'PING')).toBe('+PONG\r\n');
  });
});

/** What a server answers: up to the end of a line, or of the connection. */
async function say(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${command}\r\n`);
    return await answerOf(socket);
  } finally {
    socket.destroy();
  }
}

async function answerOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const bytes of socket) {
    text += String(bytes);
    if (/^[^$*].*\r\n$|^\$\d+\r\n[^]*\r\n$|^\*\d+\r\n[^]*\r\n$/.test(text)) break;
  }
  return text;
}
