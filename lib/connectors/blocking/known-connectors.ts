/** The connectors that a worker can load by itself. */

import { ConnectorError } from '../../errors.js';
import type { ConnectorConfig } from '../protocol.js';

/**
 * The modules of this package whose import makes a class known that opens from a config, by kind. A table, so that no
 * name that came with data is ever imported. Not in it are `local`, whose objects another thread cannot reach, and
 * `keyv`, whose config cannot carry a Keyv.
 */
const modules: Readonly<Record<string, () => Promise<unknown>>> = {
  file: () => import('../file.js'),
  lmdb: () => import('../lmdb.js'),
  multi: () => import('../multi.js'),
  nats: () => import('../nats.js'),
  redis: () => import('../redis.js'),
  s3: () => import('../s3.js'),
};

/**
 * Loads the classes that a config needs, as far as they are of this package.
 *
 * @param config - The config of a connector, and of its children, if it has any.
 */
export async function loadKnownConnectors(config: ConnectorConfig): Promise<void> {
  for (const kind of kindsIn(config)) if (Object.hasOwn(modules, kind)) await modules[kind]?.();
}

/**
 * Refuses what a worker cannot open.
 *
 * @param config - The config of a connector, and of its children, if it has any.
 * @param hasModule - Whether the worker imports a module of the user's, which may make any other kind known.
 * @throws ConnectorError which says why, and what to do.
 */
export function checkReachable(config: ConnectorConfig, hasModule: boolean): void {
  const kinds = kindsIn(config);
  if (kinds.has('blocking')) {
    throw refusal(
      'It cannot have another blocking connector inside: each would wait for the next, with a thread for each. Give it the connector that the inner one has.',
    );
  }
  if (kinds.has('local')) {
    throw refusal(
      'A local connector keeps its objects in the memory of its own thread, where the worker cannot reach them. It needs no worker: it has the operations without waiting itself.',
    );
  }
  const unknown = [...kinds].find((kind) => !Object.hasOwn(modules, kind));
  if (unknown !== undefined && !hasModule) {
    throw refusal(
      `Its worker does not know how to open a connector of kind "${unknown}". Name the module that registers its class: new BlockingConnector(connector, { module: new URL("./that-module.js", import.meta.url) }), or, to rebuild one from its config, registerConnector(BlockingConnector.with({ module })).`,
    );
  }
}

/** The kinds that a config names, its own and those of the configs in its options, however deep they are. */
function kindsIn(config: ConnectorConfig): Set<string> {
  const kinds = new Set<string>();
  const open: unknown[] = [config];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const { kind, options } = value as Partial<Record<keyof ConnectorConfig, unknown>>;
    if (typeof kind === 'string' && typeof options === 'object' && options !== null) kinds.add(kind);
    open.push(...(Object.values(value) as unknown[]));
  }
  return kinds;
}

function refusal(message: string): ConnectorError {
  return new ConnectorError(`A blocking connector cannot be made of this. ${message}`, {
    connector: 'blocking',
  });
}
