/** Replacing members of a graph of objects, without recursion, so that depth is no limit. */

/** What is done with the members of a graph. */
export interface GraphVisitor {
  /** Whether a member is kept as it is. Asked first, and before the member is touched. */
  keeps?(member: object): boolean;
  /**
   * Whether a member is to be replaced. Asked of every other member once, before any is replaced and before the member
   * is touched; throws for one that should be and cannot.
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

/** What has members: each kind is copied in its own way. */
type Container = readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | object;

/** Objects of the language that have their content in slots, and that no clone takes other properties of. */
const leaves: ReadonlySet<string> = new Set(
  ['BigInt', 'Boolean', 'Date', 'Error', 'Number', 'RegExp', 'String', 'Symbol'].map(
    (name) => `[object ${name}]`,
  ),
);

/**
 * A graph with some members replaced. Objects, arrays, Maps and Sets are looked into, those of other realms too; what
 * has its content elsewhere, such as a Date, an Error, bytes or a port, is not. Cycles and shared members stay what they
 * are.
 *
 * @param root - The graph. It is not changed.
 * @param visitor - What to replace.
 * @returns The root with copies in place of all that leads to a replacement, and nothing else copied; the root itself
 *   where there is nothing to replace. The copy of an instance of a class is a plain object, as its clone would be.
 */
export function replaceInGraph(root: unknown, visitor: GraphVisitor): unknown {
  const plan = planOf(root, visitor);
  return plan.copied.size === 0 && plan.replaced.size === 0 ? root : copyGraph(root, visitor, plan);
}

/** What becomes of the members of a graph. */
interface Plan {
  readonly seen: { has(member: object): boolean };
  readonly replaced: ReadonlySet<object>;
  /** Those that are opened or closed, and all from which one of them or a replaced one is reached. */
  readonly copied: ReadonlySet<object>;
}

function planOf(root: unknown, visitor: GraphVisitor): Plan {
  const replaced = new Set<object>();
  const copied = new Set<object>();
  const holders = new Holders();
  const waiting: object[] = [];
  if (isObject(root)) {
    holders.start(root);
    waiting.push(root);
  }
  for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
    if (visitor.keeps?.(member) === true) continue;
    if (visitor.replaces(member)) {
      replaced.add(member);
      continue;
    }
    const opened = visitor.open?.(member);
    const container = containerOf(opened ?? member);
    if (opened !== undefined || (container && visitor.close?.(member, member))) copied.add(member);
    if (container === undefined) continue;
    const holder = member;
    forEachMember(container, (inner) => {
      if (isObject(inner) && holders.add(inner, holder)) waiting.push(inner);
    });
  }
  const reaching = [...replaced, ...copied];
  for (let member = reaching.pop(); member !== undefined; member = reaching.pop()) {
    for (const holder of holders.of(member)) {
      if (copied.has(holder)) continue;
      copied.add(holder);
      reaching.push(holder);
    }
  }
  return { seen: holders, replaced, copied };
}

/** Which members hold which. Most have one holder; a list is made for those that have more. */
class Holders {
  readonly #first = new Map<object, object | undefined>();
  readonly #others = new Map<object, object[]>();

  has(member: object): boolean {
    return this.#first.has(member);
  }

  /** Notes the root, which nothing has to hold. */
  start(root: object): void {
    this.#first.set(root, undefined);
  }

  /** Notes a holder. Tells whether the member is new. */
  add(member: object, holder: object): boolean {
    if (!this.#first.has(member)) {
      this.#first.set(member, holder);
      return true;
    }
    const others = this.#others.get(member);
    if (others === undefined) this.#others.set(member, [holder]);
    else others.push(holder);
    return false;
  }

  *of(member: object): Iterable<object> {
    const first = this.#first.get(member);
    if (first !== undefined) yield first;
    yield* this.#others.get(member) ?? [];
  }
}

function copyGraph(root: unknown, visitor: GraphVisitor, plan: Plan): unknown {
  const copies = new Map<object, unknown>();
  const tasks: Task[] = [];
  const copyOf = (member: unknown): unknown => {
    if (!isObject(member)) return member;
    if (copies.has(member)) return copies.get(member);
    // A getter may give another object each time; it is a graph of its own then.
    if (!plan.seen.has(member)) return replaceInGraph(member, visitor);
    const copy = plan.replaced.has(member) ? visitor.replacement(member) : startCopy(member);
    copies.set(member, copy);
    return copy;
  };
  const startCopy = (member: object): object => {
    if (!plan.copied.has(member)) return member;
    const source = visitor.open?.(member) ?? member;
    const container = containerOf(source);
    if (container === undefined) return source;
    const copy = emptyCopy(container);
    tasks.push(() => {
      fill(copy, container, copyOf);
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

/** An object as what it is looked into, or `undefined` for one that is not. */
function containerOf(member: object): Container | undefined {
  if (typeof member === 'function' || ArrayBuffer.isView(member)) return undefined;
  return leaves.has(Object.prototype.toString.call(member)) ? undefined : member;
}

function forEachMember(container: Container, visit: (member: unknown) => void): void {
  if (isMap(container)) {
    for (const [key, value] of container) {
      visit(key);
      visit(value);
    }
  } else {
    for (const value of isSet(container) ? container : Object.values(container)) visit(value);
  }
}

function emptyCopy(container: Container): object {
  if (Array.isArray(container)) return new Array<unknown>(container.length);
  if (isMap(container)) return new Map();
  return isSet(container) ? new Set() : {};
}

function fill(copy: object, source: Container, copyOf: (member: unknown) => unknown): void {
  if (isMap(source)) {
    for (const [key, value] of source) (copy as Map<unknown, unknown>).set(copyOf(key), copyOf(value)); // emptyCopy made it one
  } else if (isSet(source)) {
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

/** A Map of this or another realm, or of a class that extends it: by its slot, which only its own methods find. */
function isMap(value: Container): value is ReadonlyMap<unknown, unknown> {
  return !isPlain(value) && succeeds(() => Map.prototype.has.call(value as Map<unknown, unknown>, undefined)); // throws if it is none
}

/** The same of a Set. */
function isSet(value: Container): value is ReadonlySet<unknown> {
  return !isPlain(value) && succeeds(() => Set.prototype.has.call(value as Set<unknown>, undefined)); // throws if it is none
}

/** Most objects are plain, and quickly told from Maps and Sets. */
function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]';
}

function succeeds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
