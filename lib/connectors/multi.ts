/** `proxystore/multi`: the connector that keeps objects in several others, each where a policy sends it. */

import '../resources/symbols.js';
import { hostname as nameOfThisHost } from 'node:os';
import { ConnectorClosedError, ConnectorError } from '../errors.js';
import { Failures } from '../resources/close-once.js';
import { ConfigOptions } from './config-options.js';
import { connectorFromConfig, registerConnector } from './connector-classes.js';
import { askAll, batchFailure, inOrder } from './multi/batches.js';
import {
  Children,
  keyIn,
  type Child,
  type Located,
  type MultiKey,
  type OpenChild,
} from './multi/children.js';
import { checkedPolicy, isOnHost, type Policy } from './multi/policy.js';
import { syncOperations } from './multi/sync-operations.js';
import { OperationGuard } from './operation-guard.js';
import {
  capabilities,
  type Capability,
  type Connector,
  type ConnectorConfig,
  type ConnectorPutOptions,
  type JsonValue,
  type OperationOptions,
  type Parts,
  type SyncOperations,
} from './protocol.js';

export type { MultiKey } from './multi/children.js';
export type { Policy } from './multi/policy.js';

const kind = 'multi';

/** A child of a {@link MultiConnector}. */
export interface MultiChild {
  /**
   * The connector, which becomes the multi-connector's own; or a config, from which it is opened where the policy names
   * this host, and left dormant where it does not.
   */
  readonly connector: Connector | ConnectorConfig;
  /** Which objects it takes, and where. Default: all, everywhere. */
  readonly policy?: Policy | undefined;
}

/** What a {@link MultiConnector} can be told. */
export interface MultiConnectorOptions {
  /** The name that host patterns are compared with. Default: that of this machine. */
  readonly hostname?: string | undefined;
}

/**
 * Keeps each object in one of several connectors, its children: in the one of the highest priority whose policy takes
 * it. ProxyStore's `MultiConnector`.
 *
 * A key names the child. A child whose host pattern does not match is **dormant** where it was to be opened from a
 * config: it is not opened, and a key of it is refused with a MultiConnectorError. `config()` has all children, dormant
 * ones too, so that each process opens those that are there on its host.
 *
 * Has the capabilities that all of its open children have. `newKey()` chooses the child by priority, host and tags alone,
 * for the size is not known then.
 *
 * @example
 * ```ts
 * await using connector = new MultiConnector({
 *   small: { connector: new RedisConnector({ url }), policy: { maxSizeBytes: 100_000, priority: 1 } },
 *   large: { connector: new FileConnector('/shared/objects') },
 * });
 * ```
 */
export class MultiConnector implements Connector<MultiKey> {
  static readonly kind = kind;

  readonly kind = kind;
  /** The same operations without waiting, where all open children have them. */
  readonly sync: SyncOperations<MultiKey> | undefined;
  /** Where all open children can defer. */
  readonly newKey?: NonNullable<Connector<MultiKey>['newKey']>;
  /** Where all open children can defer. */
  readonly set?: NonNullable<Connector<MultiKey>['set']>;
  /** Where all open children can take. */
  readonly take?: NonNullable<Connector<MultiKey>['take']>;
  /** Where all open children can expire. */
  readonly expire?: NonNullable<Connector<MultiKey>['expire']>;
  /** Where all open children can be watched. */
  readonly watch?: NonNullable<Connector<MultiKey>['watch']>;
  /** Where all open children can be listed. */
  readonly list?: NonNullable<Connector<MultiKey>['list']>;
  readonly #all: readonly Child[];
  readonly #children: Children;
  readonly #guard = new OperationGuard(kind);

