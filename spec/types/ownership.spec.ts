import { expectTypeOf } from 'expect-type';
import { borrow, LocalConnector, mutBorrow, resolve, Store } from '../../lib/index.js';
import type { DeepReadonly, ObjectProxy, OwnedProxy, RefMutProxy, RefProxy } from '../../lib/index.js';
import { ReferenceNotOwnedError } from '../../lib/errors.js';
import { ObservedConnector } from '../store/observed-connector.js';

interface Table {
  rows: number[];
}

const owns = (owned: OwnedProxy<Table>): OwnedProxy<Table> => owned;
const reads = (ref: RefProxy<Table>): RefProxy<Table> => ref;
const changes = (ref: RefMutProxy<Table>): RefMutProxy<Table> => ref;

describe('a function that asks for one kind of proxy', () => {
  it('is given that one', async () => {
    await using store = new Store('results', new LocalConnector());
    await using owned = await store.ownedProxy<Table>({ rows: [1] });
    expect(owns(owned)).toBe(owned);
    {
      using ref = borrow(owned);
      expect(reads(ref)).toBe(ref);
    }
    using ref = mutBorrow(owned);
    expect(changes(ref)).toBe(ref);
  });

  it('is given no other', () => {
    expectTypeOf(owns).parameter(0).toEqualTypeOf<OwnedProxy<Table>>();
    expectTypeOf<RefProxy<Table>>().not.toExtend<OwnedProxy<Table>>();
    expectTypeOf<RefMutProxy<Table>>().not.toExtend<OwnedProxy<Table>>();
    expectTypeOf<ObjectProxy<Table>>().not.toExtend<OwnedProxy<Table>>();
    expectTypeOf<OwnedProxy<Table>>().not.toExtend<RefProxy<Table>>();
    expectTypeOf<RefMutProxy<Table>>().not.toExtend<RefProxy<Table>>();
    expectTypeOf<ObjectProxy<Table>>().not.toExtend<RefProxy<Table>>();
    expectTypeOf<OwnedProxy<Table>>().not.toExtend<RefMutProxy<Table>>();
    expectTypeOf<RefProxy<Table>>().not.toExtend<RefMutProxy<Table>>();
    expectTypeOf<ObjectProxy<Table>>().not.toExtend<RefMutProxy<Table>>();
    expectTypeOf<Table>().not.toExtend<OwnedProxy<Table>>();
    expectTypeOf<OwnedProxy<Table>>().toExtend<ObjectProxy<Table>>();
    expectTypeOf<RefMutProxy<Table>>().toExtend<ObjectProxy<Table>>();
  });

  it('refuses the others in a call as well', async () => {
    await using store = new Store('results', new LocalConnector());
    const plain = await store.proxy<Table>({ rows: [1] });
    await using owned = await store.ownedProxy<Table>({ rows: [1] });
    // @ts-expect-error -- a plain proxy owns nothing
    expect(() => borrow(plain)).toThrow(ReferenceNotOwnedError);
    // @ts-expect-error -- as above
    expect(() => mutBorrow(plain)).toThrow(ReferenceNotOwnedError);
    using ref = borrow(owned);
    // @ts-expect-error -- a loan is not lent on
    expect(() => borrow(ref)).toThrow(ReferenceNotOwnedError);
    // @ts-expect-error -- an owner is no loan
    expect(reads(owned)).toBe(owned);
    // @ts-expect-error -- a loan to read is none to change
    expect(changes(ref)).toBe(ref);
  });
});

describe('a borrow to read', () => {
  it('is read-only, however deep', async () => {
    await using store = new Store('results', new LocalConnector());
    await using owned = await store.ownedProxy({ rows: [{ id: 1 }], byName: new Map([['a', { id: 1 }]]) });
    using ref = borrow(owned);
    expectTypeOf(ref.rows).toEqualTypeOf<readonly { readonly id: number }[]>();
    expectTypeOf(ref.byName).toEqualTypeOf<ReadonlyMap<string, { readonly id: number }>>();
    // @ts-expect-error -- nothing is added
    const push: unknown = ref.rows.push;
    expect(() => {
      // @ts-expect-error -- nothing is assigned
      ref.rows[0].id = 2;
    }).toThrow();
    // @ts-expect-error -- nor in a map
    const set: unknown = ref.byName.set;
    expect([typeof push, typeof set]).toEqual(['function', 'function']);
    expectTypeOf(await resolve(ref)).toEqualTypeOf<
      DeepReadonly<{ rows: { id: number }[]; byName: Map<string, { id: number }> }>
    >();
    expect(ref.rows[0]?.id).toBe(1);
  });

  it('has the read-only form of each type', () => {
    expectTypeOf<DeepReadonly<[number[], Set<{ a: 1 }>]>>().toEqualTypeOf<
      readonly [readonly number[], ReadonlySet<{ readonly a: 1 }>]
    >();
    expectTypeOf<DeepReadonly<{ a?: { b: string } | null }>>().toEqualTypeOf<{
      readonly a?: { readonly b: string } | null;
    }>();
    expectTypeOf<DeepReadonly<Map<{ a: 1 }, number[]>>>().toEqualTypeOf<
      ReadonlyMap<{ readonly a: 1 }, readonly number[]>
    >();
    expectTypeOf<DeepReadonly<string | 1n | (() => void) | Date | RegExp | null>>().toEqualTypeOf<
      string | 1n | (() => void) | Date | RegExp | null
    >();
    expect.assertions(0);
  });

  it('goes where something read-only is asked for, and not where the object itself is', () => {
    expectTypeOf<RefProxy<number[]>>().toExtend<readonly number[]>();
    expectTypeOf<RefProxy<number[]>>().not.toExtend<number[]>();
    expectTypeOf<RefProxy<Map<string, number>>>().not.toExtend<Map<string, number>>();
    expectTypeOf<RefMutProxy<number[]>>().toExtend<number[]>();
    expect.assertions(0);
  });
});

describe('disposal', () => {
  it('is asynchronous for an owner, and in place, too, where its store works in place', async () => {
    await using local = new Store('results', new LocalConnector());
    await using remote = new Store('remote', new ObservedConnector());
    await using here = await local.ownedProxy({ rows: [1] });
    await using there = await remote.ownedProxy({ rows: [1] });
    expectTypeOf(here).toExtend<AsyncDisposable & Disposable>();
    expectTypeOf(there).toExtend<AsyncDisposable>();
    expectTypeOf(there).not.toExtend<Disposable>();
    using inPlace = local.ownedProxySync({ rows: [1] });
    expectTypeOf(inPlace).toExtend<OwnedProxy<Table> & Disposable>();
    expectTypeOf<OwnedProxy<Table>>().not.toExtend<Disposable>();
    expect(inPlace.rows).toEqual(here.rows);
  });

  it('is a type error in place where the store only works asynchronously', async () => {
    await using remote = new Store('remote', new ObservedConnector());
    await using owned = await remote.ownedProxy({ rows: [1] });
    // @ts-expect-error -- there is no such method
    const dispose: unknown = owned[Symbol.dispose];
    expect(dispose).toBeDefined();
    // @ts-expect-error -- a connector that works asynchronously
    expect(() => remote.ownedProxySync({ rows: [1] })).toThrow();
  });

  it('is in place for a borrow to read, and both for one to change, which may be written', () => {
    expectTypeOf<RefProxy<Table>>().toExtend<Disposable>();
    expectTypeOf<RefProxy<Table>>().not.toExtend<AsyncDisposable>();
    expectTypeOf<RefMutProxy<Table>>().toExtend<Disposable & AsyncDisposable>();
    expect.assertions(0);
  });
});
