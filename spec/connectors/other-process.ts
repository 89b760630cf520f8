/** A connector in a process of its own, opened from the config of one in this process. */

import { join } from 'node:path';
import type { Connector, ConnectorKey, JsonValue } from '../../lib/connectors/protocol.js';
import type { OtherProcess } from '../../lib/testing/testing.js';
import { compiledLibrary } from '../compiled-library.js';
import { RunningScript } from './child-script.js';

/** What the process says of an operation. */
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/**
 * Starts a process that does what it is told with a connector to the same place.
 *
 * @param connector - One whose kind, as those of the connectors in it, is that of its file in lib/connectors.
 * @param secrets - Options that the other process needs and a config does not say.
 * @param module - The file of a module that makes its class known, instead of those files.
 */
export async function otherProcess(
  connector: Connector,
  secrets: Readonly<Record<string, JsonValue>> = {},
  module?: string,
): Promise<OtherProcess> {
  const path = (name: string): string => JSON.stringify(join(compiledLibrary(), 'connectors', name));
  const { kind, options } = connector.config();
  const config = { kind, options: { ...options, ...secrets } };
  const files =
    module === undefined ? kindsIn(config).map((name) => path(`${name}.js`)) : [JSON.stringify(module)];
  const script = new RunningScript(`
    ${files.map((file) => `require(${file});`).join('\n')}
    const { connectorFromConfig } = require(${path('connector-classes.js')});
    const connector = connectorFromConfig(${JSON.stringify(config)});
    process.on('message', ({ id, operation, argument }) => {
      connector[operation](argument).then(
        (result) => process.send({ id, result }),
        (error) => process.send({ id, error: String(error) }),
      );
    });
    process.send('ready');
  `);
  await script.next();
  const pending = new Map<number, (answer: Answer) => void>();
  script.process.on('message', (answer: Answer) => pending.get(answer.id)?.(answer));
  let asked = 0;
  const ask = async (operation: string, argument: unknown): Promise<unknown> => {
    const id = (asked += 1);
    const { result, error } = await new Promise<Answer>((resolve) => {
      pending.set(id, resolve);
      script.send({ id, operation, argument });
    });
    if (error !== undefined) throw new Error(error);
    return result;
  };
  // The connector there has the types of the one here.
  return {
    put: async (bytes) => (await ask('put', [bytes])) as ConnectorKey,
    get: async (key) => (await ask('get', key)) as Uint8Array | undefined,
    evict: async (key) => {
      await ask('evict', key);
    },
    take: async (key) => (await ask('take', key)) as Uint8Array | undefined,
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

/** The kinds that a config names, at any depth. */
function kindsIn(config: JsonValue): string[] {
  if (typeof config !== 'object' || config === null) return [];
  const inside = Object.values(config).flatMap(kindsIn);
  const { kind } = config as { readonly kind?: unknown };
  return typeof kind === 'string' ? [kind, ...inside] : inside;
}
