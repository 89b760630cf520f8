/** Replacing members of a graph of objects, without recursion, so that depth is no limit. */

/** What is done with the members of a graph. */
export interface GraphVisitor {
  /**
   * Whether a member is to be replaced. Asked of every member before any is replaced, and before the member is touched;
   * throws for one that should be and cannot.
   */
  replaces(member: object): boolean;
  /** What stands in the place of a member that is to be replaced. Asked once for each. */
  replacement(member: object): unknown;
  /** The object whose members are looked into in place of this one's; it is not asked for a replacement itself. */
  open?(member: object): object | undefined;
  /** What stands in the new graph for a member that was looked into, given its copy; the copy if `undefined`. */
  close?(member: object, copy: object): object | undefined;
}

/** Fills a copy. Kept in a list and not on the call stack. */
type Task = () => void;

/**
 * A graph with some members replaced. Plain objects, instances of classes, arrays, Maps and Sets are looked into; all
 * else is kept as it is, by identity. Cycles and shared members stay what they are.
 *
 * @param root - The graph. It is not changed.
 * @param visitor - What to replace.
 * @returns A copy with the replacements; the root itself where there is nothing to replace.
 */
export function replaceInGraph(root: unknown, visitor: GraphVisitor): unknown {
  return hasReplacement(root, visitor) ? copyGraph(root, visitor) : root;
}

function hasReplacement(root: unknown, visitor: GraphVisitor): boolean {
  const seen = new Set<object>();
  const waiting: unknown[] = [root];
  let found = false;
  while (waiting.length > 0) {
    const member = waiting.pop();
    if (!isObject(member) || seen.has(member)) continue;
    seen.add(member);
    if (visitor.replaces(member)) {
      found = true;
      continue;
    }
    const source = visitor.open?.(member);
    if (source !== undefined || visitor.close?.(member, member) !== undefined) found = true;
    for (const inner of membersOf(source ?? member)) if (isObject(inner)) waiting.push(inner);
  }
  return found;
}

function copyGraph(root: unknown, visitor: GraphVisitor): unknown {
  const copies = new Map<object, unknown>();
  const tasks: Task[] = [];
  const copyOf = (member: unknown): unknown => {
    if (!isObject(member)) return member;
    if (copies.has(member)) return copies.get(member);
    const copy = visitor.replaces(member) ? visitor.replacement(member) : startCopy(member);
    copies.set(member, copy);
    return copy;
  };
  const startCopy = (member: object): object => {
    const source = visitor.open?.(member) ?? member;
    const copy = emptyCopy(source);
    if (copy === undefined) return member;
    tasks.push(() => {
      fill(copy, source, copyOf);
    });
    return visitor.close?.(member, copy) ?? copy;
  };
  const copy = copyOf(root);
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) task();
  return copy;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether an object's own properties are its content; those of a Date, an Error or a port are not. */
function isRecord(value: object): value is Record<string, unknown> {
  return typeof value === 'object' && Object.prototype.toString.call(value) === '[object Object]';
}

function* membersOf(member: object): Iterable<unknown> {
  if (Array.isArray(member) || isRecord(member)) {
    yield* Object.values(member);
  } else if (member instanceof Map) {
    for (const entry of member) yield* entry;
  } else if (member instanceof Set) {
    yield* member;
  }
}

function emptyCopy(source: object): object | undefined {
  if (Array.isArray(source)) return new Array<unknown>(source.length);
  if (source instanceof Map) return new Map();
  if (source instanceof Set) return new Set();
  return isRecord(source) ? {} : undefined;
}

function fill(copy: object, source: object, copyOf: (member: unknown) => unknown): void {
  if (source instanceof Map) {
    for (const [key, value] of source) (copy as Map<unknown, unknown>).set(copyOf(key), copyOf(value)); // emptyCopy made it one
  } else if (source instanceof Set) {
    for (const value of source) (copy as Set<unknown>).add(copyOf(value)); // emptyCopy made it one
  } else {
    for (const [name, value] of Object.entries(source)) {
      // Not by assignment: a member called __proto__ is a member.
      Object.defineProperty(copy, name, {
        value: copyOf(value),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
}