  /**
   * @param children - By name; of equal priorities, the first is tried first. The connectors among them are closed with
   *   this one. If the constructor throws, they are still the caller's.
   * @param options - The name of this host.
   * @throws ConnectorError for a policy or a config that is wrong, and where no child is open here.
   */
  constructor(children: Readonly<Record<string, MultiChild>>, options: MultiConnectorOptions = {}) {
    this.#all = openChildren(Object.entries(children), options.hostname ?? nameOfThisHost());
    this.#children = new Children(this.#all);
    const shown = this.#children.open.map(({ connector }) => capabilities(connector));
    const has = (capability: Capability): boolean => shown.every((some) => some.has(capability));
    if (has('sync')) this.sync = syncOperations(this.#children, this.#guard, has);
    if (has('deferred')) {
      this.newKey = () => {
        this.#guard.check();
        const child = this.#children.route(undefined);
        return keyIn(child, capable(child).newKey());
      };
      this.set = (key, data, given) => this.#at(key, given, (at) => capable(at).set(at.key, data, given));
    }
    if (has('take')) {
      this.take = (key, given) => this.#at(key, given, (at) => capable(at).take(at.key, given));
    }
    if (has('expire')) {
      this.expire = (key, milliseconds, given) =>
        this.#at(key, given, (at) => capable(at).expire(at.key, milliseconds, given));
    }
    if (has('watch')) this.watch = (key, given) => this.#watch(key, given);
    if (has('list')) this.list = (given) => this.#list(given);
  }

  /**
   * Opens the children that a config names, those of this host.
   *
   * @param options - What `config()` gave.
   * @throws ConnectorError as the constructor, and where the class of a child's connector was not imported.
   */
  static fromConfig(options: ConnectorConfig['options']): MultiConnector {
    new ConfigOptions(kind, options, ['children']);
    const { children } = options;
    if (!Array.isArray(children)) throw wrongConfig('The option "children" must be an array.');
    return new MultiConnector(Object.fromEntries((children as readonly JsonValue[]).map(childOf)));
  }

  put(data: Parts, options?: ConnectorPutOptions): Promise<MultiKey> {
    return this.#guard.run(options?.signal, async () => {
      const child = this.#children.route(data, options);
      return keyIn(child, await child.connector.put(data, options));
    });
  }

  get(key: MultiKey, options?: OperationOptions): Promise<Uint8Array | undefined> {
    return this.#at(key, options, (at) => at.connector.get(at.key, options));
  }

  exists(key: MultiKey, options?: OperationOptions): Promise<boolean> {
    return this.#at(key, options, (at) => at.connector.exists(at.key, options));
  }

  evict(key: MultiKey, options?: OperationOptions): Promise<void> {
    return this.#at(key, options, (at) => at.connector.evict(at.key, options));
  }

  /** Stores several objects, with one call to each child that gets any. Where one child fails, the others evict theirs. */
  putBatch(data: readonly Parts[], options?: ConnectorPutOptions): Promise<MultiKey[]> {
    return this.#guard.run(options?.signal, async () => {
      const shares = this.#children.routeAll(data, options);
      const { done, failures } = await askAll(shares, ({ child, items }) =>
        child.connector.putBatch(items, options),
      );
      if (failures.size > 0) {
        const all = new Failures();
        // Without the signal: it may be what the batch fails by.
        const stored = done.map(({ share: { child }, result }) => ({ child, keys: result }));
        const cleaned = await askAll(stored, ({ child, keys }) => child.connector.evictBatch(keys));
        for (const failure of cleaned.failures.values()) all.add(failure);
        all.add(batchFailure(failures, options?.signal));
        all.throwIfAny();
      }
      return inOrder(
        shares,
        done.map(({ share: { child }, result }) => result.map((key) => keyIn(child, key))),
      );
    });
  }

  getBatch(keys: readonly MultiKey[], options?: OperationOptions): Promise<(Uint8Array | undefined)[]> {
    return this.#guard.run(options?.signal, async () => {
      const shares = this.#children.locateAll(keys);
      const { done, failures } = await askAll(shares, ({ child, items }) =>
        child.connector.getBatch(items, options),
      );
      if (failures.size > 0) throw batchFailure(failures, options?.signal);
      return inOrder(
        shares,
        done.map(({ result }) => result),
      );
    });
  }

  evictBatch(keys: readonly MultiKey[], options?: OperationOptions): Promise<void> {
    return this.#guard.run(options?.signal, async () => {
      const { failures } = await askAll(this.#children.locateAll(keys), ({ child, items }) =>
        child.connector.evictBatch(items, options),
      );
      if (failures.size > 0) throw batchFailure(failures, options?.signal);
    });
  }

  /** @throws InvalidKeyError for a key that no child has made; MultiConnectorError for one of a dormant child. */
  checkKey(key: unknown): MultiKey {
    this.#children.locate(key);
    // The call above throws for anything else.
    return key as MultiKey;
  }

  /** All children with their policies, dormant ones too. */
  config(): ConnectorConfig {
    const children = this.#all.map(({ name, policy, config }) => {
      const { kind, options } = config();
      return { name, connector: { kind, options }, policy: { ...policy } };
    });
    return { kind, options: { children } };
  }

  /** Closes all children, the last first. One that fails does not keep the others open. */
  close(): Promise<void> {
    return this.#guard.close(async () => {
      const failures = new Failures();
      for (const { connector } of [...this.#children.open].reverse()) {
        await failures.runAsync(() => connector.close());
      }
      failures.throwIfAny();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #at<T>(key: unknown, options: OperationOptions | undefined, use: (at: Located) => Promise<T>): Promise<T> {
    return this.#guard.run(options?.signal, async () => use(this.#children.locate(key)));
  }

  async #watch(key: MultiKey, options?: OperationOptions): Promise<void> {
    this.#guard.check(options?.signal);
    const at = this.#children.locate(key);
    try {
      await capable(at).watch(at.key, options);
    } catch (error) {
      throw this.#ended(error);
    }
  }

  async *#list(options?: OperationOptions): AsyncGenerator<MultiKey, void, undefined> {
    this.#guard.check(options?.signal);
    for (const child of this.#children.open) {
      try {
        for await (const key of capable(child).list(options)) {
          yield keyIn(child, key);
          this.#guard.check(options?.signal);
        }
      } catch (error) {
        throw this.#ended(error);
      }
    }
  }

  /** A child that ends what waits says so of itself; whoever waits has asked this connector. */
  #ended(error: unknown): unknown {
    return error instanceof ConnectorClosedError ? this.#guard.closedError() : error;
  }
}

