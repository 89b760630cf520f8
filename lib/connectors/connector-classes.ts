/**
 * The connector classes that this process has loaded, by kind. Importing a connector's entry adds its class, so
 * that a config can be made into a connector again without importing anything by a name that came with data.
 */

import { ConnectorError } from '../errors.js';
import type { Connector, ConnectorClass, ConnectorConfig } from './protocol.js';

/** One for all copies of the package in a thread, as the registry of stores is. */
const classes: Map<string, ConnectorClass> = ((
  globalThis as Record<symbol, Map<string, ConnectorClass> | undefined>
)[Symbol.for('proxystore.connectorClasses')] ??= new Map<string, ConnectorClass>());

/**
 * Makes a connector class known by its kind. The connectors of this package do it when they are imported; the
 * author of another does it once, beside the class.
 *
 * @param connectorClass - The class. One of the same kind takes the place of the former, so that the two builds of
 *   one package can both be loaded.
 */
export function registerConnector(connectorClass: ConnectorClass): void {
  classes.set(connectorClass.kind, connectorClass);
}

/**
 * Makes a connector from its config.
 *
 * @param config - What `connector.config()` gave.
 * @returns A new connector, which the caller closes.
 * @throws ConnectorError when no class of that kind is known here.
 */
export function connectorFromConfig(config: ConnectorConfig): Connector {
  const connectorClass = classes.get(config.kind);
  if (connectorClass === undefined) {
    throw new ConnectorError(
      `No connector of kind "${config.kind}" is known here. Import it first, as in import "proxystore/${config.kind}", or register its class with registerConnector().`,
      { connector: config.kind },
    );
  }
  return connectorClass.fromConfig(config.options);
}
