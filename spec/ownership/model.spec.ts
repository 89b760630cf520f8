import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  borrow,
  clone,
  LocalConnector,
  MutableBorrowError,
  mutBorrow,
  pack,
  ReferenceInvalidError,
  resolve,
  Store,
  storeRegistration,
  unpack,
  update,
} from '../../lib/index.js';
import { FileConnector } from '../../lib/connectors/file.js';
import type { OwnedProxy, Packed, RefMutProxy, RefProxy } from '../../lib/index.js';
import { asynchronous, keysOf } from './stores.js';

/** An owner as the rules see it. */
interface OwnerModel {
  valid: boolean;
  shared: number;
  exclusive: boolean;
  /** What is stored, and what the owner sees. */
  stored: number[];
  seen: number[];
}

interface LoanModel {
  readonly owner: number;
  readonly exclusive: boolean;
  live: boolean;
}

/** Messages that were packed, each with the owner that it carries. */
interface MessageModel {
  readonly owner: OwnerModel;
  loaded: boolean;
}

interface Model {
  readonly owners: OwnerModel[];
  readonly loans: LoanModel[];
  readonly messages: MessageModel[];
}

interface Real {
  readonly store: Store;
  readonly owners: OwnedProxy<number[]>[];
  readonly loans: (RefProxy<number[]> | RefMutProxy<number[]>)[];
  readonly messages: Packed<OwnedProxy<number[]>>[];
}

type Command = fc.AsyncCommand<Model, Real>;

/** What the rules say of an owner that is to be used alone. */
function alone(owner: OwnerModel): 'ok' | 'invalid' | 'borrowed' {
  if (!owner.valid) return 'invalid';
  return owner.exclusive || owner.shared > 0 ? 'borrowed' : 'ok';
}

const errors = { invalid: ReferenceInvalidError, borrowed: MutableBorrowError } as const;

/** Runs what the rules allow or forbid, and says whether they allow it. */
async function obeys(rule: 'ok' | 'invalid' | 'borrowed', run: () => unknown): Promise<boolean> {
  const outcome = async (): Promise<unknown> => run();
  if (rule === 'ok') {
    await outcome();
    return true;
  }
  await expect(outcome()).rejects.toBeInstanceOf(errors[rule]);
  return false;
}

/** A command on one of the owners; there is nothing to do as long as there is none. */
function onOwner(
  name: string,
  run: (owner: OwnerModel, real: OwnedProxy<number[]>, model: Model, r: Real, index: number) => Promise<void>,
) {
  return fc.nat().map((choice): Command => ({
    check: (model) => model.owners.length > 0,
    async run(model, real) {
      const index = choice % model.owners.length;
      await run(model.owners[index]!, real.owners[index]!, model, real, index);
    },
    toString: () => `${name}(${String(choice)})`,
  }));
}

const create = fc.array(fc.nat(9), { maxLength: 3 }).map((values): Command => ({
  check: (model) => model.owners.length < 8,
  async run(model, real) {
    real.owners.push(await real.store.ownedProxy([...values]));
    model.owners.push({ valid: true, shared: 0, exclusive: false, stored: [...values], seen: [...values] });
  },
  toString: () => `create(${values.join()})`,
}));

const read = onOwner('read', async (owner, real) => {
  if (await obeys(owner.valid ? 'ok' : 'invalid', () => resolve(real)))
    expect(await resolve(real)).toEqual(owner.seen);
});

const lend = (exclusive: boolean) =>
  onOwner(exclusive ? 'mutBorrow' : 'borrow', async (owner, real, model, r, index) => {
    const excluded = owner.exclusive || (exclusive && owner.shared > 0);
    const rule = !owner.valid ? 'invalid' : excluded ? 'borrowed' : 'ok';
    let loan: RefProxy<number[]> | RefMutProxy<number[]> | undefined;
    if (
      !(await obeys(rule, () => {
        loan = exclusive ? mutBorrow(real) : borrow(real);
      }))
    )
      return;
    r.loans.push(loan!);
    model.loans.push({ owner: index, exclusive, live: true });
    if (exclusive) owner.exclusive = true;
    else owner.shared += 1;
  });

const change = onOwner('update', async (owner, real) => {
  if (!(await obeys(alone(owner), () => update(real)))) return;
  (await resolve(real)).push(1);
  owner.seen.push(1);
  await update(real);
  owner.stored = [...owner.seen];
});

