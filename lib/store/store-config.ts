/** A store in JSON form. */

import type { ConnectorConfig } from '../connectors/protocol.js';
import type { Count, Deserializer, Serializer } from './store-options.js';

/** What is needed to open a store of the same name and connector elsewhere. Never contains a secret. */
export interface StoreConfig {
  /** The name of the store. */
  readonly name: string;
  /** The config of its connector. */
  readonly connector: ConnectorConfig;
  /** How many objects its cache keeps. */
  readonly cacheSize?: Count;
  /** Whether it records metrics. */
  readonly metrics?: boolean;
  /** Whether its proxies are resolved already where they are made. */
  readonly populateTarget?: boolean;
  /** Whether it is registered until it is closed. */
  readonly register?: boolean;
  /** Says that the store has a serializer of its own, which a config cannot carry. */
  readonly serializer?: 'custom';
  /** Says that the store has a deserializer of its own, which a config cannot carry. */
  readonly deserializer?: 'custom';
}

/** What a config cannot carry. */
export interface FromConfigOptions {
  /** The store's own serializer. Needed where the config says that there is one. */
  readonly serializer?: Serializer | undefined;
  /** The store's own deserializer. Needed where the config says that there is one. */
  readonly deserializer?: Deserializer | undefined;
}

/**
 * Throws for what is no config.
 *
 * @param config - Anything.
 * @throws TypeError unless it has a name and a connector config.
 */
export function checkConfig(config: unknown): asserts config is StoreConfig {
  const { name, connector } = (config ?? {}) as Partial<Record<'name' | 'connector', unknown>>;
  const { kind, options } = (connector ?? {}) as Partial<Record<'kind' | 'options', unknown>>;
  if (
    typeof name !== 'string' ||
    typeof kind !== 'string' ||
    typeof options !== 'object' ||
    options === null
  ) {
    throw new TypeError(
      'A store config is { name, connector: { kind, options } }, as store.config() gives it.',
    );
  }
}

/**
 * Whether two connector configs lead to the same place. The order of members does not count.
 *
 * @param a - One config.
 * @param b - The other.
 */
export function sameConnector(a: ConnectorConfig, b: ConnectorConfig): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with the members of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
