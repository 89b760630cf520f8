/** Checks of the options in a config, which may come from outside. */

import { ConnectorError } from '../errors.js';
import type { ConnectorConfig } from './protocol.js';

/** Reads the options of a config of one kind, each by its name and type. */
export class ConfigOptions {
  readonly #connector: string;
  readonly #options: ReadonlyMap<string, unknown>;

  /**
   * @param connector - Kind of the connector, for the errors.
   * @param options - The options as they came in.
   * @param names - The names of all that there can be.
   * @throws ConnectorError for what is not an object, and for a name that is not among them: an option of a later
   *   version is told instead of being passed over. And for `clear`, unless it is false: a config comes with references,
   *   and whoever writes one could have everybody's objects removed.
   */
  constructor(connector: string, options: ConnectorConfig['options'], names: readonly string[]) {
    this.#connector = connector;
    const given: unknown = options;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw this.#error('The options are not an object.');
    }
    this.#options = new Map(Object.entries(given));
    if ((this.#options.get('clear') ?? false) !== false) {
      throw this.#error(
        'It asks for "clear", which no config can: it may come with a reference from outside, and closing would remove objects that are not its own. Say it in code, where the connector is constructed.',
      );
    }
    for (const name of this.#options.keys()) {
      if (!names.includes(name)) {
        throw this.#error(`There is no option "${name}"; those of this version are: ${names.join(', ')}.`);
      }
    }
  }

  /**
   * An option that must be there.
   *
   * @param accepts - Tells whether its value is good.
   * @param expected - What a good value is, for the error.
   */
  string(name: string, accepts: (value: string) => boolean, expected: string): string {
    const value = this.#options.get(name);
    if (typeof value === 'string' && accepts(value)) return value;
    throw this.#error(`The option "${name}" must be ${expected}.`);
  }

  /** An option that is false where it is not there. */
  flag(name: string): boolean {
    const value = this.#options.get(name) ?? false;
    if (typeof value === 'boolean') return value;
    throw this.#error(`The option "${name}" must be true or false.`);
  }

  #error(message: string): ConnectorError {
    return new ConnectorError(`The config of a ${this.#connector} connector is wrong. ${message}`, {
      connector: this.#connector,
    });
  }
}
