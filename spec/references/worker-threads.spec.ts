import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { FileConnector } from '../../lib/connectors/file.js';
import { isProxy, isResolved, pack, reference, resolve, Store, unpack } from '../../lib/index.js';
import type { ObjectProxy, Packed } from '../../lib/index.js';
import { compiledLibrary } from '../compiled-library.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';

/** Opens the store of its config, counts words of whatever text comes in, and answers with a proxy of the counts. */
const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { join } = require('node:path');
  const { isResolved, pack, resolve, reviver, Store, unpack } = require(join(workerData.library, 'index.js'));
  require(join(workerData.library, 'connectors/file.js'));
  const store = Store.fromConfig({ ...workerData.store, register: true });
  const count = (text) => {
    const counts = new Map();
    for (const word of text.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  };
  parentPort.on('message', async (message) => {
    if (message === 'close') {
      await store.close();
      parentPort.close();
      return;
    }
    const job = typeof message === 'string' ? JSON.parse(message, reviver) : unpack(message);
    const before = isResolved(job.text);
    const counts = await store.proxy(count(job.text));
    parentPort.postMessage(pack({ id: job.id, before, again: job.text, shared: job.all?.get(job.text), counts }));
  });
`;

/** A worker thread that has the library in its CommonJS form. */
async function startWorker(
  store: Store,
): Promise<{ ask(message: unknown): Promise<unknown> } & AsyncDisposable> {
  const worker = new Worker(script, {
    eval: true,
    workerData: { library: compiledLibrary(), store: store.config() },
  });
  await once(worker, 'online');
  return {
    async ask(message) {
      worker.postMessage(message);
      const [answer] = (await once(worker, 'message')) as [unknown];
      return answer;
    },
    async [Symbol.asyncDispose]() {
      worker.postMessage('close');
      await once(worker, 'exit');
    },
  };
}

interface Answer {
  readonly id: number;
  readonly before: boolean;
  readonly again: ObjectProxy<string>;
  readonly shared: string | undefined;
  readonly counts: ObjectProxy<Map<string, number>>;
}

it('takes proxies to a worker thread and back, packed and as JSON', async () => {
  using directory = new TemporaryDirectory();
  await using store = new Store('texts', new FileConnector(join(directory.path, 'objects')), {
    register: true,
  });
  await using worker = await startWorker(store);
  const text = await store.proxy('a rose is a rose');

  const packed = unpack(
    (await worker.ask(pack({ id: 1, text, all: new Map([[text, 'shared']]) }))) as Packed<Answer>,
  );
  expect([packed.id, packed.before, packed.shared]).toEqual([1, false, 'shared']);
  expect(reference(packed.again)).toEqual(reference(text));
  expect([isProxy(packed.counts), isResolved(packed.counts)]).toEqual([true, false]);
  await expect(resolve(packed.counts)).resolves.toEqual(
    new Map([
      ['a', 2],
      ['rose', 2],
      ['is', 1],
    ]),
  );

  const revived = unpack((await worker.ask(JSON.stringify({ id: 2, text }))) as Packed<Answer>);
  expect([revived.id, revived.shared]).toEqual([2, undefined]);
  expect([...revived.counts].length).toBe(3);
});

it('gives a one-shot object to one thread only', async () => {
  using directory = new TemporaryDirectory();
  await using store = new Store('texts', new FileConnector(join(directory.path, 'objects')), {
    register: true,
  });
  await using worker = await startWorker(store);
  const text = await store.proxy('once', { evict: true, populateTarget: false });
  const answer = unpack((await worker.ask(pack({ id: 1, text }))) as Packed<Answer>);
  await expect(resolve(answer.counts)).resolves.toEqual(new Map([['once', 1]]));
  await expect(resolve(text)).rejects.toMatchObject({ code: 'ERR_PROXYSTORE_RESOLVE_MISSING_KEY' });
});
