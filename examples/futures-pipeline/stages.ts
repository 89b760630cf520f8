/** The work of the two stages. Neither knows of stores, futures or threads. */

/** What is reported of some numbers. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
}

/** The stages, by name. */
export const stages = { parse, summarize };

/** The first stage. Throws a SyntaxError for what is no JSON. */
function parse(text: string): number[] {
  return JSON.parse(text) as number[];
}

/** The second stage. */
function summarize(numbers: readonly number[]): Summary {
  const sum = numbers.reduce((total, number) => total + number, 0);
  return { count: numbers.length, mean: sum / numbers.length };
}
