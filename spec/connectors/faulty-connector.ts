/** A connector of files that misbehaves in the worker of a blocking connector, and nowhere else. */

import '../../lib/resources/symbols.js';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockingConnector, type BlockingConnectorOptions } from '../../lib/connectors/blocking.js';
import { FileConnector } from '../../lib/connectors/file.js';
import type { ConnectorConfig } from '../../lib/connectors/protocol.js';
import type { UUIDKey } from '../../lib/connectors/uuid-key.js';
import { compiledLibrary } from '../compiled-library.js';
import { compiledWorker } from './compiled-worker.js';
import { TemporaryDirectory } from './temporary-directory.js';

const kind = 'faulty';

/** What an operation does in the worker instead of what it should. */
export type Fault = keyof typeof faults;

/** Each as the text of a function of the connector, the operation's name and its parameters. */
const faults = {
  exit: `() => process.exit(7)`,
  throwLater: `() => { setTimeout(() => { throw new RangeError('thrown later'); }); return never(); }`,
  throwHandled: `async () => {
    process.once('uncaughtException', () => undefined);
    setTimeout(() => { throw new RangeError('handled'); });
    await new Promise((resolve) => setTimeout(resolve, 20));
    return true;
  }`,
  throwNothing: `() => { setTimeout(() => { throw 'nothing'; }); return never(); }`,
  throwSoon: `async (connector) => {
    process.once('exit', () => connector.note('thrown'));
    setImmediate(() => { throw new RangeError('thrown soon'); });
    return true;
  }`,
  exitSoon: `async (connector) => {
    process.once('exit', () => connector.note('exited'));
    setImmediate(() => process.exit());
  }`,
  reject: `() => { Promise.reject(new RangeError('rejected')); return never(); }`,
  // By and by, for some versions of Node end the process where a loop takes much at once.
  outOfMemory: `async () => {
    const all = [];
    for (;;) {
      for (let count = 0; count < 20; count += 1) all.push(new Array(1000).fill({}));
      await new Promise(setImmediate);
    }
  }`,
  never: `() => never()`,
  busy: `() => { for (;;); }`,
  untilAborted: `async (connector, name, ...parameters) => {
    const { signal } = parameters.pop();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    connector.note('aborted');
    return FileConnector.prototype[name].apply(connector, parameters);
  }`,
  failLate: `async (connector, name, ...parameters) => {
    await new Promise((resolve) => parameters.pop().signal.addEventListener('abort', resolve));
    throw new Error('late');
  }`,
  nest: `() => new BlockingConnector(new FileConnector(directory))`,
  fail: `async () => {
    const cause = Object.assign(new RangeError('deep'), { errno: -7 });
    cause.cause = cause;
    throw new MultiConnectorError('several', { connector: 'faulty', key: ['k'], failures: { a: cause }, cause });
  }`,
  failWithText: `async () => { throw 'a text'; }`,
  failToBeDescribed: `async () => {
    throw Object.defineProperty(new Error('odd'), 'odd', { get() { throw new Error('no'); } });
  }`,
  count: `async (connector) => Buffer.from(String(connector.count = (connector.count ?? 0) + 1))`,
  notClonable: `async () => () => undefined`,
  note: `async (connector, name) => connector.note(name)`,
  closeSlowly: `async (connector) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    connector.note('close');
  }`,
  connect: `(connector) => {
    connector.socket = require('node:net').connect(connector.port, '127.0.0.1');
    return never();
  }`,
  failToClose: `async (connector, name) => { throw new Error('not closed'); }`,
} as const;

/** Files in a directory. */
export class FaultyConnector extends FileConnector {
  static override readonly kind = kind as never;

  readonly #faults: Readonly<Record<string, Fault>>;

  /**
   * @param directory - Of the objects, and of what is noted.
   * @param faults - What goes wrong, by the operation's name.
   */
  constructor(directory: string, faults: Readonly<Record<string, Fault>>) {
    super(directory);
    this.#faults = faults;
  }

  override config(): ConnectorConfig {
    return { kind, options: { directory: this.directory, faults: this.#faults } };
  }
}

/** A place for faulty connectors, and the module that makes them known to a worker. */
export class FaultyPlace implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly #module = new TemporaryDirectory();

  /** The module's file. */
  readonly module = join(this.#module.path, 'faulty.cjs');

  constructor() {
    writeFileSync(this.module, moduleText());
  }

  /** The directory of the objects. */
  get path(): string {
    return this.#directory.path;
  }

  /** A blocking connector of a faulty one. */
  open(
    faults: Readonly<Record<string, Fault>>,
    options: BlockingConnectorOptions = {},
  ): BlockingConnector<UUIDKey> {
    return new BlockingConnector(new FaultyConnector(this.path, faults), {
      worker: compiledWorker(),
      module: this.module,
      ...options,
    });
  }

  /** Settles when the connector in the worker, or the thread, has noted something. */
  async noted(what: string): Promise<void> {
    while (!existsSync(join(this.path, `${what}.note`))) await new Promise(setImmediate);
  }

  /** Waits for that in place: nothing else happens in this thread meanwhile. */
  notedSync(what: string): void {
    while (!existsSync(join(this.path, `${what}.note`)));
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
    this.#module[Symbol.dispose]();
  }
}

function moduleText(): string {
  const path = (name: string): string => JSON.stringify(join(compiledLibrary(), name));
  return `
    const { writeFileSync } = require('node:fs');
    const { join } = require('node:path');
    const { BlockingConnector } = require(${path('connectors/blocking.js')});
    const { registerConnector } = require(${path('connectors/connector-classes.js')});
    const { FileConnector } = require(${path('connectors/file.js')});
    const { MultiConnectorError } = require(${path('errors.js')});
    const never = () => new Promise(() => undefined);
    let directory;
    const faults = { ${Object.entries(faults)
      .map(([name, text]) => `${name}: ${text}`)
      .join(',\n')} };
    registerConnector({
      kind: '${kind}',
      fromConfig(options) {
        directory = options.directory;
        const connector = new FileConnector(directory);
        connector.port = options.port;
        connector.note = (what) => writeFileSync(join(directory, what + '.note'), '');
        for (const [name, fault] of Object.entries(options.faults)) {
          connector[name] = (...parameters) => faults[fault](connector, name, ...parameters);
        }
        return connector;
      },
    });
  `;
}
