import { InvalidReferenceError } from '../../lib/errors.js';
import {
  createProxy,
  isProxy,
  isResolved,
  pack,
  ProxyLocker,
  reference,
  Store,
  unpack,
} from '../../lib/index.js';
import type { Factory, Packed, ProxyReference } from '../../lib/index.js';
import { packSymbol, setReferenceReader } from '../../lib/references/packable.js';
import { ObservedConnector } from '../store/observed-connector.js';

const uuid = '0f1e2d3c-4b5a-4697-8877-665544332211';

/** Travels in a form of its own, and counts how often it is asked for it. */
class Ticket {
  asked = 0;

  constructor(readonly number: number) {}

  [packSymbol](): ProxyReference {
    this.asked += 1;
    return { $proxystore: 1, store: 'tickets', key: [uuid], ticket: this.number } as ProxyReference;
  }
}

/** A factory whose proxies travel in that form. */
class TicketFactory extends Ticket implements Factory<object> {
  async resolve(): Promise<object> {
    throw new Error('resolved');
  }
}

beforeAll(() => {
  setReferenceReader('ticket', (form) => {
    const { ticket } = form as { ticket?: unknown };
    if (typeof ticket === 'number') return new Ticket(ticket);
    throw new InvalidReferenceError('Not a ticket.', { reference: form });
  });
});

it('what says how it travels is asked for its reference, and read by its own reader', () => {
  const ticket = new Ticket(7);
  const packed = pack({ ticket, again: [ticket] });
  expect([packed, ticket.asked]).toEqual([
    { ticket: { $proxystore: 1, store: 'tickets', key: [uuid], ticket: 7 }, again: [expect.anything()] },
    1,
  ]);
  const arrived = unpack(structuredClone(packed));
  expect(arrived.ticket).toBeInstanceOf(Ticket);
  expect(arrived.ticket.number).toBe(7);
  expect(arrived.again[0]).toBe(arrived.ticket);
});

it('a proxy travels as its factory says, and is not resolved', () => {
  const factory = new TicketFactory(8);
  const proxy = createProxy(factory);
  expect(pack([proxy])).toEqual([{ $proxystore: 1, store: 'tickets', key: [uuid], ticket: 8 }]);
  expect([factory.asked, isResolved(proxy)]).toEqual([1, false]);
});

it('nothing is asked for its reference when something else cannot travel', () => {
  const ticket = new Ticket(9);
  const stranger = createProxy({ resolve: async () => ({}) });
  expect(() => pack([ticket, { stranger }])).toThrow(/cannot be referred to/);
  expect(ticket.asked).toBe(0);
});

it('what the reader refuses is refused', () => {
  const forged = { $proxystore: 1, store: 'tickets', key: [uuid], ticket: 'seven' };
  expect(() => unpack(forged as Packed)).toThrow(InvalidReferenceError);
  expect(() => unpack({ ...forged, key: 'x' } as Packed)).toThrow(InvalidReferenceError);
});

it('a locked proxy travels as the reference of its proxy', async () => {
  await using store = new Store('results', new ObservedConnector(), {
    register: true,
    populateTarget: false,
  });
  const locked = await store.lockedProxy({ rows: 3 });
  const arrived: unknown = unpack(structuredClone(pack({ locked }))).locked;
  expect(isProxy(arrived)).toBe(true);
  expect(reference(arrived as object)).toEqual(reference(locked.unlock()));
  expect(isResolved(locked.unlock())).toBe(false);
});

it('a locked proxy of no store cannot travel', () => {
  const locked = new ProxyLocker(createProxy({ resolve: async () => ({}) }));
  expect(() => pack({ locked })).toThrow(/cannot be referred to/);
});
