import { connectorFromConfig, registerConnector } from '../../lib/connectors/connector-classes.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import { capabilities, isDeferrable, isSync, type Connector } from '../../lib/connectors/protocol.js';
import { ConnectorError } from '../../lib/errors.js';

/** What a connector must have, and nothing more. */
function minimal(): Connector {
  // Nothing of it is called here.
  return { kind: 'minimal' } as Connector;
}

describe('capabilities()', () => {
  it('are shown by having the members', () => {
    expect([...capabilities(minimal())]).toEqual([]);
    expect([...capabilities(new LocalConnector())].sort()).toEqual(
      ['deferred', 'expire', 'list', 'sync', 'take', 'watch'].sort(),
    );
  });

  it('count newKey and set only together', () => {
    const connector = new LocalConnector();
    expect(isDeferrable(connector)).toBe(true);
    expect(isDeferrable({ ...minimal(), newKey: () => [] })).toBe(false);
    expect(isDeferrable({ ...minimal(), set: () => Promise.resolve(true) })).toBe(false);
  });

  it('of synchronous operations can be asked for', () => {
    expect(isSync(new LocalConnector())).toBe(true);
    expect(isSync(minimal())).toBe(false);
  });
});

describe('connectorFromConfig()', () => {
  it('makes a connector of a class that was registered, the last one of its kind', () => {
    const made = minimal();
    registerConnector({ kind: 'minimal', fromConfig: () => minimal() });
    registerConnector({ kind: 'minimal', fromConfig: () => made });
    expect(connectorFromConfig({ kind: 'minimal', options: {} })).toBe(made);
  });

  it('says what to import where the kind is not known', () => {
    const attempt = (): Connector => connectorFromConfig({ kind: 'redis-like', options: {} });
    expect(attempt).toThrow(ConnectorError);
    expect(attempt).toThrow('import "proxystore/redis-like"');
    expect(() => connectorFromConfig({ kind: '__proto__', options: {} })).toThrow(ConnectorError);
  });
});
