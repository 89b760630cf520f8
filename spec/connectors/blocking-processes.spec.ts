import '../../lib/resources/symbols.js';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledLibrary } from '../compiled-library.js';
import { runScript, type ScriptOptions } from './child-script.js';
import { compiledWorker } from './compiled-worker.js';
import { FaultyPlace, type Fault } from './faulty-connector.js';

/**
 * Runs a script in a process of its own. In it, `open(faults, options)` makes a blocking connector of a faulty one, `key`
 * is a key, and `turn()` settles in another turn of the event loop.
 *
 * @returns What it printed, line by line.
 */
function run(place: FaultyPlace, script: string, options: ScriptOptions = {}): string[] {
  const path = (name: string): string => JSON.stringify(join(compiledLibrary(), 'connectors', name));
  const { status, stdout } = runScript(
    `
      const module_ = ${JSON.stringify(place.module)};
      require(module_);
      const { BlockingConnector } = require(${path('blocking.js')});
      const { newUUIDKey } = require(${path('uuid-key.js')});
      const key = newUUIDKey();
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const open = (faults, options = {}) =>
        new BlockingConnector(
          { kind: 'faulty', options: { directory: ${JSON.stringify(place.path)}, faults } },
          { module: module_, ...options },
        );
      (async () => { ${script} })();
    `,
    options,
  );
  expect(status).toBe(0);
  return stdout.split('\n').slice(0, -1);
}

const noted = (place: FaultyPlace, what: string): boolean => existsSync(join(place.path, `${what}.note`));

it('keeps no process alive that has nothing else to do', () => {
  using place = new FaultyPlace();
  expect(run(place, `console.log(open({}).sync.exists(key));`)).toEqual(['false']);
});

it('keeps the process alive while it is being closed', () => {
  using place = new FaultyPlace();
  const printed = run(
    place,
    `
      const connector = open({ close: 'closeSlowly' });
      connector.sync.exists(key);
      await connector.close();
      console.log('closed');
    `,
  );
  expect(printed).toEqual(['closed']);
  expect(noted(place, 'close')).toBe(true);
});

it('runs where Node was given a script instead of a file', () => {
  using place = new FaultyPlace();
  // Arguments of Node itself are the worker's, too.
  const nodeArguments = ['--no-warnings', '--expose-gc', '--stack-trace-limit=3'];
  expect(run(place, `console.log(open({}).sync.exists(key));`, { nodeArguments })).toEqual(['false']);
});

/** What switches the permission model on, in versions of Node that have it. */
const permission = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

if (permission !== undefined) {
  it('tells that the runtime does not allow a worker', () => {
    using place = new FaultyPlace();
    const printed = run(
      place,
      `
        const connector = open({});
        try {
          connector.sync.exists(key);
        } catch (error) {
          console.log(error.name, error.message, error.cause.code);
        }
        await connector.close();
      `,
      { nodeArguments: ['--no-warnings', permission, '--allow-fs-read=*', '--allow-fs-write=*'] },
    );
    expect(printed).toEqual([
      expect.stringMatching(/^ConnectorError The worker of .* cannot be started\..* ERR_ACCESS_DENIED$/),
    ]);
  });
}

it('has a worker of which the module is not to be imported elsewhere', () => {
  using place = new FaultyPlace();
  const printed = run(
    place,
    `
      try {
        require(${JSON.stringify(compiledWorker())});
      } catch (error) {
        console.log(error.name, error.message);
      }
    `,
  );
  expect(printed).toEqual([
    expect.stringMatching(
      /^ConnectorError The module proxystore\/blocking\/worker is what the worker .* runs/,
    ),
  ]);
});

describe('one that is collected without having been closed', () => {
  const collect = `
    const warned = [];
    process.on('warning', ({ code, message }) => warned.push(code + ' ' + message));
    const { existsSync } = require('node:fs');
    const untilNoted = async () => {
      while (!existsSync(note)) { gc(); await turn(); }
      for (let turns = 0; turns < 10; turns += 1) { gc(); await turn(); }
    };
  `;

  it('warns once and is released, its worker too', () => {
    using place = new FaultyPlace();
    const printed = run(
      place,
      `
        const note = ${JSON.stringify(join(place.path, 'close.note'))};
        ${collect}
        (() => open({ close: 'note' }).sync.exists(key))();
        await untilNoted();
        console.log(warned.length, warned[0]);
      `,
      { nodeArguments: ['--expose-gc', '--no-warnings'] },
    );
    expect(printed).toEqual([
      expect.stringMatching(/^1 PROXYSTORE_LEAK A blocking connector was collected without/),
    ]);
  });

  it('is not one of which the operations are held, nor one that was closed', () => {
    using place = new FaultyPlace();
    const printed = run(
      place,
      `
        const note = ${JSON.stringify(join(place.path, 'close.note'))};
        ${collect}
        const sync = (() => open({}).sync)();
        await (async () => {
          const connector = open({ close: 'note' });
          connector.sync.exists(key);
          await connector.close();
        })();
        await untilNoted();
        console.log(warned.length, sync.exists(key));
      `,
      { nodeArguments: ['--expose-gc', '--no-warnings'] },
    );
    expect(printed).toEqual(['0 false']);
  });
});

it('ends with the thread that it belongs to, also while that stands still', () => {
  using place = new FaultyPlace();
  const owner = join(place.path, 'owner.cjs');
  writeFileSync(
    owner,
    `
      const { workerData } = require('node:worker_threads');
      require(workerData.module);
      const { BlockingConnector } = require(workerData.blocking);
      new BlockingConnector(workerData.config, { module: workerData.module, secrets: { port: workerData.port } })
        .sync.get(workerData.key);
    `,
  );
  const faults: Record<string, Fault> = { get: 'connect' };
  const config = { kind: 'faulty', options: { directory: place.path, faults } };
  const printed = run(
    place,
    `
      const { once } = require('node:events');
      const { createServer } = require('node:net');
      const { Worker } = require('node:worker_threads');
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const owner = new Worker(${JSON.stringify(owner)}, {
        workerData: {
          config: ${JSON.stringify(config)},
          blocking: ${JSON.stringify(join(compiledLibrary(), 'connectors', 'blocking.js'))},
          module: module_,
          port: server.address().port,
          key,
        },
      });
      // The worker of the owner, which waits for it, is there and then gone.
      const [socket] = await once(server, 'connection');
      socket.on('error', () => undefined);
      const gone = once(socket, 'close');
      await owner.terminate();
      await gone;
      server.close();
      console.log('gone');
    `,
  );
  expect(printed).toEqual(['gone']);
});

it('fails a call whose worker runs out of memory, and no more', () => {
  using place = new FaultyPlace();
  const printed = run(
    place,
    `
      const connector = open({ get: 'outOfMemory' });
      try {
        connector.sync.get(key);
      } catch (error) {
        console.log(error.name, error.message);
      }
      console.log(connector.sync.exists(key));
      await connector.close();
    `,
    { nodeArguments: ['--max-old-space-size=40', '--no-warnings'] },
  );
  expect(printed).toEqual([
    expect.stringMatching(
      /^ConnectorError .* died during get\(\): no reason is known; it may have run out of memory/,
    ),
    'false',
  ]);
});