const copy = onOwner('clone', async (owner, real, model, r) => {
  let made: OwnedProxy<number[]> | undefined;
  if (
    !(await obeys(owner.valid ? 'ok' : 'invalid', async () => {
      made = await clone(real);
    }))
  )
    return;
  expect(await resolve(made!)).toEqual(owner.stored);
  r.owners.push(made!);
  model.owners.push({
    valid: true,
    shared: 0,
    exclusive: false,
    stored: [...owner.stored],
    seen: [...owner.stored],
  });
});

const move = onOwner('move', async (owner, real, model, r) => {
  let message: Packed<OwnedProxy<number[]>> | undefined;
  if (
    !(await obeys(alone(owner), () => {
      message = structuredClone(pack(real));
    }))
  )
    return;
  r.messages.push(message!);
  model.messages.push({ owner: { ...owner, seen: [...owner.stored] }, loaded: false });
  owner.valid = false;
});

const load = fc.nat().map((choice): Command => ({
  check: (model) => model.messages.length > 0,
  async run(model, real) {
    const index = choice % model.messages.length;
    const message = model.messages[index]!;
    let owner: OwnedProxy<number[]> | undefined;
    const loads = async (): Promise<void> => {
      owner = unpack(real.messages[index]!);
      await resolve(owner);
    };
    if (!(await obeys(message.loaded ? 'invalid' : 'ok', loads))) return;
    message.loaded = true;
    real.owners.push(owner!);
    model.owners.push({ ...message.owner, valid: true });
  },
  toString: () => `load(${String(choice)})`,
}));

const dispose = onOwner('dispose', async (owner, real) => {
  // Disposing of what has gone is no use of it.
  const rule = alone(owner) === 'borrowed' ? 'borrowed' : 'ok';
  if (await obeys(rule, () => real[Symbol.asyncDispose]())) owner.valid = false;
});

const release = fc.nat().map((choice): Command => ({
  check: (model) => model.loans.length > 0,
  async run(model, real) {
    const index = choice % model.loans.length;
    const loan = model.loans[index]!;
    const owner = model.owners[loan.owner]!;
    const proxy = real.loans[index]!;
    if (await obeys(loan.live ? 'ok' : 'invalid', () => resolve(proxy as RefProxy<number[]>))) {
      expect([...(await resolve(proxy as RefProxy<number[]>))]).toEqual(owner.seen);
      if (loan.exclusive) {
        (await resolve(proxy as RefMutProxy<number[]>)).push(2);
        owner.seen.push(2);
      }
    }
    proxy[Symbol.dispose]();
    if (!loan.live) return;
    loan.live = false;
    if (loan.exclusive) owner.exclusive = false;
    else owner.shared -= 1;
  },
  toString: () => `release(${String(choice)})`,
}));

const program = fc.commands(
  [create, create, read, lend(false), lend(true), change, copy, move, load, dispose, release],
  {
    maxCommands: 40,
  },
);

/** Runs a program, and sees that what is left in the store is what valid owners and packed ones hold. */
async function runProgram(store: Store, commands: Iterable<Command>): Promise<void> {
  const model: Model = { owners: [], loans: [], messages: [] };
  const real: Real = { store, owners: [], loans: [], messages: [] };
  await fc.asyncModelRun(() => ({ model, real }), commands);
  for (const loan of real.loans) loan[Symbol.dispose]();
  for (const [index, message] of model.messages.entries()) {
    if (!message.loaded) real.owners.push(unpack(real.messages[index]!));
  }
  for (const owner of real.owners) await owner[Symbol.asyncDispose]();
  await expect(keysOf(store)).resolves.toEqual([]);
}

describe('random programs obey the rules of ownership', () => {
  it.each([
    ['in memory', () => new LocalConnector(), 1500],
    ['in memory, asynchronously', () => asynchronous(new LocalConnector()), 1500],
  ])('%s', async (_, connector, numRuns) => {
    await using store = new Store('model', connector());
    using _registration = storeRegistration(store);
    await fc.assert(
      fc.asyncProperty(program, (commands) => runProgram(store, commands)),
      { numRuns },
    );
  });

  it('in a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'proxystore-model-'));
    try {
      await using store = new Store('model', new FileConnector(directory));
      using _registration = storeRegistration(store);
      await fc.assert(
        fc.asyncProperty(program, (commands) => runProgram(store, commands)),
        { numRuns: 100 },
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
