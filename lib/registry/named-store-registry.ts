/** The map from store name to store. */

import { ProxyStoreFactoryError, StoreExistsError } from '../errors.js';
import { factoryName } from '../proxy/failures.js';
import { getFactory, isProxy } from '../proxy/proxy.js';
import type { ProxyOf } from '../proxy/types.js';
import { channels } from '../tracing/tracing.js';
import { isStore, isStoreFactory } from './registered-store.js';
import type { RegisteredStore } from './registered-store.js';
import { StoreRegistration } from './store-registration.js';

/** What registering takes. */
export interface RegisterOptions {
  /** Put the store over one of the same name instead of throwing. Default false. */
  readonly existOk?: boolean | undefined;
}

/** A store and its one stay in the registry. The same store registered twice has two entries, one after the other. */
interface Entry<S> {
  /** The name as it was then, whatever the store says of itself later. */
  readonly name: string;
  readonly store: S;
}

/**
 * Finds stores by their name. It opens and closes none of them.
 *
 * @typeParam S - The type of the stores.
 */
export class NamedStoreRegistry<S extends RegisteredStore> implements Iterable<S> {
  readonly #entries = new Map<string, Entry<S>>();

  /** How many stores are registered. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Registers a store under its name until it is unregistered.
   *
   * @param store - The store; it stays its owner's to close.
   * @param options - Whether it may take the place of one of the same name.
   * @throws StoreExistsError when a store of that name is registered, this one included.
   * @throws TypeError for what is no store, and for what are no options.
   */
  register(store: S, options?: RegisterOptions): void {
    checkStore(store, 'register() takes a Store');
    checkOptions(options);
    this.#checkFree([store], options);
    this.#add(store);
  }

  /**
   * Takes a store out, whoever has put it in. Goes by the name, as in ProxyStore: a store given here takes out
   * whichever has its name.
   *
   * @param nameOrStore - The name, or a store that has it.
   * @returns Whether there was one.
   * @throws TypeError for what is neither.
   */
  unregister(nameOrStore: string | S): boolean {
    if (typeof nameOrStore === 'string') return this.#remove(nameOrStore);
    checkStore(nameOrStore, 'unregister() takes a Store or the name of one');
    return this.#remove(nameOrStore.name);
  }

  /**
   * Finds a store by its name, or by a proxy of one of its objects. Resolves nothing.
   *
   * @param nameOrProxy - The name, or the proxy.
   * @returns The store that is registered under the name, or `undefined`.
   * @throws ProxyStoreFactoryError for a proxy whose factory belongs to no store.
   * @throws TypeError for what is neither.
   */
  get(nameOrProxy: string | ProxyOf<unknown>): S | undefined {
    return this.#entries.get(storeNameOf(nameOrProxy))?.store;
  }

  /**
   * Whether a store of this name is registered.
   *
   * @param name - The name.
   * @throws TypeError for what is no name.
   */
  has(name: string): boolean {
    if (typeof name !== 'string')
      throw new TypeError(`has() takes the name of a store, not ${describe(name)}.`);
    return this.#entries.has(name);
  }

  /**
   * Registers stores until the registration is disposed of: all of them, or none when it throws.
   *
   * @param stores - The stores, and last, if need be, the options of {@link register}.
   * @returns What keeps them registered. Dispose of it, best with `using`.
   * @throws StoreExistsError when a name is taken, by a registered store or by an earlier one of these.
   * @throws TypeError for what is no store, and for what are no options.
   */
  registration(...stores: S[]): StoreRegistration<S>;
  registration(...storesThenOptions: [...S[], RegisterOptions]): StoreRegistration<S>;
  registration(...args: readonly (S | RegisterOptions)[]): StoreRegistration<S> {
    const last = args.at(-1);
    const options = isRegisterOptions(last) ? last : undefined;
    const stores = (options === undefined ? args : args.slice(0, -1)) as readonly S[]; // checked in the next line
    for (const store of stores) checkStore(store, 'A registration takes Stores, and its options last');
    checkOptions(options);
    this.#checkFree(stores, options);
    // Nothing can fail from here on, so there is nothing to take back.
    const entries = stores.map((store) => this.#add(store));
    return new StoreRegistration(stores, () => {
      for (const entry of entries.reverse()) {
        if (this.#entries.get(entry.name) === entry) this.#remove(entry.name);
      }
    });
  }

  /** The registered stores, in the order of their registration. */
  *[Symbol.iterator](): Iterator<S> {
    for (const { store } of this.#entries.values()) yield store;
  }

  #checkFree(stores: readonly S[], options: RegisterOptions | undefined): void {
    if (options?.existOk === true) return;
    for (const [index, { name }] of stores.entries()) {
      if (this.#entries.has(name) || stores.findIndex((store) => store.name === name) < index) {
        throw new StoreExistsError(
          `A store named "${name}" is registered already. Unregister it first, choose another name, or pass { existOk: true } to put this one over it.`,
          { storeName: name },
        );
      }
    }
  }

  #add(store: S): Entry<S> {
    const { name } = store;
    const entry: Entry<S> = { name, store };
    const add = (): void => {
      // A store that takes the place of another goes to the end, as any that was registered last.
      this.#entries.delete(name);
      this.#entries.set(name, entry);
    };
    if (channels.register.active) channels.register.traceSync({ store: name }, add);
    else add();
    return entry;
  }

  #remove(name: string): boolean {
    const remove = (): boolean => this.#entries.delete(name);
    return channels.unregister.active ? channels.unregister.traceSync({ store: name }, remove) : remove();
  }
}

/** Whether the last argument is the options, good or bad ones: a plain object that is no store. */
function isRegisterOptions(value: unknown): value is RegisterOptions {
  if (typeof value !== 'object' || value === null || isProxy(value) || isStore(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function checkOptions(options: unknown): void {
  if (options === undefined) return;
  if (!isRegisterOptions(options)) {
    throw new TypeError(`The options of a registration are { existOk }, not ${describe(options)}.`);
  }
  const { existOk }: { readonly existOk?: unknown } = options;
  if (existOk !== undefined && typeof existOk !== 'boolean') {
    throw new TypeError(`existOk is true or false, not ${describe(existOk)}.`);
  }
  const other = Object.keys(options).find((name) => name !== 'existOk');
  if (other !== undefined) {
    throw new TypeError(`A registration has no option "${other}". Its one option is existOk.`);
  }
}

function checkStore(store: unknown, expected: string): void {
  // A proxy is told apart first: any other look at it would resolve it.
  if (isProxy(store) || !isStore(store)) throw new TypeError(`${expected}, not ${describe(store)}.`);
}

function storeNameOf(nameOrProxy: unknown): string {
  if (typeof nameOrProxy === 'string') return nameOrProxy;
  if (!isProxy(nameOrProxy)) {
    throw new TypeError(
      `A store is found by its name or by a proxy of one of its objects, not by ${describe(nameOrProxy)}.`,
    );
  }
  const factory = getFactory(nameOrProxy);
  if (isStoreFactory(factory)) return factory.storeName;
  throw new ProxyStoreFactoryError(
    `The proxy was made with a ${factoryName(factory)}, which belongs to no store. Only a proxy with a StoreFactory, as store.proxy() makes it, has one.`,
    { factoryName: factoryName(factory) },
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return isProxy(value) ? 'a proxy' : `a value of type ${typeof value}`;
}
