/** In which order the nodes of a table can be completed. */

/** A node that would have to be complete before itself. */
export class CircularNode extends Error {
  /**
   * @param index - Where it is in its table.
   */
  constructor(readonly index: number) {
    super('it has an object that would have to be there before itself');
  }
}

/**
 * The order in which the nodes of a table are completed, so that all that a node refers to is complete before it. What
 * closes a cycle cannot be, and is only begun.
 *
 * Without recursion, so that depth is no limit.
 *
 * @param table - The table; its first element is the field of the whole value.
 * @param isMadeComplete - Whether the node at an index is made of complete data, and cannot be begun before.
 * @returns The indexes of the nodes that the value consists of.
 * @throws CircularNode when a node of that kind is in its own data.
 */
export function completionOrder(
  table: readonly unknown[],
  isMadeComplete: (index: number) => boolean,
): readonly number[] {
  const order: number[] = [];
  /** By index; one that is begun is on the way from the whole value to the node that is looked at. */
  const states: (undefined | 'begun' | 'done')[] = [];
  /** Indexes of nodes to look at; negative ones are to be completed, when all before them is. */
  const waiting = referencesIn([table[0]]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next < 0) {
      states[-next] = 'done';
      order.push(-next);
    } else if (states[next] === undefined) {
      states[next] = 'begun';
      waiting.push(-next);
      for (const index of referencesIn(table[next])) {
        if (states[index] === undefined) waiting.push(index);
        else if (states[index] === 'begun' && isMadeComplete(index)) throw new CircularNode(index);
      }
    }
  }
  return order;
}

/** The indexes of the nodes that a node refers to. */
function referencesIn(node: unknown): number[] {
  const references: number[] = [];
  for (const part of partsOf(node)) {
    if (isReference(part)) references.push(part[0]);
    else for (const field of partsOf(part)) if (isReference(field)) references.push(field[0]);
  }
  return references;
}

function partsOf(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node;
  return typeof node === 'object' && node !== null && Object.getPrototypeOf(node) === Object.prototype
    ? Object.values(node)
    : [];
}

function isReference(field: unknown): field is readonly [index: number] {
  return Array.isArray(field) && field.length === 1 && Number.isSafeInteger(field[0]) && field[0] > 0;
}
