/** The dictionary in the header of the npy format: the one Python literal that is read, and nothing beyond it. */

/** What the dictionary says. */
export interface NpyDict {
  /** Element type with its byte order, as in `'>f8'`. Not checked. */
  readonly descr: string;
  /** Whether the first index changes fastest. */
  readonly fortranOrder: boolean;
  /** The length of each dimension. */
  readonly shape: readonly number[];
}

/** One token and the space before it. Python 2 wrote an L behind long integers. */
const token =
  /\s*(?:(?<mark>[{}(),:])|(?<word>True|False)|(?<digits>\d+)L?|'(?<single>[^'\\]*)'|"(?<double>[^"\\]*)")/y;

/**
 * Parses the dictionary.
 *
 * @param text - A Python dictionary with the keys `descr`, `fortran_order` and `shape`, in any order.
 * @throws Error for anything else, saying what is wrong.
 */
export function parseNpyDict(text: string): NpyDict {
  const tokens = new Tokens(text);
  const found = new Map<string, unknown>();
  tokens.expect('{');
  while (!tokens.skip('}')) {
    const key = tokens.string();
    tokens.expect(':');
    if (found.has(key)) throw new Error(`its header has "${key}" twice`);
    if (key === 'descr') found.set(key, tokens.descr());
    else if (key === 'fortran_order') found.set(key, tokens.boolean());
    else if (key === 'shape') found.set(key, tokens.tuple());
    else throw new Error('its header has a key that the format does not know');
    if (!tokens.skip(',')) {
      tokens.expect('}');
      break;
    }
  }
  tokens.end();
  if (found.size !== 3) throw new Error('its header lacks one of descr, fortran_order and shape');
  return {
    // Each was put in by its own method, above.
    descr: found.get('descr') as string,
    fortranOrder: found.get('fortran_order') as boolean,
    shape: found.get('shape') as number[],
  };
}

/** Reads a text token by token. */
class Tokens {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes past a mark, if it is the next token. */
  skip(mark: string): boolean {
    const before = this.#position;
    if (this.#next()?.['mark'] === mark) return true;
    this.#position = before;
    return false;
  }

  expect(mark: string): void {
    if (!this.skip(mark)) throw this.#malformed();
  }

  string(): string {
    const groups = this.#next();
    const text = groups?.['single'] ?? groups?.['double'];
    if (text === undefined) throw this.#malformed();
    return text;
  }

  boolean(): boolean {
    const word = this.#next()?.['word'];
    if (word === undefined) throw this.#malformed();
    return word === 'True';
  }

  tuple(): number[] {
    const numbers: number[] = [];
    this.expect('(');
    while (!this.skip(')')) {
      numbers.push(this.#number());
      if (this.skip(',')) continue;
      // What has no comma is a number in parentheses, and no tuple.
      if (numbers.length === 1) throw this.#malformed();
      this.expect(')');
      break;
    }
    return numbers;
  }

  descr(): string {
    if (/\s*[[(]/y.test(this.#text.slice(this.#position))) {
      throw new Error('its elements are of a structured type, which no typed array can hold');
    }
    return this.string();
  }

  end(): void {
    if (this.#text.slice(this.#position).trim() !== '') throw this.#malformed();
  }

  #number(): number {
    const digits = this.#next()?.['digits'];
    if (digits === undefined) throw this.#malformed();
    return Number(digits);
  }

  #next(): Record<string, string | undefined> | undefined {
    token.lastIndex = this.#position;
    const match = token.exec(this.#text);
    if (match === null) return undefined;
    this.#position = token.lastIndex;
    return match.groups;
  }

  #malformed(): Error {
    return new Error(`its header is not what NumPy writes: ${JSON.stringify(this.#text.slice(0, 100))}`);
  }
}
