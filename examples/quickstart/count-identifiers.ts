/** The work: written for strings, and it knows of nothing else. */

/** How often each identifier occurs. */
export type Counts = Map<string, number>;

/** As much of a string as is needed here. A proxy of a string has all of it. */
export type Text = Pick<string, 'matchAll'>;

/** What begins like an identifier of TypeScript and is not inside of another word. Keywords count, too. */
const identifier = /[A-Za-z_$][\w$]*/g;

/** Map: counts the identifiers of one text. */
export function countIdentifiers(text: Text): Counts {
  const counts: Counts = new Map();
  for (const [name] of text.matchAll(identifier)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Reduce: adds the counts of one text to those of all. */
export function addCounts(sum: Counts, counts: Counts): void {
  for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count);
}
