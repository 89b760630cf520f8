import '../../lib/connectors/blocking.js';
import '../../lib/connectors/file.js';
import '../../lib/connectors/keyv.js';
import '../../lib/connectors/lmdb.js';
import '../../lib/connectors/local.js';
import '../../lib/connectors/multi.js';
import '../../lib/connectors/nats.js';
import '../../lib/connectors/redis.js';
import '../../lib/connectors/s3.js';
import { connectorFromConfig } from '../../lib/connectors/connector-classes.js';
import { FileConnector } from '../../lib/connectors/file.js';
import { LmdbConnector } from '../../lib/connectors/lmdb.js';
import { LocalConnector } from '../../lib/connectors/local.js';
import type { ConnectorConfig } from '../../lib/connectors/protocol.js';
import { ConnectorError } from '../../lib/errors.js';
import { TemporaryDirectory } from './temporary-directory.js';

/** Where the objects of somebody else are, and the config that leads there. */
const places: Record<string, (directory: string) => Promise<ConnectorConfig>> = {
  local: async () => new LocalConnector().config(),
  file: async (directory) => new FileConnector(directory).config(),
  lmdb: async (directory) => {
    await using connector = new LmdbConnector(directory);
    return connector.config();
  },
  redis: async () => ({ kind: 'redis', options: { name: 'results' } }),
  nats: async () => ({ kind: 'nats', options: { name: 'results' } }),
  s3: async () => ({ kind: 's3', options: { bucket: 'objects', region: 'eu-central-1' } }),
  multi: async (directory) => ({
    kind: 'multi',
    options: { children: [{ name: 'files', connector: { ...new FileConnector(directory).config() } }] },
  }),
  blocking: async (directory) => ({
    kind: 'blocking',
    options: { connector: { ...new FileConnector(directory).config() } },
  }),
};

const why = /asks for "clear", which no config can.*a reference from outside.*Say it in code/;

describe('a config that asks for clear', () => {
  it.each(Object.entries(places))('is refused, and says why: %s', async (_, make) => {
    using place = new TemporaryDirectory();
    const { kind, options } = await make(place.path);
    for (const clear of [true, 'true', 1]) {
      const refused = (): unknown => connectorFromConfig({ kind, options: { ...options, clear } });
      expect(refused).toThrow(ConnectorError);
      expect(refused).toThrow(why);
    }
  });

  it.each(['multi', 'blocking'])('is refused inside of the config of another: %s', async (kind) => {
    using place = new TemporaryDirectory();
    const files = new FileConnector(place.path);
    const key = await files.put([Uint8Array.of(1)]);
    const connector = { kind: 'file', options: { ...files.config().options, clear: true } };
    const options = kind === 'multi' ? { children: [{ name: 'files', connector }] } : { connector };
    expect(() => connectorFromConfig({ kind, options })).toThrow(why);
    expect(await files.exists(key)).toBe(true);
  });

  it('is refused by a keyv connector as every config is', () => {
    expect(() => connectorFromConfig({ kind: 'keyv', options: { clear: true } })).toThrow(ConnectorError);
  });

  it('may say that it does not', async () => {
    using place = new TemporaryDirectory();
    await using connector = connectorFromConfig({
      kind: 'file',
      options: { directory: place.path, clear: false },
    });
    expect(await connector.getBatch([])).toEqual([]);
  });
});
