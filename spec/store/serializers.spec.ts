import { runInNewContext } from 'node:vm';
import { LocalConnector } from '../../lib/connectors/local.js';
import { ConnectorError, SerializationError } from '../../lib/errors.js';
import { deserialize, resolve, resolveSync, serialize, Store } from '../../lib/index.js';
import type { Deserializer, Serializer } from '../../lib/index.js';
import { caught, rejection } from '../caught.js';
import { ObservedConnector } from './observed-connector.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const toJson: Serializer = (value) => encode(JSON.stringify(value));
const fromJson: Deserializer = (data) => JSON.parse(new TextDecoder().decode(data)) as unknown;

it('a store’s own serializer and deserializer take the place of the package’s', async () => {
  await using store = new Store('results', new LocalConnector(), {
    serializer: toJson,
    deserializer: fromJson,
  });
  const key = await store.put({ date: new Date(0) });
  expect(Buffer.from((await store.connector.get(key as never))!).toString()).toBe(
    '{"date":"1970-01-01T00:00:00.000Z"}',
  );
  await expect(store.get(key)).resolves.toEqual({ date: '1970-01-01T00:00:00.000Z' });
  const keys = store.putBatchSync([1, 'x']);
  expect(store.getBatchSync(keys)).toEqual([1, 'x']);
});

it('those of a call take the place of the store’s', async () => {
  const unused = (): never => {
    throw new Error('used');
  };
  await using store = new Store('results', new LocalConnector(), {
    serializer: unused,
    deserializer: unused,
  });
  const options = { serializer: toJson, deserializer: fromJson as Deserializer<never> };
  const key = await store.put([1], options);
  await expect(store.get(key, options)).resolves.toEqual([1]);
  expect(store.getSync(store.putSync([2], options), options)).toEqual([2]);
  await expect(store.take(key, options)).resolves.toEqual([1]);
  const keys = await store.putBatch([[3], [4]], options);
  await expect(store.getBatch(keys, options)).resolves.toEqual([[3], [4]]);
  expect(store.takeSync(keys[0], options)).toEqual([3]);
  const proxy = await store.proxy({ rows: 5 }, { ...options, populateTarget: false });
  await expect(resolve(proxy)).resolves.toEqual({ rows: 5 });
  const fromKey = store.proxyFromKey(keys[1], options);
  expect(resolveSync(fromKey)).toEqual([4]);
});

it('a serializer may give its bytes in parts, or give none', async () => {
  await using store = new Store('results', new LocalConnector(), {
    deserializer: (data) => Buffer.from(data).toString(),
  });
  const stored = (serializer: Serializer): unknown => store.getSync(store.putSync('x', { serializer }));
  expect(stored(() => [encode('a'), encode(''), encode('bc')])).toBe('abc');
  expect(stored(() => [])).toBe('');
  expect(stored(() => new Uint8Array())).toBe('');
  expect(stored(() => Buffer.from('buffer'))).toBe('buffer');
  expect(stored(runInNewContext('() => [new Uint8Array([104, 105])]') as Serializer)).toBe('hi');
  expect(stored((value) => serialize(value))).toBe('US\nx');
});

describe('a serializer that gives no bytes', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', 'text'],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['other numbers', new Float32Array(3)],
    ['a view', new DataView(new ArrayBuffer(3))],
    ['a list of text', [encode('a'), 'b']],
    ['a promise', Promise.resolve(encode('a'))],
    ['an object with a length', { byteLength: 3, length: 3 }],
  ])('is refused, and nothing is stored: %s', async (_, written) => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    const serializer = (): Uint8Array => written as Uint8Array;
    const error = await rejection(store.put('x', { serializer }));
    expect(error).toBeInstanceOf(SerializationError);
    expect((error as Error).message).toMatch(
      /serializer of the store "results" gave a value of type .* It gives a Uint8Array/,
    );
    await expect(store.putBatch(['x', 'y'], { serializer })).rejects.toBeInstanceOf(SerializationError);
    await expect(store.proxy('x', { serializer })).rejects.toBeInstanceOf(SerializationError);
    expect(connector.calls).toEqual([]);
  });
});

describe('a serializer or deserializer that throws', () => {
  const cause = new RangeError('too large');
  const fail = (): never => {
    throw cause;
  };

  it('comes out as a SerializationError with what it threw as the cause, and nothing is stored', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    for (const operation of [
      () => store.put('x', { serializer: fail }),
      () => store.putBatch(['x'], { serializer: fail }),
      () => store.proxy('x', { serializer: fail }),
    ]) {
      const error = await rejection(operation());
      expect(error).toBeInstanceOf(SerializationError);
      expect(error).toMatchObject({
        cause,
        message: 'The serializer of the store "results" failed: too large',
      });
    }
    expect(connector.calls).toEqual([]);
  });

  it('stores none of a batch of which one value cannot be written', async () => {
    const connector = new ObservedConnector();
    await using store = new Store('results', connector);
    await expect(store.putBatch([1, () => 2])).rejects.toBeInstanceOf(SerializationError);
    await expect(store.proxyBatch([{}, { f: () => 2 }])).rejects.toBeInstanceOf(SerializationError);
    expect(connector.calls).toEqual([]);
  });

  it('is told of by whoever reads, and is not remembered', async () => {
    await using store = new Store('results', new LocalConnector());
    const key = await store.put('x');
    for (const error of [
      await rejection(store.get(key, { deserializer: fail })),
      await rejection(store.getBatch([key], { deserializer: fail })),
      caught(() => store.getSync(key, { deserializer: fail })),
      caught(() => store.getBatchSync([key], { deserializer: fail })),
    ]) {
      expect(error).toBeInstanceOf(SerializationError);
      expect(error).toMatchObject({
        cause,
        message: 'The deserializer of the store "results" failed: too large',
      });
    }
    expect(store.isCached(key, { deserializer: fail })).toBe(false);
    await expect(store.get(key)).resolves.toBe('x');
  });

  it('says what was thrown where that is no error', async () => {
    await using store = new Store('results', new LocalConnector());
    const deserializer = (): never => {
      throw 'plain text';
    };
    const error = await rejection(store.get(await store.put('x'), { deserializer }));
    expect(error).toMatchObject({
      cause: 'plain text',
      message: expect.stringMatching(/failed: plain text$/) as string,
    });
  });

  it('lets an error of this package through as it is', async () => {
    await using store = new Store('results', new LocalConnector());
    const failure = new ConnectorError('The schema registry cannot be reached.');
    const serializer = (): never => {
      throw failure;
    };
    expect(await rejection(store.put('x', { serializer }))).toBe(failure);
  });
});

it('a deserializer is given bytes that are its own', async () => {
  await using store = new Store('results', new LocalConnector());
  const key = await store.put('abc');
  const overwrite = (data: Uint8Array): string => {
    const text = deserialize(data.slice()) as string;
    data.fill(0);
    return text;
  };
  await expect(store.get(key, { deserializer: overwrite })).resolves.toBe('abc');
  await expect(store.get(key)).resolves.toBe('abc');
});
