import { expectTypeOf } from 'expect-type';
import { fromReference, LocalConnector, pack, reference, resolve, Store, unpack } from '../../lib/index.js';
import type { ObjectProxy, Packed, ProxyReference, StringProxy } from '../../lib/index.js';

interface Job {
  readonly id: number;
  readonly input: ObjectProxy<string>;
}

describe('the types of references', () => {
  it('tell what is packed, and what comes out again', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const job: Job = { id: 7, input: await store.proxy('text') };
    const packed = pack(job);
    expectTypeOf(packed).toEqualTypeOf<Packed<Job>>();
    expectTypeOf(packed).not.toHaveProperty('id');
    const unpacked = unpack(packed);
    expectTypeOf(unpacked).toEqualTypeOf<Job>();
    expectTypeOf(unpacked.input).toEqualTypeOf<StringProxy>();
    expect(await resolve(unpacked.input)).toBe('text');
  });

  it('tell packed values of different types apart', () => {
    expectTypeOf<Packed<Job>>().toExtend<Packed>();
    expectTypeOf<Packed<Job>>().toExtend<Packed<{ id: number }>>();
    expectTypeOf<Packed<{ id: number }>>().not.toExtend<Packed<Job>>();
    // @ts-expect-error -- not packed
    expect(unpack({ id: 7 })).toEqual({ id: 7 });
    // @ts-expect-error -- as above
    expect(unpack('text')).toBe('text');
  });

  it('tell a reference from a proxy', async () => {
    await using store = new Store('results', new LocalConnector(), { register: true });
    const proxy = await store.proxy([1, 2]);
    const form = reference(proxy);
    expectTypeOf(form).toEqualTypeOf<ProxyReference>();
    expectTypeOf(fromReference<number[]>(form)).toEqualTypeOf<ObjectProxy<number[]>>();
    // @ts-expect-error -- an object, and no proxy
    expect(() => reference({ rows: 3 })).toThrow(TypeError);
    // @ts-expect-error -- no such version
    expect(() => fromReference({ $proxystore: 2, store: 'results', key: [] })).toThrow();
    expect(await resolve(fromReference<number[]>(form))).toEqual([1, 2]);
  });
});
