/** What the quickstart prints at its end. */

import type { Counts } from './count-identifiers.js';

/** One way of getting the texts to the workers, and what it took. */
export interface Way {
  readonly counts: Counts;
  readonly milliseconds: number;
  /** What the messages to the workers are together, as Node serializes them. */
  readonly bytesSent: number;
}

export function printReport(texts: readonly string[], counts: Counts, byReference: Way, byValue: Way): void {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const [name, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  console.log(`
${number(total)} identifiers in ${number(texts.length)} texts, ${number(counts.size)} different ones. The most frequent: ${name}, ${number(most)} times.
Both ways gave the same counts as counting directly.

                      by reference      by value
Sent to the workers ${column(`${number(byReference.bytesSent)} B`)}${column(`${number(byValue.bytesSent)} B`)}
Time                ${column(`${number(byReference.milliseconds)} ms`)}${column(`${number(byValue.milliseconds)} ms`)}

By reference the texts went through the directory and the messages stayed small: what counts where a queue or a
network is between the two sides, and not the memory of one machine.

At the end of the block the store is out of the registry, and its directory is empty.`);
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function column(text: string): string {
  return text.padStart(14);
}