/** Opens those children that are there and not open yet. Where one fails, those that were opened here are closed. */
function openChildren(children: readonly (readonly [string, MultiChild])[], hostname: string): Child[] {
  if (children.length === 0) throw wrongConfig('A multi connector has at least one child.');
  const checked = children.map(([name, child]) => ({
    name,
    child,
    policy: checkedPolicy(name, child.policy ?? {}),
  }));
  const opened: Connector[] = [];
  try {
    return checked.map(({ name, child: { connector: given }, policy }) => {
      const here = isOnHost(policy, hostname);
      if (isConnector(given)) return { name, policy, here, connector: given, config: () => given.config() };
      const connector = here ? connectorFromConfig(given) : undefined;
      if (connector !== undefined) opened.push(connector);
      return { name, policy, here, connector, config: () => given };
    });
  } catch (error) {
    // A constructor cannot wait; what was just opened holds nothing that could fail to be let go of.
    for (const connector of opened) connector.close().catch(() => undefined);
    throw error;
  }
}

/** Reads a child out of a config, which may come from outside. */
function childOf(given: JsonValue): [string, MultiChild] {
  const { name, connector, policy = {} } = recordOf(given, 'Each child');
  const { kind: childKind, options } = recordOf(connector, 'The connector of each child');
  if (typeof name !== 'string') throw wrongConfig('The name of each child must be a string.');
  if (typeof childKind !== 'string') throw wrongConfig('The kind of each child must be a string.');
  // What the child's class takes, which it checks itself.
  const config = { kind: childKind, options: recordOf(options, 'The options of each child') };
  return [name, { connector: config, policy: checkedPolicy(name, policy) }];
}

function recordOf(value: JsonValue | undefined, what: string): Readonly<Record<string, JsonValue>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // Of what JSON can carry, that leaves the objects.
    return value as Readonly<Record<string, JsonValue>>;
  }
  throw wrongConfig(`${what} must be an object.`);
}

function isConnector(value: Connector | ConnectorConfig): value is Connector {
  return 'checkKey' in value;
}

/** A connector with all capabilities: it is asked only for those that all children have. */
function capable({ connector }: OpenChild): Required<Connector> {
  return connector as Required<Connector>;
}

function wrongConfig(message: string): ConnectorError {
  return new ConnectorError(`The config of a multi connector is wrong. ${message}`, { connector: kind });
}

registerConnector(MultiConnector);
