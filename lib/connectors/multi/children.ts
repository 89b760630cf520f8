/** The children of a multi-connector: which of them gets an object, and which of them has a key. */

import { InvalidKeyError, MultiConnectorError } from '../../errors.js';
import type { Connector, ConnectorConfig, ConnectorKey, Parts } from '../protocol.js';
import { invalidKey } from '../uuid-key.js';
import { sharesOf, type Share } from './batches.js';
import { takes, type PolicyConfig, type Tags } from './policy.js';

/** The name of a child, and what that child calls the object. */
export type MultiKey = readonly [child: string, ...ConnectorKey];

/** A child. */
export interface Child {
  readonly name: string;
  readonly policy: PolicyConfig;
  /** Whether its policy names this host: it gets objects only then. */
  readonly here: boolean;
  /** The connector; none where the child is dormant. */
  readonly connector: Connector | undefined;
  /** What it is opened from elsewhere. */
  readonly config: () => ConnectorConfig;
}

/** A child that is open, and the key of an object in it. */
export interface Located {
  readonly name: string;
  readonly connector: Connector;
  readonly key: ConnectorKey;
}

/** A child that is open. */
export interface OpenChild {
  readonly name: string;
  readonly connector: Connector;
}

/** Finds the child for an object and the one of a key. */
export class Children {
  readonly #byName: ReadonlyMap<string, Child>;
  /** Those that get objects here, by priority. */
  readonly #takers: readonly (OpenChild & { readonly policy: PolicyConfig })[];
  /** Those that are not dormant. */
  readonly open: readonly OpenChild[];

  /**
   * @param children - All of them, in the order in which equal priorities are tried.
   */
  constructor(children: readonly Child[]) {
    this.#byName = new Map(children.map((child) => [child.name, child]));
    const open = children.flatMap(({ name, connector, policy, here }) =>
      connector === undefined ? [] : [{ name, connector, policy, here }],
    );
    this.open = open;
    this.#takers = open
      .filter(({ here }) => here)
      .sort((first, second) => (second.policy.priority ?? 0) - (first.policy.priority ?? 0));
  }

  /**
   * The child that gets an object.
   *
   * @param data - The object; `undefined` where it is not there yet.
   * @param tags - What it is put with.
   * @throws MultiConnectorError where no child takes it.
   */
  route(data: Parts | undefined, tags: Tags = {}): OpenChild {
    const size = data?.reduce((total, part) => total + part.byteLength, 0);
    const child = this.#takers.find(({ policy }) => takes(policy, size, tags));
    if (child !== undefined) return child;
    const object =
      size === undefined ? 'an object of a size that is not known yet' : `an object of ${size} bytes`;
    const named = [...(tags.subsetTags ?? []), ...(tags.supersetTags ?? [])];
    const tagged = named.length === 0 ? '' : ` with the tags ${named.join(', ')}`;
    throw new MultiConnectorError(
      `No child of this multi connector takes ${object}${tagged} on this host, so nothing was stored. Widen a policy, or add a child that takes everything, with a low priority.`,
      { connector: 'multi' },
    );
  }

  /**
   * The children that get the objects of a batch: what each of them gets.
   *
   * @throws MultiConnectorError where no child takes one.
   */
  routeAll(data: readonly Parts[], tags?: Tags): Share<OpenChild, Parts>[] {
    return sharesOf(data.map((item) => ({ child: this.route(item, tags), item })));
  }

  /**
   * The child that a key is of.
   *
   * @param key - Anything; it may have come from outside. It is read once.
   * @throws InvalidKeyError where no child has made it; MultiConnectorError where that child is dormant here, or one of
   *   its own.
   */
  locate(key: unknown): Located {
    const [name, ...rest] = elementsOf(key);
    const child = typeof name === 'string' ? this.#byName.get(name) : undefined;
    if (child === undefined) throw invalidKey('multi', key);
    const { connector } = child;
    if (connector === undefined) {
      throw new MultiConnectorError(
        `The object is in the child "${child.name}" of a multi connector, which is dormant: its host pattern does not match this host. Use the key on a host that it matches.`,
        { connector: 'multi', key },
      );
    }
    try {
      return { name: child.name, connector, key: connector.checkKey(rest) };
    } catch (error) {
      if (error instanceof InvalidKeyError) throw invalidKey('multi', key);
      if (!(error instanceof MultiConnectorError)) throw error;
      // The child is a multi connector too, and says which of its own children is dormant; of the key, it knows a part.
      throw new MultiConnectorError(error.message, { connector: 'multi', key, cause: error });
    }
  }

  /**
   * The children that the keys of a batch are of: what each of them calls its own. All are located before this returns.
   *
   * @throws As {@link locate}, of the first key.
   */
  locateAll(keys: readonly unknown[]): Share<OpenChild, ConnectorKey>[] {
    return sharesOf(
      keys.map((key) => {
        const located = this.locate(key);
        return { child: located, item: located.key };
      }),
    );
  }
}

/** The key of an object in a child. */
export function keyIn({ name }: OpenChild, key: ConnectorKey): MultiKey {
  return [name, ...key];
}

/** The own elements of an array; none for anything else, an array with holes included. */
function elementsOf(key: unknown): unknown[] {
  if (!Array.isArray(key)) return [];
  const given: readonly unknown[] = key;
  const elements = [];
  for (let index = 0; index < given.length; index += 1) {
    if (!Object.hasOwn(given, index)) return [];
    elements.push(given[index]);
  }
  return elements;
}
